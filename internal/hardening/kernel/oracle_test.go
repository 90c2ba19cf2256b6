//go:build oracle

package kernel

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestOracle compares every verdict with kernel-hardening-checker's. It needs
// KERNEL_HARDENING_CHECKER, the program, and KCONFIGS, a directory of
// configurations, and is run by hand:
//
//	go test -tags oracle -run TestOracle -v ./internal/hardening/kernel
func TestOracle(t *testing.T) {
	program, dir := os.Getenv("KERNEL_HARDENING_CHECKER"), os.Getenv("KCONFIGS")
	if program == "" || dir == "" {
		t.Fatal("KERNEL_HARDENING_CHECKER and KCONFIGS must be set")
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no configurations in %s: %v", dir, err)
	}
	sum, verdicts := map[string]int{}, 0
	for _, file := range files {
		out, err := exec.Command(program, "-m", "json", "-c", file).Output()
		if err != nil {
			t.Fatalf("%s on %s: %v", program, file, err)
		}
		var oracle []oracleVerdict
		if err := json.Unmarshal(out, &oracle); err != nil {
			t.Fatalf("reading the oracle's verdict on %s: %v", file, err)
		}
		pairs, contradictions := compare(oracle, judgeText(t, file))
		for _, c := range contradictions {
			t.Errorf("%s: %s", filepath.Base(file), c)
		}
		for k, n := range pairs {
			sum[k] += n
		}
		verdicts += len(oracle)
		t.Logf("%-60s %v", filepath.Base(file), pairs)
	}
	t.Logf("%d configurations, %d verdicts: %v", len(files), verdicts, sum)
}
