package main

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/build"
)

// Files that attest writes beside the artifacts.
const (
	statementName = "provenance.json"
	bundleName    = "provenance.sigstore.json"
	sbomName      = attest.ByproductSBOM
)

type attestFlags struct {
	out, key, id string
}

func (a *app) attestVerb() *cobra.Command {
	var f attestFlags
	cmd := verb("attest [TARGET…]", "State, signed, how artifacts were made", cobra.ArbitraryArgs,
		func(ctx context.Context, names []string) error { return a.attest(ctx, names, f) })
	cmd.Long = `State how the artifacts that build wrote were made: SLSA provenance and a bill of
materials, beside the artifacts. The artifacts are hashed again first. With --key the
statement is signed, as a Sigstore bundle that verify and cosign read offline.

` + keyHelp
	cmd.Flags().StringVarP(&f.out, "out", "o", "out", "directory that build wrote to")
	cmd.Flags().StringVar(&f.key, "key", "", keyUsage)
	cmd.Flags().StringVar(&f.id, "builder-id", "", "URI that names this builder (default: one made of the key)")
	return cmd
}

// attestDocument is what attest prints with --json.
type attestDocument struct {
	Schema  string     `json:"schema"`
	Targets []attested `json:"targets"`
}

type attested struct {
	Target    string      `json:"target"`
	Statement string      `json:"statement"` // path
	SBOM      string      `json:"sbom"`      // path
	Bundle    string      `json:"bundle,omitempty"`
	Key       attest.Hint `json:"key,omitempty"`
	Checked   bool        `json:"checked"` // a check of these outputs is part of the statement
}

func (a *app) attest(ctx context.Context, names []string, f attestFlags) error {
	builds, err := a.builds(ctx, names, f.out)
	if err != nil {
		return err
	}
	signer, err := a.signingKey(ctx, f.key)
	if err != nil {
		return err
	}
	doc := attestDocument{Schema: "dombuild/attest/v1", Targets: []attested{}}
	for _, b := range builds {
		t, err := state(b, signer, f.id)
		if err != nil {
			return fmt.Errorf("attesting %s: %w", b.Parameters.Target, err)
		}
		doc.Targets = append(doc.Targets, t)
	}
	return a.print(doc, func(w io.Writer) {
		for _, t := range doc.Targets {
			fmt.Fprintf(w, "%s\n%s\n", t.Statement, t.SBOM)
			if t.Bundle != "" {
				fmt.Fprintf(w, "%s\n", t.Bundle)
			}
			if !t.Checked {
				fmt.Fprintf(a.stderr, "note: %s was not checked on this machine; a policy may require it: dombuild check %s\n", t.Target, t.Target)
			}
		}
	})
}

// state writes what is to be said about a build beside its artifacts.
func state(b exported, signer crypto.Signer, id string) (attested, error) {
	t := attested{Target: b.Parameters.Target, Checked: b.checked}
	var err error
	if signer != nil {
		if t.Key, err = attest.HintOf(signer.Public()); err != nil {
			return t, err
		}
	}
	if b.Builder.ID = id; id == "" {
		b.Builder.ID = attest.VerifierID + "/builder/" + string(t.Key)
	}
	materials, err := b.SBOM()
	if err != nil {
		return t, err
	}
	b.Byproducts = append(b.Byproducts, attest.Descriptor{Name: attest.ByproductSBOM, MediaType: "application/spdx+json",
		Digest: map[string]string{"sha256": digest.FromBytes(materials).Encoded()}})
	statement, err := b.Provenance()
	if err != nil {
		return t, err
	}
	files := map[string][]byte{sbomName: materials}
	if files[statementName], err = attest.Format(statement); err != nil {
		return t, err
	}
	if signer != nil {
		if files[bundleName], err = attest.Sign(statement, signer); err != nil {
			return t, err
		}
		t.Bundle = filepath.Join(b.dir, bundleName)
	} else if err := os.Remove(filepath.Join(b.dir, bundleName)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return t, err // of an earlier statement
	}
	t.Statement, t.SBOM = filepath.Join(b.dir, statementName), filepath.Join(b.dir, sbomName)
	for name, text := range files {
		if err := build.WriteBeside(b.dir, name, text); err != nil {
			return t, err
		}
	}
	return t, nil
}

func (a *app) sbomVerb() *cobra.Command {
	var out string
	cmd := verb("sbom [TARGET…]", "Write the bill of materials of artifacts (SPDX)", cobra.ArbitraryArgs,
		func(ctx context.Context, names []string) error { return a.sbom(ctx, names, out) })
	cmd.Long = `Write the bill of materials of the artifacts that build wrote, in SPDX 2.3, beside
them: the artifacts, the sources and recipe files they were made from, and the packages
that were the tools. It is the same for everybody who builds the same.`
	cmd.Flags().StringVarP(&out, "out", "o", "out", "directory that build wrote to")
	return cmd
}

func (a *app) sbom(ctx context.Context, names []string, out string) error {
	builds, err := a.builds(ctx, names, out)
	if err != nil {
		return err
	}
	doc := struct {
		Schema string   `json:"schema"`
		Files  []string `json:"files"`
	}{"dombuild/sbom/v1", []string{}}
	for _, b := range builds {
		text, err := b.SBOM()
		if err != nil {
			return err
		}
		if err := build.WriteBeside(b.dir, sbomName, text); err != nil {
			return err
		}
		doc.Files = append(doc.Files, filepath.Join(b.dir, sbomName))
	}
	return a.print(doc, func(w io.Writer) {
		for _, f := range doc.Files {
			fmt.Fprintln(w, f)
		}
	})
}
