# with preamble
locals {
  a = local.b # ERROR: local.a → local.b → local.c → local.a. A value cannot depend on itself.
  b = local.c
  c = local.a
  self = local.self # ERROR: local.self → local.self. A value cannot depend on itself.
}

package "a" {
  toolchain = toolchain.base
  inputs    = [package.b]
  script    = "true"
  outputs   = ["a"]
}

package "b" {
  toolchain = toolchain.base
  inputs    = [package.c]
  script    = "true"
  outputs   = ["a"]
}

package "c" {
  toolchain = toolchain.base
  inputs = [
    package.d,
    package.a, # ERROR: package.a → package.b → package.c → package.a. A package cannot need its own output.
  ]
  script  = "true"
  outputs = ["a"]
}

package "d" {
  toolchain = toolchain.base
  inputs    = [package.d] # ERROR: package.d → package.d.
  script    = "true"
  outputs   = ["a"]
}

package "e" {
  for_each  = toset(local.keys)
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["a"]
}

locals {
  keys = keys(package.e) # ERROR: local.keys → package.e → local.keys. A value cannot depend on itself.
}

profile "round" { # ERROR: profile.round → profile.about → profile.round. A profile cannot inherit from itself.
  inherits = profile.about
}

profile "about" { # ERROR: profile.about → profile.round → profile.about. A profile cannot inherit from itself.
  inherits = profile.round
}
