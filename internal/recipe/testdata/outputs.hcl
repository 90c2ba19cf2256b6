# with preamble
package "list" {
  toolchain = toolchain.base
  script    = "true"
  outputs = [
    "usr/bin/hello",
    "usr/bin/hello",  # ERROR: "usr/bin/hello" stands in outputs twice.
    "/etc/hello",     # ERROR: is absolute; leave out the first slash
    "../hello",       # ERROR: leads out of the tree
    "a/../b",         # ERROR: is not in its shortest form; write "b"
    "a//b",           # ERROR: is not in its shortest form; write "a/b"
    "./",             # ERROR: names the whole tree
    "usr/lib/",
    "usr/lib/x/y",    # ERROR: "usr/lib/x/y" lies below the output "usr/lib/".
    "usr/lib",        # ERROR: "usr/lib" and "usr/lib/" are the same path.
    "etc",
    "etc/hello.conf", # ERROR: "etc/hello.conf" lies below the output "etc".
  ]
}

package "map" {
  toolchain = toolchain.base
  script    = "true"
  outputs = {
    "boot/xen.gz" = "xen/xen.gz"
    "usr/lib/"    = "lib"      # ERROR: "usr/lib/" and "lib" are both files or both directories
    "usr/share/"  = "share/"
    "x"           = "/etc/x"   # ERROR: The origin of an output is a relative path
    "../y"        = "y"        # ERROR: An output is a relative path
    "z"           = ["z"]      # ERROR: The values of outputs are strings.
  }
}

package "none" {
  toolchain = toolchain.base
  script    = "true"
  outputs   = {} # ERROR: outputs of package "none" needs at least one element.
}

package "kconfig" {
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["boot/config-linux", "lib/"]
  kconfig {
    requested = ["linux.config"]
    output    = "boot/config-linx" # ERROR: "boot/config-linx" is not among the outputs of the package, so the configuration could not be read back. Did you mean "boot/config-linux"?
  }
  kconfig {
    requested = ["linux.config", "linx.config"] # ERROR: there is no linx.config in
    output    = "lib/config"
  }
  kconfig {
    requested = ["empty"]         # ERROR: "empty" is empty.
    output    = "/lib/../config"  # ERROR: is absolute
  }
  kconfig { # ERROR: needs the attribute "output"
    requested = []                # ERROR: needs at least one element
  }
}
