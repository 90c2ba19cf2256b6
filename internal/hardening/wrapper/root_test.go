package wrapper

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// need skips the test where a program is missing, and fails it in continuous
// integration.
func need(t testing.TB, programs ...string) {
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

// built is the compiled wrapper, made once.
var built = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "wrapper")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return compile(dir, "-Wall -Wextra -Werror")
})

func compile(dir, flags string) ([]byte, error) {
	files, err := Sources()
	if err != nil {
		return nil, err
	}
	files["build.sh"] = BuildScript
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("sh", "build.sh", ".", "wrapper")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "WRAPPER_FLAGS="+flags)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, "wrapper"))
}

// root is a copy of the machine's root with wrapped compilers, for one script.
type root struct {
	config  Config
	files   map[string]string // in the build directory, before the script
	build   string            // path of the build directory in the root; "" is /build
	wrapper []byte            // nil: built
	fails   bool              // the script may fail
}

// result is what a script left.
type result struct {
	log       *Log
	index     *Index
	raw       []byte // the log as written
	output    string // of the script
	dir       string // the build directory, from outside
	installed string
}

// userspace is the configuration of an ordinary profile.
func userspace() Config {
	compile := []string{
		"-O2", "-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection", "-ftrivial-auto-var-init=zero",
		"-fno-strict-overflow", "-fno-delete-null-pointer-checks", "-Wformat", "-Werror=format-security",
	}
	return Config{
		Base: "/build", Toolchain: []string{"/usr/", "/lib"}, Optimise: Optimise(compile),
		Rules: Rules(Flags{
			Compile: compile, Define: []string{"-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3"},
			Link: []string{"-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack"}, PIE: true, StaticPIE: true,
		}),
	}
}

// run executes a shell script in the root's build directory.
func (r root) run(t testing.TB, script string) *result {
	t.Helper()
	need(t, "gcc", "g++", "make", "unshare", "mount", "chroot")
	dir, err := os.MkdirTemp("", "wrapper") // not t.TempDir: mount parts options at commas
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	wrapper := r.wrapper
	if wrapper == nil {
		if wrapper, err = built(); err != nil {
			t.Fatalf("compiling the wrapper: %v", err)
		}
	}
	conf, err := r.config.Format()
	if err != nil {
		t.Fatal(err)
	}
	build := r.build
	if build == "" {
		build = "/build"
	}
	write(t, dir, map[string]string{"wrapper": string(wrapper), "conf": string(conf), "script": script, "install.sh": InstallScript})
	for _, d := range []string{"build", "log"} {
		if err := os.Mkdir(filepath.Join(dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "build"), r.files)
	enter, err := filepath.Abs("testdata/enter.sh")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"--mount", "sh", enter, dir, filepath.Join(dir, "install.sh")}
	if os.Getuid() != 0 {
		args = append([]string{"--user", "--map-root-user"}, args...)
	}
	cmd := exec.Command("unshare", args...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "LC_ALL=C", "TMPDIR=/tmp", "BUILD=" + build}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil && !r.fails {
		t.Fatalf("%v\n%s", err, out.String())
	}
	res := &result{output: out.String(), dir: filepath.Join(dir, "build"), log: new(Log)}
	res.raw, _ = os.ReadFile(filepath.Join(dir, "log", LogName)) // a script that calls nothing leaves none
	if res.log, err = Parse(bytes.NewReader(res.raw)); err != nil {
		t.Fatalf("%v\n%s", err, res.raw)
	}
	if !bytes.Equal(res.log.Format(), res.raw) {
		t.Error("Format is not the inverse of Parse")
	}
	left, _ := os.ReadDir(filepath.Join(dir, "log"))
	if len(left) > 1 {
		t.Errorf("temporary files left in the log's directory: %v", left)
	}
	installed, err := os.ReadFile(filepath.Join(dir, "installed"))
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	res.installed = string(installed)
	res.index = res.log.Index()
	return res
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		mode := os.FileMode(0o644)
		if strings.HasSuffix(name, ".sh") || name == "wrapper" {
			mode = 0o755
		}
		if err := os.WriteFile(p, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// shell runs a script outside any root and returns its output.
func shell(t testing.TB, dir, script string) string {
	t.Helper()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}
