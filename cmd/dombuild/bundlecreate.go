package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/bundle"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

func (a *app) createBundle(ctx context.Context, args []string, f createFlags) error {
	c, texts, err := a.bundled(ctx, args, f)
	if err != nil {
		return err
	}
	m, err := bundle.Describe(c)
	if err != nil {
		return err
	}
	statement, err := m.Statement()
	if err != nil {
		return err
	}
	w := bundle.Writing{Manifest: m, Texts: texts}
	signers := []string{}
	for _, k := range f.keys {
		key, err := a.signingKey(ctx, k)
		if err != nil {
			return err
		}
		s, err := attest.Sign(statement, key)
		if err != nil {
			return err
		}
		hint, _ := attest.HintOf(key.Public()) // it has just signed
		w.Signatures, signers = append(w.Signatures, s), append(signers, string(hint))
	}
	if w.Store, err = a.openStore(); err != nil {
		return err
	}
	if f.out == "" {
		f.out = fmt.Sprintf("%s-%d.tar", m.Name, m.Serial)
	}
	task := a.display.Begin("write the bundle", m.Bytes())
	w.Task = task
	names, err := a.writeFiles(ctx, f, w)
	task.End(err)
	if err != nil {
		return err
	}
	return a.printBundle("create", names, m, signers)
}

// writeFiles writes a bundle as one file or in parts, and returns their names.
func (a *app) writeFiles(ctx context.Context, f createFlags, w bundle.Writing) ([]string, error) {
	if f.split == "" {
		return []string{f.out}, a.writeBundle(ctx, f.out, w.Write)
	}
	return a.writeParts(ctx, f, w)
}

// bundled gathers what goes into a bundle.
func (a *app) bundled(ctx context.Context, args []string, f createFlags) (bundle.Content, bundle.Texts, error) {
	c := bundle.Content{Name: f.name, Serial: f.serial}
	texts := bundle.Texts{}
	if len(args) == 0 {
		args = []string{"."}
	}
	for _, arg := range args {
		lock, r, err := a.lockOrRecipe(arg)
		if err != nil {
			return c, nil, err
		}
		c.Locks = append(c.Locks, lock)
		if r == nil {
			texts.Add(lock.Text)
			continue
		}
		vars, err := a.variables()
		if err != nil {
			return c, nil, err
		}
		x, own, err := bundle.Collect(r, vars, lock, f.files)
		if err != nil {
			return c, nil, err
		}
		c.Recipes = append(c.Recipes, x)
		for _, text := range own {
			texts.Add(text)
		}
	}
	if c.Name == "" {
		c.Name = strings.TrimSuffix(strings.TrimSuffix(c.Locks[0].Name, ".hcl"), ".lock")
	}
	if c.Serial == 0 {
		c.Serial = time.Now().Unix()
	}
	var err error
	if c.Layers, err = a.layers(ctx, c.Locks); err != nil {
		return c, nil, err
	}
	if c.Base, c.Has, err = a.leftOut(ctx, f, c.Layers); err != nil {
		return c, nil, err
	}
	if c.Programs, err = a.programs(ctx, f); err != nil {
		return c, nil, err
	}
	c.Evidence, err = a.carried(ctx)
	return c, texts, err
}

// carried tells what the store has of the files that vouch for pins.
func (a *app) carried(ctx context.Context) (func(lockfile.Evidence) (int64, bool), error) {
	st, err := a.openStore()
	if err != nil {
		return nil, err
	}
	return func(e lockfile.Evidence) (int64, bool) {
		blob, err := st.Get(ctx, e.Digest)
		if err != nil {
			fmt.Fprintf(a.stderr, "warning: the %s is not carried: %v\n", e, err)
			return 0, false
		}
		return blob.Size(), true
	}, nil
}

