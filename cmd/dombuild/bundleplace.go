package main

import (
	"errors"
	"io"
	"path/filepath"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/bundle"
	"github.com/dombuild/dombuild/internal/store"
)

// placing writes what a bundle brought besides blobs to where it was told to.
type placing struct {
	importFlags
	m  bundle.Manifest
	st *store.Store
}

// trees are the directories and what is written into each.
func (p placing) trees() map[string][]bundle.Recipe {
	trees := map[string][]bundle.Recipe{}
	if p.locks != "" {
		x := bundle.Recipe{Name: "."}
		for _, l := range p.m.Locks {
			x.Files = append(x.Files, bundle.RecipeFile{Path: l.Name, Digest: l.Digest, Size: l.Size})
		}
		trees[p.locks] = append(trees[p.locks], x)
	}
	if p.recipes != "" {
		trees[p.recipes] = append(trees[p.recipes], p.m.Recipes...)
	}
	if p.programs != "" {
		x := bundle.Recipe{Name: "."}
		for _, f := range p.m.Programs {
			x.Files = append(x.Files, bundle.RecipeFile{Path: f.Name, Digest: f.Digest, Size: f.Size, Exec: true})
		}
		trees[p.programs] = append(trees[p.programs], x)
	}
	return trees
}

// vacant looks whether a file would have to be replaced.
func (p placing) vacant() error {
	var errs []error
	for dir, list := range p.trees() {
		for _, x := range list {
			errs = append(errs, x.Vacant(dir))
		}
	}
	return errors.Join(errs...)
}

// write writes everything, from the store.
func (p placing) write() error {
	for dir, list := range p.trees() {
		for _, x := range list {
			if err := x.Place(dir, p.read); err != nil {
				return err
			}
		}
	}
	return p.register()
}

// register makes the recipes and the locks of layers that were written keep
// what they need: behind the gap it cannot be fetched again.
func (p placing) register() error {
	if p.recipes != "" {
		for _, x := range p.m.Recipes {
			dir, err := filepath.Abs(filepath.Join(p.recipes, x.Name, x.Dir))
			if err == nil {
				err = build.User{Dir: dir, Variables: x.Variables}.Register(p.st)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, l := range p.m.Locks {
		if p.locks != "" && l.Kind == bundle.KindLayers {
			if err := registerLock(p.st, filepath.Join(p.locks, l.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p placing) read(f bundle.RecipeFile) ([]byte, error) {
	r, err := p.st.Reader(f.Digest, f.Size)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
