package repro

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/tree"
)

// Attested is what somebody says that a build of a target gave. Nothing of it
// was verified.
type Attested struct {
	Target       string
	RecipeDigest digest.Digest
	LockDigest   digest.Digest
	Environment  plan.Environment
	Artifacts    map[string]digest.Digest // SHA-256 by path
	Signer       string                   // who is said to have signed; "": nobody
}

// attested compares the digests of files; there is nothing else.
func (a *against) attested(ctx context.Context) (Verdict, error) {
	said := a.theirs.Attested
	if said.Target != string(a.target.Address) {
		return Verdict{}, &NotBuiltError{a.theirs.Path, fmt.Sprintf("is about a build of %q", said.Target), "name the attestation of " + string(a.target.Address)}
	}
	ours, err := build.Merged(ctx, a.Store, a.result, a.target)
	if err != nil {
		return Verdict{}, err
	}
	left, err := build.Index(ctx, a.Store, ours)
	if err != nil {
		return Verdict{}, err
	}
	left = filesOf(left)
	right := said.index(left)
	r := StepResult{Name: ours.Name, First: left.Digest().String(), Second: right.Digest().String(), Differences: tree.Compare(left, right)}
	r.Equal = len(r.Differences) == 0 && r.First == r.Second
	v := Verdict{Schema: Schema, Checked: time.Now().UTC().Truncate(time.Second), Reproducible: r.Equal, Against: a.theirs.Path, Varied: []Effect{}, Steps: []StepResult{r}}
	a.record = &build.Record{RecipeDigest: said.RecipeDigest, LockDigest: said.LockDigest, Environment: said.Environment}
	a.claims(&v)
	v.Notices = append(v.Notices, said.notices()...)
	if !r.Equal {
		v.Causes = []Cause{a.unexplained(r)}
	}
	return v, nil
}

// filesOf leaves only files.
func filesOf(x tree.Index) tree.Index {
	return slices.DeleteFunc(separate(x), func(e tree.Entry) bool { return e.Type != tree.Regular })
}

// index is what is attested, as far as it goes: what an attestation does not
// say, modes and sizes, is taken from ours.
func (t *Attested) index(ours tree.Index) tree.Index {
	known := map[string]tree.Entry{}
	for _, e := range ours {
		known[e.Path] = e
	}
	var x tree.Index
	for path, sum := range t.Artifacts {
		e := tree.Entry{Path: path, Type: tree.Regular, Mode: known[path].Mode, Size: known[path].Size, Digest: sum, Capability: known[path].Capability}
		x = append(x, e)
	}
	slices.SortFunc(x, func(a, b tree.Entry) int { return strings.Compare(a.Path, b.Path) })
	return x
}

// notices say how much, and how little, the comparison is worth.
func (t *Attested) notices() []string {
	who := "the attestation is not signed"
	if t.Signer != "" {
		who = "the attestation says that the key " + t.Signer + " signed it; nobody verified that: dombuild verify does"
	}
	return []string{who, "an attestation names the digests of files: directories, symbolic links and modes were not compared"}
}

// unexplained is the cause when only digests are there.
func (a *against) unexplained(r StepResult) Cause {
	c := Cause{Step: r.Name, By: Unknown, Evidence: "compared with the digests in " + a.theirs.Path + "; the contents are not there, so that nothing can be said of how they differ",
		Remedy: "get what they built and compare with that: dombuild check --against DIR"}
	for _, d := range r.Differences {
		c.Files = append(c.Files, d.Path)
	}
	if step, ok := a.result.Plan.Step(r.Name); ok {
		c.Place, c.file, c.line = fmt.Sprintf("%s:%d", step.Place.Filename, step.Place.Start.Line), step.Place.Filename, step.Place.Start.Line
	}
	return c
}
