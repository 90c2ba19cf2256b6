package image

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func makeZip(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	when := time.Unix(1700000000, 0)
	add := func(name, text string, mode fs.FileMode, method uint16) {
		h := &zip.FileHeader{Name: name, Method: method, Modified: when}
		h.SetMode(mode)
		f, err := w.CreateHeader(h)
		must(t, err)
		_, err = io.WriteString(f, text)
		must(t, err)
	}
	add("dir/", "", fs.ModeDir|0o750, zip.Store)
	add("dir/stored", "stored", 0o600, zip.Store)
	add("packed", strings.Repeat("packed ", 5000), 0o755|fs.ModeSetuid, zip.Deflate)
	add("link", "dir/stored", fs.ModeSymlink|0o777, zip.Store)
	must(t, w.SetComment("a comment"))
	must(t, w.Close())
	return b.Bytes()
}

func TestZip(t *testing.T) {
	when := time.Unix(1700000000, 0).UTC()
	want := []shown{
		{Entry{Path: "dir", Type: Directory, Mode: 0o750, ModTime: when}, ""},
		{Entry{Path: "dir/stored", Type: Regular, Mode: 0o600, Size: 6, ModTime: when}, sumOf("stored")},
		{Entry{Path: "link", Type: Symlink, Mode: 0o777, Link: "dir/stored", ModTime: when}, ""},
		{Entry{Path: "packed", Type: Regular, Mode: 0o4755, Size: 35000, ModTime: when}, sumOf(strings.Repeat("packed ", 5000))},
	}
	if d := cmp.Diff(want, readAll(t, "t", makeZip(t), Options{})); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestZipRefused(t *testing.T) {
	data := makeZip(t)
	at := func(s string) int { return bytes.LastIndex(data, []byte(s)) }
	damage := func(at int, v ...byte) []byte {
		b := bytes.Clone(data)
		copy(b[at:], v)
		return b
	}
	for name, c := range map[string]struct {
		data  []byte
		place string
	}{
		"cut":       {data[:len(data)-1], "t"},
		"content":   {damage(bytes.Index(data, []byte("stored"+"PK")), 'S'), "t!/dir/stored"},
		"name":      {damage(at("dir/stored\x55")+0, []byte("../")...), `t!/"../`},
		"directory": {damage(at(zipCentral)+2, 9), "t"},
		"method":    {damage(at("packed")-46+10, 99), "t!/packed"},
		"size":      {damage(at("packed")-46+24, 1, 0, 0, 0), "t!/packed"},
		"encrypted": {damage(at("packed")-46+8, 1), "t!/packed"},
		"header":    {damage(at("packed")-46+42, 1), "t!/packed"},
		"count":     {damage(at(zipEnd)+10, 3), "t"},
	} {
		_, err := tryRead("t", c.data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, c.place) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzZip(f *testing.F) { fuzzFormat(f, Zip, makeZip(f)) }
