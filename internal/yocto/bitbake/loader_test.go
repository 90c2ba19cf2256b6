package bitbake

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFindNear compares the quick way with the expressions on texts made of
// what they look for.
func TestFindNear(t *testing.T) {
	parts := []string{"bb.", "bb", ".", "x", "a.b", " ", "\t", "\n", "=", "==", "+=", ":", ",", "(", ")", "[", "]", "for", "as", "del", " for ", " as\n", "fetch", "fetch2", "hash", "lib",
		"sys.modules", "__", "import", "dict", "code", "setattr(", "exec(", "vars(", "in", "\n    ", "bb.data.x", "bb.x = 1\n", "bb.y[0] =", "fetch2.x.append(", "hashlib.md5", "delattr(", "é", "\f", "\v", "\r"}
	r := rand.New(rand.NewPCG(3, 4))
	found := map[bool]int{}
	for range 50000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		text := b.String()
		want := assigns.FindString(text)
		found[want != ""]++
		if got := findNear(assigns, assigned, text); got != want {
			t.Fatalf("%q: %q, want %q", text, got, want)
		}
		if got, want := mayTamper(text), tampers.MatchString(text); got != want {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	}
	if found[true] < 1000 || found[false] < 1000 {
		t.Fatalf("the expression matches %d texts", found[true])
	}
}
