package main

import (
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
)

// safe makes text of several lines fit for a terminal: names of files, and what
// tools print, may hold anything. Ends of lines and tabs stay.
func safe(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		cells := strings.Split(line, "\t")
		for j, cell := range cells {
			cells[j] = finding.Visible(cell)
		}
		lines[i] = strings.Join(cells, "\t")
	}
	return strings.Join(lines, "\n")
}
