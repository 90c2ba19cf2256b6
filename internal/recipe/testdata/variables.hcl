# with preamble
# VAR: number=many
# VAR: pick=c
# VAR: list=["a", 1
# VAR: typed={ a = "x" }
# VAR: sute=trixie
# ERROR anywhere: --var sute=…: the recipe declares no variable "sute". Did you mean "suite"?
# ERROR anywhere: --var list
# ERROR anywhere: var.typed must be map(number): [a]: a number is required.
variable "suite" {
  default = "bookworm"
  allowed = ["bookworm", "trixie"]
}

variable "number" { # ERROR: --var number=many: a number is required.
  default = 1
}

variable "pick" {
  default = "d"           # ERROR: var.pick is "d"; allowed are a and b.
  allowed = ["a", "b"]    # ERROR: var.pick is "c"; allowed are a and b.
}

variable "list" {
  default = ["a"]
}

variable "needed" { # ERROR: The variable has no default: give it a value, --var needed=….
}

variable "typed" {
  type    = map(number)
  default = "x" # ERROR: var.typed must be map(number)
}

variable "wrong" {
  type    = strin # ERROR: The keyword "strin" is not a valid type specification.
  default = 1
}

variable "constant" {
  default     = local.x # ERROR: default must be constant; it cannot refer to local.
  description = 1 # ERROR: The description of a variable is a string.
  allowed     = "x" # ERROR: allowed is a list of the values that the variable may have.
}

variable "source" { # ERROR: A variable cannot be called source
  default = ""
}

variable "suite" { # ERROR: There is already a variable "suite"
  defalt = "" # ERROR: Did you mean "default"?
}

locals {
  x     = var.needed
  typed = var.typed
}
