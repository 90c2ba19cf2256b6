package diff

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/image"
)

// FuzzVerdict compares two inputs: no panic, no error but that of a limit, and
// equal only if the bytes are. Every output can be written.
func FuzzVerdict(f *testing.F) {
	for _, s := range [][2][]byte{
		{nil, []byte("x")},
		{makeTar(f, file("x", "1")), makeTar(f, file("x", "2"), file("y", ""))},
		{gzipped([]byte("1")), gzipped(makeCPIO(file("a", "b")))},
		{makeCPIO(file("x", "1"), file("y", "2")), makeCPIO(file("y", "1"), file("x", "2"))},
		{makeAr(file("x", "1")), makeAr(file("x", string(gzipped([]byte("2")))))},
		{makeZip(f, file("x", "1")), makeZip(f, file("x", "2"))},
		{makeTar(f, file("oci-layout", "{}"), file("index.json", "{}")), makeTar(f, file("oci-layout", "{}"), file("index.json", `{"manifests":[{"digest":"sha256:0"}]}`))},
	} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, left, right []byte) {
		opt := Options{Limits: Limits{Depth: 4, Entries: 2000, Bytes: 4 << 20}, Exclude: []Exclusion{{Pattern: "**/x", Reason: "fuzz"}}}
		plain := opt
		plain.Exclude = nil
		r, err := Read(context.Background(), content("a", left), content("a", right), plain)
		var limit *image.LimitError
		if errors.As(err, &limit) && !bytes.Equal(left, right) {
			return
		}
		must(t, err)
		if same := bytes.Equal(left, right); r.Equal != same || r.Identical() != same {
			t.Fatalf("%v: %q", same, tell(r.Differences))
		}
		r, err = Read(context.Background(), content("a", left), content("a", right), opt)
		must(t, err)
		if r.Identical() != bytes.Equal(left, right) {
			t.Fatalf("%+v", r)
		}
		var b strings.Builder
		must(t, r.WriteText(&b, TextOptions{}))
		must(t, r.WriteHTML(&b))
		r.Document()
	})
}

// FuzzTree compares two mutated contents of an archive's member.
func FuzzTree(f *testing.F) {
	f.Add("etc/x", "1", "etc/x", "2")
	f.Add("a", "1", "b", "1")
	f.Fuzz(func(t *testing.T, name, text, name2, text2 string) {
		l, r := makeCPIO(file(name, text), file("z", text2)), makeCPIO(file(name2, text2), file("z", text))
		res, err := Read(context.Background(), content("a", l), content("a", r), Options{Limits: Limits{Bytes: 4 << 20}})
		var limit *image.LimitError
		if errors.As(err, &limit) {
			return
		}
		must(t, err)
		if res.Equal != bytes.Equal(l, r) {
			t.Fatalf("%q", tell(res.Differences))
		}
	})
}
