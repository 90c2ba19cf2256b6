recipe "test" {
  source_date_epoch = 0
  policy {
    first_use   = "maybe"  # ERROR: first_use must be
    min_signers = 0        # ERROR: min_signers is a whole number from 1 to 64
    max_age     = "1 week" # ERROR: max_age is a number of days or hours, such as "14d"
    weaker      = "warn"   # ERROR: weaker has no value "warn"
    older       = true     # ERROR: has no attribute "older"
  }
  policy {} # ERROR: has one policy block
}

source "good" {
  http {
    url         = "https://example.org/x.tar.xz"
    signature   = "https://example.org/x.tar.sign"
    covers      = "uncompressed"
    keyring     = "keys/debian-archive.gpg"
    signers     = ["a723 6886 F3CC CAAD 148A 27F8 0E98 404D 386F A1D9", "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"]
    min_signers = 2
  }
}

source "sums" {
  http {
    url       = "https://example.org/x.tar.xz"
    checksums = "https://example.org/SHA256SUMS"
    signature = "https://example.org/SHA256SUMS.sig"
    keyring   = "keys/debian-archive.gpg"
    file      = "release/x.tar.xz"
    covers    = "file" # ERROR: A checksum file is always signed as it is
  }
}

source "first" {
  http {
    url    = "https://example.org/x.tar.xz"
    trust  = "first-use" # ERROR: is for a file that nothing vouches for
    sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  }
}

source "word" {
  http {
    url   = "https://example.org/x.tar.xz"
    trust = "always" # ERROR: trust has no value "always"
  }
}

source "nokeys" {
  http { # ERROR: needs the attribute "keyring"
    url       = "https://example.org/x.tar.xz"
    signature = "ftp://example.org/x.tar.xz.asc" # ERROR: signature is an http or https address
  }
}

source "nosignature" {
  http {
    url         = "https://example.org/x.tar.xz"
    keyring     = "keys/debian-archive.gpg" # ERROR: A keyring is for a signature
    covers      = "inside" # ERROR: covers has no value "inside" # ERROR: covers says what a signature of the file itself is over
    min_signers = 1 # ERROR: min_signers is for a signature
    file        = "a" # ERROR: file is for a signature
    signers     = ["A7236886"] # ERROR: whole fingerprints # ERROR: signers is for a signature
  }
}

source "nothing" {
  http { # ERROR: or a signature with a keyring
    url = "https://example.org/x.tar.xz"
  }
}
