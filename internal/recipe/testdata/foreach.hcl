# with preamble
package "list" {
  for_each  = ["a", "b"] # ERROR: Of a list make a set: toset([…]).
  toolchain = toolchain.bse # ERROR: There is no toolchain "bse"
  script    = each.key
  outputs   = [each.value.x]
}

package "empty" {
  for_each  = toset([])
  toolchain = toolchain.base
  script    = local.missing # ERROR: There is no local "missing"
  outputs   = [each.key]
  hardening = "none" # ERROR: hardening has no value "none"
}

package "keys" {
  for_each  = { "a b" = 1, "ok" = 2, "../x" = 3 } # ERROR: this one is "../x" # ERROR: this one is "a b"
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["a"]
}

package "values" {
  for_each  = { one = { dir = "usr" }, two = { dir = "/usr" } }
  toolchain = toolchain.base
  script    = "echo ${each.key}"
  outputs   = ["${each.value.dir}/x"] # ERROR: is absolute
}

package "null" {
  for_each  = null # ERROR: for_each takes a set of strings
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["a"]
}

package "bad" {
  for_each  = toset([local.nothing]) # ERROR: There is no local "nothing"
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["a"]
}

package "uses" {
  toolchain = toolchain.base
  inputs    = values(package.bad)
  sources   = [source.src, "x"] # ERROR: sources refers to a source
  script    = "true"
  outputs   = ["a"]
}

package "twice" {
  toolchain = toolchain.base
  inputs    = concat(values(package.values), [package.values["one"]]) # ERROR: package.values["one"] stands in inputs twice.
  script    = "true"
  outputs   = ["a"]
}

package "index" {
  toolchain = toolchain.base
  inputs    = [for k in ["one", "three"] : package.values[k]] # ERROR: Invalid index
  script    = "true"
  outputs   = ["a"]
}

image "i" { # ERROR: The artifacts of image.i-x and image.i["x"] would both be called "i-x". Rename one.
  for_each  = toset(["x"])
  toolchain = toolchain.base
  packages  = values(package.values)
  format    = ["iso"]
}

image "i-x" {
  toolchain = toolchain.base
  packages  = values(package.values)
  format    = ["iso"]
}

distribution "each" {
  for_each = toset(["a"]) # ERROR: Distribution "each" has no attribute "for_each".
  suite    = "bookworm"
  keyring  = "keys/debian-archive.gpg"
}
