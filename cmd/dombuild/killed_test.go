package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/killtest"
)

// killedat DIR ARGS… runs dombuild ARGS… again and again, and kills it before
// its first change of a file, its second one, and so on, until it ends by
// itself. Each time DIR has to be a whole export or nothing. After each fourth
// time the same command runs undisturbed, and leaves nothing else beside DIR.
func cmdKilledAt(ts *script, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killedat DIR ARGS…")
	}
	program, err := exec.LookPath("dombuild")
	ts.Check(err)
	var env []string
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "DOMBUILD_STORE", "TMPDIR", "PATH"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	dir := ts.MkAbs(args[0])
	argv := append([]string{program, "-C", ts.MkAbs(".")}, args[1:]...)
	for n := 1; ; n += killtest.Stride() {
		call, state, err := killtest.Run(argv, env, n)
		ts.Check(err)
		if call.Name == "" && state.ExitStatus() != 0 {
			ts.Fatalf("it ended by itself with %d", state.ExitStatus())
		}
		wholeExport(ts, dir)
		if n%4 == 0 || call.Name == "" {
			ts.Check(ts.Exec("dombuild", args[1:]...))
			wholeExport(ts, dir)
			beside, err := os.ReadDir(filepath.Dir(dir))
			ts.Check(err)
			if len(beside) != 1 {
				ts.Fatalf("killed before change %d, %s: beside %s there is something else", n, call.Name, dir)
			}
		}
		if call.Name == "" {
			ts.Logf("killed at %d moments", n-1)
			return
		}
		if n%2 == 0 {
			ts.Check(os.RemoveAll(dir)) // published anew, not exchanged
		}
	}
}

// wholeExport checks that a directory is not there, or holds what its record says.
func wholeExport(ts *script, dir string) {
	if _, err := os.Lstat(dir); os.IsNotExist(err) {
		return
	}
	rec, err := build.ReadRecord(dir)
	ts.Check(err)
	ts.Check(build.VerifyExport(context.Background(), dir, rec))
}
