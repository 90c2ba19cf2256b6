package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/bundle"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/progress"
)

func (a *app) bundleVerb() *cobra.Command {
	return group("bundle", "Carry what locks need over an air gap",
		a.bundleCreate(), a.bundleInspect(), a.bundleVerify(), a.bundleImport(), a.bundleWant())
}

type createFlags struct {
	out, name, base, want string
	keys                  []string
	serial                int64
}

func (a *app) bundleCreate() *cobra.Command {
	var f createFlags
	cmd := verb("create [LOCK…]", "Write one file with all that locks pin", cobra.ArbitraryArgs,
		func(ctx context.Context, locks []string) error { return a.createBundle(ctx, locks, f) })
	cmd.Long = `Write one file that holds locks and every blob that they pin, from the store. Without
LOCK it is the lock of the recipe in this directory. The file is the same for the same
locks, serial and base, signatures apart; it is an OCI image layout in a tar.`
	cmd.Flags().StringVarP(&f.out, "out", "o", "", "file to write (default NAME-SERIAL.tar)")
	cmd.Flags().StringVar(&f.name, "name", "", "name of the line of bundles (default: the first lock's)")
	cmd.Flags().Int64Var(&f.serial, "serial", 0, "number of this bundle, greater than all before (default: seconds since 1970)")
	cmd.Flags().StringVar(&f.base, "base", "", "leave out what this earlier bundle, or its manifest, names")
	cmd.Flags().StringVar(&f.want, "want", "", "put in only what this file, made by bundle want, names")
	cmd.Flags().StringArrayVar(&f.keys, "key", nil, keyUsage+" (repeatable)")
	return cmd
}

// bundleDocument is what create, inspect, verify and import print with --json.
type bundleDocument struct {
	Schema   string          `json:"schema"`
	File     string          `json:"file"`
	Digest   digest.Digest   `json:"digest"` // of the manifest
	Manifest bundle.Manifest `json:"manifest"`
	Signers  []string        `json:"signers"` // owners whose signatures are good, or hints of keys where nobody judged
}

func (a *app) createBundle(ctx context.Context, paths []string, f createFlags) error {
	locks, err := a.lockFiles(paths)
	if err != nil {
		return err
	}
	if f.name == "" {
		f.name = strings.TrimSuffix(strings.TrimSuffix(locks[0].Name, ".hcl"), ".lock")
	}
	if f.serial == 0 {
		f.serial = time.Now().Unix()
	}
	if f.out == "" {
		f.out = fmt.Sprintf("%s-%d.tar", f.name, f.serial)
	}
	base, has, err := leftOut(f)
	if err != nil {
		return err
	}
	m, err := bundle.Describe(f.name, f.serial, locks, base, has)
	if err != nil {
		return err
	}
	statement, err := m.Statement()
	if err != nil {
		return err
	}
	var signatures [][]byte
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
		signatures, signers = append(signatures, s), append(signers, string(hint))
	}
	if err := a.writeBundle(ctx, f.out, m, locks, signatures); err != nil {
		return err
	}
	return a.printBundle("create", f.out, m, signers)
}

// writeBundle writes the file, whole or not at all.
func (a *app) writeBundle(ctx context.Context, out string, m bundle.Manifest, locks []bundle.File, signatures [][]byte) (err error) {
	st, err := a.openStore()
	if err != nil {
		return err
	}
	t, err := os.CreateTemp(filepath.Dir(out), ".bundle-*")
	if err != nil {
		return fmt.Errorf("writing a bundle: %w", err)
	}
	defer os.Remove(t.Name())
	task := a.display.Begin("write the bundle", sizeOf(m))
	err = bundle.Write(ctx, io.MultiWriter(t, counter{task}), st, m, locks, signatures)
	task.End(err)
	if err := errors.Join(err, t.Chmod(0o644), t.Sync(), t.Close()); err != nil {
		return err
	}
	return os.Rename(t.Name(), out)
}

// sizeOf is how many bytes of blobs a bundle holds.
func sizeOf(m bundle.Manifest) (n int64) {
	for _, b := range m.Blobs {
		if b.Here {
			n += b.Size
		}
	}
	return n
}

// counter tells a task how many bytes pass.
type counter struct{ progress.Task }

func (c counter) Write(p []byte) (int, error) {
	c.Add(int64(len(p)))
	return len(p), nil
}

