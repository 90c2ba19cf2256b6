package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro"
)

// exported is a build whose artifacts lie in a directory.
type exported struct {
	attest.Build
	dir     string
	checked bool
}

// builds describes the targets that build wrote below out. Their artifacts are
// hashed, and they must have been built from the current plan.
func (a *app) builds(ctx context.Context, names []string, out string) ([]exported, error) {
	p, l, err := a.plan()
	if err != nil {
		return nil, err
	}
	targets, err := build.Targets(p, names)
	if err != nil {
		return nil, err
	}
	if _, err := a.openStore(); err != nil {
		return nil, err
	}
	var list []exported
	for _, t := range targets {
		dir := filepath.Join(out, t.Name)
		rec, err := build.ReadRecord(dir)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, &hintError{fmt.Errorf("%s was not built into %s", t.Address, dir), "dombuild build -o " + out + " " + string(t.Address)}
		}
		if err != nil {
			return nil, err
		}
		if rec.PlanDigest != p.Digest() {
			return nil, &hintError{fmt.Errorf("%s was built from another plan than the recipe's", dir), "dombuild build -o " + out + " " + string(t.Address)}
		}
		if err := build.VerifyExport(ctx, dir, rec); err != nil {
			return nil, err
		}
		b, err := a.describe(ctx, p, l, rec)
		if err != nil {
			return nil, err
		}
		b.dir = dir
		list = append(list, b)
	}
	return list, nil
}

// describe turns the record of a build into what is said about it.
func (a *app) describe(ctx context.Context, p *plan.Plan, l *lockfile.Lock, rec build.Record) (exported, error) {
	vars, err := a.variables()
	if err != nil {
		return exported{}, err
	}
	environment, err := json.Marshal(rec.Environment)
	if err != nil {
		return exported{}, err
	}
	text, err := json.Marshal(rec)
	if err != nil {
		return exported{}, err
	}
	invocation := digest.FromBytes(text)
	b := exported{Build: attest.Build{
		Parameters: attest.External{Recipe: rec.Recipe, Version: rec.Version, Target: rec.Target, Variables: vars, SourceDateEpoch: rec.SourceDateEpoch},
		Plan: attest.Internal{Platform: platform(l), Recipe: rec.RecipeDigest, Lock: rec.LockDigest,
			Plan: rec.PlanDigest, Environment: environment},
		Dependencies: dependencies(p, l),
		Builder:      attest.Builder{Version: map[string]string{"dombuild": rec.Dombuild}},
		Invocation:   invocation.Encoded(),
		Byproducts:   []attest.Descriptor{{Name: attest.ByproductRecord, Digest: map[string]string{"sha256": invocation.Encoded()}}},
	}}
	for _, x := range rec.Artifacts {
		b.Artifacts = append(b.Artifacts, attest.Artifact(x))
	}
	outputs := map[string]digest.Digest{}
	for _, s := range rec.Steps {
		outputs[s.Name] = s.Output
		if b.Started.IsZero() || s.Built.Before(b.Started) {
			b.Started = s.Built
		}
		if end := s.Built.Add(time.Duration(s.Seconds * float64(time.Second))).Truncate(time.Second); end.After(b.Finished) {
			b.Finished = end
		}
	}
	if b.Components, err = a.components(ctx, p, rec); err != nil {
		return b, err
	}
	if err := a.gates(ctx, p, rec, &b); err != nil {
		return b, err
	}
	v, record, ok, err := repro.Find(ctx, a.store, outputs)
	if err != nil {
		return b, err
	}
	if b.checked = ok; ok {
		var axes []string
		for _, x := range v.Varied {
			axes = append(axes, x.Name)
		}
		b.Byproducts = append(b.Byproducts, byproduct(attest.ByproductCheck, record, map[string]string{
			"reproducible": strconv.FormatBool(v.Reproducible), "varied": strings.Join(axes, " "), "checked": v.Checked.Format(time.RFC3339),
		}))
	}
	return b, nil
}

// gates adds what the sandbox's probes and the hardening gate found.
func (a *app) gates(ctx context.Context, p *plan.Plan, rec build.Record, b *exported) error {
	for _, d := range slices.Sorted(maps.Keys(rec.Probes)) {
		closed, held := probeOutcome(rec.Probes[d])
		b.Byproducts = append(b.Byproducts, byproduct(attest.ByproductProbe, d, map[string]string{
			"closed": strconv.FormatBool(closed), "held": held,
		}))
	}
	for _, s := range rec.Steps {
		step, ok := p.Step(s.Name)
		if s.Verdict == "" || !ok {
			continue
		}
		v, err := build.Verdict(ctx, a.store, s)
		if err != nil {
			return err
		}
		refuted := "0"
		if err := build.Refused(step, v, time.Now()); err != nil {
			refuted = "some"
		}
		b.Byproducts = append(b.Byproducts, byproduct(attest.ByproductHardening, s.Verdict, map[string]string{
			"step": s.Name, "profile": v.Profile, "files": strconv.Itoa(len(v.Files)),
			"refuted": refuted, "excepted": strconv.Itoa(len(v.Findings)),
		}))
	}
	return nil
}

// platform names what the toolchains run on, such as "linux/amd64".
func platform(l *lockfile.Lock) string {
	var names []string
	for _, d := range l.Content().Distributions {
		names = append(names, "linux/"+d.Architecture)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), ",")
}

func byproduct(name string, d digest.Digest, about map[string]string) attest.Descriptor {
	return attest.Descriptor{Name: name, Digest: map[string]string{d.Algorithm().String(): d.Encoded()}, Annotations: about}
}

// dependencies are every entry of the lock, and the recipe's own files.
func dependencies(p *plan.Plan, l *lockfile.Lock) []attest.Dependency {
	architectures := map[digest.Digest]lockfile.Deb{}
	content := l.Content()
	for _, d := range content.Distributions {
		for _, v := range d.Vouched {
			for _, deb := range v.Debs {
				architectures[deb.Digest] = deb
			}
		}
	}
	list := []attest.Dependency{}
	for _, pin := range l.Pins() {
		d := attest.Dependency{Name: pin.Name, Version: pin.Version, Digest: pin.Digest, Size: pin.Size, Kind: attest.SourceFile,
			Distribution: pin.Distribution, Suite: pin.Suite, Path: pin.Path, URL: pin.URL}
		if deb, ok := architectures[pin.Digest]; ok {
			d.Kind, d.Architecture = attest.BinaryPackage, deb.Architecture
		}
		list = append(list, d)
	}
	for _, x := range p.Locals() {
		list = append(list, attest.Dependency{Name: x.Name, Digest: x.Digest, Size: int64(len(x.Content)), Kind: attest.LocalFile})
	}
	return list
}
