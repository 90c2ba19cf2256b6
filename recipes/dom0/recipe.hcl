# A minimal dom0, built from source: Xen, a small Linux kernel without modules,
# a static busybox, the part of Xen's toolstack that lets `xl` answer, and an
# init that proves on the console that it does.
#
#   dombuild build -C recipes/dom0                      bookworm: Xen 4.17, Linux 6.1
#   dombuild build -C recipes/dom0 --var suite=trixie   trixie:   Xen 4.20, Linux 6.12
#
# docs/dom0.md says what is in the image and why.

recipe "dom0" {
  version           = var.suite == "bookworm" ? "4.17" : "4.20"
  source_date_epoch = 1735689600 # 2025-01-01, the only clock the build sees
  lockfile          = var.suite == "bookworm" ? "../../lockfiles/dom0.lock.hcl" : "../../lockfiles/dom0.${var.suite}.lock.hcl"
}

variable "suite" {
  description = "Debian suite that toolchains and sources come from. bookworm no longer moves."
  default     = "bookworm"
  allowed     = ["bookworm", "trixie"]
}

locals {
  xen_version   = var.suite == "bookworm" ? "4.17" : "4.20"
  linux_version = var.suite == "bookworm" ? "6.1" : "6.12"
}

distribution "debian" {
  suite        = var.suite
  keyring      = "keys/debian-archive.gpg" # see keys/README.md
  components   = ["main"]                  # no security suite: its source packages vanish from mirrors
  architecture = "amd64"
}

# --- toolchains: what the scripts call; `dombuild lock` adds the dependencies

toolchain "base" {
  from = distribution.debian
  packages = [
    "gcc", "libc6-dev", "make", "patch", "xz-utils", "bzip2",
    "bison", "flex",    # kconfig of Linux and Xen
    "bc", "libelf-dev", # Linux: timeconst.h, objtool
    "python3-minimal",  # Xen: compat headers
    "musl-tools",       # busybox: a libc made for static linking
  ]
}

toolchain "toolstack" {
  from = distribution.debian
  packages = [
    "gcc", "libc6-dev", "make", "xz-utils",
    "bison", "flex",   # libxlu's parser
    "python3-minimal", # libxl's generated types
    "acpica-tools",    # ACPI tables of PVH guests
    "pkgconf", "libyajl-dev", "uuid-dev", "zlib1g-dev",
  ]
}

toolchain "pack" {
  from = distribution.debian
  packages = [
    "binutils", # uki: objcopy
    # iso
    "grub-common", "grub-pc-bin", "grub-efi-amd64-bin", "mtools", "xorriso",
  ]
}

# --- sources

# Orig tarballs: Xen's is already a snapshot of the stable branch with its
# security fixes, Linux's a stable release; Debian's patches on top of them
# are packaging and drivers that this image does not have.
source "xen" {
  dsc {
    from    = distribution.debian
    name    = "xen"
    patches = false
  }
}

source "linux" {
  dsc {
    from    = distribution.debian
    name    = "linux"
    patches = false
  }
}

# busybox's last release of a series is years old: its CVE fixes are in
# debian/patches only.
source "busybox" {
  dsc {
    from    = distribution.debian
    name    = "busybox"
    patches = true
  }
}

# Configuration fragments: what both suites share, and what one has of its own.
source "xen_config" {
  local {
    path = "config/xen/xen.config"
  }
}

source "xen_suite_config" {
  local {
    path = "config/xen/${var.suite}.config"
  }
}

source "linux_config" {
  local {
    path = "config/linux/linux.config"
  }
}

source "linux_suite_config" {
  local {
    path = "config/linux/${var.suite}.config"
  }
}

source "busybox_config" {
  local {
    path = "config/busybox"
  }
}

source "init" {
  local {
    path = "files"
  }
}

# --- packages

# libxenguest reads its stream through arrays of no elements, [0], which the
# rule takes for empty (gcc 13 and later know it).
profile "toolstack" {
  inherits = "userspace"
  without  = var.suite == "bookworm" ? [] : ["strict-flex-arrays"]
}

package "xen" {
  toolchain   = toolchain.base
  sources     = [source.xen, source.xen_config, source.xen_suite_config]
  hardening   = "hypervisor" # through Kconfig, not CFLAGS; judged after the build
  environment = { SUITE = var.suite }
  script      = file("xen.sh")

  outputs = {
    "boot/xen.gz"     = "xen/xen.gz"  # multiboot and multiboot2
    "boot/xen.efi"    = "xen/xen.efi" # base of the unified image
    "boot/config-xen" = "xen/.config"
  }

  # Kconfig drops what it cannot grant without a word: read it back.
  kconfig {
    requested = ["config/xen/xen.config", "config/xen/${var.suite}.config"]
    output    = "boot/config-xen"
  }
}

