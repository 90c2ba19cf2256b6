# with preamble
source "git" {
  git { # ERROR: Git of source "git" needs the attribute "commit" or "tag"
    url    = "git@example.org:x.git" # ERROR: Fetching over ssh would need a key of whoever builds.
    branch = "main" # ERROR: A branch is another commit tomorrow.
  }
}

source "gitboth" {
  git {
    url     = "https://user@example.org/x.git" # ERROR: url is an https, http or git address of a repository
    tag     = "../v1" # ERROR: tag is the name of a tag
    commit  = "0123" # ERROR: Name the commit or the tag, not both # ERROR: commit is the whole name of a commit
    keyring = "nothing" # ERROR: there is no nothing in
  }
}

source "oci" {
  oci {
    ref      = "registry.example.org/a" # ERROR: ref needs a tag or a digest
    platform = "amd64" # ERROR: platform is a platform such as
  }
}

source "ocihub" {
  oci {
    ref = "alpine:3" # ERROR: ref is a registry, a name and a tag or digest
  }
}

source "module" {
  go_module {
    module  = "fmt" # ERROR: module is the path of a module
    version = "latest" # ERROR: version is a whole version
    sum     = "h1:short" # ERROR: sum is the sum of a module's zip
  }
}

source "modules" {
  go_modules {} # ERROR: needs the attribute "sum_file"
}

source "npm" {
  npm { lockfile = "package-lock.json" } # ERROR: there is no package-lock.json in
}

source "md5" {
  http { # ERROR: needs the attribute "sha256" (or "sha512")
    url = "https://example.org/x.tar.gz"
    md5 = "d41d8cd98f00b204e9800998ecf8427e" # ERROR: MD5 is broken
  }
}

source "sha1" {
  http {
    url    = "https://example.org/x.tar.gz"
    sha1   = "da39a3ee5e6b4b0d3255bfef95601890afd80709" # ERROR: SHA-1 is broken
    sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  }
}

source "short" {
  http {
    url    = "https://example.org/x.tar.gz"
    sha256 = "e3b0c442" # ERROR: sha256 is 64 lower-case hexadecimal digits; this has 8 characters.
  }
}

source "digits" {
  http {
    url    = "https://example.org/x.tar.gz"
    sha256 = "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" # ERROR: among them 'E'
  }
}

source "sha512" {
  http {
    url    = "https://example.org/x.tar.gz"
    sha512 = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"
  }
}

source "both" {
  http {
    url    = "https://example.org/x.tar.gz"
    sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    sha512 = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" # ERROR: by sha256 or by sha512, not by both
  }
}

source "url" {
  http {
    url       = "ftp://user@example.org/" # ERROR: url is an http or https address of a file
        sha256    = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  }
}

source "none" { # ERROR: A source has exactly one of the blocks crates, dsc, git, go_module, go_modules, http, local, npm and oci; this one has 0.
}

source "two" { # ERROR: this one has 2.
  local { path = "files" }
  dsc {
    from = distribution.debian
    name = "hello"
  }
}

source "twice" {
  local { path = "files" }
  local { path = "files" } # ERROR: Source "twice" has one local block; the first is at
}

source "dsc" {
  dsc { # ERROR: Dsc of source "dsc" needs the attribute "from".
    name    = "Hello" # ERROR: name is the name of a Debian source package; "Hello" is not.
    patch   = true    # ERROR: Did you mean "patches"?
  }
}

source "missing" {
  local { path = "fils" } # ERROR: there is no fils in
}

source "out" {
  local { path = "../files" } # ERROR: the path leads out of the directory
}

source "all" {
  local { path = "./" } # ERROR: a source cannot be the whole recipe
}

source "absolute" {
  local { path = "/etc" } # ERROR: the path is absolute
}
