package repro

import (
	"bufio"
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// NotBuiltError says that a directory is not what a build writes.
type NotBuiltError struct {
	Dir    string
	Reason string
	Remedy string
}

func (e *NotBuiltError) Error() string { return e.Dir + " " + e.Reason }

// Hint says what helps.
func (e *NotBuiltError) Hint() string { return e.Remedy }

// Against compares what was built of a target with what somebody else built:
// paths, types, links, contents, and whether a file may be executed. Owners,
// times and other mode bits do not survive an export and say nothing. A file
// of theirs that does not have the hash that their SHA256SUMS gives it is a
// *store.IntegrityError, not a difference.
// What differs is explained with s.
func Against(ctx context.Context, s Search, res *build.Result, t build.Target, theirs Theirs) (Verdict, error) {
	a := against{Search: s, result: res, target: t, theirs: theirs}
	compare := a.compare
	if theirs.Attested != nil {
		compare = a.attested
	}
	v, err := compare(ctx)
	if err != nil {
		return Verdict{}, fmt.Errorf("comparing %s with %s: %w", t.Address, theirs.Path, err)
	}
	return v, nil
}

type against struct {
	Search
	result *build.Result
	target build.Target
	theirs Theirs
	record *build.Record // nil: an OCI image without one
	inside string        // the directory of the record in an archive
}

func (a *against) compare(ctx context.Context) (Verdict, error) {
	ours, err := build.Merged(ctx, a.Store, a.result, a.target)
	if err != nil {
		return Verdict{}, err
	}
	other, sums, err := a.take(ctx)
	if err != nil {
		return Verdict{}, err
	}
	left, err := build.Index(ctx, a.Store, ours)
	if err != nil {
		return Verdict{}, err
	}
	right, err := build.Index(ctx, a.Store, other)
	if err != nil {
		return Verdict{}, err
	}
	left, right = separate(left), separate(right)
	if err := a.verify(right, sums); err != nil {
		return Verdict{}, err
	}
	r := StepResult{Name: ours.Name, First: left.Digest().String(), Second: right.Digest().String(), Differences: tree.Compare(left, right)}
	r.Equal = len(r.Differences) == 0 && r.First == r.Second
	v := Verdict{Schema: Schema, Checked: time.Now().UTC().Truncate(time.Second), Reproducible: r.Equal, Against: a.theirs.Path, Varied: []Effect{}, Steps: []StepResult{r}}
	a.claims(&v)
	if !r.Equal {
		err = a.explain(ctx, &v, ours, other)
	}
	return v, err
}

// separate makes files of hard links: copying an export may have done that.
func separate(x tree.Index) tree.Index {
	x = slices.Clone(x)
	for i := range x {
		if x[i].Type == tree.Hardlink {
			x[i].Type, x[i].Link = tree.Regular, ""
		}
	}
	return x
}

// verify holds their files against their own list of hashes.
func (a *against) verify(theirs tree.Index, sums []byte) error {
	for lines := bufio.NewScanner(strings.NewReader(string(sums))); ; {
		if !lines.Scan() {
			return lines.Err()
		}
		hex, name, ok := strings.Cut(lines.Text(), "  ")
		want := digest.NewDigestFromEncoded(digest.SHA256, hex)
		if !ok || want.Validate() != nil || !fs.ValidPath(name) {
			return fmt.Errorf("their %s: the line %q is not a hash and a name", build.SumsName, lines.Text())
		}
		i := slices.IndexFunc(theirs, func(e tree.Entry) bool { return e.Path == name })
		if i < 0 || theirs[i].Digest == want {
			continue // what is missing is a difference
		}
		return &store.IntegrityError{What: "their " + name, Want: want, Got: theirs[i].Digest, GotSize: theirs[i].Size,
			From: filepath.Join(a.theirs.Path, name), Action: "nothing was compared", Remedy: "copy their build again; its " + build.SumsName + " has another hash for this file"}
	}
}

// claims adds what their record says: in which environment they built, and
// whether from the same recipe and lock.
func (a *against) claims(v *Verdict) {
	if a.record == nil {
		v.Notices = append(v.Notices, "there is no record of how they built")
		return
	}
	p := a.result.Plan
	v.Varied = append(v.Varied, unproved(plan.Differ(p.Environment(), a.record.Environment))...)
	for _, x := range []struct{ what, ours, theirs string }{
		{"recipe", string(p.Recipe().Digest()), string(a.record.RecipeDigest)},
		{"lock", string(p.Lock()), string(a.record.LockDigest)},
	} {
		if x.ours != x.theirs {
			v.Notices = append(v.Notices, fmt.Sprintf("they built from another %s: ours is %s, theirs %s", x.what, x.ours, x.theirs))
		}
	}
}

// explain adds a cause that is not known, with what there is to know.
func (a *against) explain(ctx context.Context, v *Verdict, ours, theirs build.Step) error {
	list, err := a.explained(ctx, ours, theirs)
	if err != nil {
		return err
	}
	c := Cause{Step: ours.Name, By: Unknown, Differences: list, Files: pathsOf(list), Evidence: "compared with " + a.theirs.Path}
	if step, ok := a.origin(); ok {
		c.Step = step.Name
		c.Place, c.file, c.line = fmt.Sprintf("%s:%d", step.Place.Filename, step.Place.Start.Line), step.Place.Filename, step.Place.Start.Line
		c.Evidence += "; by their record, this is the first step whose output is not ours"
	}
	a.classify(&c)
	c.Remedy = "run dombuild check, which varies the conditions itself and finds the one that matters"
	v.Causes = []Cause{c}
	return nil
}

// origin is the first step whose output is another one by their record.
func (a *against) origin() (plan.Step, bool) {
	if a.record == nil {
		return plan.Step{}, false
	}
	for _, s := range a.result.Steps {
		i := slices.IndexFunc(a.record.Steps, func(r build.Step) bool { return r.Name == s.Name })
		if i >= 0 && a.record.Steps[i].Output != s.Output {
			return a.result.Plan.Step(s.Name)
		}
	}
	return plan.Step{}, false
}
