package diff

import (
	"fmt"
	"strconv"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// branch is the differences below one element of the paths.
type branch struct {
	Name string
	Own  []explain.Difference
	Sub  []*branch
	N    int // of differences, with those below

	byName map[string]*branch
}

// treeOf arranges differences by their paths, in their order.
func treeOf(found []explain.Difference) *branch {
	root := &branch{}
	for _, d := range found {
		b := root
		b.N++
		for _, name := range d.Path {
			b = b.sub(name)
			b.N++
		}
		b.Own = append(b.Own, d)
	}
	return root
}

func (b *branch) sub(name string) *branch {
	if s := b.byName[name]; s != nil {
		return s
	}
	if b.byName == nil {
		b.byName = map[string]*branch{}
	}
	s := &branch{Name: name}
	b.byName[name] = s
	b.Sub = append(b.Sub, s)
	return s
}

// displayName is an element of a path for people and for JSON: as it is, or as
// a Go string in quotes where it could not be told from another name or would
// disturb what shows it.
func displayName(name string) string {
	if printable(name) != name || name == "" || name[0] == '"' {
		return strconv.Quote(name)
	}
	return name
}

func displayPath(path []string) []string {
	out := make([]string, len(path))
	for i, name := range path {
		out[i] = displayName(name)
	}
	return out
}

// Verdict says the outcome in one line.
func (r *Result) Verdict() string {
	excluded := 0
	for _, e := range r.Excluded {
		excluded += len(e.Differences)
	}
	switch {
	case r.Identical():
		return "equal"
	case r.Equal:
		return "equal except for " + count(excluded, "difference") + " that " + isAre(excluded) + " excluded"
	case excluded > 0:
		return fmt.Sprintf("different: %s, and %d excluded", count(len(r.Differences), "difference"), excluded)
	}
	return "different: " + count(len(r.Differences), "difference")
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// compared says how much was compared.
func (e Examined) compared() string {
	return "compared " + e.Left.String() + " with " + e.Right.String()
}

func (c Count) String() string {
	entries := fmt.Sprintf("%d entries", c.Entries)
	if c.Entries == 1 {
		entries = "1 entry"
	}
	switch {
	case c.Bytes < 10<<10:
		return fmt.Sprintf("%s, %d bytes", entries, c.Bytes)
	case c.Bytes < 10<<20:
		return fmt.Sprintf("%s, %d KiB", entries, c.Bytes>>10)
	}
	return fmt.Sprintf("%s, %d MiB", entries, c.Bytes>>20)
}

// cause is the class of the cause in brackets.
func cause(d explain.Difference) string {
	if d.Cause == "" {
		return ""
	}
	return " (" + string(d.Cause) + ")"
}

// saysSides says whether the sides of a difference are to be shown beside its
// lines: not if they are the first lines of both sides.
func saysSides(d explain.Difference) bool {
	first := map[explain.Side]string{}
	for _, l := range d.Lines {
		if _, ok := first[l.Side]; !ok {
			first[l.Side] = l.Text
		}
	}
	return (d.Left != "" || d.Right != "") && (first[explain.Left] != d.Left || first[explain.Right] != d.Right)
}
