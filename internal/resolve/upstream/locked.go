package upstream

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
)

// Limits of a set of packages.
const (
	maxLocked = 20_000    // packages
	maxPart   = 512 << 20 // bytes of one package, packed
	maxFiles  = 8 << 30   // bytes of all files, unpacked
)

// part is a file of a registry that a lock file names.
type part struct {
	path   string                  // below the registry
	digest digest.Digest           // "" where only prove can tell
	prove  func(data []byte) error // nil where the digest is enough
}

// set is what a lock file says, ready to be brought and laid out.
type set struct {
	mirror string // name of the registry in a machine's configuration
	parts  []part
	// lay writes the tree. Open gives the bytes of a part, verified.
	lay func(w *tar.Writer, open func(path string) ([]byte, error)) error
}

// setOf reads the lock file of a source that has one, or what stands for it.
func setOf(s recipe.Source) (set, error) {
	switch {
	case s.GoModule != nil:
		return goModule(s)
	case s.GoModules != nil:
		return goModules(s)
	case s.NPM != nil:
		return npm(s)
	case s.Crates != nil:
		return crates(s)
	}
	return set{}, fmt.Errorf("the source %s is of a kind that is not known to this version of dombuild", s.Name)
}

// InputError says why a lock file cannot be used.
type InputError struct {
	File   string
	Name   string // of the package, or ""
	Reason string
	Remedy string
}

func (e *InputError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("%s: %s", e.File, e.Reason)
	}
	return fmt.Sprintf("%s: %s: %s", e.File, e.Name, e.Reason)
}

// Hint says what helps.
func (e *InputError) Hint() string { return e.Remedy }

// locked brings the packages of a lock file and lays them out.
func (m *Machine) locked(ctx context.Context, from recipe.Source, t, pin *lockfile.Tree) error {
	s, err := setOf(from)
	if err != nil {
		return err
	}
	if len(s.parts) > maxLocked {
		return &InputError{File: t.Name, Reason: fmt.Sprintf("it has more than %d packages", maxLocked)}
	}
	parts, err := m.bringParts(ctx, s, from.Name, pin)
	if err != nil {
		return err
	}
	t.Parts = parts
	open := func(path string) ([]byte, error) { return m.read(ctx, s, parts, path) }
	return m.pack(ctx, t, pin, t.Name, epoch, func(w *tar.Writer) error { return s.lay(w, open) })
}

// bringParts puts every part into the store.
func (m *Machine) bringParts(ctx context.Context, s set, name string, pin *lockfile.Tree) ([]lockfile.Part, error) {
	list, unknown, err := m.known(s, pin)
	if err != nil {
		return nil, err
	}
	if len(m.bases(s)) == 0 && len(s.parts) > 0 && pin == nil {
		return nil, m.noRegistry(s.mirror)
	}
	var g errgroup.Group
	g.SetLimit(8)
	errs := make([]error, len(s.parts))
	for _, i := range unknown {
		g.Go(func() error {
			list[i], errs[i] = m.discover(ctx, s, s.parts[i])
			return nil
		})
	}
	_ = g.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	var requests []fetch.Request
	for i, p := range list {
		if slices.Contains(unknown, i) {
			continue
		}
		if ok, err := m.has(ctx, p); err != nil {
			return nil, err
		} else if ok {
			continue
		}
		requests = append(requests, fetch.Request{Digest: p.Digest, Size: p.Size, Name: name, URLs: m.urls(s, p.Path)})
	}
	if err := fetch.Fetch(ctx, m.Store, requests, fetch.Options{Progress: m.Progress, Client: m.Client}); err != nil {
		return nil, err
	}
	for i := range list {
		blob, err := m.Store.Get(ctx, list[i].Digest)
		if err != nil {
			return nil, err
		}
		list[i].Size = blob.Size()
	}
	return list, nil
}

// known gives the parts whose digest the lock file or the pin says, with size
// -1 where nobody does, and which parts nothing is known of.
func (m *Machine) known(s set, pin *lockfile.Tree) (list []lockfile.Part, unknown []int, err error) {
	list = make([]lockfile.Part, len(s.parts))
	for i, p := range s.parts {
		list[i] = lockfile.Part{Path: p.path, Digest: p.digest, Size: -1}
		if pin != nil {
			pinned, ok := pin.Part(p.path)
			if !ok || p.digest != "" && p.digest != pinned.Digest {
				return nil, nil, &lockfile.StaleError{Missing: []string{pin.Name + ": " + p.path}}
			}
			list[i] = pinned
		} else if p.digest == "" {
			unknown = append(unknown, i)
		}
	}
	return list, unknown, nil
}

func (m *Machine) bases(s set) []string {
	if m.Mirrors == nil {
		return nil
	}
	return m.Mirrors.Bases(s.mirror, "")
}

func (m *Machine) urls(s set, path string) []string {
	if m.Mirrors == nil {
		return nil
	}
	return m.Mirrors.URLs(lockfile.Pin{Distribution: s.mirror, Path: path})
}

func (m *Machine) noRegistry(name string) error {
	if m.Mirrors == nil {
		return errors.New("no registry is configured")
	}
	return m.Mirrors.Missing(name, "packages")
}

// discover downloads a part that only its content can prove.
func (m *Machine) discover(ctx context.Context, s set, p part) (lockfile.Part, error) {
	var errs []error
	for _, u := range m.urls(s, p.path) {
		data, err := m.Client.Download(ctx, u, maxPart)
		if err == nil {
			if err = p.prove(data); err != nil {
				return lockfile.Part{}, &resolve.UntrustedError{What: p.path, From: u, Reason: "it is not what the lock file names", Err: err,
					Remedy: "nothing was kept; ask another mirror, and do not change the lock file before you know why"}
			}
			blob, err := m.keepBytes(ctx, data)
			return lockfile.Part{Path: p.path, Digest: blob.Digest(), Size: blob.Size()}, err
		}
		errs = append(errs, err)
		if ctx.Err() != nil {
			break
		}
	}
	return lockfile.Part{}, errors.Join(errs...)
}

// read gives the bytes of a part, proved again.
func (m *Machine) read(ctx context.Context, s set, parts []lockfile.Part, path string) ([]byte, error) {
	i := slices.IndexFunc(s.parts, func(p part) bool { return p.path == path })
	if i < 0 {
		return nil, fmt.Errorf("%s is no part", path)
	}
	if parts[i].Size > maxPart {
		return nil, fmt.Errorf("%s has more than %d MiB", path, maxPart>>20)
	}
	blob, err := m.Store.Get(ctx, parts[i].Digest)
	if err != nil {
		return nil, err
	}
	r, err := blob.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err == nil && s.parts[i].prove != nil {
		if err = s.parts[i].prove(data); err != nil {
			err = &resolve.UntrustedError{What: path, Reason: "it is not what the lock file names", Err: err,
				Remedy: "the lock pins something else than the lock file: dombuild update"}
		}
	}
	return data, err
}
