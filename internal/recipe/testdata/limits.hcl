# with preamble
locals {
  text    = "0123456789012345678901234567890123456789012345678901234567890123"
  t1      = join("", [for x in range(1000) : local.text])
  big     = [for a in range(1000) : [for b in range(1000) : [for c in range(1000) : "x"]]] # ERROR: Too much data
}
