package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/diff"
)

func (a *app) diffVerb() *cobra.Command {
	var excluded []string
	var limits diff.Limits
	cmd := verb("diff A B", "Compare any two artifacts and say where and why they differ", cobra.ExactArgs(2), func(ctx context.Context, args []string) error {
		return a.diff(ctx, args[0], args[1], excluded, limits)
	})
	cmd.Long = `Compare two files or trees, however they were built. They are equal only if their bytes
are; for directories: if all entries are, with all metadata.

Where they differ, archives, file systems, disks and compressed files are opened to any
depth, and each difference is named by the path that leads to it, the innermost first.

The exit code is 0 if they are equal, 7 if they differ, 1 if one of them could not be
read or goes beyond a limit.`
	cmd.Annotations = map[string]string{findings: "yes"}
	f := cmd.Flags()
	f.StringArrayVar(&excluded, "exclude", nil, "differences that do not count, as PATTERN=REASON or KIND:PATTERN=REASON: 'rootfs.tar!/etc/**=…', 'mtime:**=…'")
	f.IntVar(&limits.Depth, "max-depth", 16, "artifacts within artifacts")
	f.Int64Var(&limits.Entries, "max-entries", 0, "entries of each side, all levels together; 0: by the size of both, up to 4 million")
	f.Int64Var(&limits.Bytes, "max-bytes", 0, "bytes that are unpacked, all levels together; 0: 512 MiB and 200 times the size of both, up to 64 GiB")
	return cmd
}

func (a *app) diff(ctx context.Context, left, right string, excluded []string, limits diff.Limits) error {
	if limits.Depth < 1 || limits.Entries < 0 || limits.Bytes < 0 {
		return &usageError{errors.New("a limit has to be at least 1, or 0 for what --help says"), ""}
	}
	opt := diff.Options{Limits: limits}
	for _, text := range excluded {
		e, err := diff.ParseExclusion(text)
		if err != nil {
			return &usageError{fmt.Errorf("--exclude %s: %w", text, err), "an exclusion is PATTERN=REASON, such as 'mtime:**=the tree was copied'"}
		}
		opt.Exclude = append(opt.Exclude, e)
	}
	task := a.display.Begin("compare "+left+" with "+right, 0)
	result, err := diff.Compare(ctx, left, right, opt)
	task.End(err)
	if err != nil {
		return limitHint(err)
	}
	err = a.print(result.Document(), func(w io.Writer) {
		_ = result.WriteText(w, diff.TextOptions{Color: colored(a.stdout)})
	})
	return errors.Join(err, a.saveDiff(result), result.Err())
}

// saveDiff writes the differences where --sarif and --report want them.
func (a *app) saveDiff(result *diff.Result) error {
	var errs []error
	if a.flags.sarif != "" {
		rules, found := result.Findings()
		report, err := finding.New(finding.Content{Tool: finding.Tool{Name: "dombuild", Version: version(), Verb: "diff"}, Rules: rules, Findings: found,
			Properties: map[string]string{"left": result.Left, "right": result.Right, "verdict": result.Verdict()}})
		if err == nil {
			err = report.SaveSARIF(a.flags.sarif)
		}
		errs = append(errs, err)
	}
	if a.flags.report != "" {
		errs = append(errs, result.SaveHTML(a.flags.report))
	}
	return errors.Join(errs...)
}

// limitHint says with which flag a limit is raised.
func limitHint(err error) error {
	var limit *image.LimitError
	if !errors.As(err, &limit) {
		return err
	}
	flag := map[string]string{"Depth": "--max-depth", "Entries": "--max-entries", "Bytes": "--max-bytes"}[limit.Limit]
	if flag == "" {
		return err
	}
	return &hintError{err, "raise it with " + flag + " if this is no bomb"}
}
