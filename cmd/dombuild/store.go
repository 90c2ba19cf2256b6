package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/store"
)

func (a *app) storeVerb() *cobra.Command {
	cmd := verb("store", "Look at the store, verify it, tidy it", cobra.NoArgs, nil)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(a.storeLs(), a.storeDu(), a.storeVerify(), a.storeGC())
	return cmd
}

func (a *app) storeLs() *cobra.Command {
	return verb("ls", "List the blobs", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		st, err := a.openStore()
		if err != nil {
			return err
		}
		blobs, err := st.List(ctx)
		if err != nil {
			return err
		}
		doc := struct {
			Schema string       `json:"schema"`
			Blobs  []store.Info `json:"blobs"`
		}{"dombuild/store-ls/v1", blobs}
		return a.print(doc, func(w io.Writer) {
			for _, b := range blobs {
				fmt.Fprintf(w, "%s  %d\n", b.Digest, b.Size)
			}
		})
	})
}

func (a *app) storeDu() *cobra.Command {
	return verb("du", "Show how much disk the store uses", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		st, err := a.openStore()
		if err != nil {
			return err
		}
		usage, err := st.DiskUsage(ctx)
		if err != nil {
			return err
		}
		doc := struct {
			Schema string `json:"schema"`
			store.Usage
		}{"dombuild/store-du/v1", usage}
		return a.print(doc, func(w io.Writer) { fmt.Fprintln(w, usage) })
	})
}

func (a *app) storeVerify() *cobra.Command {
	return verb("verify", "Hash every blob and move aside what is corrupt", cobra.NoArgs, func(ctx context.Context, _ []string) error {
		st, err := a.openStore()
		if err != nil {
			return err
		}
		report, err := st.Verify(ctx, store.VerifyOptions{Heal: true, Progress: a.display})
		if err != nil {
			return err
		}
		doc := struct {
			Schema string `json:"schema"`
			*store.VerifyReport
		}{"dombuild/store-verify/v1", report}
		if err := a.print(doc, func(w io.Writer) { fmt.Fprintln(w, report) }); err != nil {
			return err
		}
		return report.Err()
	})
}

func (a *app) storeGC() *cobra.Command {
	var dry bool
	cmd := verb("gc", "Remove what the lock of this directory's recipe does not need", cobra.NoArgs,
		func(ctx context.Context, _ []string) error { return a.gc(ctx, dry) })
	cmd.Long = `Remove every blob and record that the recipe in this directory and its lock do not
need: what stays are the pins and the cached outputs of the current plan.`
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would be removed")
	return cmd
}

func (a *app) gc(ctx context.Context, dry bool) error {
	p, l, err := a.plan()
	if err != nil {
		return err
	}
	st, err := a.openStore()
	if err != nil {
		return err
	}
	keep := build.Needed(st, p, l)
	report, err := st.GC(ctx, store.GCOptions{Keep: keep.Blob, KeepRecord: keep.Record, DryRun: dry})
	if err != nil {
		return err
	}
	doc := struct {
		Schema string `json:"schema"`
		DryRun bool   `json:"dry_run"`
		*store.GCReport
	}{"dombuild/store-gc/v1", dry, report}
	return a.print(doc, func(w io.Writer) {
		verb := "removed"
		if dry {
			verb = "would remove"
		}
		fmt.Fprintf(w, "%s %d blobs and %d records, %d bytes\n", verb, len(report.Blobs), len(report.Records), report.Freed)
	})
}
