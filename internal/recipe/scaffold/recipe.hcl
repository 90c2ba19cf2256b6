# A dombuild recipe: what is built, from which pinned inputs. Every block and
# attribute is explained in docs/recipe.md.
#
#   dombuild validate    check this file
#   dombuild lock        pin the toolchain (needs a network)
#   dombuild fetch       download what is pinned (needs a network)
#   dombuild build       build in the sandbox (never has a network)

recipe "NAME" {
  version = "0.1"

  # The only clock that outputs see: seconds since 1970 (date -u +%s).
  source_date_epoch = 1735689600 # 2025-01-01
}

# dombuild build --var suite=trixie builds with the tools of another suite.
# Each suite needs a lockfile of its own then: see lockfile in docs/recipe.md.
variable "suite" {
  default     = "bookworm"
  allowed     = ["bookworm", "trixie"]
  description = "Debian suite that the tools come from"
}

# Who may sign the suite's package index. The mirror's address is
# configuration of the machine, not part of a recipe.
distribution "debian" {
  suite   = var.suite
  keyring = "keys/debian-archive.gpg"
}

# What a build runs in: these packages, what they depend on, and the essential
# packages of the suite; nothing else.
toolchain "base" {
  from     = distribution.debian
  packages = ["gcc", "libc6-dev"]
}

# Files beside the recipe.
source "hello" {
  local { path = "src" }
}

# hello.sh runs in a copy of the source, without network, and leaves what it
# made in $OUT. Everything there must be declared in outputs.
package "hello" {
  toolchain = toolchain.base
  source    = source.hello
  script    = file("hello.sh")
  outputs   = ["usr/bin/hello"]
}
