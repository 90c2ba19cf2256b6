package main

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
)

func (a *app) lockVerb() *cobra.Command {
	var check bool
	var asOf string
	cmd := verb("lock", "Resolve the recipe to pins", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		if check {
			return a.checkLock()
		}
		return a.lock(ctx, asOf, resolve.Lock)
	})
	cmd.Flags().StringVar(&asOf, "as-of", "", asOfHelp)
	cmd.Long = `Resolve every package and source of the recipe to a pin: a version, a SHA-256 and who
vouches for it. Pins that still serve stay; when all do, nothing is downloaded.`
	cmd.Flags().BoolVar(&check, "check", false, "change nothing and open no connection; exit 3 when the lock is missing, stale or incomplete")
	return cmd
}

func (a *app) updateVerb() *cobra.Command {
	var asOf string
	cmd := verb("update [NAME…]", "Resolve named packages and sources anew", cobra.ArbitraryArgs,
		func(ctx context.Context, names []string) error {
			return a.lock(ctx, asOf, func(ctx context.Context, r *recipe.Recipe, old *lockfile.Lock, opt resolve.Options) (*lockfile.Lock, error) {
				return resolve.Update(ctx, r, old, names, opt)
			})
		})
	cmd.Flags().StringVar(&asOf, "as-of", "", asOfHelp)
	cmd.Long = "Resolve the named packages and sources as if they had no pins; without NAME all of them."
	return cmd
}

// lockDocument is what lock, lock --check and update print with --json.
type lockDocument struct {
	Schema  string        `json:"schema"`
	Path    string        `json:"path"`
	Digest  digest.Digest `json:"digest"`
	Pins    int           `json:"pins"`
	Bytes   int64         `json:"bytes"`
	Changed bool          `json:"changed"`

	Changes  []lockfile.Change `json:"changes"`   // from the lock that was there
	FirstUse []string          `json:"first_use"` // sources that nobody vouches for
}

func describeLock(path string, l *lockfile.Lock, changed bool) lockDocument {
	doc := lockDocument{Schema: "dombuild/lock/v1", Path: path, Digest: digest.FromBytes(l.Format()), Changed: changed,
		Changes: []lockfile.Change{}, FirstUse: firstUse(l)}
	for _, p := range l.Pins() {
		doc.Pins++
		doc.Bytes += p.Size
	}
	return doc
}

func (a *app) checkLock() error {
	r, l, err := a.locked()
	if err != nil {
		return err
	}
	doc := describeLock(r.Lockfile, l, false)
	return a.print(doc, func(w io.Writer) {
		fmt.Fprintf(w, "%s is complete and current: %d pins, %d bytes\n", doc.Path, doc.Pins, doc.Bytes)
	})
}

type resolver func(context.Context, *recipe.Recipe, *lockfile.Lock, resolve.Options) (*lockfile.Lock, error)

func (a *app) lock(ctx context.Context, asOf string, make resolver) error {
	now, err := timeOf(asOf)
	if err != nil {
		return err
	}
	r, err := a.recipe()
	if err != nil {
		return err
	}
	old, err := lockfile.Read(r.Lockfile)
	if _, missing := err.(*lockfile.MissingError); missing {
		old, err = nil, nil
	}
	if err != nil {
		return err
	}
	mirrors, err := loadMirrors()
	if err != nil {
		return err
	}
	l, err := make(ctx, r, old, resolve.Options{
		Downloader: new(fetch.Client), Mirrors: mirrors, Now: now, Progress: a.display, Keep: a.keep,
		Take: a.take, Learn: a.learn, Pin: a.pin(mirrors), Packages: packages{a, mirrors},
	})
	if err != nil {
		return err
	}
	changed := old == nil || !bytes.Equal(old.Format(), l.Format())
	if changed {
		if err := lockfile.Write(r.Lockfile, l); err != nil {
			return err
		}
	}
	doc := describeLock(r.Lockfile, l, changed)
	doc.Changes = append(doc.Changes, lockfile.Compare(old, l, r)...)
	a.tellChanges(old, l, doc.Changes)
	return a.print(doc, func(w io.Writer) {
		state := "unchanged"
		if changed {
			state = "written"
		}
		fmt.Fprintf(w, "%s %s: %d pins, %d bytes\n", doc.Path, state, doc.Pins, doc.Bytes)
	})
}

// take downloads the file of an http source into the store, so that fetch does
// not download it again.
func (a *app) take(ctx context.Context, name, url string, want digest.Digest) (int64, error) {
	st, err := a.openStore()
	if err != nil {
		return 0, err
	}
	request := fetch.Request{Digest: want, Size: -1, Name: name, URLs: []string{url}}
	if err := fetch.Fetch(ctx, st, []fetch.Request{request}, fetch.Options{Progress: a.display}); err != nil {
		return 0, err
	}
	blob, err := st.Get(ctx, want)
	return blob.Size(), err
}

// loadMirrors reads where archives are to be had: the user's configuration,
// else the host's own package configuration.
func loadMirrors() (*resolve.Mirrors, error) {
	return resolve.LoadMirrors(resolve.ConfigPath(), "/")
}
