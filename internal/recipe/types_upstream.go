package recipe

import "github.com/opencontainers/go-digest"

// Git is one commit of a git repository. Exactly one of Commit and Tag is set.
type Git struct {
	URL        string `json:"url"` // https, http or git
	Commit     string `json:"commit,omitempty"`
	Tag        string `json:"tag,omitempty"`
	Keyring    *File  `json:"keyring,omitempty"` // OpenPGP or SSH keys that may sign the tag or commit
	Submodules bool   `json:"submodules,omitempty"`
}

// OCI is an image or artifact of a registry. Exactly one of Tag and Digest is set.
type OCI struct {
	Repository string        `json:"repository"` // registry and name, such as "registry.example.org/a/b"
	Tag        string        `json:"tag,omitempty"`
	Digest     digest.Digest `json:"digest,omitempty"` // of the manifest, or of an index
	Platform   string        `json:"platform"`         // of an index, such as "linux/amd64"
}

// GoModule is the source of one Go module.
type GoModule struct {
	Module  string `json:"module"`
	Version string `json:"version"`
	Sum     string `json:"sum"` // "h1:…", of the module's zip as go.sum has it
}

// Locked is a set of packages that a lock file of their own ecosystem pins by
// hash: go.sum, package-lock.json or Cargo.lock.
type Locked struct {
	File File `json:"file"`
}
