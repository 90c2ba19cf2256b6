package prove

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bench is a directory in which a test writes sources and runs compilers.
type bench struct {
	t   *testing.T
	dir string
}

// newBench wants gcc, whose output is what the package is about.
func newBench(t *testing.T) *bench {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("gcc is missing: apt-get install gcc libc6-dev")
		}
		t.Skip("gcc is missing")
	}
	t.Parallel()
	return &bench{t, t.TempDir()}
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// run runs commands, one a line, in the directory.
func (b *bench) run(commands string) {
	b.t.Helper()
	for _, line := range strings.Split(strings.TrimSpace(commands), "\n") {
		args := strings.Fields(line)
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "LC_ALL=C", "CFLAGS=", "GCC_COLORS=")
		if out, err := cmd.CombinedOutput(); err != nil {
			b.t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
}

func (b *bench) prove(name string, opt Options) File {
	b.t.Helper()
	f, err := proveFile(filepath.Join(b.dir, name), opt)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func proveFile(path string, opt Options) (File, error) {
	f, err := os.Open(path)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return File{}, err
	}
	return Prove(filepath.Base(path), f, st.Size(), opt), nil
}

// expect compares statuses; wanted is "rule=status", with an optional
// "~text" that a line of the evidence must have.
func expect(t *testing.T, f File, typ Type, wanted ...string) {
	t.Helper()
	if f.Type != typ {
		t.Errorf("%s is %q, not %q", f.Path, f.Type, typ)
	}
	for _, w := range wanted {
		rule, status, _ := strings.Cut(w, "=")
		status, text, _ := strings.Cut(status, "~")
		c, ok := f.Check(rule)
		if !ok {
			t.Fatalf("there is no rule %q", rule)
		}
		if string(c.Status) != status {
			t.Errorf("%s: %s is %s, not %s: %q", f.Path, rule, c.Status, status, c.Evidence)
		}
		if text != "" && !strings.Contains(strings.Join(c.Evidence, "\n"), text) {
			t.Errorf("%s: evidence for %s %q does not say %q", f.Path, rule, c.Evidence, text)
		}
		if len(c.Evidence) == 0 {
			t.Errorf("%s: no evidence for %s", f.Path, rule)
		}
	}
}

const helloC = `
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
	char b[64];
	strcpy(b, argv[0]);
	printf("%s %d\n", b, argc);
	return 0;
}
`

// freeC needs no C library, so that -m32 works everywhere.
const freeC = `
int twice(int n) { return 2 * n; }
void _start(void) { for (;;) twice(1); }
`

// full are the flags that every rule on compilers asks for.
const full = "-O2 -g -fstack-protector-strong -fstack-clash-protection -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr -fno-strict-overflow -D_FORTIFY_SOURCE=3 -fcf-protection"
