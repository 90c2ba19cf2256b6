package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/opencontainers/go-digest"
	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/yocto"
	"github.com/dombuild/dombuild/internal/yocto/dldir"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// writeYoctoLock writes the lock of what an audit found to be verified, to a
// file or, as "-", to standard output in place of the report.
func (a *app) writeYoctoLock(result *yocto.Result, name string) error {
	l, err := result.Lock()
	if err != nil {
		return fmt.Errorf("making the lock: %w", err)
	}
	if old, err := pins.Read(name); name != "-" && err == nil {
		l = l.Known(old)
	}
	if name == "-" {
		_, err = a.stdout.Write(l.Format())
	} else {
		err = l.Write(name)
	}
	if err == nil {
		fmt.Fprintf(a.stderr, "locked %d files and %d commits; %d sources are not locked, each with its reason in the lock\n", len(l.Files), len(l.Commits), len(l.Unlocked))
		if name != "-" && len(l.Files)+len(l.Commits) > 0 {
			fmt.Fprintf(a.stderr, "hint: dombuild fetch --lock %s, then dombuild store export --yocto downloads --lock %s\n", name, name)
		}
	}
	return err
}

// layerRequests says where the files of a lock of layers may be had: where
// BitBake gets them, and modules of Go also from the configured proxies.
func layerRequests(l *pins.Lock) ([]fetch.Request, error) {
	mirrors, err := loadMirrors()
	if err != nil {
		return nil, err
	}
	var list []fetch.Request
	for _, f := range l.Files {
		r := fetch.Request{Digest: f.Digest, Size: -1, Name: f.Name, URLs: slices.Clone(f.URLs)}
		for _, m := range f.Modules {
			r.URLs = append(r.URLs, mirrors.URLs(lockfile.Pin{Distribution: "go", Path: m})...)
		}
		list = append(list, r)
	}
	return list, nil
}

// layerError says what helps where a file of a lock of layers is nowhere.
func layerError(err error) error {
	var gone *fetch.NotFoundError
	switch {
	case !errors.As(err, &gone):
		return err
	case len(gone.URLs) == 0:
		return &hintError{err, fmt.Sprintf("say where modules of Go are: set GOPROXY, or add to %s: mirror \"go\" { urls = [\"https://…\"] }", resolve.ConfigPath())}
	}
	return &hintError{err, "change SRC_URI where the recipe is, or in a .bbappend, then dombuild audit yocto --lock FILE … again"}
}

// fetchLock fetches what a lock pins that belongs to no recipe of this
// directory.
func (a *app) fetchLock(ctx context.Context, name string, contents bool) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("reading the lock: %w", err)
	}
	var wanted []fetch.Request
	yoctoLock := new(pins.Lock)
	if pins.Is(text) {
		if yoctoLock, err = pins.Parse(name, text); err != nil {
			return err
		}
		if wanted, err = layerRequests(yoctoLock); err != nil {
			return err
		}
	} else {
		l, err := lockfile.Parse(name, text)
		if err != nil {
			return err
		}
		mirrors, err := loadMirrors()
		if err != nil {
			return err
		}
		for _, p := range l.Pins() {
			if p.Made {
				return &hintError{fmt.Errorf("%s pins %s, which is put together as its recipe says", name, p), "dombuild -C DIR fetch, where DIR is the recipe's directory"}
			}
		}
		wanted, _ = requests(l.Pins(), mirrors)
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	if err := registerLock(st, name); err != nil {
		return err
	}
	if err := fetch.Fetch(ctx, st, wanted, fetch.Options{Progress: a.display}); err != nil {
		if pins.Is(text) {
			err = layerError(err)
		}
		return err
	}
	blobs, known, err := a.fetchCommits(ctx, st, yoctoLock)
	if err != nil {
		return err
	}
	if contents && len(known.Commits) > 0 {
		if err := known.Write(name); err != nil {
			return err
		}
	}
	for _, w := range wanted {
		blobs = append(blobs, w.Digest)
	}
	infos, err := st.List(ctx)
	if err != nil {
		return err
	}
	size := map[digest.Digest]int64{}
	for _, i := range infos {
		size[i.Digest] = i.Size
	}
	var bytes int64
	for _, b := range blobs {
		bytes += size[b]
	}
	return a.printFetched(len(blobs), bytes, st.Dir(), []string{})
}

func (a *app) storeExport() *cobra.Command {
	var dir, lock string
	cmd := verb("export", "Write a DL_DIR for BitBake from the store", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		if dir == "" || lock == "" {
			return &usageError{errors.New("store export needs --yocto DIR and --lock FILE"), "dombuild store export --yocto downloads --lock yocto.lock"}
		}
		return a.exportYocto(ctx, lock, dir)
	})
	cmd.Long = `Write the files that a lock of audit yocto --lock pins from the store into a DL_DIR,
with the names and .done stamps that BitBake gives them, and the commits as bare
clones below git2, so that it builds with BB_NO_NETWORK = "1". What is there
already is hashed and never replaced.`
	cmd.Flags().StringVar(&dir, "yocto", "", "the DL_DIR")
	cmd.Flags().StringVar(&lock, "lock", "", "the lock that names the files")
	return cmd
}

// exportedDocument is what store export prints with --json.
type exportedDocument struct {
	Schema   string          `json:"schema"`
	Dir      string          `json:"dir"`
	Written  int             `json:"written"`
	Kept     int             `json:"kept"`
	Bytes    int64           `json:"bytes"`
	Clones   int             `json:"clones"`
	Commits  int             `json:"commits"`
	Large    int             `json:"lfs_files"`
	LFS      []string        `json:"lfs"`                 // clones of which git LFS keeps files elsewhere that lfs=0 leaves there
	Shallow  []string        `json:"lfs_without_history"` // clones in which git-lfs does not find them
	Branches []string        `json:"branches"`            // "CLONE BRANCH COMMIT": not proven to contain the commit
	Unlocked []pins.Unlocked `json:"unlocked"`
}

func (a *app) exportYocto(ctx context.Context, lock, dir string) error {
	l, err := pins.Read(lock)
	if err != nil {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	report, err := dldir.Export(ctx, st, l, dir, a.display)
	clones, err2 := dldir.ExportClones(ctx, st, l, dir, a.display)
	if err := errors.Join(err, err2); err != nil {
		return err
	}
	doc := exportedDocument{"dombuild/store-export/v1", dir, report.Written + clones.Written, report.Kept + clones.Kept, report.Bytes,
		clones.Written + clones.Kept, clones.Commits, clones.Large, append([]string{}, clones.LFS...), append([]string{}, clones.Shallow...), append([]string{}, clones.Branches...), append([]pins.Unlocked{}, l.Unlocked...)}
	return a.print(doc, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d files and clones written, %d were there and are the same; %d sources are in no lock\n", dir, doc.Written, doc.Kept, len(doc.Unlocked))
		for _, branch := range doc.Branches {
			fmt.Fprintf(w, "%s: not proven that the branch contains the commit\n", branch)
		}
		for _, name := range doc.Shallow {
			fmt.Fprintf(w, "%s: no server gave its history; BitBake does not find the files of git LFS in it without a network\n", name)
		}
		for _, name := range doc.LFS {
			fmt.Fprintf(w, "%s: git LFS keeps files of it elsewhere; with lfs=0 BitBake does not ask for them\n", name)
		}
	})
}
