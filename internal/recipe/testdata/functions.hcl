# with preamble
locals {
  a = uper("x")             # ERROR: There is no function "uper". Did you mean "upper"?
  b = env("HOME")           # ERROR: There is no function "env": a recipe cannot depend on the environment.
  c = timestamp()           # ERROR: a recipe cannot depend on the clock.
  d = uuid()                # ERROR: a recipe cannot depend on the random
  e = "${"x" + 1}"          # ERROR: Unsuitable value for left operand
  f = length(1)             # ERROR: needs a list, set, map, object or string
  g = regex("(", "x")       # ERROR: Invalid function argument
  h = join(",", "x")        # ERROR: Invalid function argument
  i = lookup({ a = 1 }, "b") # ERROR: Not enough function arguments
  k = range(2000)           # ERROR: more than 1024 values
  j = [for x in ["a"] : uper(x)] # ERROR: There is no function "uper". Did you mean "upper"?
}
