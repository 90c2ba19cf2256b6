package prove

import "testing"

// TestFHardened judges units by what gcc 14.2.0 of Debian 13 wrote into them:
// of -fhardened it records the flag itself and none that it stands for; one of
// those that is given beside it is left as it was given.
func TestFHardened(t *testing.T) {
	const before, after = "GNU C17 14.2.0 -mtune=generic -march=x86-64 -g ", " -fasynchronous-unwind-tables"
	debian := &vendors{[]string{"GCC: (Debian 14.2.0-19) 14.2.0"}}
	for _, tt := range []struct {
		switches               string
		protector, clash, var0 Status
		optimised              bool
	}{
		{"-O2", Refuted, Refuted, Refuted, true},
		{"-O2 -fhardened", Proved, Proved, Proved, true},
		{"-fhardened", Proved, Proved, Proved, false},
		{"-O0 -fhardened", Proved, Proved, Proved, false},
		{"-O2 -fno-hardened", Refuted, Refuted, Refuted, true}, // -fhardened before it is not recorded
		{"-O2 -fhardened -fno-stack-protector", Refuted, Proved, Proved, true},
		{"-O2 -fno-stack-protector -fhardened", Refuted, Proved, Proved, true},
		{"-O2 -fhardened -fstack-protector", Refuted, Proved, Proved, true},
		{"-O2 -fhardened -fno-stack-clash-protection", Proved, Refuted, Proved, true},
		{"-O2 -fhardened -ftrivial-auto-var-init=uninitialized", Proved, Proved, Refuted, true},
		{"-O2 -fhardened -ftrivial-auto-var-init=pattern", Proved, Proved, Proved, true},
	} {
		u := &unit{name: "a.c", producer: before + tt.switches + after, language: langC11}
		p := parseProducer(u)
		for _, rule := range []struct {
			flag *flag
			want Status
		}{{&stackProtector, tt.protector}, {&stackClash, tt.clash}, {&autoVarInit, tt.var0}} {
			ta := &tally{}
			ta.add(rule.flag, u, p, debian)
			if (ta.yes == 1) != (rule.want == Proved) || (ta.no == 1) != (rule.want == Refuted) {
				t.Errorf("%s: %s is not %s: %+v", tt.switches, rule.flag.name, rule.want, ta)
			}
		}
		if optimised(p.switches) != tt.optimised {
			t.Errorf("%s: optimised is not %v, without which -fhardened gives no FORTIFY", tt.switches, tt.optimised)
		}
	}
}
