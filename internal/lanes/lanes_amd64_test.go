package lanes

import (
	"fmt"
	"testing"
)

// TestEveryWay hashes with each way that this processor has, also where
// another one would be taken.
func TestEveryWay(t *testing.T) {
	eight, two := hasEight, hasTwo
	defer func() { hasEight, hasTwo = eight, two }()
	for _, way := range []struct{ eight, two bool }{{eight, two}, {false, two}, {eight, false}, {false, false}} {
		hasEight, hasTwo = way.eight, way.two
		t.Run(fmt.Sprintf("eight %t, two %t", hasEight, hasTwo), func(t *testing.T) {
			TestLengths(t)
			TestRandom(t)
		})
	}
}
