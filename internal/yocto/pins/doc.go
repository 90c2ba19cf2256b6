// Package pins is the lock of the sources of Yocto layers: every file that
// BitBake verifies, under the name it has in a DL_DIR, with the digest by which
// the store knows it. It belongs to no recipe of dombuild.
//
// The format is a subset of HCL:
//
//	lock {
//	  version = 1
//	  kind    = "yocto"
//	  bitbake = "2.18"
//	}
//
//	file "a-1.0.tar.gz" {
//	  digest  = "sha256:…"
//	  sums    = ["md5:…"]
//	  urls    = ["https://example.org/a-1.0.tar.gz"]
//	  recipes = ["a"]
//	}
//
//	commit "example.org.b.git" "0123456789abcdef0123456789abcdef01234567" {
//	  content    = ""
//	  urls       = ["https://example.org/b.git"]
//	  branches   = ["main"]
//	  tags       = []
//	  submodules = false
//	  recipes    = ["b"]
//	}
//
//	unlocked "git://example.org/b.git" {
//	  recipes = ["b"]
//	  reason  = "…"
//	}
//
// # Invariants
//
// Of a commit there may be two lines more: "lfs = false" where no recipe wants the
// files that git LFS keeps elsewhere, and those files, "objects = ["sha256:… 123"]",
// once they are known, each with its size in bytes.
//
// There is one text for one lock; [Parse] refuses every other. A file is
// identified by SHA-256 or SHA-512, never by less; sums are what BitBake
// compares besides. A name stands for one digest. A commit is named by SHA-1, as
// BitBake names it; content is the SHA-256 of all that it consists of, once that
// is known, and what is fetched has to be that. No name leaves the DL_DIR or looks
// like one of BitBake's stamps. What is not locked is in the lock too, with the
// reason. A recipe gives no sizes, so there are none.
package pins