package "linux" {
  toolchain = toolchain.base
  # The script unpacks the tarball itself and leaves out what it does not
  # build: other architectures, graphics, sound, documentation.
  sources     = [source.linux_config, source.linux_suite_config, source.linux]
  environment = { SUITE = var.suite }
  script      = file("linux.sh")

  outputs = {
    "boot/vmlinuz"      = "arch/x86/boot/bzImage"
    "boot/config-linux" = ".config"
  }

  # Through Kconfig, not CFLAGS. What the kernel's hardening would need and this
  # one does not have, and why.
  hardening {
    profile = "kernel"

    except {
      rules = concat([for o in [
        "AMD_IOMMU", "INTEL_IOMMU", "INTEL_IOMMU_DEFAULT_ON", "IOMMU_DEFAULT_DMA_STRICT", "IOMMU_SUPPORT", "X86_MCE",
        ] : "kernel-config:CONFIG_${o}"],
      var.suite == "bookworm" ? [for o in ["MICROCODE", "MICROCODE_AMD", "MICROCODE_INTEL"] : "kernel-config:CONFIG_${o}"] : [])
      reason  = "Xen has the IOMMU, machine checks and microcode in its own hands, and keeps dom0 from them"
      expires = "2027-11-30"
    }

    except {
      rules = concat([for o in ["CFI_CLANG", "CFI_PERMISSIVE", "RANDSTRUCT_FULL", "KSTACK_ERASE", "KSTACK_ERASE_RUNTIME_DISABLE"] : "kernel-config:CONFIG_${o}"],
      var.suite == "trixie" ? ["kernel-config:CONFIG_CFI_AUTO_DEFAULT"] : [])
      reason  = "they need clang, or plugins of gcc that the toolchain does not have"
      expires = "2027-11-30"
    }

    except {
      rules = concat([for o in [
        "DEBUG_WX", "KFENCE", "PAGE_TABLE_CHECK", "PAGE_TABLE_CHECK_ENFORCED", "UBSAN_BOUNDS", "UBSAN_LOCAL_BOUNDS", "UBSAN_TRAP",
        ] : "kernel-config:CONFIG_${o}"],
      var.suite == "bookworm" ? ["kernel-config:CONFIG_UBSAN_SANITIZE_ALL"] : ["kernel-config:CONFIG_MITIGATION_CALL_DEPTH_TRACKING"])
      reason  = "checks at run time whose cost under Xen has not been measured"
      expires = "2027-05-31"
    }

    except {
      rules = [for o in [
        "EFI_DISABLE_PCI_DMA", "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY", "LSM_MMAP_MIN_ADDR", "LSM:selinux",
        "SCHED_CORE", "SECURITY_SELINUX", "STATIC_USERMODEHELPER", "SYN_COOKIES",
      ] : "kernel-config:CONFIG_${o}"]
      reason  = "no IP stack, no policy to load, one root user; the firmware's buses and the scheduler are Xen's"
      expires = "2027-11-30"
    }
  }

  kconfig {
    requested = ["config/linux/linux.config", "config/linux/${var.suite}.config"]
    output    = "boot/config-linux"
  }
}

package "busybox" {
  toolchain = toolchain.base
  sources   = [source.busybox, source.busybox_config]
  script    = file("busybox.sh")
  outputs   = ["bin/", "sbin/", "boot/config-busybox"]

  kconfig {
    requested = ["config/busybox/busybox.config"]
    output    = "boot/config-busybox"
  }
}

package "toolstack" {
  toolchain = toolchain.toolstack
  source    = source.xen
  hardening = profile.toolstack
  script    = file("toolstack.sh")
  outputs   = ["usr/sbin/", "usr/lib/", "lib64/"]
}

package "init" {
  toolchain = toolchain.base
  source    = source.init
  script    = file("init.sh")
  outputs   = ["init", "etc/", "dev/", "proc/", "root/", "run/", "sys/", "tmp/", "var/"]
}

# --- image

image "dom0" {
  toolchain = toolchain.pack
  packages  = [package.xen, package.linux, package.busybox, package.toolstack, package.init]
  format    = ["initramfs", "iso", "uki"]

  boot {
    hypervisor = "com1=115200,8n1 console=com1 dom0_mem=256M,max:256M smt=0"
    kernel     = "console=hvc0 panic=5 mitigations=auto,nosmt"
    marker     = "DOMBUILD-DOM0-READY"
    expect = [
      "Xen version ${replace(local.xen_version, ".", "\\.")}\\.",
      "Linux version ${replace(local.linux_version, ".", "\\.")}\\.",
      "xen_version *: ${replace(local.xen_version, ".", "\\.")}\\.",
    ]
    timeout = "180s" # 10 s when quiet; emulation on a busy machine is up to 6 times slower
    memory  = "1GiB"
  }

  except {
    rules   = ["kernel-cmdline:pti"]
    reason  = "Xen switches page tables between a PV dom0 and its programs (xpti), and the kernel's own isolation off"
    expires = "2027-11-30"
  }

  budget {
    size   = "24MiB"
    files  = 400
    setuid = 0

    # the C library, its loader, libgcc, zlib, libyajl and libuuid: from pinned packages
    elf_without_hardening = 6
    kernel_modules        = 0
  }
}
