package source

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// uriTests were compared with decodeurl of BitBake 2.18 (new) and 2.8 (old). A
// result "error" is one that BitBake refuses.
var uriTests = []struct {
	raw string
	new URI
	old URI
	err string // which refuses it: "new", "old", "both"
}{
	{raw: "https://example.com/a-1.0.tar.gz",
		new: URI{Scheme: "https", Host: "example.com", Path: "/a-1.0.tar.gz"}},
	{raw: "HTTPS://Example.COM:8080/A?x=1&y=2#f;name=z;unpack=0",
		new: URI{Scheme: "https", Host: "example.com:8080", Path: "/A", Params: []Param{{"name", "z", false}, {"unpack", "0", false}}},
		old: URI{Scheme: "HTTPS", Host: "Example.COM:8080", Path: "/A?x=1&y=2#f", Params: []Param{{"name", "z", false}, {"unpack", "0", false}}}},
	{raw: "git://user:pa:ss@example.com/x.git;protocol=ssh;branch=main",
		new: URI{Scheme: "git", Host: "example.com", Path: "/x.git", User: "user", Password: "pa:ss", Params: []Param{{"protocol", "ssh", false}, {"branch", "main", false}}}},
	{raw: "git://git@example.com:group/x.git;protocol=ssh", err: "new",
		old: URI{Scheme: "git", Host: "example.com:group", Path: "/x.git", User: "git", Params: []Param{{"protocol", "ssh", false}}}},
	{raw: "file://a/b%20c.patch",
		new: URI{Scheme: "file", Path: "a/b c.patch"}},
	{raw: "file:///abs/x",
		new: URI{Scheme: "file", Path: "/abs/x"}},
	{raw: "file://me@x/y",
		new: URI{Scheme: "file", Path: "me@x/y"},
		old: URI{Scheme: "file", Path: "x/y", User: "me"}},
	{raw: "http://h/x;name=a;name=b;sha256sum", err: "old",
		new: URI{Scheme: "http", Host: "h", Path: "/x", Params: []Param{{"name", "b", false}, {"sha256sum", "", true}}}},
	{raw: "http://h/x;;name=a=b;",
		new: URI{Scheme: "http", Host: "h", Path: "/x", Params: []Param{{"name", "a=b", false}}}},
	{raw: "http://h;name=a",
		new: URI{Scheme: "http", Host: "h", Path: "/", Params: []Param{{"name", "a", false}}}},
	{raw: "crate://crates.io/serde/1.0.0",
		new: URI{Scheme: "crate", Host: "crates.io", Path: "/serde/1.0.0"}},
	{raw: "gomod://golang.org/x/net;version=v0.9.0",
		new: URI{Scheme: "gomod", Host: "golang.org", Path: "/x/net", Params: []Param{{"version", "v0.9.0", false}}}},
	{raw: "http://[fe80::1%25x]:80/p",
		new: URI{Scheme: "http", Host: "fe80::1%25x:80", Path: "/p"},
		old: URI{Scheme: "http", Host: "[fe80::1%25x]:80", Path: "/p"}},
	{raw: "http://h:0/p",
		new: URI{Scheme: "http", Host: "h", Path: "/p"},
		old: URI{Scheme: "http", Host: "h:0", Path: "/p"}},
	{raw: "http://h:99999/p", err: "new",
		old: URI{Scheme: "http", Host: "h:99999", Path: "/p"}},
	{raw: "${UNSET}/x.tar.gz", err: "old",
		new: URI{Path: "${UNSET}/x.tar.gz"}},
}

func TestParse(t *testing.T) {
	for _, test := range uriTests {
		old := test.old
		if old.Scheme == "" {
			old = test.new
		}
		for _, r := range []struct {
			name    string
			release Release
			want    URI
		}{{"new", Newest, test.new}, {"old", Release{2, 8}, old}} {
			got, err := Parse(test.raw, r.release)
			refused := test.err == r.name || test.err == "both"
			if refused != (err != nil) {
				t.Errorf("%s, %s: error %v", r.name, test.raw, err)
			}
			if diff := cmp.Diff(r.want, got); err == nil && diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", r.name, test.raw, diff)
			}
		}
	}
}

// TestEncode holds encodeurl(decodeurl(x)) as BitBake 2.18 gives it.
func TestEncode(t *testing.T) {
	for raw, want := range map[string]string{
		"https://u:p@h:8/a//b c?q=1#f;name=x;rev=1": "https://u:p@h:8/a/b%20c;name=x;rev=1",
		"file://a//b.patch;striplevel=1":            "file://a/b.patch;striplevel=1",
		"file:///a.patch":                           "file:///a.patch",
		"git://h/x.git;branch=a/b":                  "git://h/x.git;branch=a/b",
		"http://h":                                  "http://h/",
		"git:relative/x.git":                        "git:relative/x.git",
	} {
		u, err := Parse(raw, Newest)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.String(); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for value, want := range map[string][]string{
		"":                           nil,
		" \t\n a\u00a0b\x1cc ":       {"a", "b", "c"},
		"a ${@f('x y', {1: 2})}/z b": {"a", "${@f('x y', {1: 2})}/z", "b"},
		"${@never closed b":          {"${@never closed b"},
		"${A}/x ${B}":                {"${A}/x", "${B}"},
	} {
		if diff := cmp.Diff(want, Split(value)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", value, diff)
		}
	}
}

// FuzzParse holds what the verdicts rest on: reading never fails to end, and
// what is written can be read again and is the same.
func FuzzParse(f *testing.F) {
	for _, test := range uriTests {
		f.Add(test.raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, r := range []Release{Newest, {2, 8}} {
			u, err := Parse(raw, r)
			if err != nil {
				continue
			}
			again, err := Parse(u.String(), r)
			if err != nil || u.Scheme == "" {
				continue // BitBake's own form cannot always be read again
			}
			if diff := cmp.Diff(u.Params, again.Params); diff != "" {
				t.Errorf("%q as %q (-first +again):\n%s", raw, u.String(), diff)
			}
		}
		for _, part := range Split(raw) {
			if part == "" {
				t.Error("an empty URI")
			}
		}
	})
}
