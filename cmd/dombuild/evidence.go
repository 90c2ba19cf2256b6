package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/store"
)

const asOfHelp = "judge as of this time (RFC 3339) instead of now, where no clock is trusted"

// timeOf reads the value of --as-of; now when it is empty.
func timeOf(text string) (time.Time, error) {
	if text == "" {
		return time.Now(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, &usageError{fmt.Errorf("--as-of %s is no time such as 2026-01-31T12:00:00Z", text), ""}
	}
	return t, nil
}

// keep puts what vouches for pins into the store.
func (a *app) keep(ctx context.Context, data []byte, want digest.Digest) error {
	st, err := a.openStore()
	if err != nil {
		return err
	}
	_, err = st.Put(ctx, bytes.NewReader(data), want, int64(len(data)))
	return err
}

// evidence opens what vouches for pins in the store.
func (a *app) evidence(st *store.Store) resolve.Open {
	return func(ctx context.Context, d digest.Digest) (io.ReadCloser, error) {
		b, err := st.Get(ctx, d)
		var missing *store.NotFoundError
		if errors.As(err, &missing) {
			return nil, fs.ErrNotExist
		}
		if err != nil {
			return nil, err
		}
		return b.Open()
	}
}

// recoverEvidence gets what proves the lock and is neither in the store nor lost already. What
// cannot be had any more is told and is no error: a build does not need it.
func (a *app) recoverEvidence(ctx context.Context, r *recipe.Recipe, l *lockfile.Lock, mirrors *resolve.Mirrors, lost []resolve.Lost) ([]string, error) {
	st, err := a.openStore()
	if err != nil {
		return nil, err
	}
	lost, err = resolve.Recover(ctx, r, l, resolve.Recovery{Has: st.Has, Lost: lost, Options: resolve.Options{
		Downloader: new(fetch.Client), Mirrors: mirrors, Progress: a.display, Keep: a.keep}})
	if err != nil || len(lost) == 0 {
		return []string{}, err
	}
	a.display.Close()
	names := []string{}
	for _, x := range lost {
		names = append(names, x.Evidence.String())
		fmt.Fprintf(a.stderr, "warning: the %s cannot be had again: %s\n", x.Evidence, whyLost(x.Err))
	}
	fmt.Fprintln(a.stderr, "warning: dombuild verify lock cannot prove the pins that need it; builds are not affected")
	return names, nil
}

// whyLost says in a line why evidence is lost. That another file is where it was is
// no attack: an archive moves on.
func whyLost(err error) string {
	var gone *fetch.NotFoundError
	var failed *fetch.Error
	switch {
	case errors.As(err, &gone):
		return "it is not there any more: " + strings.Join(gone.URLs, ", ")
	case !errors.As(err, &failed):
		return err.Error()
	}
	var reasons []string
	for _, e := range failed.Errs {
		var other *store.IntegrityError
		if errors.As(e, &other) {
			reasons = append(reasons, other.From+" is another file now")
		} else {
			reasons = append(reasons, e.Error())
		}
	}
	return strings.Join(reasons, "; ")
}

// firstUse names the sources that nobody vouches for.
func firstUse(l *lockfile.Lock) []string {
	names := []string{}
	for _, s := range l.Content().Sources {
		if s.FirstUse() {
			names = append(names, string(s.Address))
		}
	}
	return names
}

// maxTold bounds how many changes are told; all are in the document.
const maxTold = 40

// tellChanges writes a summary of what a new lock changes.
func (a *app) tellChanges(old, l *lockfile.Lock, changes []lockfile.Change) {
	a.display.Close()
	if old != nil {
		for i, c := range changes {
			if i == maxTold {
				fmt.Fprintf(a.stderr, "… and %d changes more (--json has all)\n", len(changes)-i)
				break
			}
			fmt.Fprintln(a.stderr, c)
		}
	}
	for _, c := range changes {
		for _, w := range c.Weaker {
			fmt.Fprintf(a.stderr, "WEAKER: %s: %s\n", c.Name, w)
		}
	}
	for _, s := range l.Content().Sources {
		if s.FirstUse() {
			how := "trusted on first use"
			origin, sum := pinned(s)
			if old == nil || learnt(old, s) {
				how = "LEARNT ON FIRST USE"
			}
			fmt.Fprintf(a.stderr, "WARNING: %s is %s: nobody vouches for %s\n  %s\n", s.Address, how, origin, sum)
		}
	}
}

// pinned says where a source comes from, and the digest of its bytes.
func pinned(s lockfile.Source) (origin string, sum digest.Digest) {
	if t := s.Tree; t != nil && len(t.Vouched) > 0 {
		return fmt.Sprintf("what the tag %s of %s names (commit %s, which is signed)", t.Ref, t.Name, t.Pinned), t.Digest
	}
	if s.Tree != nil {
		return s.Tree.String(), s.Tree.Digest
	}
	return s.URL, s.Digest
}

// learnt says whether an old lock did not have the digest of a source.
func learnt(old *lockfile.Lock, s lockfile.Source) bool {
	_, sum := pinned(s)
	return !slices.ContainsFunc(old.Content().Sources, func(b lockfile.Source) bool {
		_, before := pinned(b)
		return b.Address == s.Address && before == sum
	})
}
