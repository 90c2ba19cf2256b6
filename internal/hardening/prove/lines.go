package prove

import "fmt"

const maxLines = 20 // of one kind in a verdict

// lines is evidence of which the first lines are kept and the others counted.
type lines struct {
	n    int
	kept []string
}

func (l *lines) add(line string) {
	if l.n++; len(l.kept) < maxLines {
		l.kept = append(l.kept, line)
	}
}

// after returns first, then the lines that are kept, then how many more there
// are.
func (l *lines) after(first ...string) []string {
	all := append(first, l.kept...)
	if more := l.n - len(l.kept); more > 0 {
		all = append(all, fmt.Sprintf("and %d more", more))
	}
	return all
}

// capped keeps a list short.
func capped(list []string) []string {
	if len(list) <= maxLines {
		return list
	}
	return append(list[:maxLines:maxLines], fmt.Sprintf("and %d more", len(list)-maxLines))
}
