# with preamble
pakage "a" { # ERROR: Unknown block; A recipe has no block "pakage". Did you mean "package"?
}

output "a" { # ERROR: Unsupported block; The blocks of a module are referred to directly
}

version = "1" # ERROR: Unknown attribute; A recipe has no attribute "version".

package "a" {
  toolchain = toolchain.bsae # ERROR: There is no toolchain "bsae" in the recipe. Did you mean "base"?
  sorce     = source.src     # ERROR: Package "a" has no attribute "sorce". Did you mean "source"?
  sources   = [source.src, source.base, sources.src] # ERROR: There is no source "base" in the recipe. There is a toolchain of that name: toolchain.base. # ERROR: There is nothing called "sources" here. Did you mean "source"?
  inputs    = [package.b.nmae, package]              # ERROR: Of a package only address and name can be read. Did you mean "name"? # ERROR: A reference of this kind is written package.NAME.
  hardening = kernel                                 # ERROR: There is nothing called "kernel" here. To mean the word itself, quote it: "kernel".
  script    = lcal.x                                 # ERROR: There is nothing called "lcal" here. Did you mean "local"?
  network   = true                                   # ERROR: Unsupported attribute; A build never has a network.
  outputs   = ["a/${var.sute}", "b/${local.bb}"]     # ERROR: There is no variable "sute" in the recipe. Did you mean "suite"? # ERROR: There is no local "bb" in the recipe. Did you mean "b"?

  kconfg { # ERROR: Package "a" has no block "kconfg". Did you mean "kconfig"?
  }
  source { # ERROR: "source" is an attribute: write source = …
  }
}

variable "suite" {
  default = "x"
}

locals {
  b = "x"
  c = src             # ERROR: A source is referred to as source.src.
  d = foo.bar         # ERROR: There is nothing called "foo" here. References begin with var, local, each, module, distribution, toolchain, source, profile, package and image.
  e = package.b["x"]  # ERROR: package.b has no for_each, so it has no instances: write package.b.
  f = package.c["yy"] # ERROR: for_each of package.c gives no instance "yy". Did you mean "xy"?
  g = var             # ERROR: A reference of this kind is written var.NAME.
  h = each.key        # ERROR: each.key and each.value exist only in a block that has the attribute for_each.
  i = module.gest.package.a # ERROR: There is no module "gest" in the recipe.
}

package "b" {
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["a"]
  kconfig   = "x" # ERROR: "kconfig" is a block: write kconfig { … } without an equals sign.
}

package "c" {
  for_each  = toset(["xy"])
  toolchain = toolchain.base
  script    = each.ky # ERROR: each has the attributes key and value.
  outputs   = ["a"]
}

package "d" {
  toolchain = package.b                     # ERROR: toolchain refers to a toolchain; package.b is a package.
  inputs    = [package.c, "b", source.src]  # ERROR: name one instance, as in package.NAME["xy"] # ERROR: inputs refers to a package, written package.NAME. # ERROR: inputs refers to a package; source.src is a source.
  script    = "true"
  outputs   = ["a"]
}
