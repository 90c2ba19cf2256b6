package prove

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// goBuild builds a small program with the machine's go and flags.
func (b *bench) goBuild(output string, flags ...string) {
	b.t.Helper()
	b.write("go.mod", "module example.org/p\n\ngo 1.19\n")
	b.write("main.go", "package main\n\nfunc main() { println(len(\"hello\")) }\n")
	cmd := exec.Command("go", append(append([]string{"build", "-o", output}, flags...), ".")...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.t.Fatalf("go build: %v\n%s", err, out)
	}
}

// TestGoRules: what is judged of Go alone, and what the file tells of its
// compiler.
func TestGoRules(t *testing.T) {
	b := newBench(t)
	b.write("a.c", helloC)
	b.run("gcc -O2 a.c -o c")
	expect(t, b.prove("c", Options{}), PIE, "bounds-checks=not-applicable", "trimpath=not-applicable")
	version := strings.TrimPrefix(runtime.Version(), "go")
	for _, tt := range []struct {
		flags  string
		typ    Type
		wanted []string
		units  bool
	}{
		{"-trimpath -buildmode=pie", PIE, []string{"trimpath=proved~-trimpath", "bounds-checks=proved", "stack-protector=not-applicable"}, true},
		{"-gcflags=-B", Static, []string{"trimpath=refuted~no -trimpath", "bounds-checks=refuted~-B"}, true},
		{"-ldflags=-w", Static, []string{"bounds-checks=unknown~no debug information"}, false},
		{"-ldflags=-w -gcflags=-B", Static, []string{"bounds-checks=refuted~-B"}, false},
	} {
		t.Run(tt.flags, func(t *testing.T) {
			b.goBuild("p", strings.Fields(tt.flags)...)
			f := b.prove("p", Options{})
			expect(t, f, tt.typ, tt.wanted...)
			if len(f.Compilers) != 1 {
				t.Fatalf("compilers %+v", f.Compilers)
			}
			c := f.Compilers[0]
			if c.Language != Go || c.Version != version || c.Units > 0 != tt.units || c.Whole != tt.units {
				t.Errorf("%+v, not of %s", c, version)
			}
		})
	}
}

// TestRust judges a program of rustc.
func TestRust(t *testing.T) {
	b := newBench(t)
	rustc, err := exec.LookPath("rustc")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("rustc is missing: apt-get install rustc")
		}
		t.Skip("rustc is missing")
	}
	b.write("main.rs", "fn main() { println!(\"hello {}\", std::env::args().count()); }\n")
	b.run("rustc -O -Cdebuginfo=1 -Crelocation-model=pie main.rs -o p")
	f := b.prove("p", Options{})
	expect(t, f, PIE, "bounds-checks=not-applicable", "pie=proved")
	out, err := exec.Command(rustc, "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	version := strings.Fields(string(out))[1]
	if len(f.Compilers) != 1 {
		t.Fatalf("compilers %+v", f.Compilers)
	}
	own := false
	for _, crate := range f.Compilers[0].Crates {
		own = own || strings.HasPrefix(crate, "main.")
	}
	if c := f.Compilers[0]; c.Language != Rust || c.Version != version || !own {
		t.Errorf("%+v, not of %s", c, version)
	}
	if left, _ := filepath.Glob(filepath.Join(b.dir, "*.rcgu.o")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}

func TestCrate(t *testing.T) {
	for name, want := range map[string]string{
		"main.rs/@/main.0ed1f30b-cgu.11":  "main.0ed1f30b-cgu.",
		"src/lib.rs/@/a_b.23c6cfcc-cgu.3": "a_b.23c6cfcc-cgu.",
		"main.rs/@/3xk2wstbi5swf1gf":      "",
		"main.c":                          "",
		"/@/-cgu.":                        "-cgu.",
	} {
		if got := crateOf(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
