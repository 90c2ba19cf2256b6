# What the ready files for continuous integration are tried on: a step that
# check finds equal, and one that it does not, in the smallest toolchain that
# Debian has.

recipe "pipeline" {
  source_date_epoch = 1735689600
  jobs              = 1
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/debian-archive.gpg"
}

toolchain "base" {
  from     = distribution.debian
  packages = ["dash"]
}

package "equal" {
  toolchain = toolchain.base
  hardening = "freestanding"
  script    = "umask 022 && : > f && stat -c %a f > g"
  outputs   = { "g" = "g" }
}

package "different" {
  toolchain = toolchain.base
  hardening = "freestanding"
  script    = ": > f && stat -c %a f > g"
  outputs   = { "g" = "g" }
}
