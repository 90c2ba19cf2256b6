// Package listen counts the services of a root tree that would wait for
// connections once it runs, by its files alone. A service is
//
//   - a systemd socket unit that is enabled and has a ListenStream=,
//     ListenDatagram= or ListenSequentialPacket=;
//   - a line of inetd.conf, or a service of xinetd that is not disabled;
//   - a program that something run at start names, and that can listen: an ELF
//     file that imports listen(2), a static one, whose calls cannot be seen, or
//     an applet of busybox or toybox that is a server.
//
// Enabled is a unit that a link in some .wants or .requires directory names and
// that is not masked; whether the boot reaches that directory's target is not
// asked. Run at start are /init, /linuxrc, the scripts of /etc/init.d/rcS and
// S*, /etc/rc*.d/S*, /etc/rc.local and /etc/runlevels, the processes of
// inittab, ExecStart= and its like of enabled units, and every script of the
// tree that these name. A script is searched for words that name a program of
// the tree; what it computes, reads or is given does not show. So a service too
// many may be counted, when a script names a program that listens only if it is
// told to, and one too few, when the name is computed, when a library and not
// the program calls listen, or when a program that nobody started at boot but
// another program starts it. Datagram sockets that a program binds do not show:
// clients bind, too.
package listen

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/prove"
)

// File is an entry of a root tree.
type File struct {
	Path    string       // relative and clean
	Link    string       // text of a symbolic link
	Text    []byte       // of a file that Wanted asks for
	Listens prove.Status // of an ELF file: whether it imports listen; "" for others
}

// Kind is how a service is there.
type Kind string

// The kinds of services.
const (
	Socket  Kind = "systemd socket"
	Inetd   Kind = "inetd"
	Xinetd  Kind = "xinetd"
	Program Kind = "program"
)

// Service is something that would listen.
type Service struct {
	Path string   `json:"path"` // of the unit, the configuration or the program
	Name string   `json:"name"` // in a configuration: of the service; of a program: as it is called
	Kind Kind     `json:"kind"`
	By   []string `json:"by"`     // what enables or names it, sorted
	Why  string   `json:"reason"` // that it listens
}

// MaxText is the size in bytes up to which a text is read.
const MaxText = 1 << 20

// Wanted reports whether the content of a regular file is asked for, by its
// path and its first bytes.
func Wanted(name string, head []byte) bool {
	return strings.HasPrefix(string(head), "#!") || configuration(name) || isStart(name)
}

// configuration reports whether a path is one of a service manager's.
func configuration(name string) bool {
	switch name {
	case "etc/inetd.conf", "etc/xinetd.conf", "etc/inittab":
		return true
	}
	return strings.HasPrefix(name, "etc/xinetd.d/") || strings.HasPrefix(name, "etc/inetd.d/") || unitDir(name) != ""
}

// Services lists what would listen, sorted by path and name.
func Services(files []File) []Service {
	t := newTree(files)
	t.units()
	t.inetd()
	t.xinetd()
	t.programs()
	slices.SortFunc(t.found, func(a, b Service) int {
		return strings.Compare(a.Path+"\x00"+a.Name, b.Path+"\x00"+b.Name)
	})
	return t.found
}

// tree looks paths up.
type tree struct {
	files map[string]*File
	paths []string // sorted
	found []Service
	todo  []start         // scripts and command lines that run
	seen  map[string]bool // scripts
}

// start is a text that runs at start.
type start struct{ by, text string }

func newTree(files []File) *tree {
	t := &tree{files: make(map[string]*File, len(files)), seen: map[string]bool{}}
	for i := range files {
		t.files[files[i].Path] = &files[i]
	}
	t.paths = slices.Sorted(maps.Keys(t.files))
	return t
}

// maxLinks bounds the links that are followed, as Linux does.
const maxLinks = 40

// resolve follows links, also those of directories on the way; "" if it leads
// nowhere.
func (t *tree) resolve(name string) string {
	name = clean(name)
	for range maxLinks {
		at, link := t.firstLink(name)
		if link == "" {
			if t.files[name] == nil {
				return ""
			}
			return name
		}
		rest := strings.TrimPrefix(name, at)
		if !strings.HasPrefix(link, "/") {
			link = path.Join("/", path.Dir(at), link)
		}
		name = clean(link + rest)
	}
	return ""
}

// firstLink is the first part of a path that is a link, and its text.
func (t *tree) firstLink(name string) (at, link string) {
	for i := 1; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		if f := t.files[name[:i]]; f != nil && f.Link != "" {
			return name[:i], f.Link
		}
	}
	return "", ""
}

func clean(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// add adds a service, or what else enables one that is known.
func (t *tree) add(s Service, by string) {
	i := slices.IndexFunc(t.found, func(f Service) bool { return f.Path == s.Path && f.Name == s.Name && f.Kind == s.Kind })
	if i < 0 {
		i = len(t.found)
		t.found = append(t.found, s)
	}
	if !slices.Contains(t.found[i].By, by) {
		t.found[i].By = append(t.found[i].By, by)
		slices.Sort(t.found[i].By)
	}
}