// lockFiles reads the named locks, or that of the recipe in this directory.
func (a *app) lockFiles(paths []string) ([]bundle.File, error) {
	if len(paths) == 0 {
		r, _, err := a.locked()
		if err != nil {
			return nil, err
		}
		paths = []string{r.Lockfile}
	}
	var list []bundle.File
	for _, p := range paths {
		text, err := os.ReadFile(p)
		if errors.Is(err, os.ErrNotExist) {
			return nil, &lockfile.MissingError{Path: p}
		}
		if err != nil {
			return nil, err
		}
		list = append(list, bundle.File{Name: filepath.Base(p), Text: text})
	}
	return list, nil
}

// leftOut says which blobs the other side has.
func leftOut(f createFlags) (base digest.Digest, has func(digest.Digest) bool, err error) {
	there := map[digest.Digest]bool{}
	if f.base != "" {
		m, d, err := bundle.ReadManifest(f.base)
		if err != nil {
			return "", nil, err
		}
		base = d
		for _, b := range m.Blobs {
			there[b.Digest] = true
		}
	}
	if f.want == "" {
		return base, func(d digest.Digest) bool { return there[d] }, nil
	}
	text, err := os.ReadFile(f.want)
	if err != nil {
		return "", nil, err
	}
	var w wantDocument
	if err := json.Unmarshal(text, &w); err != nil || w.Schema != wantSchema {
		return "", nil, &hintError{fmt.Errorf("%s is not what bundle want prints", f.want), "dombuild --json bundle want > " + f.want + ", on the other side"}
	}
	wanted := map[digest.Digest]bool{}
	for _, b := range w.Blobs {
		wanted[b.Digest] = true
	}
	return base, func(d digest.Digest) bool { return there[d] || !wanted[d] }, nil
}

func (a *app) printBundle(verb, file string, m bundle.Manifest, signers []string) error {
	text, err := m.Format()
	if err != nil {
		return err
	}
	doc := bundleDocument{"dombuild/bundle-" + verb + "/v1", file, digest.FromBytes(text), m, signers}
	return a.print(doc, func(w io.Writer) {
		here := 0
		for _, b := range m.Blobs {
			if b.Here {
				here++
			}
		}
		fmt.Fprintf(w, "%s: %s, number %d\n", file, m.Name, m.Serial)
		for _, l := range m.Locks {
			fmt.Fprintf(w, "lock    %s  %s\n", l.Name, l.Digest)
		}
		fmt.Fprintf(w, "blobs   %d of %d, %d bytes\n", here, len(m.Blobs), sizeOf(m))
		if m.Base != "" {
			fmt.Fprintf(w, "base    %s\n", m.Base)
		}
		for _, s := range signers {
			fmt.Fprintf(w, "signed  %s\n", s)
		}
	})
}

// wantSchema is the schema of what bundle want prints.
const wantSchema = "dombuild/bundle-want/v1"

// wantDocument is what bundle want prints with --json.
type wantDocument struct {
	Schema string       `json:"schema"`
	Blobs  []wantedBlob `json:"blobs"`
	Bytes  int64        `json:"bytes"`
}

type wantedBlob struct {
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
	Name   string        `json:"name"`
}

func (a *app) bundleWant() *cobra.Command {
	return verb("want [LOCK…]", "Print what the store lacks of what locks pin", cobra.ArbitraryArgs,
		func(_ context.Context, paths []string) error {
			locks, err := a.lockFiles(paths)
			if err != nil {
				return err
			}
			st, err := a.openStore()
			if err != nil {
				return err
			}
			doc := wantDocument{wantSchema, []wantedBlob{}, 0}
			m, err := bundle.Describe("want", 1, locks, "", func(digest.Digest) bool { return false })
			if err != nil {
				return err
			}
			for _, b := range m.Blobs {
				if has, err := st.Has(b.Digest); err != nil {
					return err
				} else if !has {
					doc.Blobs = append(doc.Blobs, wantedBlob{b.Digest, b.Size, b.Name})
					doc.Bytes += b.Size
				}
			}
			return a.print(doc, func(w io.Writer) {
				for _, b := range doc.Blobs {
					fmt.Fprintf(w, "%s  %12d  %s\n", b.Digest, b.Size, b.Name)
				}
				fmt.Fprintf(w, "the store lacks %d of %d blobs, %d bytes\n", len(doc.Blobs), len(m.Blobs), doc.Bytes)
			})
		})
}
