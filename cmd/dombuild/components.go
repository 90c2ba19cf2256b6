package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/tree"
)

// components are the packages of the recipe that a build needed, with the
// files that each of them made, read from the store.
func (a *app) components(ctx context.Context, p *plan.Plan, rec build.Record) ([]attest.Component, error) {
	packed := map[string]bool{rec.Target: true}
	for _, s := range rec.Steps {
		if step, ok := p.Step(s.Name); ok && step.Kind == plan.KindImage {
			for _, t := range step.Trees {
				packed[t.Step] = true
			}
		}
	}
	var list []attest.Component
	for _, s := range rec.Steps {
		step, ok := p.Step(s.Name)
		if !ok || step.Kind != plan.KindPackage {
			continue
		}
		c := attest.Component{Name: s.Name, Version: rec.Version, Within: packed[s.Name]}
		for _, b := range step.Blobs {
			c.Sources = append(c.Sources, b.Digest)
		}
		for _, t := range step.Trees {
			c.Inputs = append(c.Inputs, t.Step)
		}
		slices.Sort(c.Sources)
		slices.Sort(c.Inputs)
		c.Sources, c.Inputs = slices.Compact(c.Sources), slices.Compact(c.Inputs)
		var err error
		if c.Files, err = a.made(ctx, s.Output); err != nil {
			return nil, fmt.Errorf("reading what %s made: %w", s.Name, err)
		}
		list = append(list, c)
	}
	return list, nil
}

// made lists the files of a step's output.
func (a *app) made(ctx context.Context, output digest.Digest) ([]attest.Artifact, error) {
	blob, err := a.store.Get(ctx, output)
	if err != nil {
		return nil, err
	}
	r, err := blob.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	index, err := tree.Read(r)
	if err != nil {
		return nil, err
	}
	var files []attest.Artifact
	for _, e := range index {
		if e.Type == tree.Regular || e.Type == tree.Hardlink {
			files = append(files, attest.Artifact{Path: e.Path, Size: e.Size, Digest: e.Digest})
		}
	}
	return files, nil
}
