package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/build"
)

type verifyFlags struct {
	policy, summary, key, asOf string
	lock, envelope             bool
}

func (a *app) verifyVerb() *cobra.Command {
	var f verifyFlags
	cmd := verb("verify --policy FILE PATH [BUNDLE…]", "Judge artifacts by what builders vouch for", cobra.MinimumNArgs(1),
		func(ctx context.Context, args []string) error { return a.verify(ctx, args[0], args[1:], f) })
	cmd.Long = `Judge artifacts by the signed statements of builders: those in the bundles given, or
the one that attest wrote beside the artifacts. PATH is a directory that build wrote,
or one artifact. The policy says whose word counts, how many owners must agree, and
what their builds must have passed. Agreeing means the same bytes from the same recipe,
lock, plan and dependencies.

Needs neither a network nor a store. Exit 5: the policy is not met.`
	cmd.Flags().StringVar(&f.policy, "policy", "", "the policy, see docs/attest.md")
	cmd.Flags().BoolVar(&f.lock, "lock", false, "statements must also be about the lock of the recipe in this directory")
	cmd.Flags().StringVar(&f.summary, "summary", "", "write a verification summary (SLSA VSA) to this file, when the policy is met")
	cmd.Flags().StringVar(&f.key, "key", "", "sign the summary with this key, named as for attest")
	cmd.Flags().BoolVar(&f.envelope, "summary-dsse", false, "sign the summary as a bare DSSE envelope, as slsa-verifier reads it")
	cmd.Flags().StringVar(&f.asOf, "as-of", "", "judge as of this time (RFC 3339) instead of now, where no clock is trusted")
	return cmd
}

// verifiedDocument is what verify prints with --json.
type verifiedDocument struct {
	Schema string        `json:"schema"`
	Path   string        `json:"path"`
	Policy digest.Digest `json:"policy"`
	attest.Outcome
}

var errNoPolicy = errors.New("there is no policy to judge by")

func (a *app) verify(ctx context.Context, path string, bundles []string, f verifyFlags) error {
	if f.policy == "" {
		return &usageError{errNoPolicy, "dombuild verify --policy FILE " + path}
	}
	p, err := attest.ReadPolicy(f.policy)
	if err != nil {
		return err
	}
	c, err := a.attestCase(ctx, path, bundles, f)
	if err != nil {
		return err
	}
	outcome, verdict := attest.Judge(p, c)
	if verdict == nil && f.summary != "" {
		if err := a.saveSummary(ctx, attest.Summarize(outcome, p, c, filepath.Base(path), version()), f); err != nil {
			return err
		}
	}
	doc := verifiedDocument{"dombuild/verify/v1", path, p.Digest, outcome}
	return errors.Join(verdict, a.print(doc, func(w io.Writer) { printOutcome(w, outcome) }))
}

// attestCase gathers what is to be judged.
func (a *app) attestCase(ctx context.Context, path string, bundles []string, f verifyFlags) (attest.Case, error) {
	c := attest.Case{AsOf: time.Now()}
	var err error
	if f.asOf != "" {
		if c.AsOf, err = time.Parse(time.RFC3339, f.asOf); err != nil {
			return c, &usageError{fmt.Errorf("--as-of %s is no time such as 2026-01-31T12:00:00Z", f.asOf), ""}
		}
	}
	fi, err := os.Stat(path)
	if err != nil {
		return c, fmt.Errorf("finding what to verify: %w", err)
	}
	dir := path
	if c.Single = !fi.IsDir(); c.Single {
		dir = filepath.Dir(path)
		sum, err := build.HashFile(path)
		if err != nil {
			return c, fmt.Errorf("hashing %s: %w", path, err)
		}
		c.Artifacts = map[string]digest.Digest{filepath.Base(path): sum}
	} else if c.Artifacts, err = build.HashExport(ctx, path); err != nil {
		return c, err
	}
	if len(bundles) == 0 {
		bundles = []string{filepath.Join(dir, bundleName)}
	}
	for _, name := range bundles {
		b, err := attest.ReadBundle(name)
		if err != nil {
			return c, &hintError{err, "dombuild attest --key FILE writes a bundle"}
		}
		c.Bundles = append(c.Bundles, b)
	}
	if f.lock {
		p, l, err := a.plan()
		if err != nil {
			return c, err
		}
		c.Lock, c.Dependencies = p.Lock(), dependencies(p, l)
	}
	return c, nil
}

// saveSummary writes a summary: with a key as a Sigstore bundle, or as the bare
// DSSE envelope that slsa-verifier reads.
func (a *app) saveSummary(ctx context.Context, s attest.Statement[attest.Summary], f verifyFlags) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	signer, err := a.signingKey(ctx, f.key)
	if err != nil {
		return err
	}
	if signer != nil {
		sign := attest.Sign[attest.Summary]
		if f.envelope {
			sign = attest.SignEnvelope[attest.Summary]
		}
		if text, err = sign(s, signer); err != nil {
			return err
		}
	}
	return os.WriteFile(f.summary, text, 0o644)
}

func printOutcome(w io.Writer, o attest.Outcome) {
	for _, x := range o.Agree {
		fmt.Fprintf(w, "agrees   %s of %s  %s  %s\n", x.Builder, x.Owner, x.Finished.Format(time.RFC3339), x.Bundle)
	}
	for _, x := range o.Dissent {
		fmt.Fprintf(w, "differs  %s  %s\n", x.Builder, x.Bundle)
		for _, line := range x.Says {
			fmt.Fprintf(w, "         %s\n", line)
		}
	}
	for _, x := range o.Refused {
		fmt.Fprintf(w, "refused  %s: %s\n", x.Bundle, x.Reason)
	}
	if !o.Passed {
		fmt.Fprintf(w, "not met: the policy wants %d owners to agree\n", o.Threshold)
		return
	}
	for _, s := range o.Subject {
		fmt.Fprintf(w, "%s  %s\n", s.Digest["sha256"], s.Name)
	}
	fmt.Fprintln(w, o.Level)
}
