package debroot

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/archivetest"
)

// testEntry is an entry of a made package: a directory when the path ends in
// "/", a symbolic link when link is set, else a file.
type testEntry struct {
	path, text, link string
	mode             int64
	kind             byte
	size             int64 // a header's lie, when set
}

type testDeb struct {
	control  string // without Package, Version, Architecture when it has no Package
	name     string
	version  string
	members  []testEntry
	entries  []testEntry
	compress string
}

func (d testDeb) bytes(t testing.TB) []byte {
	t.Helper()
	version := d.version
	if version == "" {
		version = "1.0"
	}
	control := d.control
	if !strings.Contains(control, "Package:") {
		control = fmt.Sprintf("Package: %s\nVersion: %s\nArchitecture: amd64\n%s", d.name, version, control)
	}
	members := append([]testEntry{{path: "./control", text: control}}, d.members...)
	return makeAr(
		arMember{"debian-binary", []byte("2.0\n")},
		arMember{"control.tar.gz", pack(t, ".gz", makeTar(t, members))},
		arMember{"data.tar" + d.compress, pack(t, d.compress, makeTar(t, d.entries))},
	)
}

func (d testDeb) deb(t testing.TB) Deb { return debOf(d.name+".deb", d.bytes(t)) }

func debOf(name string, b []byte) Deb {
	return Deb{Name: name, Size: int64(len(b)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

type arMember struct {
	name string
	data []byte
}

func makeAr(members ...arMember) []byte {
	var list []archivetest.Member
	for _, m := range members {
		list = append(list, archivetest.Member{Name: m.name, Data: m.data})
	}
	return archivetest.Ar(list...)
}

func makeTar(t testing.TB, entries []testEntry) []byte {
	t.Helper()
	var list []archivetest.Entry
	for _, e := range entries {
		list = append(list, archivetest.Entry{Path: e.path, Text: e.text, Link: e.link, Mode: e.mode, Kind: e.kind, Size: e.size})
	}
	return archivetest.Tar(list)
}

// pack compresses; what has no writer here stays as it is.
func pack(t testing.TB, suffix string, data []byte) []byte {
	t.Helper()
	if suffix == ".lzma" {
		return data
	}
	return archivetest.Compress(suffix, data)
}

// assemble returns the lines of the assembled root without the skeleton.
func assemble(t testing.TB, opt Options, debs ...Deb) ([]byte, error) {
	t.Helper()
	opt.TempDir = t.TempDir()
	var b bytes.Buffer
	err := Assemble(context.Background(), debs, &b, opt)
	return b.Bytes(), err
}

func listing(t testing.TB, archive []byte) map[string]string {
	t.Helper()
	out := map[string]string{}
	r := tar.NewReader(bytes.NewReader(archive))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if _, twice := out[h.Name]; twice {
			t.Errorf("%s occurs twice", h.Name)
		}
		if h.Uid != 0 || h.Uname != "" || h.ModTime.Unix() != 1700000000 {
			t.Errorf("%s is of uid %d %q, time %v", h.Name, h.Uid, h.Uname, h.ModTime)
		}
		out[h.Name] = strings.TrimSpace(fmt.Sprintf("%c %o %s%s", h.Typeflag, h.Mode, h.Linkname, text))
	}
}
