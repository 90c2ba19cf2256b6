package resolve

import (
	"strings"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// refuseWeaker returns an error when something in a new lock is vouched for
// more weakly than in the old one, and the recipe's policy does not allow it.
func refuseWeaker(r *recipe.Recipe, old, l *lockfile.Lock) error {
	if old == nil || r.Demands().AllowWeaker {
		return nil
	}
	var reasons []string
	for _, c := range lockfile.Compare(old, l, r) {
		for _, w := range c.Weaker {
			reasons = append(reasons, c.Name+": "+w)
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	return &UntrustedError{What: "the new lock", Reason: "it is weaker than the one that is there:\n  " + strings.Join(reasons, "\n  "),
		Remedy: `find out why. A key that is right is named in "signers" of its block; policy { weaker = "allow" } in the recipe block accepts everything once`}
}
