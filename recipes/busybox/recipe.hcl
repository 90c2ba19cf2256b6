# A static busybox and an initramfs around it: one package from source with a
# configuration that is read back, one package of local files, one image.

recipe "busybox" {
  version           = "1.35.0"
  source_date_epoch = 1735689600 # 2025-01-01, the only clock the build sees
  lockfile          = "../../lockfiles/busybox.lock.hcl"
}

distribution "debian" {
  suite        = "bookworm"
  keyring      = "keys/debian-archive.gpg" # see keys/README.md
  components   = ["main"]
  architecture = "amd64"
}

toolchain "c" {
  from = distribution.debian
  packages = [
    "gcc", "libc6-dev", "make",
    "patch", "bzip2", "xz-utils", # the source: a tarball and Debian's patches
    "musl-tools",                 # a libc made for static linking
  ]
}

# The release is years old: its CVE fixes are in debian/patches only.
source "busybox" {
  dsc {
    from    = distribution.debian
    name    = "busybox"
    patches = true
  }
}

source "busybox_config" {
  local {
    path = "config"
  }
}

source "init" {
  local {
    path = "files"
  }
}

package "busybox" {
  toolchain = toolchain.c
  sources   = [source.busybox, source.busybox_config]
  script    = file("busybox.sh")
  outputs   = ["bin/", "sbin/", "boot/config-busybox"]

  # Kconfig drops what it cannot grant without a word: read it back.
  kconfig {
    requested = ["config/busybox.config"]
    output    = "boot/config-busybox"
  }
}

package "init" {
  toolchain = toolchain.c
  source    = source.init
  script    = <<-EOT
    umask 022
    install -m 755 init "$OUT/init"
    mkdir -p "$OUT/dev" "$OUT/proc" "$OUT/sys" "$OUT/tmp"
  EOT
  outputs   = ["init", "dev/", "proc/", "sys/", "tmp/"]
}

# Try it with any kernel:
#   qemu-system-x86_64 -accel tcg -nographic -kernel vmlinuz -initrd initramfs.cpio.gz -append console=ttyS0
image "busybox" {
  toolchain = toolchain.c # an initramfs needs no packing tools of its own
  packages  = [package.busybox, package.init]
  format    = ["initramfs"]

  budget {
    size   = "1MiB"
    files  = 120
    setuid = 0
  }
}
