package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/repro"
)

// checkAgainst builds once and compares with what somebody else built.
func (a *app) checkAgainst(ctx context.Context, names []string, f checkFlags) error {
	theirs, err := repro.ParseAgainst(f.against)
	if err != nil {
		var registry *repro.RegistryError
		if errors.As(err, &registry) {
			return &usageError{err, registry.Hint()}
		}
		return err
	}
	if theirs.Attested, err = claimed(theirs); err != nil {
		return err
	}
	first, targets, err := a.run(ctx, names, runOptions{check: true})
	if err != nil {
		return err
	}
	if one := theirs.Kind == repro.TheirLayout || theirs.Attested != nil; one && len(targets) > 1 {
		return &usageError{fmt.Errorf("%s is of one target, and %d are built", f.against, len(targets)), "name the target"}
	}
	var all repro.Verdict
	for i, t := range targets {
		v, err := repro.Against(ctx, a.search(first, nil), first, t, of(theirs, t, len(targets)))
		if err != nil {
			return err
		}
		if i == 0 {
			all = v
			continue
		}
		all.Reproducible = all.Reproducible && v.Reproducible
		all.Steps, all.Causes, all.Notices = append(all.Steps, v.Steps...), append(all.Causes, v.Causes...), append(all.Notices, v.Notices...)
	}
	all.Against = f.against
	return a.give(all, first, f, func(w io.Writer) { printAgainst(w, all) })
}

// of is where the build of a target lies: in a directory of its own below
// theirs, unless theirs is that directory.
func of(theirs repro.Theirs, t build.Target, targets int) repro.Theirs {
	if theirs.Kind != repro.TheirDirectory {
		return theirs
	}
	if _, err := os.Lstat(filepath.Join(theirs.Path, build.RecordName)); err == nil && targets == 1 {
		return theirs
	}
	return repro.Theirs{Path: filepath.Join(theirs.Path, t.Name), Kind: repro.TheirDirectory}
}

// claimed reads what an attestation says; of anything else it is nil.
func claimed(theirs repro.Theirs) (*repro.Attested, error) {
	if theirs.Kind != repro.TheirAttestation {
		return nil, nil
	}
	c, err := attest.ReadClaim(theirs.Path)
	if err != nil {
		return nil, err
	}
	d := c.Definition
	said := repro.Attested{Target: d.ExternalParameters.Target, RecipeDigest: d.InternalParameters.Recipe, LockDigest: d.InternalParameters.Lock,
		Artifacts: c.Artifacts, Signer: string(c.Signer)}
	if err := json.Unmarshal(d.InternalParameters.Environment, &said.Environment); err != nil {
		return nil, fmt.Errorf("reading the environment in %s: %w", theirs.Path, err)
	}
	return &said, nil
}

func printAgainst(w io.Writer, v repro.Verdict) {
	for _, x := range v.Varied {
		fmt.Fprintf(w, "by their record  %-12s ours %s, theirs %s\n", x.Name, finding.Visible(x.First), finding.Visible(x.Second))
	}
	for _, n := range v.Notices {
		fmt.Fprintf(w, "note    %s\n", finding.Visible(n))
	}
	printSteps(w, v)
	printCauses(w, v.Causes)
	if v.Reproducible {
		fmt.Fprintf(w, "equal: what was built here has the same bytes as %s\n", finding.Visible(v.Against))
	}
}
