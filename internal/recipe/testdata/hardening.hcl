# with preamble
profile "a" {
  inherits = profile.b
  rules    = ["relro", "reiro"] # ERROR: rules has no value "reiro"
  without  = ["relro"] # ERROR: "relro" stands in rules and in without.
  compile  = ["O3"] # ERROR: compile is a list of flags of one word each, such as "-O3"; "O3" is not.
  link     = ["-Wl,-z relro"] # ERROR: link is a list of flags of one word each
}

profile "b" {
  inherits = "userspaces" # ERROR: inherits has no value "userspaces"
}

profile "c" {
  inherits = source.src # ERROR: inherits refers to a profile; source.src is a source.
}

package "two" {
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["x"]
  hardening = "kernel" # ERROR: hardening is either an attribute or a block
  hardening {
    profile = "kernel"
  }
}

package "except" {
  toolchain = toolchain.base
  script    = "true"
  outputs   = ["x"]
  hardening {
    except { # ERROR: needs the attribute "expires"
      rules  = ["fortified", "kernel-config:CONFIG_X"] # ERROR: rules has no value "fortified"
      reason = " " # ERROR: An exception says why it has to be.
      paths  = ["/usr/bin/x"] # ERROR: paths is a list of patterns
    }
    except {
      rules   = ["relro", "kernel-config"] # ERROR: An exception from kernel-config names the option
      reason  = "it is old"
      expires = "30.6.2027" # ERROR: "30.6.2027" is no date.
    }
    except {
      rule    = "ctl" # ERROR: rules has no value "ctl"
      reason  = "it is old"
      expires = "2027-06-30"
    }
    except { # ERROR: An exception has either the attribute "rule"
      reason  = "it is old"
      expires = "2027-06-30"
    }
    except { # ERROR: An exception has either the attribute "rule"
      rule    = "relro"
      rules   = ["cet"]
      reason  = "it is old"
      expires = "2027-06-30"
    }
  }
}

package "flags" {
  toolchain   = toolchain.base
  script      = "true"
  outputs     = ["x"]
  hardening   = profile.b
  environment = { CFLAGS = "-O1" } # ERROR: CFLAGS comes from the hardening profile profile.b.
}
