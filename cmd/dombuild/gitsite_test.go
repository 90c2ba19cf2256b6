package main

import (
	"net/http/httptest"

	"github.com/dombuild/dombuild/internal/archivetest"
)

// gitsite DIR serves the repositories below DIR; $GIT is the address.
func cmdGitsite(ts *script, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: gitsite DIR")
	}
	dir := ts.MkAbs(args[0])
	h, err := archivetest.GitServer(dir)
	ts.Check(err)
	s := httptest.NewServer(h)
	ts.Defer(s.Close)
	ts.Setenv("GIT", s.URL)
}
