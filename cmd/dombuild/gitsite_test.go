package main

import (
	"net/http/httptest"
	"path/filepath"

	"github.com/dombuild/dombuild/internal/archivetest"
)

// gitsite DIR serves the repositories below DIR, and the files that git LFS keeps
// in DIR/lfs under their SHA-256; $GIT is the address.
func cmdGitsite(ts *script, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gitsite DIR")
	}
	dir := ts.MkAbs(args[0])
	h, err := archivetest.GitServer(dir)
	ts.Check(err)
	s := httptest.NewServer(archivetest.LFSServer(filepath.Join(dir, "lfs"), h))
	ts.Defer(s.Close)
	ts.Setenv("GIT", s.URL)
}
