package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// release is the version of the program; the commit is appended when the
// build knows it.
const release = "0.1.0"

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return release + "+" + s.Value[:12]
		}
	}
	return release
}

func dependency(path string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			if d.Path == path {
				return d.Version
			}
		}
	}
	return "unknown"
}

func (a *app) versionVerb() *cobra.Command {
	return verb("version", "Print the version", cobra.NoArgs, func(context.Context, []string) error {
		doc := struct {
			Schema   string `json:"schema"`
			Version  string `json:"version"`
			BuildKit string `json:"buildkit"`
			Go       string `json:"go"`
			Platform string `json:"platform"`
		}{"dombuild/version/v1", version(), dependency("github.com/moby/buildkit"), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
		return a.print(doc, func(w io.Writer) {
			fmt.Fprintf(w, "dombuild %s (BuildKit %s, %s, %s)\n", doc.Version, doc.BuildKit, doc.Go, doc.Platform)
		})
	})
}

func (a *app) manVerb() *cobra.Command {
	cmd := verb("man DIR", "Write the man pages", cobra.ExactArgs(1), nil)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return writeManPages(cmd.Root(), args[0]) }
	cmd.Hidden = true
	return cmd
}
