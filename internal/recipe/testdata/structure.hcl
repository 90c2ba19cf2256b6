# with preamble
recipe "again" { # ERROR: A recipe has one recipe block
  source_date_epoch = 0
}

package "a" { # ERROR: Package "a" needs the attribute "toolchain". # ERROR: Package "a" needs the attribute "script". # ERROR: Package "a" needs the attribute "outputs".
}

package "a" { # ERROR: There is already a package "a", at
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["a"]
}

package "B" { # ERROR: Names begin with a lower-case letter
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["a"]
}

package { # ERROR: A package block has exactly one name: write package "name" { … }.
}

package "a" "b" { # ERROR: A package block has exactly one name
}

locals "x" { # ERROR: A locals block has no name: write locals { … }.
}

image "a" { # ERROR: needs the attribute "toolchain" # ERROR: needs the attribute "packages" # ERROR: needs the attribute "format"
}

locals {
  x = 1
}

locals {
  x = 2 # ERROR: There is already a local "x", at
}

package "two" {
  toolchain = toolchain.base
  source    = source.src # ERROR: A package has either source or sources.
  sources   = [source.src]
  script    = "true"
  outputs   = ["a"]
}
