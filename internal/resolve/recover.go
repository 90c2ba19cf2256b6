package resolve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// Recovery is what Recover needs from outside.
type Recovery struct {
	Options                                     // Downloader, Mirrors, Progress and Keep
	Has     func(d digest.Digest) (bool, error) // whether evidence is there
	Lost    []Lost                              // what was looked for already
}

// Lost is evidence that could not be had again.
type Lost struct {
	Evidence lockfile.Evidence
	Err      error
}

// Recover gets evidence that is not there again: keyrings and lock files from the recipe,
// indexes by their digest, Release files and signatures from where they were,
// if they are still the same there. What is lost is not an error: a build does
// not need it. All that is lost is returned.
func Recover(ctx context.Context, r *recipe.Recipe, l *lockfile.Lock, opt Recovery) ([]Lost, error) {
	j := newJob(r, l, opt.Options, nil)
	lost := opt.Lost
	for _, e := range l.Evidence() {
		if slices.ContainsFunc(opt.Lost, func(x Lost) bool { return x.Evidence.Digest == e.Digest }) {
			continue
		}
		if has, err := opt.Has(e.Digest); err != nil || has {
			if err != nil {
				return nil, err
			}
			continue
		}
		data, err := j.recover(ctx, e)
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err != nil {
			lost = append(lost, Lost{e, err})
			continue
		}
		if err := j.client.keeps(ctx, data, e.Digest); err != nil {
			return nil, err
		}
	}
	return lost, nil
}

func (j *job) recover(ctx context.Context, e lockfile.Evidence) ([]byte, error) {
	if e.Name == lockfile.EvidenceKeyring || e.Name == lockfile.EvidenceLockFile {
		return fileOf(j.recipe, e.Digest)
	}
	var errs []error
	for _, url := range j.opt.Mirrors.Evidence(e) {
		limit := e.Size
		if limit < 0 {
			limit = maxInRelease
		}
		data, err := j.client.fetch(ctx, e.String(), url, e.Size, limit)
		if err == nil && e.Digest.Algorithm().FromBytes(data) == e.Digest {
			return data, nil
		}
		if err == nil {
			err = fmt.Errorf("%s is another file now", url)
		}
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		return nil, errors.New("no address is known for it")
	}
	return nil, joined(errs)
}

// fileOf returns the keyring or lock file of a digest, which is a file of the recipe.
func fileOf(r *recipe.Recipe, want digest.Digest) ([]byte, error) {
	var files []recipe.File
	for _, d := range r.Distributions {
		files = append(files, d.Keyring)
	}
	for _, s := range r.Sources {
		files = append(files, s.Evidence()...)
	}
	for _, f := range files {
		if f.Digest == want {
			return bytes.Clone(f.Content), nil
		}
	}
	return nil, errors.New("the recipe has another file now")
}
