package bitbake

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestMayTamper compares the quick way with the expression on texts made of
// what it looks for.
func TestMayTamper(t *testing.T) {
	parts := []string{"bb.", "bb", ".", "x", "a.b", " ", "\t", "\n", "=", "==", "+=", ":", ",", "(", ")", "[", "]", "for", "as", "del", " for ", " as\n", "fetch", "fetch2", "hash", "lib",
		"sys.modules", "__", "import", "dict", "code", "setattr(", "exec(", "vars(", "in", "\n    ", "bb.data.x", "bb.x = 1\n", "bb.y[0] =", "é", "\f", "\v", "\r"}
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 50000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		want := tampers.MatchString(b.String())
		if want {
			found++
		}
		if got := mayTamper([]byte(b.String())); got != want {
			t.Fatalf("%q: %v, want %v", b.String(), got, want)
		}
	}
	if found < 1000 || found > 45000 {
		t.Fatalf("the expression matches %d texts", found)
	}
}
