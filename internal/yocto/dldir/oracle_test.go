package dldir

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// TestOracle: BitBake itself, without a network, is content with an exported
// DL_DIR, and the stamp is the one that it writes. BITBAKE is its checkout.
func TestOracle(t *testing.T) {
	bitbake := os.Getenv("BITBAKE")
	if bitbake == "" {
		t.Skip("DL_DIR NOT TRIED WITH BITBAKE: set BITBAKE (its checkout) to try it")
	}
	st, l := prepared(t, right())
	dir := t.TempDir()
	if _, err := Export(t.Context(), st, l, dir, nil); err != nil {
		t.Fatal(err)
	}
	fetch := func() string {
		out, err := exec.CommandContext(t.Context(), "python3", "testdata/fetch.py", bitbake, dir, "https://example.org/a-1.0.tar.gz", l.Files[0].Digest.Encoded()).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return lines[len(lines)-1]
	}
	if got := fetch(); got != "fetched" {
		t.Errorf("BitBake says %q", got)
	}
	file := filepath.Join(dir, l.Files[0].Name)
	ours := stampOf(t, l, file)
	if err := os.Remove(file + ".done"); err != nil {
		t.Fatal(err)
	}
	if got := fetch(); got != "fetched" {
		t.Errorf("without a stamp BitBake says %q", got)
	}
	its, err := os.ReadFile(file + ".done")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(its, []byte("goh1")) && !bytes.Equal(its, ours) {
		t.Errorf("the stamp is\n%q, BitBake's\n%q", ours, its)
	}
	if err := os.WriteFile(file, []byte("tampered"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := fetch(); !strings.HasPrefix(got, "refused") {
		t.Errorf("BitBake takes other bytes: %q", got)
	}
}

func stampOf(t *testing.T, l *pins.Lock, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := newSums()
	if _, err := s.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := s.check(file, l.Files[0], true); err != nil {
		t.Fatal(err)
	}
	return s.stamp()
}
