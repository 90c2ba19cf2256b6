# GNU hello: one source, one package. The smallest recipe that goes the whole
# way: pinned toolchain, verified source, offline build, comparable output.

recipe "hello" {
  version           = "2.10"
  source_date_epoch = 1735689600 # 2025-01-01, the only clock the build sees
  lockfile          = "../../lockfiles/hello.lock.hcl"
}

distribution "debian" {
  suite        = "bookworm"
  keyring      = "keys/debian-archive.gpg" # Debian's archive keys, see keys/README.md
  components   = ["main"]
  architecture = "amd64"
}

# What the script needs to run; their dependencies and Debian's Essential
# packages are added by `dombuild lock`.
toolchain "c" {
  from     = distribution.debian
  packages = ["gcc", "libc6-dev", "make"]
}

source "hello" {
  dsc {
    from = distribution.debian
    name = "hello"
  }
}

package "hello" {
  toolchain = toolchain.c
  source    = source.hello
  script    = file("hello.sh")

  # path in the package's tree = path in the working directory
  outputs = {
    "usr/bin/hello" = "hello"
  }
}
