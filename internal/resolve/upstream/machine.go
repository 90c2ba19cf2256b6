package upstream

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// epoch is the time of all files of a tree that has none of its own: the
// earliest that a zip archive can hold, 1980-01-01.
const epoch = 315532800

// Machine is where sources come from and where they go.
type Machine struct {
	Store    *store.Store
	Client   *fetch.Client
	Mirrors  *resolve.Mirrors // nil: none but what the sources name themselves
	Now      time.Time        // against which signatures are checked
	Progress progress.Reporter
}

// Pin asks upstream what a source is and puts it into the store.
func (m *Machine) Pin(ctx context.Context, s recipe.Source) (t *lockfile.Tree, err error) {
	t = lockfile.Wanted(s)
	task := m.Progress.Begin(s.Name+" "+t.Kind, 0)
	defer func() { task.End(err) }()
	if err := m.make(ctx, s, t, nil); err != nil {
		return nil, fmt.Errorf("%s%s: %w", s.Place(), s.Address, err)
	}
	for _, f := range s.Evidence() {
		if _, err := m.keepBytes(ctx, f.Content); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// Bring puts into the store what a pin names and the store lacks.
func (m *Machine) Bring(ctx context.Context, s recipe.Source, pin *lockfile.Tree) (err error) {
	if ok, err := m.hasAll(ctx, pin); ok || err != nil {
		return err
	}
	task := m.Progress.Begin(s.Name+" "+pin.Kind, 0)
	defer func() { task.End(err) }()
	if err := m.make(ctx, s, lockfile.Wanted(s), pin); err != nil {
		return fmt.Errorf("%s: %w", s.Address, err)
	}
	return nil
}

// make fills in t. With a pin, it makes what the pin says or fails.
func (m *Machine) make(ctx context.Context, s recipe.Source, t, pin *lockfile.Tree) error {
	switch {
	case s.Git != nil:
		return m.git(ctx, s, t, pin)
	case s.OCI != nil:
		return m.oci(ctx, s, t, pin)
	}
	return m.locked(ctx, s, t, pin)
}

// hasAll says whether every blob of a pin lies in the store. Corrupt ones are
// moved aside.
func (m *Machine) hasAll(ctx context.Context, pin *lockfile.Tree) (bool, error) {
	all := true
	for _, p := range append([]lockfile.Part{{Digest: pin.Digest, Size: pin.Size}}, pin.Parts...) {
		ok, err := m.has(ctx, p)
		if err != nil {
			return false, err
		}
		all = all && ok
	}
	return all, nil
}

func (m *Machine) has(ctx context.Context, p lockfile.Part) (bool, error) {
	_, err := m.Store.Get(ctx, p.Digest)
	var gone *store.NotFoundError
	var corrupt *store.IntegrityError
	switch {
	case errors.As(err, &gone):
		return false, nil
	case errors.As(err, &corrupt):
		if err := m.Store.Quarantine(ctx, p.Digest); err != nil && !errors.As(err, &corrupt) && !errors.As(err, &gone) {
			return false, err
		}
		return false, nil
	}
	return err == nil, err
}

// keep puts the bytes of a part into the store. With a pin they have to be
// those it names.
func (m *Machine) keep(ctx context.Context, t, pin *lockfile.Tree, name, from string, data []byte) error {
	p := lockfile.Part{Path: name, Digest: digest.FromBytes(data), Size: int64(len(data))}
	if pin != nil {
		want, ok := pin.Part(name)
		if !ok {
			return nil
		}
		if want != p {
			return changed(t, name, from, want, p)
		}
	}
	if _, err := m.keepBytes(ctx, data); err != nil {
		return err
	}
	t.Parts = append(t.Parts, p)
	return nil
}

func (m *Machine) keepBytes(ctx context.Context, data []byte) (store.Blob, error) {
	return m.Store.Put(ctx, bytes.NewReader(data), digest.FromBytes(data), int64(len(data)))
}

// changed is upstream having something else than what was pinned.
func changed(t *lockfile.Tree, what, from string, want, got lockfile.Part) error {
	return &store.IntegrityError{
		What: what + " of " + t.Name, Want: want.Digest, WantSize: want.Size, Got: got.Digest, GotSize: got.Size,
		From: from, Action: "nothing was kept",
		Remedy: "upstream has changed what it serves under this name: find out why before dombuild update takes it",
	}
}

// fill packs the files of a tree, in any order.
type fill func(w *tar.Writer) error

// canonical writes the canonical tar of what fill packs, which has all been
// taken before anything is written. An error of fill is returned as it is.
func canonical(pack fill, out io.Writer, at int64) (tree.Index, error) {
	in, plain := io.Pipe()
	filled := make(chan error, 1)
	go func() {
		w := tar.NewWriter(plain)
		err := pack(w)
		if err == nil {
			err = w.Close()
		}
		plain.CloseWithError(err)
		filled <- err
	}()
	index, err := tree.Canonical(in, out, at)
	in.CloseWithError(err)
	if first := <-filled; first != nil {
		return nil, first
	}
	return index, err
}

// pack makes the canonical tar of what fill packs and puts it into the store.
func (m *Machine) pack(ctx context.Context, t, pin *lockfile.Tree, from string, at int64, pack fill) error {
	made, out := io.Pipe()
	var index tree.Index
	var filling error
	done := make(chan struct{})
	go func() {
		defer close(done)
		var err error
		index, err = canonical(func(w *tar.Writer) error {
			filling = pack(w)
			return filling
		}, out, at)
		out.CloseWithError(err)
	}()
	want, size := digest.Digest(""), int64(-1)
	if pin != nil {
		want, size = pin.Digest, pin.Size
	}
	blob, err := m.Store.Put(ctx, made, want, size)
	made.CloseWithError(err)
	<-done
	var wrong *store.IntegrityError
	switch {
	case filling != nil:
		return filling
	case errors.As(err, &wrong):
		return changed(t, "the tree", from, lockfile.Part{Digest: want, Size: size}, lockfile.Part{Digest: wrong.Got, Size: wrong.GotSize})
	case err != nil:
		return err
	}
	t.Digest, t.Size, t.Index = blob.Digest(), blob.Size(), index.Digest()
	if pin != nil && t.Index != pin.Index {
		return changed(t, "the tree", from, lockfile.Part{Digest: pin.Index, Size: -1}, lockfile.Part{Digest: t.Index, Size: -1})
	}
	return nil
}
