recipe "small" {
  version           = "1"
  source_date_epoch = 1735689600
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/archive.gpg"
}

toolchain "base" {
  from     = distribution.debian
  packages = ["gcc"]
}

toolchain "pack" {
  from     = distribution.debian
  packages = ["cpio"]
}

source "hello" {
  dsc {
    from    = distribution.debian
    name    = "hello"
    patches = true
  }
}

source "init" {
  local {
    path = "files"
  }
}

package "hello" {
  toolchain = toolchain.base
  sources   = [source.hello, source.init]
  script    = file("hello.sh")
  outputs   = { "usr/bin/hello" = "hello" }
}

package "init" {
  toolchain = toolchain.base
  source    = source.init
  inputs    = [package.hello]
  hardening = "freestanding"
  script    = "install -D init \"$OUT/init\""
  outputs   = ["init"]
}

image "small" {
  toolchain = toolchain.pack
  packages  = [package.hello, package.init]
  format    = ["initramfs", "uki"]
  boot {
    hypervisor = "console=com1"
    kernel     = "console=hvc0"
    marker     = "UP"
  }
}
