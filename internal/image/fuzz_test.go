package image

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
)

// fuzzLimits keep an input from costing more than a moment.
var fuzzLimits = Limits{Depth: 3, Entries: 2000, Bytes: 4 << 20, Memory: 1 << 20}

// checkRead walks what is taken for a format, and wants an error that names
// the place, clean paths and contents of the size that was said.
func checkRead(t *testing.T, f Format, data []byte) {
	i, err := Read("input", bytes.NewReader(data), int64(len(data)), Options{Limits: fuzzLimits, Format: f, Fields: true,
		Descend: func(_ Entry, inner Format) bool { return f == "" || f.isFileLike() && inner == f }})
	must(t, err)
	var read int64
	err = i.Walk(context.Background(), func(e Entry, c *Content) error {
		for part := range strings.SplitSeq(e.Path, "/") {
			if part == "" || part == "." || part == ".." {
				t.Errorf("path %q", e.Path)
			}
		}
		if (e.Type == Regular) != (c != nil) || (e.Type == HardLink) && e.Link == "" {
			t.Errorf("%+v", e)
		}
		if c == nil || read > fuzzLimits.Bytes {
			return nil
		}
		n, err := io.Copy(io.Discard, io.LimitReader(c, fuzzLimits.Bytes))
		if read += n; err == nil && n != min(e.Size, fuzzLimits.Bytes) {
			t.Errorf("%s: %d bytes, not %d", e.Path, n, e.Size)
		}
		return nil
	})
	checkError(t, err)
	_, err = i.Fields(context.Background())
	checkError(t, err)
}

// checkError wants an error to say what is wrong where.
func checkError(t *testing.T, err error) {
	t.Helper()
	var format *FormatError
	var limit *LimitError
	switch {
	case err == nil:
	case errors.As(err, &format):
		if !strings.HasPrefix(format.Place, "input") || format.Format == "" || format.Reason == "" && format.Err == nil {
			t.Errorf("%#v", format)
		}
	case errors.As(err, &limit):
		if !strings.HasPrefix(limit.Place, "input") {
			t.Errorf("%#v", limit)
		}
	default:
		t.Errorf("%T: %v", err, err)
	}
}

func fuzzFormat(f *testing.F, format Format, seeds ...[]byte) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRead(t, format, data) })
}

func smallTar(t testing.TB) []byte {
	return makeTar(t, file("a", "text"), file("dir/b", strings.Repeat("more", 400)))
}

func smallCPIO() []byte {
	return concat(newc("a", 0o100644, 1, 1, "text"), newc("b", 0o100644, 2, 2, ""), newc("c", 0o100644, 2, 2, "x"), trailer())
}

func FuzzTar(f *testing.F) { fuzzFormat(f, Tar, smallTar(f), sparseTar(1<<20)) }

func FuzzCPIO(f *testing.F) {
	fuzzFormat(f, CPIO, smallCPIO(), concat(smallCPIO(), make([]byte, 20), gzipped(smallCPIO())),
		append([]byte("070707000001000002100644000000000000000001000000000000000000000000200000000001a\x00x"),
			"0707070000010000021006440000000000000000010000000000000000000000013000000000000TRAILER!!!\x00"...))
}

func FuzzAr(f *testing.F) {
	fuzzFormat(f, Ar, []byte("!<arch>\n"+memberOf("//", "a-name-of-a-member/\n")+memberOf("/0", "x")+memberOf("#1/4", "namex")))
}

func FuzzDeb(f *testing.F) {
	fuzzFormat(f, Deb, makeDeb("debian-binary", "2.0\n", "data.tar.gz", string(gzipped(smallTar(f)))))
}

// FuzzMember finds the ends of compressed members; none lies outside.
func FuzzMember(f *testing.F) {
	f.Add("xz", []byte("\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00!\x01\x16\x00\x00\x00t/\xe5\xa3\x01\x00\x01x\n\x00\x00\x00\x00\x03"))
	f.Add("zstd", []byte("\x28\xb5\x2f\xfd\x04\x58\x11\x00\x00x\n"))
	f.Add("lz4", []byte("\x02\x21\x4c\x18\x03\x00\x00\x00\x20x\n"))
	f.Add("lz4", []byte("\x04\x22\x4d\x18\x64\x40\xa7\x02\x00\x00\x80x\n\x00\x00\x00\x00"))
	f.Add("gzip", gzipped([]byte("x\n")))
	f.Add("bzip2", []byte("BZh9"))
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		m, err := openMember(Format(format), input{bytes.NewReader(data), int64(len(data))})
		if err != nil {
			return
		}
		defer m.close()
		if _, err := io.CopyN(io.Discard, m, 4<<20); err != io.EOF {
			return
		}
		if n, err := m.end(); err == nil && (n <= 0 || n > int64(len(data))) {
			t.Errorf("%s: %d of %d bytes", format, n, len(data))
		}
	})
}

// FuzzRead lets the input say what it is, and goes into everything.
func FuzzRead(f *testing.F) {
	for _, s := range [][]byte{smallTar(f), gzipped(smallTar(f)), smallCPIO(), gzipped(gzipped([]byte("x")))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkRead(t, "", data) })
}
