package lanes

import (
	"fmt"
	"testing"
)

// TestEveryWay hashes with each way that this processor has, also where
// another one would be taken.
func TestEveryWay(t *testing.T) {
	sixteen, eight, two := hasSixteen, hasEight, hasTwo
	defer func() { hasSixteen, hasEight, hasTwo = sixteen, eight, two }()
	for i := range 8 {
		hasSixteen, hasEight, hasTwo = eight && i&4 != 0, eight && i&2 != 0, two && i&1 != 0
		t.Run(fmt.Sprintf("sixteen %t, eight %t, two %t", hasSixteen, hasEight, hasTwo), func(t *testing.T) {
			TestLengths(t)
			TestRandom(t)
		})
	}
}
