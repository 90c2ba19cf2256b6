package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto"
)

// checkDownloads hashes what the recipes expect in a DL_DIR.
func (a *app) checkDownloads(ctx context.Context, result *yocto.Result, dir string) ([]yocto.CheckedFile, error) {
	if err := yocto.DownloadDir(dir); err != nil {
		return nil, err // before anything is shown
	}
	task := a.display.Begin("check "+dir, 0)
	checked, err := result.CheckDownloads(ctx, dir)
	task.End(err)
	return checked, err
}

func printDownloads(w io.Writer, dir string, checked []yocto.CheckedFile) {
	if dir == "" {
		return
	}
	count := map[yocto.Status]int{}
	for _, c := range checked {
		count[c.Status]++
		if c.Status != yocto.Different && c.Status != yocto.Unproven {
			continue
		}
		fmt.Fprintf(w, "%-10s  %s (%s)\n", c.Status, finding.Visible(c.File), finding.Visible(strings.Join(c.PN, ", ")))
		if c.Got != "" {
			fmt.Fprintf(w, "    want %s %s\n    got  %s %s\n", c.Algorithm, finding.Visible(c.Expected), c.Algorithm, c.Got)
		}
		for _, reason := range c.Reasons {
			fmt.Fprintf(w, "    %s\n", finding.Visible(reason))
		}
	}
	fmt.Fprintf(w, "%s: %d equal, %d different, %d not proven, %d not there\n", finding.Visible(dir),
		count[yocto.Equal], count[yocto.Different], count[yocto.Unproven], count[yocto.Absent])
}
