package diff

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// TestExclude excludes what differs, and wants to be told of what nobody
// looked at because of that.
func TestExclude(t *testing.T) {
	later := func(h *tar.Header) { h.ModTime = when.Add(time.Hour) }
	owned := func(h *tar.Header) { h.Uname = "root" } // what entries do not show
	plain := []item{file("a/x", "one"), file("a/y", "two")}
	for name, c := range map[string]struct {
		right   []item
		exclude []string
		want    []string
		verdict string
	}{
		"content, and the rest is proved": {[]item{file("a/x", "0ne"), plain[1]}, []string{"a.tar!/a/x=embeds a key"}, []string{}, "equal except for 1 difference that is excluded"},
		"another content":                 {[]item{file("a/x", "0ne"), file("a/y", "2wo")}, []string{"a.tar!/a/x=embeds a key"}, []string{"a.tar > a/y: bytes: first at offset 0x0"}, "different: 1 difference, and 1 excluded"},
		"mtime, and the rest is not proved": {[]item{plain[0].with(later), plain[1]}, []string{"mtime:**=copied"},
			[]string{"a.tar: layout: what is excluded is in it, and its other bytes are not proved to be the same"}, "different: 1 difference, and 1 excluded"},
		"mtime, and the rest is excluded": {[]item{plain[0].with(later), plain[1]}, []string{"mtime:**=copied", "layout:a.tar=headers hold the times"}, []string{}, "equal except for 2 differences that are excluded"},
		"hidden behind another":           {[]item{file("a/x", "0ne"), plain[1].with(owned)}, []string{"bytes:a.tar!/a/x=embeds a key"}, nil, "different: "},
		"wrong kind":                      {[]item{file("a/x", "0ne"), plain[1]}, []string{"mode:**=umask"}, []string{"a.tar > a/x: bytes: first at offset 0x0"}, "different: 1 difference"},
		"two that match the same":         {[]item{file("a/x", "0ne"), plain[1]}, []string{"**/x=key", "bytes:**=whatever"}, []string{}, "equal except for 2 differences that are excluded"},
	} {
		t.Run(name, func(t *testing.T) {
			var opt Options
			for _, text := range c.exclude {
				e, err := ParseExclusion(text)
				must(t, err)
				opt.Exclude = append(opt.Exclude, e)
			}
			r := read(t, "a.tar", makeTar(t, plain...), makeTar(t, c.right...), opt)
			if d := cmp.Diff(c.want, tell(r.Differences)); c.want != nil && d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
			if r.Equal != strings.HasPrefix(c.verdict, "equal") || r.Identical() || !strings.HasPrefix(r.Verdict(), c.verdict) {
				t.Errorf("%s, %v", r.Verdict(), r.Equal)
			}
			var unused *UnusedError
			if errors.As(r.Err(), &unused) != (name == "wrong kind") {
				t.Errorf("%v", r.Err())
			}
		})
	}
}

// TestExcludeInside excludes in what is packed and in a leaf, of which nobody
// knows whether the rest is the same.
func TestExcludeInside(t *testing.T) {
	opt := Options{Exclude: []Exclusion{{Pattern: "**/x", Reason: "key"}}}
	r := read(t, "a.tgz", gzipped(makeTar(t, file("a/x", "1"))), gzipped(makeTar(t, file("a/x", "2"))), opt)
	if d := cmp.Diff([]string{"a.tgz: layout: what is excluded is in it, and its other bytes are not proved to be the same"}, tell(r.Differences)); d != "" {
		t.Error(d)
	}
	opt = Options{Exclude: []Exclusion{{Pattern: "x!/.note", Reason: "build-id"}}, Leaf: func(context.Context, Content, Content) ([]explain.Difference, error) {
		return []explain.Difference{{Path: []string{".note"}, Kind: explain.Section}}, nil
	}}
	r = read(t, "x", []byte("1"), []byte("2"), opt)
	if d := cmp.Diff([]string{"x: layout: what is excluded is in it, and its other bytes are not proved to be the same"}, tell(r.Differences)); d != "" {
		t.Error(d)
	}
}

