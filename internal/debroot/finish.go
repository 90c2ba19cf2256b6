package debroot

import (
	"archive/tar"
	"fmt"
	"io"
	"path"
	"strings"
)

// alternatives are links that maintainer scripts make, each with its targets
// in the order of their priority in Debian.
var alternatives = []struct {
	link    string
	targets []string
}{
	{"usr/bin/awk", []string{"gawk", "mawk", "original-awk"}},
	{"usr/bin/nawk", []string{"gawk", "mawk", "original-awk"}},
	{"usr/bin/c++", []string{"g++", "clang++"}},
	{"usr/bin/c89", []string{"c89-gcc"}},
	{"usr/bin/c99", []string{"c99-gcc"}},
	{"usr/bin/cc", []string{"gcc", "clang", "tcc"}},
	{"usr/bin/f77", []string{"gfortran"}},
	{"usr/bin/f95", []string{"gfortran"}},
	{"usr/bin/lzma", []string{"xz"}},
	{"usr/bin/mt", []string{"mt-gnu"}},
	{"usr/bin/sh", []string{"dash", "bash"}},
	{"usr/bin/unlzma", []string{"unxz"}},
	{"usr/bin/which", []string{"which.debianutils"}},
	{"usr/bin/yacc", []string{"bison.yacc", "byacc"}},
	{"usr/lib/cpp", []string{"../bin/cpp"}},
	{"usr/sbin/rmt", []string{"rmt-tar", "rmt-cpio"}},
}

// skeleton is what a sandbox wants to find in a root. A path that ends in "/"
// is a directory.
var skeleton = []struct {
	path string
	mode int64
	text string
}{
	{"build/", 0o755, ""},
	{"check/", 0o755, ""},
	{"dev/", 0o755, ""},
	{"dombuild/", 0o755, ""},
	{"etc/group", 0o644, "root:x:0:\nbuilder:x:1000:\nchecker:x:1001:\n"},
	{"etc/hosts", 0o644, ""},
	{"etc/nsswitch.conf", 0o644, "passwd: files\ngroup: files\nhosts: files\n"},
	{"etc/passwd", 0o644, "root:x:0:0:root:/root:/bin/sh\n" +
		"builder:x:1000:1000::/build:/bin/sh\nchecker:x:1001:1001::/check:/bin/sh\n"},
	{"etc/resolv.conf", 0o644, ""},
	{"inputs/", 0o755, ""},
	{"out/", 0o755, ""},
	{"proc/", 0o755, ""},
	{"root/", 0o700, ""},
	{"run/", 0o755, ""},
	{"sources/", 0o755, ""},
	{"sys/", 0o755, ""},
	{"tmp/", 0o1777, ""},
	{"usr/bin/", 0o755, ""},
	{"usr/lib/", 0o755, ""},
	{"usr/lib64/", 0o755, ""},
	{"usr/sbin/", 0o755, ""},
	{"var/tmp/", 0o1777, ""},
}

// finish adds what packages do not have.
func (t tree) finish(pkgs []*pkg, opt Options) error {
	if opt.Database {
		if err := t.accounts(); err != nil {
			return err
		}
		if err := t.database(pkgs); err != nil {
			return err
		}
	}
	for _, s := range skeleton {
		if name, isDir := strings.CutSuffix(s.path, "/"); isDir {
			t.put(&entry{path: name, kind: tar.TypeDir, mode: s.mode})
		} else {
			t.put(&entry{path: name, kind: tar.TypeReg, mode: s.mode, content: newContent([]byte(s.text))})
		}
	}
	for _, a := range alternatives {
		t.alternative(a.link, a.targets)
	}
	if err := t.close(); err != nil {
		return err
	}
	for _, m := range merged {
		if _, ok := t["usr/"+m]; ok {
			t.put(&entry{path: m, kind: tar.TypeSymlink, mode: 0o777, link: "usr/" + m})
		}
	}
	return nil
}

// put adds e where nothing is.
func (t tree) put(e *entry) {
	if _, ok := t[e.path]; !ok {
		t[e.path] = e
	}
}

func (t tree) alternative(link string, targets []string) {
	for _, target := range targets {
		if _, ok := t[path.Join(parent(link), target)]; ok {
			t.put(&entry{path: link, kind: tar.TypeSymlink, mode: 0o777, link: target})
			return
		}
	}
}

// accounts begins the account files with Debian's own accounts, which
// maintainer scripts expect.
func (t tree) accounts() error {
	for _, name := range []string{"passwd", "group"} {
		master := t["usr/share/base-passwd/"+name+".master"]
		if master == nil || master.kind != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(master.content.reader())
		if err != nil {
			return fmt.Errorf("reading accounts: %w", err)
		}
		for _, s := range skeleton {
			if s.path == "etc/"+name {
				_, more, _ := strings.Cut(s.text, "\n") // without root
				text = append(text, more...)
			}
		}
		t.put(&entry{path: "etc/" + name, kind: tar.TypeReg, mode: 0o644, content: newContent(text)})
	}
	return nil
}
