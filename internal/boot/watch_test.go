package boot

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const banner = " __  __            _  _    _ _____ \r\n" +
	"(XEN) [00000000a1b2] Xen version 4.17.5 (builder@dombuild) (gcc 12.2.0) debug=n\r\n" +
	"(XEN) Command line: console=com1 noreboot\r\n" +
	"(XEN) *** Serial input to DOM0 (type 'CTRL-a' three times to switch input)\r\n" +
	"[    0.000000] Linux version 6.1.176 (builder@dombuild)\r\n"

const good = banner +
	"xen_version            : 4.17.5\r\r\n" +
	"Domain-0                                     0   256     1     r-----       2.4\r\r\n" +
	"DOM0-READY\r\r\n"

const crash = banner +
	"(XEN) d0v0 Unhandled: vec 14, #PF[0000]\r\n" +
	"(XEN) Domain 0 (vcpu#0) crashed on cpu#0:\r\n" +
	"(XEN) ----[ Xen-4.17.5  x86_64 ]----\r\n" +
	"(XEN) Hardware Dom0 crashed: 'noreboot' set - not rebooting.\r\n"

const oops = banner +
	"\x1b[31m[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs\x1b[0m\r\n"

func watchSpec() Spec {
	return Spec{Marker: "DOM0-READY", Expect: []*regexp.Regexp{
		regexp.MustCompile(`Xen version 4\.17`), regexp.MustCompile(`^xen_version *: 4`)}}
}

func TestWatch(t *testing.T) {
	for _, tt := range []struct {
		name, console string
		over          bool
		reason        Reason
		line          string
		missing       int
	}{
		{"good", good, true, "", "", 0},
		{"marker without an end of line", strings.TrimRight(good, "\r\n"), true, "", "", 0},
		{"nothing", "", false, "", "", 2},
		{"under way", banner, false, "", "", 1},
		{"crash of dom0", crash + good, true, Crashed, "(XEN) Hardware Dom0 crashed: 'noreboot' set - not rebooting.", 1},
		{"kernel panic", oops, true, Crashed, "[    1.2] Kernel panic - not syncing: VFS: Unable to mount root fs", 1},
		{"expected line lacks", banner + "DOM0-READY\r\n", true, Unmet, "", 1},
		{"crash after the marker", good + crash, true, "", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, step := range []int{1, 7, 1 << 20} {
				spec := watchSpec().withDefaults()
				w := newWatcher(spec)
				for rest := tt.console; rest != ""; {
					n := min(step, len(rest))
					w.Write([]byte(rest[:n]))
					rest = rest[n:]
				}
				if w.over != tt.over || w.reason != tt.reason || w.line != tt.line || len(w.missing()) != tt.missing {
					t.Errorf("in steps of %d: over %v, reason %q, line %q, missing %q", step, w.over, w.reason, w.line, w.missing())
				}
			}
		})
	}
}

func TestWatchKeepsTheEnd(t *testing.T) {
	var shown strings.Builder
	spec := watchSpec()
	spec.Console = &shown
	w := newWatcher(spec)
	for range keepLines + 10 {
		w.Write([]byte("noise\n"))
	}
	w.Write([]byte("last\nunfinished"))
	if diff := cmp.Diff([]string{"noise", "last", "unfinished"}, w.tail(3)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(w.lines) > keepLines {
		t.Errorf("%d lines are kept", len(w.lines))
	}
	if got := strings.Count(shown.String(), "\n"); got != keepLines+11 {
		t.Errorf("%d lines were shown", got)
	}
}