func TestParseExclusion(t *testing.T) {
	for text, want := range map[string]Exclusion{
		"a/**=because = of":     {Pattern: "a/**", Reason: "because = of"},
		"mtime:**=copied":       {Pattern: "**", Kind: explain.ModTime, Reason: "copied"},
		"c:/x=not a kind":       {Pattern: "c:/x", Reason: "not a kind"},
		"a[=]b=an equals sign ": {Pattern: "a[=]b", Reason: "an equals sign"},
	} {
		got, err := ParseExclusion(text)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Errorf("%q: %v %s", text, err, d)
		}
	}
	for _, bad := range []string{"", "a", "a=", "a= ", "=reason", "[=x", "mtime:=x", "a/../b=x"} {
		if e, err := ParseExclusion(bad); err == nil {
			t.Errorf("%q is %+v", bad, e)
		}
	}
	if _, err := Read(context.Background(), content("a", nil), content("b", nil), Options{Exclude: []Exclusion{{Pattern: "**"}}}); err == nil {
		t.Error("an exclusion without a reason")
	}
}

// TestLeafThatSaysNothing does not make contents equal.
func TestLeafThatSaysNothing(t *testing.T) {
	r := read(t, "x", []byte("1"), []byte("2"), Options{Leaf: func(context.Context, Content, Content) ([]explain.Difference, error) { return nil, nil }})
	if d := cmp.Diff([]string{"x: bytes: first at offset 0x0"}, tell(r.Differences)); d != "" {
		t.Error(d)
	}
}

