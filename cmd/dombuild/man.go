package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// writeManPages writes one page a verb. The date is fixed: the pages depend on
// the verbs alone.
func writeManPages(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("writing man pages: %w", err)
	}
	date := time.Unix(0, 0).UTC()
	root.DisableAutoGenTag = true
	return doc.GenManTree(root, &doc.GenManHeader{Title: "DOMBUILD", Section: "1", Source: "dombuild " + release, Manual: "dombuild", Date: &date}, dir)
}
