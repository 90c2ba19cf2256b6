package profile

import "slices"

// FHardened is the flag of gcc, from version 14, that stands for a set of
// others. Beside flags of its set it adds nothing and warns (-Whardened), which
// ends a build with -Werror; the profile gives the flags themselves, which every
// compiler knows and which show in the record of a call one by one.
const FHardened = "-fhardened"

// fhardenedGCC is the first major version of gcc that knows FHardened.
const fhardenedGCC = 14

// fhardenedRules are the rules whose flags FHardened stands for, after the
// manual of gcc 14: -D_FORTIFY_SOURCE=3, -D_GLIBCXX_ASSERTIONS,
// -ftrivial-auto-var-init=zero, -fPIE -pie -Wl,-z,relro,-z,now,
// -fstack-protector-strong, -fstack-clash-protection and, on x86,
// -fcf-protection=full.
var fhardenedRules = []string{"pie", "relro", "now", "stack-protector", "stack-clash", "fortify", "cet", "auto-var-init", "glibcxx-assertions"}

// Equivalence says of a flag that stands for a set of others what the profile
// asks for in its place.
type Equivalence struct {
	Flag    string   `json:"flag"`
	Rules   []string `json:"rules"`             // of the profile, that stand for it
	Without []string `json:"without,omitempty"` // rules that the profile does not have; empty: nothing is lost without the flag
}

// Equivalences returns what a profile has in the place of FHardened, if the
// compiler knows that.
func (p Profile) Equivalences(c Compiler) []Equivalence {
	if c.GCC < fhardenedGCC || !p.SetsFlags() {
		return nil
	}
	active, _ := p.Active(c)
	e := Equivalence{Flag: FHardened}
	for _, id := range fhardenedRules {
		r := rule(id)
		switch {
		case len(r.Architectures) > 0 && !slices.Contains(r.Architectures, c.Architecture): // nor has gcc it there
		case slices.ContainsFunc(active, func(a Rule) bool { return a.ID == id }):
			e.Rules = append(e.Rules, id)
		default:
			e.Without = append(e.Without, id)
		}
	}
	return []Equivalence{e}
}

func rule(id string) Rule {
	all := shipped().Rules
	return all[slices.IndexFunc(all, func(r Rule) bool { return r.ID == id })]
}
