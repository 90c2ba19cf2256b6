package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
)

// serve DIR serves a directory on the loopback interface, and has the user's
// configuration name it as the mirror of the distribution "fedora".
func cmdServe(ts *script, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve DIR")
	}
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(server.Close)
	config := filepath.Join(ts.Getenv("XDG_CONFIG_HOME"), "dombuild", "config.hcl")
	text, err := os.ReadFile(config)
	ts.Check(err)
	text = append(text, "mirror \"fedora\" {\n  urls = [\""+server.URL+"/$repository/$releasever\"]\n}\n"...)
	ts.Check(os.WriteFile(config, text, 0o600))
}
