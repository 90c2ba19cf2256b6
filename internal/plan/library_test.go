package plan

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// need skips the test where a program is missing, and fails it in continuous
// integration.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err == nil {
			continue
		}
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is needed", p)
		}
		t.Skipf("%s is not installed", p)
	}
}

// compiled runs the step that compiles what an environment needs, on this
// machine, and returns its output.
func compiled(t *testing.T, axes ...string) string {
	t.Helper()
	need(t, "gcc", "localedef")
	p := variedPlan(t, pins(t, "gcc", "libc-bin"), axes...)
	s, ok := p.Step(helperStep("distribution.debian"))
	if !ok {
		t.Fatal("nothing is compiled")
	}
	tools, out := t.TempDir(), t.TempDir()
	script := ""
	for _, f := range s.Files {
		text := strings.NewReplacer(ToolsDir+"/", tools+"/", ToolsDir+" ", tools+" ").Replace(f.Content)
		if f.Path == ownScript {
			script = text
		}
		if err := os.WriteFile(filepath.Join(tools, filepath.Base(f.Path)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("sh", "-euc", script)
	cmd.Env = append(os.Environ(), "OUT="+out, "LC_ALL=C")
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return out
}

// TestLibraryTakesOnlyWhatIsVaried lists what the library takes from the C
// library, for each axis alone.
func TestLibraryTakesOnlyWhatIsVaried(t *testing.T) {
	for axis, want := range map[string]string{
		"clock": "__fxstat __fxstat64 __fxstatat __fxstatat64 __lxstat __lxstat64 __xstat __xstat64 clock_gettime clock_nanosleep " +
			"fstat fstat64 fstatat fstatat64 futimens futimes futimesat gettimeofday lstat lstat64 lutimes pthread_cond_timedwait " +
			"pthread_mutex_timedlock sem_timedwait stat stat64 statx time timespec_get utime utimensat utimes",
		"kernel":    "uname",
		"machine":   "uname",
		"cpu-count": "get_nprocs get_nprocs_conf sched_getaffinity sysconf",
		"directory-order": "closedir fts_open readdir readdir64 readdir64_r readdir_r rewinddir scandir scandir64 scandirat " +
			"seekdir telldir",
	} {
		f, err := elf.Open(filepath.Join(compiled(t, axis), "vary.so"))
		if err != nil {
			t.Fatal(err)
		}
		symbols, err := f.DynamicSymbols()
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		var taken []string
		for _, s := range symbols {
			if s.Section != elf.SHN_UNDEF && elf.ST_BIND(s.Info) == elf.STB_GLOBAL {
				taken = append(taken, s.Name)
			}
		}
		slices.Sort(taken)
		if got := strings.Join(taken, " "); got != want {
			t.Errorf("%s takes %s, want %s", axis, got, want)
		}
	}
}

// TestLibraryBehaves runs a program that relies on what POSIX says, and
// programs that builds are made of, under the whole library.
func TestLibraryBehaves(t *testing.T) {
	out := compiled(t, AxisNames()...)
	dir := t.TempDir()
	behave := filepath.Join(dir, "behave")
	if text, err := exec.Command("gcc", "-O2", "-Wall", "-o", behave, "testdata/vary/behave.c", "-pthread").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	under := func(name string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), name, args...)
		cmd.WaitDelay = time.Minute
		cmd.Env = append(os.Environ(), "LD_PRELOAD="+filepath.Join(out, "vary.so"), "LC_ALL="+varyLocale, "LOCPATH="+filepath.Join(out, "locale"))
		cmd.Dir = dir
		text, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("%s %v: %v\n%s", name, args, err, text)
		}
		return string(text)
	}
	if got := under(behave, dir); got != "" {
		t.Errorf("under the library:\n%s", got)
	}
	makefile := "all: a b c\n%:\n\t@touch $@\n"
	if err := os.WriteFile(filepath.Join(dir, "Makefile"), []byte(makefile), 0o644); err != nil {
		t.Fatal(err)
	}
	under("make", "-j9")
	if got := under("make"); !strings.Contains(got, "all") || strings.Contains(got, "skew") {
		t.Errorf("make again: %s", got)
	}
	if got := under("bash", "-c", `shopt -s nullglob; set -- [abc]; echo $#; printf "%(%Y)T" -1`); !strings.HasPrefix(got, "3\n") {
		t.Errorf("bash: %q", got)
	}
	if got := under("perl", "-e", `use POSIX; print setlocale(LC_ALL, ""), " ", abs(time - (stat "a")[9]) < 600 ? "the same clock" : "another"`); got != varyLocale+" the same clock" {
		t.Errorf("perl: %q", got)
	}
	under("gcc", "-E", "-x", "c", "/dev/null")
	if got := under(filepath.Join(out, "launch"), "/bin/cat", "/proc/self/personality"); got != "00040000\n" {
		t.Errorf("the launcher gives personality %q", got)
	}
}
