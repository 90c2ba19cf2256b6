package image

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWalkInside shows one level, of formats that Walk goes through or shows
// as a file too, and says where contents are.
func TestWalkInside(t *testing.T) {
	deb := makeDeb("debian-binary", "2.0\n", "data.tar.gz", string(gzipped(smallTar(t))))
	layout := makeTar(t, file("oci-layout", "{}"), file("index.json", "{}"))
	for name, c := range map[string]struct {
		format   Format
		data     []byte
		want     []string
		streamed bool
	}{
		"ar":           {Ar, []byte("!<arch>\n" + memberOf("x/", "text")), []string{"x"}, false},
		"deb":          {Ar, deb, []string{"debian-binary", "data.tar.gz"}, false},
		"layout":       {Tar, layout, []string{"oci-layout", "index.json"}, false},
		"initramfs":    {CPIO, smallCPIO(), []string{"a", "c", "b"}, false},
		"packed":       {Gzip, gzipped(smallCPIO()), []string{"a", "c", "b"}, true},
		"packed twice": {Gzip, gzipped(gzipped([]byte("x"))), []string{"t"}, true},
	} {
		i, err := Read("t", bytes.NewReader(c.data), int64(len(c.data)), Options{Format: c.format})
		must(t, err)
		var got []string
		err = i.WalkInside(context.Background(), func(e Entry, content *Content) error {
			got = append(got, e.Path)
			if content == nil {
				return nil
			}
			off, ok := content.Offset()
			text, err := io.ReadAll(content)
			must(t, err)
			if content.Streamed() != c.streamed || ok == c.streamed || ok && !bytes.HasPrefix(c.data[off:], text) {
				t.Errorf("%s: %s: streamed %v, at %d, %v", name, e.Path, content.Streamed(), off, ok)
			}
			return nil
		})
		must(t, err)
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: -want +got:\n%s", name, d)
		}
	}
	i, err := Open(t.TempDir(), Options{})
	must(t, err)
	var format *FormatError
	if err := i.WalkInside(context.Background(), nil); !errors.As(err, &format) {
		t.Errorf("a directory: %v", err)
	}
}

func TestUnpack(t *testing.T) {
	r, err := Unpack(Gzip, bytes.NewReader(append(gzipped([]byte("one ")), gzipped([]byte("two"))...)))
	must(t, err)
	defer r.Close()
	if b, err := io.ReadAll(r); err != nil || string(b) != "one two" || !Gzip.Packs() || Tar.Packs() {
		t.Errorf("%q, %v", b, err)
	}
	if _, err := Unpack(Tar, bytes.NewReader(nil)); err == nil {
		t.Error("tar is no compression")
	}
}
