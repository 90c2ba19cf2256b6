package finding

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// TextOptions are the choices for text.
type TextOptions struct {
	Color bool // use ANSI colours: for a terminal whose user did not refuse them
}

// WriteText writes the report for people: active findings, worst first, then
// one line for each suppressed one, then the counts. Nothing is wrapped: what
// is one line in the finding is one line here. Known findings are only counted.
func (r *Report) WriteText(w io.Writer, o TextOptions) error {
	t := textWriter{bufio.NewWriter(w), o, r.ruleWidth()}
	for _, f := range r.Findings {
		if f.Active() {
			t.finding(f)
		}
	}
	for _, f := range r.Findings {
		if f.Suppressed != nil {
			t.suppressed(f)
		}
	}
	fmt.Fprintln(t.w, r.Summary)
	return t.w.Flush()
}

func (r *Report) ruleWidth() int {
	width := 0
	for _, f := range r.Findings {
		if f.Active() || f.Suppressed != nil {
			width = max(width, len([]rune(f.Rule)))
		}
	}
	return width
}

type textWriter struct {
	w     *bufio.Writer
	o     TextOptions
	width int // of the column of rules, in characters
}

// severityWidth is the width of the column of severities: "critical" and a gap.
const severityWidth = 10

// colours are the ANSI colours of severities.
var colours = [...]string{Note: "", Low: "36", Medium: "33", High: "31", Critical: "1;31"}

// head writes what begins a finding's first line. Padding is outside of colours.
func (t textWriter) head(word, colour string, f Finding) {
	pad := strings.Repeat(" ", max(1, severityWidth-len(word)))
	if t.o.Color && colour != "" {
		word = "\x1b[" + colour + "m" + word + "\x1b[0m"
	}
	place := f.Place.String()
	if place == "" {
		place = "-"
	}
	fmt.Fprintf(t.w, "%s%s%-*s  %s", word, pad, t.width, f.Rule, place)
}

func (t textWriter) finding(f Finding) {
	t.head(f.Severity.String(), colours[f.Severity], f)
	fmt.Fprintf(t.w, "\n%*s%s\n", severityWidth, "", Visible(f.Message))
	for _, e := range f.Evidence {
		t.detail("evidence", e)
	}
	for _, r := range f.Related {
		t.detail("see", r.String())
	}
	if f.Remedy != "" {
		t.detail("remedy", f.Remedy)
	}
}

func (t textWriter) detail(label, text string) {
	fmt.Fprintf(t.w, "%*s%-10s%s\n", severityWidth, "", label, Visible(text))
}

func (t textWriter) suppressed(f Finding) {
	s := f.Suppressed
	t.head(Visible(s.By), "", f)
	fmt.Fprintf(t.w, "  %s\n", Visible(s.String()))
}

// String returns "until 2027-06-30: reason (recipe.hcl:3)".
func (s Suppression) String() string {
	out := s.Reason
	if s.Expires != "" {
		out = "until " + s.Expires + ": " + out
	}
	if s.Place != (Place{}) {
		out += " (" + s.Place.String() + ")"
	}
	return out
}

// String returns "a.hcl:3: overridden here".
func (r Related) String() string {
	if r.Message == "" {
		return r.Place.String()
	}
	return r.Place.String() + ": " + r.Message
}

// String returns the counts in one line: "3 findings: 1 critical, 2 low; 1 suppressed".
func (s Summary) String() string {
	out := "no findings"
	if n := s.Active(); n == 1 {
		out = "1 finding: "
	} else if n > 1 {
		out = fmt.Sprintf("%d findings: ", n)
	}
	var counts []string
	for _, v := range Severities() {
		if n := s.Count(v); n > 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, v))
		}
	}
	out += strings.Join(counts, ", ")
	for _, rest := range []struct {
		n    int
		word string
	}{{s.Suppressed, "suppressed"}, {s.Known, "known by the baseline"}, {s.Gone, "gone since the baseline"}} {
		if rest.n > 0 {
			out += fmt.Sprintf("; %d %s", rest.n, rest.word)
		}
	}
	return out
}
