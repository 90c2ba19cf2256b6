package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/bundle"
)

func (a *app) bundleVerb() *cobra.Command {
	return group("bundle", "Carry what locks need over an air gap",
		a.bundleCreate(), a.bundleInspect(), a.bundleVerify(), a.bundleImport(), a.bundleWant())
}

type createFlags struct {
	out, name, base, want, split string
	keys, files                  []string
	serial                       int64
	dombuild, runc               bool
}

func (a *app) bundleCreate() *cobra.Command {
	var f createFlags
	cmd := verb("create [RECIPE-DIR|LOCK…]", "Write one file with all that locks pin", cobra.ArbitraryArgs,
		func(ctx context.Context, locks []string) error { return a.createBundle(ctx, locks, f) })
	cmd.Long = `Write one file that holds recipes, their locks and every blob that these pin, from the
store. Without an argument it is the recipe in this directory. A recipe travels with every
file that it is read from; a lock that is named by its file travels without its recipe, and
one of audit yocto --lock with the commits of its sources and their submodules. The
file is the same for the same recipes, locks, serial and base, signatures apart; it is an
OCI image layout in a tar. With --split it is parts of at most that size, each of which is
checked by itself, and which import takes in any order.`
	cmd.Flags().StringVarP(&f.out, "out", "o", "", "file to write (default NAME-SERIAL.tar)")
	cmd.Flags().StringVar(&f.name, "name", "", "name of the line of bundles (default: the first lock's)")
	cmd.Flags().Int64Var(&f.serial, "serial", 0, "number of this bundle, greater than all before (default: seconds since 1970)")
	cmd.Flags().StringVar(&f.base, "base", "", "leave out what this earlier bundle, or its manifest, names")
	cmd.Flags().StringVar(&f.want, "want", "", "put in only what this file, made by bundle want, names")
	cmd.Flags().StringArrayVar(&f.keys, "key", nil, keyUsage+" (repeatable)")
	cmd.Flags().StringArrayVar(&f.files, "file", nil, "also put in this file of the recipe (repeatable)")
	cmd.Flags().BoolVar(&f.dombuild, "with-dombuild", false, "put in this program too")
	cmd.Flags().BoolVar(&f.runc, "with-runc", false, "put in the container runtime too")
	cmd.Flags().StringVar(&f.split, "split", "", "write parts of at most this size, such as 4GB or 650MiB")
	return cmd
}

// bundleDocument is what create, inspect, verify and import print with --json.
type bundleDocument struct {
	Schema   string          `json:"schema"`
	File     string          `json:"file"`
	Parts    []string        `json:"parts,omitempty"` // files, where it was written in parts
	Digest   digest.Digest   `json:"digest"`          // of the manifest
	Manifest bundle.Manifest `json:"manifest"`
	Signers  []string        `json:"signers"` // owners whose signatures are good, or hints of keys where nobody judged
}

// leftOut says which blobs the other side has.
func (a *app) leftOut(ctx context.Context, f createFlags, layers map[string]*bundle.Layers) (base digest.Digest, has func(digest.Digest) bool, err error) {
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
	wanted, err := a.below(ctx, w.Commits, layers)
	if err != nil {
		return "", nil, err
	}
	for _, b := range w.Blobs {
		wanted[b.Digest] = true
	}
	return base, func(d digest.Digest) bool { return there[d] || !wanted[d] }, nil
}

func (a *app) printBundle(verb string, files []string, m bundle.Manifest, signers []string) error {
	text, err := m.Format()
	if err != nil {
		return err
	}
	doc := bundleDocument{Schema: "dombuild/bundle-" + verb + "/v1", File: files[0], Digest: digest.FromBytes(text), Manifest: m, Signers: signers}
	if len(files) > 1 {
		doc.Parts = files
	}
	return a.print(doc, func(w io.Writer) {
		here, bytes := 0, int64(0)
		for _, b := range m.Blobs {
			if b.Here {
				here, bytes = here+1, bytes+b.Size
			}
		}
		for _, f := range files {
			fmt.Fprintf(w, "%s: %s, number %d\n", f, m.Name, m.Serial)
		}
		for _, l := range m.Locks {
			fmt.Fprintf(w, "lock    %s  %s\n", l.Name, l.Digest)
		}
		for _, r := range m.Recipes {
			fmt.Fprintf(w, "recipe  %s, %d files\n", r.Name, len(r.Files))
		}
		for _, p := range m.Programs {
			fmt.Fprintf(w, "program %s  %s\n", p.Name, p.Digest)
		}
		fmt.Fprintf(w, "blobs   %d of %d, %d bytes\n", here, len(m.Blobs), bytes)
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
	Schema  string         `json:"schema"`
	Blobs   []wantedBlob   `json:"blobs"`
	Bytes   int64          `json:"bytes"`             // of the blobs whose size is known
	Commits []wantedCommit `json:"commits,omitempty"` // with all that is below them
}

type wantedBlob struct {
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"` // -1: a lock of layers does not say
	Name   string        `json:"name"`
}

func (a *app) bundleWant() *cobra.Command {
	return verb("want [LOCK…]", "Print what the store lacks of what locks pin", cobra.ArbitraryArgs,
		func(ctx context.Context, paths []string) error {
			locks, err := a.lockFiles(paths)
			if err != nil {
				return err
			}
			st, err := a.openStore()
			if err != nil {
				return err
			}
			doc, all, err := wants(ctx, st, locks)
			if err != nil {
				return err
			}
			return a.print(doc, func(w io.Writer) {
				for _, b := range doc.Blobs {
					fmt.Fprintf(w, "%s  %12d  %s\n", b.Digest, b.Size, b.Name)
				}
				for _, c := range doc.Commits {
					fmt.Fprintf(w, "commit %s of %s\n", c.ID, c.Clone)
				}
				fmt.Fprintf(w, "the store lacks %d of %d blobs, %s\n", len(doc.Blobs)+len(doc.Commits), all, doc.size())
			})
		})
}
