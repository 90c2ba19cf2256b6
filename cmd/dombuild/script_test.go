package main

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dombuild/dombuild/internal/archivetest"
)

// TestMain makes the test binary what the program is: dombuild. In the sandbox
// it is the container runtime and the probe, as every program with that package.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dombuild": main})
}

// TestScripts runs testdata/script: the whole program, against an archive on
// the loopback interface and in the real sandbox. What the scripts find in
// their directory is in setup, the commands they have are in commands_test.go.
func TestScripts(t *testing.T) {
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must run this test as root")
		}
		t.Skip("containers need root")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if !static(t, self) {
		t.Fatal("the test binary runs in the sandbox and has to be static: run the tests with CGO_ENABLED=0")
	}
	tools := toolDebs(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               func(env *testscript.Env) error { return setup(env, tools) },
		Cmds:                commands,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		TestWork:            os.Getenv("DOMBUILD_TEST_WORK") != "",
	})
}

// static says whether a program needs no loader.
func static(t *testing.T, name string) bool {
	t.Helper()
	f, err := elf.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			return false
		}
	}
	return true
}

// busybox finds the static busybox that is the toolchain of the tests.
func busybox(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"/bin/busybox", "/usr/bin/busybox"} {
		if _, err := os.Stat(name); err == nil && static(t, name) {
			return name
		}
	}
	t.Fatal("there is no static busybox in /bin or /usr/bin: on Debian install busybox-static (make testdeps)")
	return ""
}

// toolDebs makes the packages of the archive. gcc and perl only leave the
// files that the clock of check and the packing of an initramfs are to leave.
var toolDebs = func() func(t *testing.T) []archivetest.Deb {
	var once sync.Once
	var debs []archivetest.Deb
	return func(t *testing.T) []archivetest.Deb {
		once.Do(func() { debs = makeDebs(t) })
		return debs
	}
}()

func makeDebs(t *testing.T) []archivetest.Deb {
	name := busybox(t)
	program, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	list, err := exec.Command(name, "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	entries := []archivetest.Entry{{Path: "./usr/bin/"}, {Path: "./usr/bin/busybox", Text: string(program), Mode: 0o755}}
	for _, applet := range strings.Fields(string(list)) {
		if applet != "busybox" {
			entries = append(entries, archivetest.Entry{Path: "./usr/bin/" + applet, Link: "busybox"})
		}
	}
	tool := func(name, version, script string) archivetest.Deb {
		return archivetest.Deb{Name: name, Version: version, Fields: "Depends: busybox", Entries: []archivetest.Entry{
			{Path: "./usr/bin/"}, {Path: "./usr/bin/" + name, Text: "#!/bin/sh\n" + script, Mode: 0o755}}}
	}
	return []archivetest.Deb{
		{Name: "busybox", Version: "1.36-1", Fields: "Essential: yes", Entries: entries, Compress: ".gz"},
		tool("gcc", "12-1", "while [ $# -gt 0 ]; do [ \"$1\" = -o ] && echo object > \"$2\"; shift; done; exit 0\n"),
		tool("perl", "5.36-1", "cd \"$INPUTS\" && find . -type f | grep -v /boot/ | sort | xargs cat\n"),
		tool("tool", "1.0-1", "echo tool 1.0\n"),
		{Name: "broken", Fields: "Depends: nowhere (>= 2)"},
	}
}

// baseRecipe is beside the recipe of every script.
const baseRecipe = `recipe "tiny" {
  version           = "1"
  source_date_epoch = 1735689600
  jobs              = 2
}

distribution "debian" {
  suite   = "bookworm"
  keyring = "keys/archive.gpg"
}

toolchain "base" {
  from     = distribution.debian
  packages = ["busybox"]
}
`

type archiveKey struct{}

// setup gives a script an archive of its own, a user with a configuration
// that names it, a store, and base.hcl with the keyring beside it.
func setup(env *testscript.Env, tools []archivetest.Deb) error {
	a := archivetest.New()
	a.Add(tools...)
	// not compressed: busybox's tar has to be told how
	a.AddSource("hello", "2.10-1", map[string][]byte{"hello_2.10.orig.tar": archivetest.Tar([]archivetest.Entry{
		{Path: "hello-2.10/"}, {Path: "hello-2.10/hello.txt", Text: "hello\n"}})})
	a.AddFile("extra/notes.txt", []byte("notes\n"))
	a.AddFile("go/example.org/!own/@v/v1.0.0.mod", []byte("module example.org/Own\n"))
	a.Publish(time.Now().AddDate(0, 0, -7))
	url := a.Start()
	env.Defer(a.Close)
	env.Values[archiveKey{}] = a
	at := func(name string) string { return filepath.Join(env.WorkDir, name) }
	env.Setenv("HOME", at("home"))
	env.Setenv("XDG_CONFIG_HOME", at("home/.config"))
	env.Setenv("DOMBUILD_STORE", at("store"))
	env.Setenv("TMPDIR", at("tmp"))
	env.Setenv("MIRROR", url)
	env.Setenv("STATIC", "--vary-none=locale,clock,directory-order,cpu-count,kernel,aslr") // what busybox, a static program, cannot vary
	dombuild, err := exec.LookPath("dombuild")
	if err != nil {
		return err
	}
	env.Setenv("DOMBUILD", dombuild)
	for name, text := range map[string]string{
		"home/.config/dombuild/config.hcl": fmt.Sprintf("mirror \"debian\" {\n  urls = [%q]\n}\n", url),
		"keys/archive.gpg":                 string(a.Keyring()),
		"base.hcl":                         baseRecipe,
	} {
		if err := os.MkdirAll(filepath.Dir(at(name)), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(at(name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	env.Defer(func() { unmountBelow(env.WorkDir) })
	return os.Mkdir(at("tmp"), 0o755)
}
