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
	if name == "-" {
		_, err = a.stdout.Write(l.Format())
	} else {
		err = l.Write(name)
	}
	if err == nil {
		fmt.Fprintf(a.stderr, "locked %d files; %d sources are not locked, each with its reason in the lock\n", len(l.Files), len(l.Unlocked))
		if name != "-" && len(l.Files) > 0 {
			fmt.Fprintf(a.stderr, "hint: dombuild fetch --lock %s, then dombuild store export --yocto downloads --lock %s\n", name, name)
		}
	}
	return err
}

// fetchLock fetches what a lock pins that belongs to no recipe of this
// directory.
func (a *app) fetchLock(ctx context.Context, name string) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return fmt.Errorf("reading the lock: %w", err)
	}
	var wanted []fetch.Request
	if pins.Is(text) {
		l, err := pins.Parse(name, text)
		if err != nil {
			return err
		}
		for _, f := range l.Files {
			wanted = append(wanted, fetch.Request{Digest: f.Digest, Size: -1, Name: f.Name, URLs: f.URLs})
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
		return err
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
	for _, w := range wanted {
		bytes += size[w.Digest]
	}
	return a.printFetched(len(wanted), bytes, st.Dir(), []string{})
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
with the names and .done stamps that BitBake gives them, so that it builds with
BB_NO_NETWORK = "1". What is there already is hashed and never replaced.`
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
	if err != nil {
		return err
	}
	doc := exportedDocument{"dombuild/store-export/v1", dir, report.Written, report.Kept, report.Bytes, slices.Concat([]pins.Unlocked{}, l.Unlocked)}
	return a.print(doc, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d files written, %d were there and are the same; %d sources are in no lock\n", dir, doc.Written, doc.Kept, len(doc.Unlocked))
	})
}
