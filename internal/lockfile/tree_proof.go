package lockfile

import (
	"fmt"

	"github.com/opencontainers/go-digest"
)

// evidence of a tree that is none of its parts: the keyring of its signatures,
// and the lock file that names its packages.
func (t *Tree) evidence() []Evidence {
	if t == nil {
		return nil
	}
	var all []Evidence
	for _, v := range t.Vouched {
		all = append(all, Evidence{Name: EvidenceKeyring, Digest: v.Keyring, Size: -1})
	}
	switch t.Kind {
	case GoModulesTree, NPMTree, CratesTree:
		all = append(all, Evidence{Name: EvidenceLockFile, Digest: digest.Digest(t.Pinned), Size: -1})
	}
	return all
}

// By says who vouches for a tree, for people.
func (t *Tree) By() string {
	if t.FirstUse() && len(t.Vouched) == 0 {
		return Vouch{Kind: FirstUse}.String()
	}
	switch t.Kind {
	case GitTree:
		by := "the recipe's commit"
		for _, v := range t.Vouched {
			by = fmt.Sprintf("%s by %s", v.Kind, joined(v.Signers))
		}
		if len(t.Pinned) == 40 {
			by += ", through git's SHA-1 names"
		}
		if t.FirstUse() {
			by += "; nobody vouches that the tag names it"
		}
		return by
	case GoModuleTree:
		return "the recipe's sum"
	case GoModulesTree, NPMTree, CratesTree:
		return "the recipe's " + t.Name
	}
	return Vouch{Kind: ByRecipe}.String()
}