// TestBombs end with an error that names the limit, never with a verdict.
func TestBombs(t *testing.T) {
	zeros := func(n int) []byte { return gzipped(make([]byte, n)) }
	var many []item
	for i := range 300 {
		many = append(many, file(fmt.Sprint(i), ""))
	}
	deep := func(text string) []byte {
		data := []byte(text)
		for range 30 {
			data = gzipped(data, func(h *gzip.Header) { h.Comment = text })
		}
		return data
	}
	for name, c := range map[string]struct {
		left, right []byte
		limits      Limits
	}{
		"Bytes":   {zeros(8 << 20), zeros(8<<20 + 1), Limits{Bytes: 1 << 20}},
		"Entries": {makeTar(t, many...), makeTar(t, many[1:]...), Limits{Entries: 200}},
		"Depth":   {deep("1"), deep("2"), Limits{}},
	} {
		_, err := Read(context.Background(), content("bomb", c.left), content("bomb", c.right), Options{Limits: c.limits})
		var limit *image.LimitError
		if !errors.As(err, &limit) || limit.Limit != name || limit.Place == "" || limit.Max != [...]int64{c.limits.Bytes, c.limits.Entries, 16}[strings.Index("BED", name[:1])] {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestUnreadable are sides that cannot be read: that is no verdict.
func TestUnreadable(t *testing.T) {
	short := Content{Name: "short", Size: 10, ReaderAt: bytes.NewReader([]byte("12345"))}
	if _, err := Read(context.Background(), short, content("whole", make([]byte, 10)), Options{}); err == nil || !strings.Contains(err.Error(), "reading short at offset 5") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, content("a", []byte("1")), content("a", []byte("1")), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	big := make([]byte, 3<<20)
	for i := range big { // damage of a member that is found while it is compared
		big[i] = byte(rand.Uint32())
	}
	whole := makeZip(t, file("x", string(big)))
	cut := bytes.Clone(whole)
	cut[1<<20] ^= 0xff
	r := read(t, "a.zip", whole, cut, Options{})
	if len(r.Differences) != 1 || r.Differences[0].Kind != explain.Bytes || !strings.Contains(r.Differences[0].Detail, "compared as bytes: a.zip") {
		t.Errorf("%q", tell(r.Differences))
	}
}

// TestLayouts pairs the blobs of OCI image layouts by what they are.
func TestLayouts(t *testing.T) {
	layout := func(text string) []byte {
		blob := func(data string) (item, string) {
			sum := digest.FromString(data).Encoded()
			return file("blobs/sha256/"+sum, data), fmt.Sprintf(`{"digest":"sha256:%s","size":%d`, sum, len(data))
		}
		layer, l := blob(string(gzipped(makeTar(t, file("etc/motd", text)))))
		base, b := blob(string(makeTar(t, file("bin/sh", "sh"))))
		config, c := blob(`{"created":"` + text + `"}`)
		manifest, m := blob(`{"config":` + c + `},"layers":[` + b + `},` + l + `}]}`)
		return makeTar(t, file("oci-layout", `{"imageLayoutVersion":"1.0.0"}`), base, layer, config, manifest,
			file("index.json", `{"manifests":[`+m+`,"mediaType":"application/vnd.oci.image.manifest.v1+json"}]}`))
	}
	r := read(t, "a.tar", layout("one"), layout("two"), Options{})
	var got []string
	for _, d := range r.Differences {
		got = append(got, strings.Join(d.Path, " > "))
	}
	want := []string{"a.tar > manifests/0", "a.tar > manifests/0/config", "a.tar > manifests/0/layers/1 > etc/motd", "a.tar > index.json"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

// TestSeveralMembers is an initramfs of several members, which are no one
// stream.
func TestSeveralMembers(t *testing.T) {
	image := func(text string) []byte {
		return append(append(gzipped(makeCPIO(file("early", "x"))), make([]byte, 8)...), gzipped(makeCPIO(file("init", text)))...)
	}
	r := read(t, "initrd", image("1"), image("2"), Options{})
	if d := cmp.Diff([]string{"initrd > init: bytes: first at offset 0x0"}, tell(r.Differences)); d != "" {
		t.Error(d)
	}
}

// TestWorkers give the same result, however many there are.
func TestWorkers(t *testing.T) {
	var l, r []item
	for i := range 200 {
		name := fmt.Sprint(i)
		l = append(l, file(name, string(gzipped(makeTar(t, file("in", name))))))
		r = append(r, file(name, string(gzipped(makeTar(t, file("in", strings.Repeat("x", i%3+1)))))))
	}
	left, right := makeTar(t, l...), makeTar(t, r...)
	want := tell(read(t, "a", left, right, Options{Workers: 1}).Differences)
	for range 3 {
		if d := cmp.Diff(want, tell(read(t, "a", left, right, Options{Workers: 5}).Differences)); d != "" || len(want) < 190 {
			t.Fatalf("%d -want +got:\n%s", len(want), d)
		}
	}
}

// TestVerdictIsThatOfTheBytes compares random pairs of artifacts.
func TestVerdictIsThatOfTheBytes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	makers := []func() []byte{
		func() []byte { return []byte(fmt.Sprint(rnd.IntN(3))) },
		func() []byte {
			return makeTar(t, file("x", fmt.Sprint(rnd.IntN(2))), file(fmt.Sprint(rnd.IntN(2)), "").with(func(h *tar.Header) { h.Mode = int64(rnd.IntN(2)) }))
		},
		func() []byte {
			return gzipped([]byte(fmt.Sprint(rnd.IntN(2))), func(h *gzip.Header) { h.ModTime = time.Unix(int64(rnd.IntN(2)), 0) })
		},
		func() []byte { return makeCPIO(file("x", fmt.Sprint(rnd.IntN(2)))) },
		func() []byte { return makeAr(file("x", fmt.Sprint(rnd.IntN(2)))) },
		func() []byte { return gzipped(makeTar(t, file("x", fmt.Sprint(rnd.IntN(2))))) },
	}
	equal := 0
	for range 1500 {
		l, r := makers[rnd.IntN(len(makers))](), makers[rnd.IntN(len(makers))]()
		if rnd.IntN(8) == 0 {
			l[rnd.IntN(len(l))] ^= 1
		}
		res := read(t, "a", l, r, Options{})
		same := bytes.Equal(l, r)
		if res.Equal != same || res.Identical() != same || (len(res.Differences) == 0) != same {
			t.Fatalf("%q and %q: %q", l, r, tell(res.Differences))
		}
		if same {
			equal++
		}
	}
	if equal < 50 {
		t.Errorf("only %d equal pairs", equal)
	}
}
