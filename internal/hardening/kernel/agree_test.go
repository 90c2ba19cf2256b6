package kernel

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oracleVerdict is one line of what kernel-hardening-checker says.
type oracleVerdict struct {
	Option string `json:"option_name"`
	Want   string `json:"desired_val"`
	OK     bool   `json:"check_result_bool"`
}

func (o oracleVerdict) id() string {
	if member, ok := strings.CutPrefix(o.Want, "*"); ok {
		return "kernel-config:" + o.Option + ":" + strings.TrimSuffix(member, "*")
	}
	return "kernel-config:" + o.Option
}

// compare says how our verdicts relate to the oracle's: how many pairs there
// are of each kind, and what contradicts. An option that the version does not
// have fails for the oracle, and is not-applicable or unknown for us.
func compare(oracle []oracleVerdict, checks []Check) (pairs map[string]int, contradictions []string) {
	pairs = map[string]int{}
	for _, o := range oracle {
		i := slices.IndexFunc(checks, func(c Check) bool { return c.Rule == o.id() })
		if i < 0 {
			contradictions = append(contradictions, "no rule for "+o.id())
			continue
		}
		c := checks[i]
		if o.OK != (c.Status == Proved) {
			contradictions = append(contradictions, fmt.Sprintf("%s: the oracle says %v, we %s: %s", c.Rule, o.OK, c.Status, c.Evidence))
		}
		if o.OK {
			pairs["ok"]++
		} else {
			pairs["fail, "+string(c.Status)]++
		}
	}
	return pairs, contradictions
}

// TestAgreesWithOracle compares with verdicts of kernel-hardening-checker that
// were recorded once; TestOracle compares with the program.
func TestAgreesWithOracle(t *testing.T) {
	files, err := filepath.Glob("testdata/*.oracle")
	if err != nil || len(files) < 4 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var oracle []oracleVerdict
		for line := range strings.Lines(string(text)) {
			if f := strings.Fields(line); f[0] != "#" {
				oracle = append(oracle, oracleVerdict{f[0], f[1], f[2] == "ok"})
			}
		}
		pairs, contradictions := compare(oracle, judgeText(t, strings.TrimSuffix(file, "oracle")+"config"))
		if len(oracle) < 200 || pairs["ok"] < 100 || pairs["fail, refuted"] < 50 {
			t.Errorf("%s: compared only %d: %v", file, len(oracle), pairs)
		}
		for _, c := range contradictions {
			t.Errorf("%s: %s", file, c)
		}
	}
}
