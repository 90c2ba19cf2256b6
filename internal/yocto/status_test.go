package yocto

import "testing"

// hasStatus is what the regular expression says.
func TestHasStatus(t *testing.T) {
	for _, text := range []string{
		"", "Upstream-Status: Pending", "\nUpstream-Status: Pending\n", "\nUpstream-Status: ", "\nUpstream-Status: \n\n", "\nUpstream-Status: \nPending",
		"\nupstream status:x", " x\nUpstream-Status:", "a Upstream-Status: Pending", "\nUpstream-Status: \t\n \x85", "\nUpstream-Status: \x00", "\nUpstream-Status:  \n\nUpstream-Status: Backport",
		"\nUpstream-Status: ü",
	} {
		if got, want := hasStatus(text), status.MatchString(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
