recipe "modules" {
  source_date_epoch = 0
}

module "guest" { # ERROR: The module's variable "toolchain" has no default: give it a value, toolchain = ….
  source  = "./guest"
  toolchian = "x" # ERROR: The module declares no variable "toolchian". Did you mean "toolchain"?
  flavour = "sour" # ERROR: module.guest.var.flavour is "sour"; allowed are sweet and salty.
}

module "loop" {
  source = "./loop"
}

module "broken" {
  source = "./broken"
}

module "missing" {
  source = "./missing" # ERROR: Unreadable module; Reading directory
}

module "computed" {
  source = "./${local.x}" # ERROR: The source of a module is a literal string
}

module "remote" {
  source = "https://example.org/x" # ERROR: Modules are never downloaded.
}

module "none" { # ERROR: Module "none" needs the attribute "source".
}

module "guest" { # ERROR: There is already a module "guest"
  source = "./guest"
}

module "blocks" {
  source = "./child"
  inner { # ERROR: Module "blocks" has no block "inner".
  }
}

locals {
  x = "guest"
  a = module.guest.package.kernel.name
  b = module.guest.package.kernl          # ERROR: There is no package "kernl" in module.guest. Did you mean "kernel"?
  c = module.guest                        # ERROR: A reference of this kind is written module.NAME.package.NAME.
  d = module.guest.kernel                 # ERROR: A module has no "kernel"; its blocks are referred to as module.guest.KIND.NAME
  e = module.guest.local.x                # ERROR: A module has no "local"
  f = module.broken.package.x
  g = module.guest.module.child.source.x.name
  h = module.guest.module.chil.source.x   # ERROR: There is no module "chil" in module.guest. Did you mean "child"?
}
