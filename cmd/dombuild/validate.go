package main

import (
	"context"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"
)

func (a *app) validateVerb() *cobra.Command {
	return verb("validate", "Check the recipe and show every error at once", cobra.NoArgs,
		func(context.Context, []string) error {
			r, err := a.recipe()
			if err != nil {
				return err
			}
			doc := struct {
				Schema string        `json:"schema"`
				Recipe string        `json:"recipe"`
				Digest digest.Digest `json:"digest"`
			}{"dombuild/validate/v1", r.Name, r.Digest()}
			return a.print(doc, func(w io.Writer) {
				fmt.Fprintf(w, "recipe %s is valid: %d toolchains, %d sources, %d packages, %d images\n",
					r.Name, len(r.Toolchains), len(r.Sources), len(r.Packages), len(r.Images))
			})
		})
}
