recipe "test" {
  version           = "1.0"
  source_date_epoch = 1735689600
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/debian-archive.gpg"
}

toolchain "base" {
  from     = distribution.debian
  packages = ["gcc", "libc6-dev"]
}

source "src" {
  local { path = "files" }
}
