# with preamble
source "many" {
  for_each = toset([for n in range(1001) : tostring(n)]) # ERROR: for_each gives 1001 instances; at most 1000 are allowed.
  local { path = "files" }
}
