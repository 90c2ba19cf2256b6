# Written by dombuild lock and checked to the byte: do not edit, change the recipe.

lock {
  version = 1
  recipe  = "sha256:e1d8e552330911f9f779f85b6f2c00a15e790dcc3fbb3b28f5da1d660a30c5b8"
}

distribution "debian" {
  name         = "debian"
  suite        = "bookworm"
  architecture = "amd64"
  components   = ["main"]

  vouched "inrelease" {
    date     = "2025-06-01T12:00:00Z"
    origin   = "Debian"
    suite    = "stable"
    codename = "bookworm"
    size     = 120
    digest   = "sha256:c0fa1ef864788c455b22e34d6b11eb282603eeec08b2b10d38c37683ef46952c"
    keyring  = "sha256:48a53f0774c8ceff574a1fdcb0d470dbd382b3db273cff4344b6d39d5379c923"
    signers = [
      "0123456789ABCDEF0123456789ABCDEF01234567",
    ]

    index "main/source/Sources.xz" {
      size   = 11
      digest = "sha256:878a52fc5ff6a57d50b7b870aa51637a3dfd38fc22352a39f95a3c292eb976d5"
    }

    dsc "xen" {
      version = "4.17.5-1"
      patches = true

      file "xen_4.17.5-1.debian.tar.xz" {
        path   = "pool/main/x/xen/xen_4.17.5-1.debian.tar.xz"
        size   = 6
        digest = "sha256:81d93757457f988523814ae0009837ae893f38d3fe123f2c37896f118b4c7804"
      }

      file "xen_4.17.5.orig.tar.xz" {
        path   = "pool/main/x/xen/xen_4.17.5.orig.tar.xz"
        size   = 5
        digest = "sha256:14e0ffdc8215c81da0cde40f581237ee35177ddac4f1fc7613cad3004798d25f"
      }
    }
  }

  vouched "inrelease" {
    date         = "2025-07-01T12:00:00Z"
    origin       = "Debian"
    suite        = "stable"
    codename     = "bookworm"
    size         = 121
    digest       = "sha256:05c7dbac14dc2bf3e8a063a6593eb6b76198a9507d740839efd55940fa6c0cd0"
    keyring      = "sha256:48a53f0774c8ceff574a1fdcb0d470dbd382b3db273cff4344b6d39d5379c923"
    keyring_size = 20
    signed_at    = "2025-07-01T12:05:00Z"
    valid_until  = "2025-07-08T12:00:00Z"
    signers = [
      "0123456789ABCDEF0123456789ABCDEF01234567",
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]

    index "main/binary-amd64/Packages.xz" {
      size   = 10
      digest = "sha256:b28b1ed9821f38c64524ea13e19264bb0772f8376afffd5d8a1f8277621833eb"
    }

    deb "libc6" {
      version      = "2.36-9+deb12u10"
      architecture = "amd64"
      filename     = "pool/main/g/glibc/libc6_2.36-9+deb12u10_amd64.deb"
      size         = 1
      digest       = "sha256:fb9ce3b804ed6882db53398f268a9c8e59ab103221188aee6513dfddde5b9aff"
    }

    deb "make" {
      version      = "4.3-4.1"
      architecture = "amd64"
      filename     = "pool/main/m/make-dfsg/make_4.3-4.1_amd64.deb"
      size         = 2
      digest       = "sha256:d05aa2a15fb3c40efeeb03bec445393f00074484cf01c8fb2da90ca6695a5531"
    }
  }
}

toolchain "base" {
  from = "debian"

  requested = [
    "make",
  ]

  packages = [
    "libc6",
    "make",
  ]
}

source "module.guest.source.file[\"a.b $${x} \\\"q\\\"\"]" {
  url     = "https://example.org/a.tar.gz"
  size    = 7
  digest  = "sha256:ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
  vouched = "recipe"
}

source "first" {
  url     = "https://example.org/first.tar"
  size    = 8
  digest  = "sha256:a7937b64b8caa58f03721bb6bacf5c78cb235febe0e70b1b84cd99541461a08e"
  vouched = "first-use"
}

source "signed" {
  url    = "https://example.org/s.tar.xz"
  size   = 9
  digest = "sha256:4a3cdfae6f291c8f544daea5b72905cf9e74c1ed427d831ad0d7ca00c73c794d"

  vouched "openpgp" {
    covers    = "uncompressed"
    file      = "s.tar.xz"
    signed_at = "2025-06-02T00:00:00Z"
    signers = [
      "0123456789ABCDEF0123456789ABCDEF01234567",
    ]

    evidence "keyring" {
      size   = 20
      digest = "sha256:48a53f0774c8ceff574a1fdcb0d470dbd382b3db273cff4344b6d39d5379c923"
    }

    evidence "signature" {
      url    = "https://example.org/s.tar.sign"
      size   = 3
      digest = "sha256:0b6f395ca14ac202374d5cff678b71157d0bef7e00c3045e9b80aab4ffb85276"
    }
  }
}

source "sums" {
  url    = "https://example.org/t.tar.xz"
  size   = 10
  digest = "sha256:e3b98a4da31a127d4bde6e43033f66ba274cab0eb7eb1c70ec41402bf6273dd8"

  vouched "signify" {
    covers = "checksums"
    file   = "t.tar.xz"
    signers = [
      "RWAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ]

    evidence "checksums" {
      url    = "https://example.org/SHA256.sig"
      size   = 4
      digest = "sha256:2220e3c51f099b5308c70ed91977af4887c71fe1f8f6c3fedafe7c9f623f301f"
    }

    evidence "keyring" {
      size   = 21
      digest = "sha256:104359a9c4144ffb3eb5c70a7439350565aeaad2aef813ac5956dd3bed578b56"
    }
  }
}

source "xen" {
  from = "debian"
  dsc  = "xen"
}
