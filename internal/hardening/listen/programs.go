package listen

import (
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/prove"
)

// startPatterns are the scripts that process 1 runs.
var startPatterns = []string{
	"init", "linuxrc", "sbin/init", "etc/rc", "etc/rc.local", "etc/init.d/rcS", "etc/init.d/rc", "etc/init.d/S*",
	"etc/rc*.d/S*", "etc/rc.d/rc*.d/S*", "etc/runlevels/*/*",
}

func isStart(name string) bool {
	return slices.ContainsFunc(startPatterns, func(p string) bool {
		ok, _ := path.Match(p, name)
		return ok
	})
}

// searched are the directories of programs that are named without one.
var searched = []string{"sbin", "bin", "usr/sbin", "usr/bin", "usr/local/sbin", "usr/local/bin"}

// multicall are programs that are many, and servers those of them that wait
// for connections or datagrams.
var (
	multicall = []string{"busybox", "toybox"}
	servers   = []string{
		"dhcprelay", "dnsd", "fakeidentd", "ftpd", "httpd", "inetd", "lpd", "nbd-server", "netcat", "nc", "ntpd", "rlogind", "rshd",
		"smtpd", "sntp", "tcpsvd", "telnetd", "tftpd", "udhcpd", "udpsvd",
	}
)

// programs follows what runs at start.
func (t *tree) programs() {
	for _, p := range t.paths {
		if isStart(p) {
			t.run(p)
		}
	}
	if f := t.files["etc/inittab"]; f != nil {
		for line := range strings.Lines(string(f.Text)) {
			if parts := strings.SplitN(strings.TrimSpace(line), ":", 4); len(parts) == 4 && !strings.HasPrefix(line, "#") && parts[2] != "off" {
				t.todo = append(t.todo, start{f.Path, parts[3]})
			}
		}
	}
	for len(t.todo) > 0 {
		next := t.todo[0]
		t.todo = t.todo[1:]
		for _, w := range words(next.text) {
			t.named(w, next.by)
		}
	}
}

// run takes note of a script that runs; a program is one that runs.
func (t *tree) run(name string) {
	file := t.resolve(name)
	f := t.files[file]
	switch {
	case f == nil || t.seen[file]:
	case f.Listens != "":
		t.program(file, path.Base(name), "process 1")
	case len(f.Text) > 0:
		t.seen[file] = true
		t.todo = append(t.todo, start{file, string(f.Text)})
	}
}

// named looks at a word that stands in what runs.
func (t *tree) named(word, by string) {
	if strings.HasPrefix(word, "/") {
		t.reach(word, by)
		return
	}
	if word == "" || strings.ContainsAny(word, "/*?[$=") || strings.HasPrefix(word, "-") {
		return
	}
	for _, d := range searched {
		if t.reach(path.Join(d, word), by) {
			return
		}
	}
}

// reach reports whether a path leads to a script or a program.
func (t *tree) reach(name, by string) bool {
	file := t.resolve(name)
	f := t.files[file]
	switch {
	case f == nil:
		return false
	case f.Listens != "":
		t.program(file, path.Base(name), by)
		return true
	case strings.HasPrefix(string(f.Text), "#!"):
		t.run(name)
		return true
	}
	return false
}

// program adds a program that can listen.
func (t *tree) program(file, name, by string) {
	why := ""
	switch {
	case slices.Contains(multicall, path.Base(file)):
		if !slices.Contains(servers, name) {
			return
		}
		why = "an applet that is a server"
	case t.files[file].Listens == prove.Proved:
		why = "it imports listen"
	case t.files[file].Listens == prove.Unknown:
		why = "whether it calls listen cannot be seen"
	default:
		return
	}
	t.add(Service{Path: file, Name: name, Kind: Program, Why: why}, by)
}

// words are what stands between the separators of a shell, without comments.
func words(text string) []string {
	var list []string
	for line := range strings.Lines(text) {
		for _, w := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" \t\r\n;&|(){}<>\"'`!@", r) }) {
			if strings.HasPrefix(w, "#") {
				break
			}
			list = append(list, w)
		}
	}
	return list
}
