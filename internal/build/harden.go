package build

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// takeCalls takes the wrapper's log out of a step's output.
func takeCalls(s plan.Step, into *bytes.Buffer) *tree.Aside {
	if s.Over == "" {
		return nil
	}
	return &tree.Aside{Dir: path.Dir(plan.CallsOutput), Take: func(name string, content io.Reader) error {
		if name != plan.CallsOutput {
			return &tree.EntryError{Path: name, Reason: "lies where only the log of compiler calls belongs"}
		}
		_, err := into.ReadFrom(content)
		return err
	}}
}

// harden keeps the compiler calls of a package and judges the files that it
// left.
func (r *runner) harden(ctx context.Context, s plan.Step, index tree.Index, blob store.Blob, calls []byte, out *Step) error {
	var kept *wrapper.Log
	if s.Over != "" {
		log, err := wrapper.Parse(bytes.NewReader(calls))
		if err != nil {
			return fmt.Errorf("reading the compiler calls of %s: %w", s.Name, err)
		}
		kept = log.Canonical(s.Host.BuildDir, s.Host.OutDir, path.Join(s.Host.BuildDir, "tmp"), "/tmp").Kept(fileContents(index))
		if out.Calls, err = r.keep(ctx, kept.Format()); err != nil {
			return err
		}
	}
	return r.judge(ctx, s, index, blob, kept, out)
}

// judge judges the files of a package by what is kept of its compiler calls,
// and keeps the verdict.
func (r *runner) judge(ctx context.Context, s plan.Step, index tree.Index, blob store.Blob, calls *wrapper.Log, out *Step) error {
	var unread error // of the toolchain's root
	gate := hardening.Gate{Profile: s.Profile, Compiler: s.Compiler, Calls: calls, Pinned: r.pinned(ctx, s, &unread)}
	files, err := r.prove(ctx, s, blob)
	if err != nil {
		return err
	}
	digests := map[string]digest.Digest{}
	for _, e := range index {
		digests[e.Path] = e.Digest
	}
	verdict := gate.Judge(files, digests)
	if unread != nil {
		return fmt.Errorf("judging the output of %s: %w", s.Name, unread)
	}
	return r.keepVerdict(ctx, s, verdict, out)
}

// keepVerdict keeps the verdict on a step, and refuses the step by it.
func (r *runner) keepVerdict(ctx context.Context, s plan.Step, v hardening.Verdict, out *Step) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keeping the verdict on %s: %w", s.Name, err)
	}
	if out.Verdict, err = r.keep(ctx, text); err != nil {
		return err
	}
	out.Gate = gateID()
	return passed(s, v.Findings, time.Now())
}

// fileContents are the contents of a tree's files.
func fileContents(index tree.Index) []digest.Digest {
	var list []digest.Digest
	for _, e := range index {
		if e.Type == tree.Regular {
			list = append(list, e.Digest)
		}
	}
	return list
}

func (r *runner) keep(ctx context.Context, text []byte) (digest.Digest, error) {
	blob, err := r.opt.Store.Put(ctx, bytes.NewReader(text), "", int64(len(text)))
	return blob.Digest(), err
}

// prove reads the files of a tree in the store.
func (r *runner) prove(ctx context.Context, s plan.Step, blob store.Blob) ([]prove.File, error) {
	content, err := r.opt.Store.Content().ReaderAt(ctx, ocispecs.Descriptor{Digest: blob.Digest(), Size: blob.Size()})
	if err != nil {
		return nil, fmt.Errorf("reading the output of %s: %w", s.Name, err)
	}
	defer content.Close()
	files, err := hardening.ScanAt(ctx, s.Name, content, blob.Size(), hardening.ScanOptions{})
	if err != nil {
		return nil, fmt.Errorf("judging the output of %s: %w", s.Name, err)
	}
	return files, nil
}

// pinned looks files up in the toolchain's root, which is read when the first
// one is asked for. Why it could not be read is left in unread.
func (r *runner) pinned(ctx context.Context, s plan.Step, unread *error) func(digest.Digest) string {
	var paths map[digest.Digest]string
	return func(d digest.Digest) string {
		if d == "" {
			return ""
		}
		if paths == nil {
			paths = map[digest.Digest]string{}
			root, err := r.output(s.Root)
			if err == nil {
				err = r.pinnedFiles(ctx, root, paths)
			}
			*unread = err
		}
		return paths[d]
	}
}

func (r *runner) pinnedFiles(ctx context.Context, root Step, paths map[digest.Digest]string) error {
	index, err := Index(ctx, r.opt.Store, root)
	for _, e := range index {
		if e.Type == tree.Regular {
			paths[e.Digest] = e.Path
		}
	}
	return err
}

// remedies say where the recipe takes exceptions for a step.
var remedies = map[plan.Kind]string{
	plan.KindPackage: "mend the build, or write in its package: hardening { except { rules, paths, reason, expires } }",
	plan.KindImage:   "mend the files or the options of boot, or write in the image: except { rules, paths, reason, expires }",
}

// passed applies the recipe's exceptions to findings, and refuses what is left.
func passed(s plan.Step, findings []finding.Finding, now time.Time) error {
	waivers, err := waiversOf(s.Except)
	if err != nil {
		return err
	}
	report, err := finding.New(finding.Content{Tool: finding.Tool{Name: "dombuild", Verb: "build"}, Rules: hardening.FindingRules(),
		Findings: findings, Waivers: waivers, Now: now})
	if err != nil {
		return fmt.Errorf("judging %s: %w", s.Name, err)
	}
	e := &hardening.GateError{Step: s.Name, Remedy: remedies[s.Kind]}
	for _, f := range report.Failing(finding.Note) {
		e.Add(f)
	}
	if len(e.Findings) == 0 {
		return nil
	}
	return e
}

func waiversOf(list []recipe.Exception) ([]finding.Waiver, error) {
	var out []finding.Waiver
	var errs []error
	for _, x := range list {
		day, err := finding.ParseDate(x.Expires)
		errs = append(errs, err)
		w := finding.Waiver{Rule: x.Rule, Paths: x.Paths, Reason: x.Reason, Expires: day,
			Place: finding.Place{File: x.Range.Filename, Line: x.Range.Start.Line}}
		if len(w.Paths) == 0 {
			w.Paths = []string{"**"}
		}
		out = append(out, w)
	}
	return out, errors.Join(errs...)
}

// Refused is the *hardening.GateError with which a step's verdict fails, at a
// time, under the exceptions of the recipe, or nil.
func Refused(s plan.Step, v hardening.Verdict, now time.Time) error {
	return passed(s, v.Findings, now)
}

// Verdict reads the verdict on the files of a step.
func Verdict(ctx context.Context, st *store.Store, out Step) (hardening.Verdict, error) {
	var v hardening.Verdict
	text, err := readBlob(ctx, st, out.Verdict)
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		return v, fmt.Errorf("the verdict on %s: %w", out.Name, err)
	}
	return v, nil
}

func readBlob(ctx context.Context, st *store.Store, d digest.Digest) ([]byte, error) {
	blob, err := st.Get(ctx, d)
	if err != nil {
		return nil, err
	}
	f, err := blob.Open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
