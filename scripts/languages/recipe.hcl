# Programs of Go and Rust, hardened through the variables of their own
# compilers. e2e.sh builds each package by itself: what "mended" builds passes,
# and each program of "mutant" has to be refused by the rule and the name that
# e2e.sh expects.

recipe "languages" {
  source_date_epoch = 1735689600
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/debian-archive.gpg"
}

toolchain "language" {
  for_each = { go = "golang-go", rust = "rustc" }
  from     = distribution.debian
  packages = [each.value, "gcc", "libc6-dev"]
}

source "programs" {
  local { path = "src" }
}

locals {
  real = "/usr/bin/.dombuild-x86_64-linux-gnu-gcc-12"

  mended = {
    go   = <<-EOT
      go build -o "$OUT/plain" ./plain
      CGO_CFLAGS=-fno-stack-protector go build -ldflags="-buildid= -X main.version=1" -o "$OUT/mixed" ./cgo
    EOT
    rust = <<-EOT
      gcc -fno-stack-protector -c cgo/b.c
      rustc $RUSTFLAGS -O --crate-type=lib rust/twice.rs
      rustc $RUSTFLAGS -O -L . -Clink-arg=-Wl,-z,norelro -Clink-arg=-zexecstack rust/plain.rs -o "$OUT/plain"
      rustc $RUSTFLAGS -L . -Clink-arg=b.o --cfg mixed rust/plain.rs -o "$OUT/mixed"
    EOT
  }

  mutant = {
    go   = <<-EOT
      go build -gcflags=-B -o "$OUT/unchecked" ./plain
      go build -ldflags="-s -w" -o "$OUT/unknown" ./plain
      ${local.real} -O2 -c cgo/b.c -o cgo/b.syso && mv cgo/b.c b.c
      go build -o "$OUT/mixed" ./cgo
    EOT
    rust = <<-EOT
      rustc -O --crate-type=lib rust/twice.rs
      rustc -O -L . rust/plain.rs -o "$OUT/unknown"
      ${local.real} -O2 -c cgo/b.c
      rustc $RUSTFLAGS -L . -Clink-arg=b.o --cfg mixed rust/plain.rs -o "$OUT/mixed"
    EOT
  }

  outputs = {
    go   = ["unchecked", "unknown", "mixed"]
    rust = ["unknown", "mixed"]
  }
}

package "mended" {
  for_each  = local.mended
  toolchain = toolchain.language[each.key]
  source    = source.programs
  script    = "umask 022\n${each.value}\n\"$OUT/plain\"\n\"$OUT/mixed\""
  outputs   = ["plain", "mixed"]
}

package "mutant" {
  for_each  = local.mutant
  toolchain = toolchain.language[each.key]
  source    = source.programs
  script    = each.value
  outputs   = local.outputs[each.key]
}
