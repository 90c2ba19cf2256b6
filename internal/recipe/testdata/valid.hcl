# with preamble
# VAR: jobs=3
# VAR: extra=["strace", "gdb"]
# VAR: plain=1.50
variable "jobs" {
  type        = number
  default     = 2
  description = "an unused number"
}

variable "extra" {
  type    = list(string)
  default = []
}

variable "plain" {}

locals {
  tools   = { busybox = { conf = "a" }, toybox = { conf = "b" } }
  shared  = toolchain.base
  version = local.numbers[1]
  numbers = split(".", "4.17.2")
}

toolchain "pack" {
  from      = distribution.debian
  packages  = concat(["xorriso"], var.extra)
  configure = true
}

toolchain "each" {
  for_each = toset(["gcc", "clang"])
  from     = distribution.debian
  packages = [each.key]
}

source "hello" {
  for_each = { v1 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
  http {
    url    = "https://example.org/hello-${each.key}.tar.gz"
    sha256 = "sha256:${each.value}"
  }
}

package "tool" {
  for_each    = local.tools
  toolchain   = toolchain.each["gcc"]
  sources     = [source.src, source.hello["v1"]]
  environment = { CONF = each.value.conf, VERSION = local.version }
  script      = <<-EOT
    make ${each.key}
  EOT
  outputs     = ["usr/bin/${each.key}"]
}

package "boot" {
  toolchain = local.shared
  source    = null
  inputs    = [for p in package.tool : p]
  hardening = "kernel"
  script    = file("build.sh")
  outputs   = { "boot/vmlinuz" = "arch/x86/boot/bzImage", "boot/config-linux" = ".config" }
  kconfig {
    requested = ["linux.config"]
    output    = "boot/config-linux"
  }
}

profile "strict" {
  inherits    = "userspace"
  description = "nothing left in registers"
  rules       = ["zero-call-used-regs"]
  compile     = ["-O3"]
}

profile "old" {
  inherits = profile.strict
  without  = ["pie", "now"]
  link     = ["-Wl,-O1"]
}

package "template" {
  toolchain = toolchain.base
  hardening {
    profile = profile.old
    except {
      rules   = ["fortify"]
      paths   = ["share/**"]
      reason  = "data"
      expires = "2027-06-30"
    }
  }
  inputs    = [package.tool["busybox"]]
  script    = templatefile("script.tmpl", { version = local.version, flags = ["x"] })
  outputs   = ["share/"]
}

image "dom0" {
  toolchain = toolchain.pack
  packages  = concat([package.boot], values(package.tool))
  format    = ["uki", "initramfs"]
  boot {
    kernel  = "console=hvc0"
    marker  = "DOM0 UP"
    expect  = ["Xen version 4\\.17"]
    timeout = "2m"
    memory  = 536870912
  }
  budget {
    size   = "64MiB"
    setuid = 0
  }
  except {
    rule    = "setuid"
    reason  = "none yet"
    expires = "2027-01-01"
  }
}
