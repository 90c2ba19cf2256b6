# with preamble
locals {
  ok       = file("build.sh")
  cleaned  = file("./files/../build.sh")
  missing  = file("biuld.sh")        # ERROR: there is no biuld.sh in
  out      = file("../build.sh")     # ERROR: the path leads out of the directory of the recipe or module
  absolute = file("/etc/passwd")     # ERROR: the path is absolute
  dir      = file("files")           # ERROR: it is not a regular file but a directory
  empty    = file("")                # ERROR: the path is empty
  control  = file("a\nb")            # ERROR: the path contains control characters
  link     = file("escape")          # ERROR: reading "escape": path escapes from parent
  inside   = file("inside")
  binary   = file("latin1")          # ERROR: "latin1" is not text in UTF-8
  template = templatefile("script.tmpl", { version = "1", flags = ["a"] })
  broken   = templatefile("broken.tmpl", {})       # ERROR: The template is not given "nothing".
  vars     = templatefile("script.tmpl", ["a"])    # ERROR: needs an object of variables
  few      = templatefile("script.tmpl", { version = "1" }) # ERROR: The template is not given "flags".
}

package "a" {
  toolchain = toolchain.base
  script    = file("build.s") # ERROR: (did you mean "build.sh"?)
  outputs   = ["a"]
}
