package diff

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// TextOptions are the choices for text.
type TextOptions struct {
	Color bool // use ANSI colours: for a terminal whose user did not refuse them
}

// WriteText writes the differences for people, as a tree: what is inside
// first, then what holds it; then what is excluded, and the verdict.
func (r *Result) WriteText(w io.Writer, o TextOptions) error {
	t := textWriter{bufio.NewWriter(w), o}
	if len(r.Differences) > 0 {
		t.line(explain.Left, 0, printable(r.Left))
		t.line(explain.Right, 0, printable(r.Right))
		t.branch(treeOf(r.Differences), 0)
	}
	for _, e := range r.Excluded {
		fmt.Fprintf(t.w, "excluded: %s: %s (%s)\n", count(len(e.Differences), "difference"), e.String(), printable(e.Reason))
		for _, d := range e.Differences {
			fmt.Fprintf(t.w, "  %s: %s\n", strings.Join(displayPath(d.Path), " > "), headline(d))
		}
	}
	fmt.Fprintf(t.w, "%s; %s\n", r.Verdict(), r.Examined.compared())
	return t.w.Flush()
}

// String returns the pattern, with the kind before it if there is one.
func (e Exclusion) String() string {
	if e.Kind == "" {
		return printable(e.Pattern)
	}
	return string(e.Kind) + ":" + printable(e.Pattern)
}

type textWriter struct {
	w *bufio.Writer
	o TextOptions
}

func (t textWriter) branch(b *branch, depth int) {
	for _, s := range b.Sub {
		fmt.Fprintf(t.w, "%s%s\n", indent(depth), displayName(s.Name))
		t.branch(s, depth+1)
	}
	for _, d := range b.Own {
		t.difference(d, depth)
	}
}

func indent(depth int) string { return strings.Repeat("  ", depth) }

// headline is a difference in one line.
func headline(d explain.Difference) string {
	return strings.TrimSuffix(string(d.Kind)+cause(d)+": "+printable(d.Detail), ": ")
}

func (t textWriter) difference(d explain.Difference, depth int) {
	fmt.Fprintf(t.w, "%s%s\n", indent(depth), headline(d))
	if saysSides(d) {
		if d.Kind != explain.OnlyRight {
			t.line(explain.Left, depth+1, d.Left)
		}
		if d.Kind != explain.OnlyLeft {
			t.line(explain.Right, depth+1, d.Right)
		}
	}
	for _, l := range d.Lines {
		t.line(l.Side, depth+1, l.Text)
	}
}

// colours are the ANSI colours of sides.
var colours = map[explain.Side]string{explain.Left: "31", explain.Right: "32", explain.Place: "36"}

func (t textWriter) line(side explain.Side, depth int, text string) {
	text = string(side) + " " + printable(text)
	if c := colours[side]; c != "" && t.o.Color {
		text = "\x1b[" + c + "m" + text + "\x1b[0m"
	}
	fmt.Fprintf(t.w, "%s%s\n", indent(depth), text)
}
