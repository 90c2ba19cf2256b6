package lanes

import (
	"fmt"
	"testing"
)

// TestEveryWay hashes with each way that this processor has, also where
// another one would be taken.
func TestEveryWay(t *testing.T) {
	sixteen, eight, two, pay := hasSixteen, hasEight, hasTwo, lanesPay
	defer func() { hasSixteen, hasEight, hasTwo, lanesPay = sixteen, eight, two, pay }()
	lanesPay = func() bool { return true }
	for i := range 8 {
		hasSixteen, hasEight, hasTwo = eight && i&4 != 0, eight && i&2 != 0, two && i&1 != 0
		t.Run(fmt.Sprintf("sixteen %t, eight %t, two %t", hasSixteen, hasEight, hasTwo), func(t *testing.T) {
			TestLengths(t)
			TestRandom(t)
		})
	}
}

// TestWidest: lanes are for processors that have them and are faster with them.
func TestWidest(t *testing.T) {
	sixteen, eight, two, pay := hasSixteen, hasEight, hasTwo, lanesPay
	defer func() { hasSixteen, hasEight, hasTwo, lanesPay = sixteen, eight, two, pay }()
	for _, c := range []struct {
		sixteen, eight, two, pay bool
		want                     int
	}{
		{true, true, true, true, 16},
		{true, true, true, false, 2},
		{false, true, true, true, 8},
		{false, true, true, false, 2},
		{false, false, true, false, 2},
		{false, false, false, false, 1},
	} {
		hasSixteen, hasEight, hasTwo, lanesPay = c.sixteen, c.eight, c.two, func() bool { return c.pay }
		if got := widest(); got != c.want {
			t.Errorf("%+v: %d streams together", c, got)
		}
	}
}
