package kernel

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// ownParameters are recommendations that kernel-hardening-checker does not have.
var ownParameters = []string{
	"kernel-cmdline:kvm.nx_huge_pages", "kernel-cmdline:noexec", "kernel-cmdline:ibt",
}

// meant are parameters that kernel-hardening-checker wants given, and we take
// for good when they are not, with the reason. So it is with all that "is not
// off": mitigations that are on when nothing is said of them.
var meant = map[string]string{
	"hardened_usercopy": "before 6.15 there is no HARDENED_USERCOPY_DEFAULT_ON, which it asks for: HARDENED_USERCOPY always checks",
	"cfi":               "on by default; that kCFI is taken is a rule about the configuration",
}

// TestParametersAgree: what kernel-hardening-checker recommends for a parameter
// that we know too is proved by our rule, and its contrary is not; where nothing
// is given, the configuration decides alike, but for what is meant.
func TestParametersAgree(t *testing.T) {
	text, err := os.ReadFile("testdata/parameters.table")
	if err != nil {
		t.Fatal(err)
	}
	debian := &Found{Kind: Linux, Arch: X8664, Where: "testdata/debian-6.12-amd64.config"}
	if debian.Text, err = os.ReadFile(debian.Where); err != nil {
		t.Fatal(err)
	}
	debian.Version = "6.12"
	compared := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if f[0] == "#" {
			continue
		}
		rules := Sysctls()
		if f[0] == "cmdline" {
			rules = Parameters(Linux)
		}
		i := slices.IndexFunc(rules, func(p Parameter) bool { return p.Name == f[1] })
		if i < 0 {
			continue
		}
		compared[rules[i].ID()] = true
		agrees(t, rules[i], f[2])
		unset, evidence := rules[i].judge(nil, debian)
		if f[3] == "ok" && unset == Refuted || f[3] == "fail" && unset == Proved && f[2] != "is_not_off" && meant[f[1]] == "" {
			t.Errorf("%s: %s where nothing is given, %q", line, unset, evidence)
		}
	}
	for _, p := range append(Parameters(Linux), Sysctls()...) {
		if own := slices.Contains(ownParameters, p.ID()); compared[p.ID()] == own {
			t.Errorf("%s: compared %v, our own %v", p.ID(), compared[p.ID()], own)
		}
	}
	if len(compared) < 55 {
		t.Errorf("compared only %d", len(compared))
	}
}

// agrees holds one rule against what is recommended.
func agrees(t *testing.T, p Parameter, wanted string) {
	t.Helper()
	judge := func(settings ...Setting) Status {
		status, _ := p.judge(settings, nil)
		return status
	}
	given := func(value string) Status { return judge(Setting{p.Name, value, "here"}) }
	var good, bad Status
	switch wanted {
	case "is_not_set":
		good, bad = judge(), given("")
	case "is_not_off":
		good, bad = given("on"), given("off")
	case "is_present":
		good, bad = given(""), Refuted
	default:
		good, bad = given(wanted), given("off")
		if p.Kind == "" {
			bad = given("-7")
		}
	}
	if p.Name == "debugfs" { // off is what is recommended
		bad = given("on")
	}
	if good != Proved || bad == Proved {
		t.Errorf("%s %s: %s where it is as recommended, %s where it is not", p.ID(), wanted, good, bad)
	}
}
