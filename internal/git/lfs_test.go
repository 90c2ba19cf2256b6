package git

import (
	"fmt"
	"strings"
	"testing"
)

const oidA = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"

func pointerText(version, oid, size string) string {
	return "version " + version + "\noid " + oid + "\nsize " + size + "\n"
}

func TestParsePointer(t *testing.T) {
	good := pointerText(versions[0], "sha256:"+oidA, "12345")
	for name, test := range map[string]struct {
		text string
		ok   bool
	}{
		"right":        {good, true},
		"extension":    {"version " + versions[0] + "\next-0-foo sha256:" + oidA + "\noid sha256:" + oidA + "\nsize 12345\n", true},
		"no last line": {strings.TrimSuffix(good, "\n"), true},
		"returns":      {strings.ReplaceAll(good, "\n", "\r\n"), true},
		"first name":   {strings.Replace(good, versions[0], versions[1], 1), true},
		"empty":        {"", false},
		"version":      {pointerText("https://git-lfs.github.com/spec/v2", "sha256:"+oidA, "12345"), false},
		"md5":          {pointerText(versions[0], "md5:"+oidA[:32], "12345"), false},
		"short":        {pointerText(versions[0], "sha256:"+oidA[:63], "12345"), false},
		"upper case":   {pointerText(versions[0], "sha256:"+strings.ToUpper(oidA), "12345"), false},
		"negative":     {pointerText(versions[0], "sha256:"+oidA, "-1"), false},
		"no number":    {pointerText(versions[0], "sha256:"+oidA, "many"), false},
		"huge":         {pointerText(versions[0], "sha256:"+oidA, "99999999999999999999"), false},
		"no size":      {"version " + versions[0] + "\noid sha256:" + oidA + "\n", false},
		"order":        {"version " + versions[0] + "\nsize 1\noid sha256:" + oidA + "\n", false},
		"one more":     {good + "more 1\n", false},
		"prose":        {"A pointer of git-lfs begins with\n" + good, false},
		"long":         {good + strings.Repeat("\n", maxPointer), false},
	} {
		p, ok := ParsePointer([]byte(test.text))
		if ok != test.ok || ok && (p.Digest != "sha256:"+oidA || p.Size != 12345) {
			t.Errorf("%s: %+v %t", name, p, ok)
		}
	}
}

func TestPointers(t *testing.T) {
	objects := map[ID]string{}
	for _, text := range []string{pointerText(versions[0], "sha256:"+oidA, "5"), pointerText(versions[1], "sha256:"+oidA, "5"), "plain", ""} {
		id, object := written(BlobKind, text)
		objects[id] = object
	}
	list := func() *List {
		text := listOf(objects)
		l, err := ReadList(t.Context(), strings.NewReader(text), int64(len(text)), SHA1)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	if p, err := list().Pointers(); err != nil || len(p) != 1 || p[0] != (Pointer{"sha256:" + oidA, 5}) {
		t.Errorf("%v %v", p, err)
	}
	id, object := written(BlobKind, pointerText(versions[0], "sha256:"+oidA, "6"))
	objects[id] = object
	if p, err := list().Pointers(); err == nil || !strings.Contains(err.Error(), "two sizes: 5 and 6") {
		t.Errorf("%v %v", p, err)
	}
}

func TestLFSServer(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "",
		"[lfs]\n\turl = https://example.org/a\n": "https://example.org/a",
		"[LFS]\nURL=\"https://example.org/a\"":   "https://example.org/a",
		"[remote \"origin\"]\nlfsurl = https://example.org/b\n[lfs]\nurl = https://example.org/a": "https://example.org/a",
		"[remote \"origin\"]\nlfsurl = https://example.org/b":                                     "https://example.org/b",
		"[remote \"other\"]\nlfsurl = https://example.org/b":                                      "",
		"[lfs]\nfetchexclude = a":            "",
		"# [lfs]\n; url = x\n[other]\nurl=x": "",
		"[lfs]\nurl = \"a\\\n":               "error",
		"[lfs]\nurl\n":                       "error",
	} {
		got, err := LFSServer([]byte(text))
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzParsePointer(f *testing.F) {
	f.Add([]byte(pointerText(versions[0], "sha256:"+oidA, "12345")))
	f.Add([]byte(pointerText(versions[2], "sha256:"+oidA, "0") + "ext-0-x y\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, ok := ParsePointer(text)
		if !ok {
			return
		}
		again, ok := ParsePointer(fmt.Appendf(nil, "version %s\noid %s\nsize %d\n", versions[0], p.Digest, p.Size))
		if !ok || again != p || p.Digest.Validate() != nil || p.Size < 0 {
			t.Errorf("%+v %+v", p, again)
		}
	})
}

func FuzzLFSServer(f *testing.F) {
	f.Add([]byte("[lfs]\n\turl = \"https://example.org/a\"\n[remote \"origin\"]\nlfsurl=x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if u, err := LFSServer(text); err == nil && strings.ContainsAny(u, "\n\"\\") {
			t.Errorf("%q", u)
		}
	})
}
