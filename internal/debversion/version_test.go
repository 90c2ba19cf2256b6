package debversion

import "testing"

func TestCompare(t *testing.T) {
	// Each list is in ascending order; the first is the example of Policy §5.6.12.
	for _, list := range [][]string{
		{"~~", "~~a", "~", "", "a"},
		{"1.0~~", "1.0~~a", "1.0~", "1.0", "1.0a"},
		{"1.0~beta1~svn1245", "1.0~beta1", "1.0"},
		{"0:0.9", "1.0", "1.0-1", "1.0-1.1", "1.0-2", "1.0+b1-1", "1.0.1", "1.1", "1.10", "1:0.1", "2:0"},
		{"1.0-1", "1.0-1+b1", "1.0-1+deb12u1", "1.0-1+deb12u2", "1.0-1+deb12u10"},
		{"12.2.0-14~bpo1", "12.2.0-14", "12.2.0-14+deb12u1"},
		{"1.2-1", "1.2a", "1.2b", "1.2+"},
		{"1.0-a", "1.0-a1", "1.0-b", "1.0-+"},
		{"9", "10", "100"},
		{"2.36-9", "2.36-9+deb12u4", "2.37-1"},
	} {
		for i, a := range list {
			for j, b := range list {
				if got, want := Compare(a, b), sign(i-j); got != want {
					t.Errorf("%q against %q is %d, want %d", a, b, got, want)
				}
			}
		}
	}
	for _, same := range [][2]string{{"1.0", "0:1.0"}, {"1.0", "1.0-0"}, {"1.01", "1.1"}, {"1.", "1.0"}, {"007", "7"}} {
		if c := Compare(same[0], same[1]); c != 0 {
			t.Errorf("%q against %q is %d", same[0], same[1], c)
		}
	}
}

func TestSatisfies(t *testing.T) {
	for _, tt := range []struct {
		version, op, bound string
		want               bool
	}{
		{"1", "", "", true}, {"1", "<<", "2", true}, {"2", "<<", "2", false}, {"2", "<=", "2", true},
		{"2", "=", "2-0", true}, {"2", ">=", "2", true}, {"2", ">>", "2", false}, {"3", ">>", "2", true},
		{"1~rc1", ">=", "1", false}, {"1", "<>", "1", false},
	} {
		if got := Satisfies(tt.version, tt.op, tt.bound); got != tt.want {
			t.Errorf("%s %s %s: %v", tt.version, tt.op, tt.bound, got)
		}
	}
}
