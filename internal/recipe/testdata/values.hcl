recipe "test" {
  version           = "1 0"    # ERROR: version is a string of letters, digits
  source_date_epoch = -1       # ERROR: source_date_epoch is a whole number from 0 to 4294967295.
  jobs              = 1.5      # ERROR: jobs is a whole number from 1 to 1024.
  lockfile          = "x.lock" # ERROR: lockfile is a path relative to the recipe's directory that ends in .lock.hcl.
}

distribution "debian" {
  suite        = "Bookworm"          # ERROR: suite is the name of a suite, such as "bookworm"; "Bookworm" is not.
  keyring      = "keys/debian-archive.pgp" # ERROR: there is no keys/debian-archive.pgp
  components   = ["main", "main"]    # ERROR: "main" stands in components twice.
  architecture = "x86_64"            # ERROR: architecture has no value "x86_64"; there are amd64,
  mirror       = "https://deb.invalid/" # ERROR: The address of a mirror is configuration of the machine, never part of a recipe.
}

toolchain "base" {
  from      = "debian"             # ERROR: from refers to a distribution, written distribution.NAME.
  packages  = ["gcc=12", "", 1, []] # ERROR: "gcc=12" is not. # ERROR: A string in packages is empty # ERROR: "1" is not. # ERROR: packages is a list of strings.
  configure = "maybe"              # ERROR: configure must be true or false
}

toolchain "empty" {
  from     = distribution.debian
  packages = [] # ERROR: packages of toolchain "empty" needs at least one element.
}

toolchain "null" {
  from     = distribution.debian
  packages = null # ERROR: Toolchain "null" needs a value for packages; this is null.
}

toolchain "text" {
  from     = distribution.debian
  packages = "gcc" # ERROR: packages is a list: write packages = […].
}

package "a" {
  toolchain = toolchain.base
  hardening = "hypervizor" # ERROR: hardening has no value "hypervizor"; there are freestanding, hypervisor, kernel, unikernel and userspace. Did you mean "hypervisor"?
  script    = " "          # ERROR: The script of package "a" is empty
  outputs   = ["a"]
  environment = {
    PATH              = "/x" # ERROR: dombuild sets PATH itself
    SOURCE_DATE_EPOCH = 1    # ERROR: dombuild sets SOURCE_DATE_EPOCH itself
    LC_TIME           = "C"  # ERROR: dombuild sets LC_TIME itself
    "1X"              = "x"  # ERROR: The name of an environment variable
    LIST              = []   # ERROR: The values of environment are strings.
    NUMBER            = 7
  }
}

package "flags" {
  toolchain   = toolchain.base
  script      = "true"
  outputs     = ["a"]
  environment = { CFLAGS = "-O0" } # ERROR: CFLAGS comes from the hardening profile userspace.
}

package "kernel" {
  toolchain   = toolchain.base
  hardening   = "kernel"
  script      = "true"
  outputs     = ["a"]
  environment = { CFLAGS = "-O0" }
}

package "env" {
  toolchain   = toolchain.base
  script      = ["true"] # ERROR: script must be a string
  outputs     = ["a"]
  environment = "A=b" # ERROR: environment is an object
}

image "a" {
  toolchain = toolchain.base
  packages  = [package.a, package.a]       # ERROR: package.a stands in packages twice.
  format    = ["initramf", "iso", "iso"]   # ERROR: format has no value "initramf"; there are initramfs, iso and uki. Did you mean "initramfs"? # ERROR: "iso" stands in format twice.
  boot {
    marker     = " "      # ERROR: marker is the text on the serial console
    hypervisor = "a\nb"   # ERROR: hypervisor contains control characters.
    expect     = ["(", "ok"] # ERROR: expect is a list of regular expressions (RE2)
    timeout    = "2 min"  # ERROR: timeout is a string such as "120s"
    memory     = "1MiB"   # ERROR: memory is at least 64 MiB.
  }
  budget {
    size   = "64MB" # ERROR: size is a number of bytes or a string such as "64MiB"
    files  = -5     # ERROR: files is a whole number from 0
    setuid = "none" # ERROR: setuid must be a number
  }
}

image "b" {
  toolchain = toolchain.base
  packages  = []    # ERROR: packages of image "b" needs at least one element.
  format    = "iso" # ERROR: format is a list
  boot {            # ERROR: Boot of image "b" needs the attribute "marker".
    timeout = 120   # ERROR: timeout is a string such as "120s"
    memory  = 1024.5 # ERROR: memory is a whole number
  }
}
