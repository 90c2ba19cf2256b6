package debroot

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
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
	var b bytes.Buffer
	b.WriteString("!<arch>\n")
	for _, m := range members {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n", m.name, 0, 0, 0, "100644", len(m.data))
		b.Write(m.data)
		if len(m.data)%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

func makeTar(t testing.TB, entries []testEntry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.path, Mode: e.mode, Typeflag: e.kind, Linkname: e.link, Uid: 7, Uname: "who", Size: int64(len(e.text))}
		switch {
		case e.kind != 0:
		case strings.HasSuffix(e.path, "/"):
			h.Typeflag = tar.TypeDir
		case e.link != "":
			h.Typeflag = tar.TypeSymlink
		default:
			h.Typeflag = tar.TypeReg
		}
		if h.Mode == 0 {
			h.Mode = 0o644
		}
		if h.Typeflag == tar.TypeDir && e.mode == 0 {
			h.Mode = 0o755
		}
		if e.size != 0 {
			h.Size = e.size
		}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.text); err != nil {
			t.Fatal(err)
		}
		if e.size != 0 {
			return b.Bytes()
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func pack(t testing.TB, suffix string, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	var err error
	switch suffix {
	case "", ".lzma":
		return data
	case ".xz":
		w, err = xz.NewWriter(&b)
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".zst":
		w, err = zstd.NewWriter(&b)
	default:
		t.Fatalf("no writer for %s", suffix)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
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
