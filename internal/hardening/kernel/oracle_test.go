//go:build oracle

package kernel

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/kconfig"
)

// TestOracle compares every verdict with kernel-hardening-checker's. It needs
// KERNEL_HARDENING_CHECKER, the program, and KCONFIGS, a directory of
// configurations, and is run by hand:
//
//	go test -tags oracle -run Oracle -v ./internal/hardening/kernel
func TestOracle(t *testing.T) {
	program, dir := os.Getenv("KERNEL_HARDENING_CHECKER"), os.Getenv("KCONFIGS")
	if program == "" || dir == "" {
		t.Fatal("KERNEL_HARDENING_CHECKER and KCONFIGS must be set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no configurations in %s: %v", dir, err)
	}
	var sum tally
	for _, f := range files {
		one := compareWithOracle(t, program, f)
		t.Logf("%-60s %s", filepath.Base(f), one)
		sum.add(one)
	}
	t.Logf("%d configurations: %s", len(files), sum)
}

// tally counts pairs of verdicts: ours and the oracle's.
type tally struct{ okProved, failRefuted, failNA, failUnknown, ours, disagree, missing int }

func (a *tally) add(b tally) {
	a.okProved += b.okProved
	a.failRefuted += b.failRefuted
	a.failNA += b.failNA
	a.failUnknown += b.failUnknown
	a.ours += b.ours
	a.disagree += b.disagree
	a.missing += b.missing
}

func (a tally) String() string {
	return fmt.Sprintf("OK=proved %d, FAIL=refuted %d, FAIL and not-applicable %d, FAIL and unknown %d, only ours %d, disagree %d, only the oracle's %d",
		a.okProved, a.failRefuted, a.failNA, a.failUnknown, a.ours, a.disagree, a.missing)
}

type oracleVerdict struct {
	Option string `json:"option_name"`
	Want   string `json:"desired_val"`
	Result string `json:"check_result"`
	OK     bool   `json:"check_result_bool"`
}

func (o oracleVerdict) id() string {
	if member, ok := strings.CutPrefix(o.Want, "*"); ok {
		return "kernel-config:" + o.Option + ":" + strings.TrimSuffix(member, "*")
	}
	return "kernel-config:" + o.Option
}

func compareWithOracle(t *testing.T, program, file string) (n tally) {
	out, err := exec.Command(program, "-m", "json", "-c", file).Output()
	if err != nil {
		t.Fatalf("%s on %s: %v", program, file, err)
	}
	var oracle []oracleVerdict
	if err := json.Unmarshal(out, &oracle); err != nil {
		t.Fatalf("reading the oracle's verdict on %s: %v", file, err)
	}
	checks := judgeFile(t, file)
	for _, o := range oracle {
		i := slices.IndexFunc(checks, func(c Check) bool { return c.Rule == o.id() })
		if i < 0 {
			n.missing++
			t.Errorf("%s: no rule for %s=%s", file, o.Option, o.Want)
			continue
		}
		switch c := checks[i]; {
		case o.OK && c.Status == Proved:
			n.okProved++
		case !o.OK && c.Status == Refuted:
			n.failRefuted++
		case !o.OK && c.Status == NotApplicable:
			n.failNA++
		case !o.OK && c.Status == Unknown:
			n.failUnknown++
		default:
			n.disagree++
			t.Errorf("%s: %s: oracle %q, ours %s %q", filepath.Base(file), c.Rule, o.Result, c.Status, c.Evidence)
		}
	}
	n.ours = len(checks) + n.missing - len(oracle)
	return n
}

func judgeFile(t *testing.T, file string) []Check {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	h, ok := parseHeader(text)
	if !ok {
		t.Fatalf("%s has no header", file)
	}
	c, err := kconfig.ParseConfig(file, text)
	if err != nil {
		t.Fatal(err)
	}
	return Judge(c, h.kind, h.version, ArchOf(c))
}
