package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/recipe"
)

// hostKeyring is where Debian installs the keys of its archive.
const hostKeyring = "/usr/share/keyrings/debian-archive-keyring.gpg"

func (a *app) initVerb() *cobra.Command {
	return verb("init [DIR]", "Write a small recipe to begin with", cobra.MaximumNArgs(1),
		func(_ context.Context, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			abs, err := filepath.Abs(dir)
			if err != nil {
				return err
			}
			keyring, _ := os.ReadFile(hostKeyring) // without it the scaffold says where to get one
			written, err := recipe.Scaffold(dir, filepath.Base(abs), keyring)
			if err != nil {
				return err
			}
			doc := struct {
				Schema string   `json:"schema"`
				Files  []string `json:"files"`
			}{"dombuild/init/v1", written}
			return a.print(doc, func(w io.Writer) {
				for _, f := range written {
					fmt.Fprintln(w, f)
				}
			})
		})
}
