recipe "guest" { # ERROR: Only the recipe itself has a recipe block.
  source_date_epoch = 0
}

variable "toolchain" {
}

variable "flavour" {
  default = "sweet"
  allowed = ["sweet", "salty"]
}

package "kernel" {
  toolchain = var.toolchain
  script    = file("../recipe.hcl") # ERROR: the path leads out of the directory of the recipe or module
  outputs   = ["a"]
}

module "child" {
  source = "../child"
}
