package boot

import (
	"io"
	"regexp"
	"strings"
	"sync"
)

// crashes are the signs that a marker will never come.
var crashes = regexp.MustCompile(strings.Join([]string{
	`Hardware Dom0 crashed`,
	`Hardware Dom0 shutdown`,
	`Kernel panic`,
	`Panic on CPU`,
	`Xen BUG`,
	`FATAL TRAP`,
	`FATAL PAGE FAULT`,
	`Assertion '.*' failed`,
	`Failed to execute /?init`,
	`No bootable device`,
	`X64 Exception Type`,
	`DOMBUILD-\S*-FAILED`, // what an image's own init says
}, "|"))

// keepLines and tailLines bound what is kept of a console and shown of it.
const (
	keepLines = 10_000
	tailLines = 25
)

// watcher is the writer at the other end of the serial line.
type watcher struct {
	marker  string
	expect  []*regexp.Regexp
	console io.Writer

	mu      sync.Mutex
	liner   *liner
	lines   []string
	matched []string
	found   []bool
	reason  Reason // "" until there is a verdict, and after a good one
	line    string
	over    bool
	verdict chan struct{} // is closed with the verdict
}

func newWatcher(spec Spec) *watcher {
	w := &watcher{
		marker: spec.Marker, expect: spec.Expect, console: spec.Console,
		matched: make([]string, len(spec.Expect)), found: make([]bool, len(spec.Expect)),
		verdict: make(chan struct{}),
	}
	w.liner = newLiner(w.endLine)
	return w
}

// Write takes a piece of the console. A marker or a crash is seen before its
// line has ended.
func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.liner.write(p)
	if part := w.liner.partial(); part != "" && strings.Contains(part, w.marker) {
		w.judge(part)
	}
	return len(p), nil
}

func (w *watcher) endLine(line string) {
	if len(w.lines) == keepLines {
		w.lines = append(w.lines[:0], w.lines[keepLines/2:]...)
	}
	w.lines = append(w.lines, line)
	io.WriteString(w.console, line+"\n") // a console that cannot be shown does not fail a boot
	w.judge(line)
}

func (w *watcher) judge(line string) {
	if w.over {
		return
	}
	for i, re := range w.expect {
		if !w.found[i] && re.MatchString(line) {
			w.found[i], w.matched[i] = true, line
		}
	}
	switch {
	case crashes.MatchString(line):
		w.reason, w.line = Crashed, line
	case !strings.Contains(line, w.marker):
		return
	case len(w.missing()) > 0:
		w.reason = Unmet
	}
	w.over = true
	close(w.verdict)
}

func (w *watcher) missing() []string {
	var out []string
	for i, re := range w.expect {
		if !w.found[i] {
			out = append(out, re.String())
		}
	}
	return out
}

// tail returns up to n lines from the end, the unfinished one included.
func (w *watcher) tail(n int) []string {
	lines := w.lines
	if part := w.liner.partial(); part != "" {
		lines = append(lines[:len(lines):len(lines)], part)
	}
	return append([]string(nil), lines[max(0, len(lines)-n):]...)
}
