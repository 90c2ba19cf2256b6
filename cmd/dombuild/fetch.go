package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/resolve"
)

func (a *app) fetchVerb() *cobra.Command {
	var lock string
	var contents bool
	cmd := verb("fetch", "Download what the lock pins into the store, verified", cobra.NoArgs, func(ctx context.Context, args []string) error {
		if lock != "" {
			return a.fetchLock(ctx, lock, contents)
		}
		if contents {
			return &usageError{errors.New("--contents is for a lock of audit yocto"), "dombuild fetch --lock yocto.lock --contents"}
		}
		return a.fetch(ctx, args)
	})
	cmd.Flags().StringVar(&lock, "lock", "", "fetch what this lock pins, of a recipe or of audit yocto --lock, instead of the recipe's own")
	cmd.Flags().BoolVar(&contents, "contents", false, "write the SHA-256 of what each commit consists of into the lock of audit yocto")
	return cmd
}

func (a *app) fetch(ctx context.Context, _ []string) error {
	r, l, err := a.locked()
	if err != nil {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	if err := a.register(r); err != nil {
		return err
	}
	mirrors, err := loadMirrors()
	if err != nil {
		return err
	}
	pins := l.Pins()
	wanted, size := requests(pins, mirrors)
	var lost []resolve.Lost
	wanted = append(wanted, proofs(l, mirrors, func(x resolve.Lost) { lost = append(lost, x) })...)
	if err := fetch.Fetch(ctx, st, wanted, fetch.Options{Progress: a.display}); err != nil {
		return err
	}
	if err := a.bring(ctx, r, l, mirrors); err != nil {
		return err
	}
	names, err := a.recoverEvidence(ctx, r, l, mirrors, lost)
	if err != nil {
		return err
	}
	return a.printFetched(len(pins), size, st.Dir(), names)
}

// printFetched prints what fetch brought into the store, and what proves pins
// and cannot be had any more.
func (a *app) printFetched(pins int, bytes int64, dir string, lost []string) error {
	doc := struct {
		Schema string   `json:"schema"`
		Pins   int      `json:"pins"`
		Bytes  int64    `json:"bytes"`
		Store  string   `json:"store"`
		Lost   []string `json:"evidence_lost"`
	}{"dombuild/fetch/v1", pins, bytes, dir, lost}
	return a.print(doc, func(w io.Writer) {
		fmt.Fprintf(w, "%d pins, %d bytes, verified in %s\n", doc.Pins, doc.Bytes, doc.Store)
	})
}

func requests(pins []lockfile.Pin, mirrors *resolve.Mirrors) (list []fetch.Request, size int64) {
	for _, p := range pins {
		size += p.Size
		if !p.Made {
			list = append(list, fetch.Request{Digest: p.Digest, Size: p.Size, Name: p.Name, URLs: mirrors.URLs(p)})
		}
	}
	return list, size
}

// proofs asks for what proves the pins and is at a known address. A build does not
// need it: what cannot be had any more is told to lost.
func proofs(l *lockfile.Lock, mirrors *resolve.Mirrors, lost func(resolve.Lost)) (list []fetch.Request) {
	for _, e := range l.Evidence() {
		if urls := mirrors.Evidence(e); len(urls) > 0 && e.Size >= 0 {
			list = append(list, fetch.Request{Digest: e.Digest, Size: e.Size, Name: "the " + e.String(), URLs: urls,
				Lost: func(err error) { lost(resolve.Lost{Evidence: e, Err: err}) }})
		}
	}
	return list
}