// lockOrRecipe reads a lock, or a recipe with the lock that fits it.
func (a *app) lockOrRecipe(arg string) (bundle.File, *recipe.Recipe, error) {
	if fi, err := os.Stat(arg); err != nil || !fi.IsDir() {
		lock, err := readLock(arg)
		return lock, nil, err
	}
	vars, err := a.variables()
	if err != nil {
		return bundle.File{}, nil, err
	}
	r, err := recipe.Load(arg, vars)
	if err != nil {
		return bundle.File{}, nil, err
	}
	lock, err := readLock(r.Lockfile)
	if err != nil {
		return lock, nil, err
	}
	l, err := lockfile.Parse(r.Lockfile, lock.Text)
	if err == nil {
		err = l.Check(r)
	}
	return lock, r, err
}

func readLock(path string) (bundle.File, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return bundle.File{}, &lockfile.MissingError{Path: path}
	}
	return bundle.File{Name: filepath.Base(path), Text: text}, err
}

// programs puts the programs that go along into the store.
func (a *app) programs(ctx context.Context, f createFlags) ([]bundle.Program, error) {
	var list []bundle.Program
	add := func(name, path string, err error) error {
		if err != nil {
			return fmt.Errorf("finding %s: %w", name, err)
		}
		st, err := a.openStore()
		if err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("finding %s: %w", name, err)
		}
		defer file.Close()
		b, err := st.Put(ctx, file, "", -1)
		list = append(list, bundle.Program{Name: name, Digest: b.Digest(), Size: b.Size()})
		return err
	}
	if f.dombuild {
		path, err := os.Executable()
		if err := add("dombuild", path, err); err != nil {
			return nil, err
		}
	}
	if f.runc {
		path, err := exec.LookPath("runc")
		if err := add("runc", path, err); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// writeBundle writes a file, whole or not at all.
func (a *app) writeBundle(ctx context.Context, out string, write func(context.Context, *os.File) error) error {
	t, err := os.CreateTemp(filepath.Dir(out), ".bundle-*")
	if err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	defer os.Remove(t.Name())
	err = write(ctx, t)
	if err := errors.Join(err, t.Chmod(0o644), t.Sync(), t.Close()); err != nil {
		return err
	}
	return os.Rename(t.Name(), out)
}

// writeParts writes a bundle in parts.
func (a *app) writeParts(ctx context.Context, f createFlags, w bundle.Writing) ([]string, error) {
	limit, err := parseSize(f.split)
	if err != nil {
		return nil, &usageError{fmt.Errorf("--split: %w", err), ""}
	}
	parts, err := w.Split(limit)
	if err != nil {
		return nil, err
	}
	var names []string
	width := len(strconv.Itoa(len(parts)))
	for _, p := range parts {
		name := fmt.Sprintf("%s.%0*d-of-%d", f.out, width, p.Number, p.Of)
		err := a.writeBundle(ctx, name, func(ctx context.Context, t *os.File) error { return w.WritePart(ctx, t, p) })
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// parseSize reads a number of bytes: "650MiB", "4GB", "1048576".
func parseSize(s string) (int64, error) {
	units := []struct {
		name  string
		bytes int64
	}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"", 1}}
	for _, u := range units {
		digits, ok := strings.CutSuffix(s, u.name)
		if !ok {
			continue
		}
		if n, err := strconv.ParseInt(digits, 10, 32); err == nil && n > 0 {
			return n * u.bytes, nil
		}
		if n, err := strconv.ParseInt(digits, 10, 62); err == nil && n > 0 && u.bytes == 1 {
			return n, nil
		}
	}
	return 0, fmt.Errorf("%q is no size such as 650MiB, 4GB or 1048576", s)
}

// lockFiles reads the named locks, or that of the recipe in this directory.
func (a *app) lockFiles(paths []string) ([]bundle.File, error) {
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var list []bundle.File
	for _, p := range paths {
		lock, _, err := a.lockOrRecipe(p)
		if err != nil {
			return nil, err
		}
		list = append(list, lock)
	}
	return list, nil
}
