package profile

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFHardened: the default profile asks for all that -fhardened stands for,
// and a smaller one says what it leaves out.
func TestFHardened(t *testing.T) {
	p, _ := Lookup(Default)
	if got := p.Equivalences(Compiler{Architecture: "amd64", GCC: 13}); got != nil {
		t.Errorf("gcc 13 does not know it: %+v", got)
	}
	want := []Equivalence{{Flag: FHardened, Rules: fhardenedRules}}
	if diff := cmp.Diff(want, p.Equivalences(Compiler{Architecture: "amd64", GCC: 14})); diff != "" {
		t.Error(diff)
	}
	arm := p.Equivalences(Compiler{Architecture: "arm64", GCC: 14})
	if len(arm) != 1 || len(arm[0].Rules) != len(fhardenedRules)-1 || arm[0].Without != nil {
		t.Errorf("arm64 has no -fcf-protection: %+v", arm)
	}
	small := p.Without([]string{"cet", "now"}).Equivalences(Compiler{Architecture: "amd64", GCC: 14})
	if len(small) != 1 || !cmp.Equal(small[0].Without, []string{"now", "cet"}) {
		t.Errorf("%+v", small)
	}
	if k, _ := Lookup("kernel"); k.Equivalences(Compiler{GCC: 14}) != nil {
		t.Error("a profile without flags stands for nothing")
	}
}
