package resolve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// Recovery is what Recover needs from outside.
type Recovery struct {
	Options                                     // Downloader, Mirrors, Progress and Keep
	Has     func(d digest.Digest) (bool, error) // whether evidence is there
}

// Lost is evidence that could not be had again.
type Lost struct {
	Evidence lockfile.Evidence
	Err      error
}

// Recover gets evidence that is not there again: keyrings and lock files from the recipe,
// indexes by their digest, Release files and signatures from where they were,
// if they are still the same there. What is lost is not an error: a build does
// not need it.
func Recover(ctx context.Context, r *recipe.Recipe, l *lockfile.Lock, opt Recovery) ([]Lost, error) {
	j := newJob(r, l, opt.Options, nil)
	var lost []Lost
	for _, e := range l.Evidence() {
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
	for _, url := range j.evidenceURLs(e) {
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

// evidenceURLs returns where evidence may be had.
func (j *job) evidenceURLs(e lockfile.Evidence) []string {
	if e.URL != "" {
		return []string{e.URL}
	}
	if e.Repository != "" {
		var urls []string
		for _, base := range j.opt.Mirrors.Repository(e.Distribution, e.Suite, e.Repository, e.Architecture) {
			urls = append(urls, join(base, e.Path))
		}
		return urls
	}
	paths := []string{e.Path}
	if e.Name == lockfile.EvidenceIndex {
		paths = indexPaths(lockfile.Index{Path: e.Path, Digest: e.Digest}, strings.Contains(e.Path, "/"))
	}
	var urls []string
	for _, base := range j.opt.Mirrors.Bases(e.Distribution, e.Suite) {
		for _, p := range paths {
			urls = append(urls, join(base, "dists/"+e.Suite+"/"+p))
		}
	}
	return urls
}
