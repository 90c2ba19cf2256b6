package git

import (
	"archive/tar"
	"bytes"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
)

// archive packs headers, in order; files hold their own name.
func archive(t testing.TB, list ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range list {
		text := ""
		if h.Typeflag == tar.TypeReg {
			text = h.Name
			h.Size = int64(len(text))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestReadFilesRefused has archives that a Writer does not pack.
func TestReadFilesRefused(t *testing.T) {
	file := func(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o644} }
	dir := tar.Header{Typeflag: tar.TypeDir, Name: "d/", Mode: 0o755}
	capable := file("x")
	capable.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "x"}
	setuid := file("x")
	setuid.Mode = 0o4755
	closed := dir
	closed.Mode = 0o700
	for name, list := range map[string][]tar.Header{
		"setuid":       {setuid},
		"capability":   {capable},
		"hard link":    {file("a"), {Typeflag: tar.TypeLink, Name: "b", Linkname: "a"}},
		"device":       {{Typeflag: tar.TypeChar, Name: "null", Mode: 0o644}},
		"directory":    {closed},
		"twice":        {file("a"), file("a")},
		"below a file": {file("a"), file("a/b")},
		"no parent":    {file("d/b")},
		"deep":         {file(strings.Repeat("a/", 2000) + "b")},
	} {
		var refused *TreeError
		if _, err := ReadFiles(bytes.NewReader(archive(t, list...)), SHA1); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	data := archive(t, dir, file("d/b"))
	f, err := ReadFiles(bytes.NewReader(data), SHA1)
	if err != nil || f.Empty("d") || f.Empty("d/b") || f.Empty("e") {
		t.Errorf("%v, %v", f, err)
	}
	if _, err := ReadFiles(bytes.NewReader(data[:600]), SHA1); err == nil {
		t.Error("an archive that is cut off was read")
	}
}

// TestObjects reads what was written, and nothing else.
func TestObjects(t *testing.T) {
	objects := Objects{}
	for _, text := range []string{"one", "two", ""} {
		o := Object{CommitKind, []byte(text)}
		objects[Name(SHA1, o.Kind, o.Content)] = o
	}
	text := objects.Format()
	again, err := ParseObjects(SHA1, text)
	if err != nil || !slices.Equal(slices.Sorted(maps.Keys(again)), slices.Sorted(maps.Keys(objects))) {
		t.Fatalf("%v, %v", again, err)
	}
	for _, bad := range [][]byte{text[:len(text)-1], append(bytes.Clone(text), 'x'), append(bytes.Clone(text), text...),
		[]byte("commit 3\x00on"), []byte("commit -1\x00"), []byte("commit 03\x00one"), []byte("blob 3\x00one"), []byte("commit"), []byte("commit 9999999999999999999\x00")} {
		if _, err := ParseObjects(SHA1, bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// FuzzFiles reads objects and archives, and compares whatever can be read.
func FuzzFiles(f *testing.F) {
	data := archive(f, tar.Header{Typeflag: tar.TypeReg, Name: "a", Mode: 0o644})
	tree := append([]byte("100644 a\x00"), bytes.Repeat([]byte{1}, 20)...)
	f.Add(data, Objects{Name(SHA1, TreeKind, tree): {TreeKind, tree}}.Format())
	f.Add(data[:700], []byte("tree 0\x00"))
	f.Fuzz(func(t *testing.T, data, text []byte) {
		objects, err := ParseObjects(SHA1, text)
		if err == nil && !bytes.Equal(objects.Format(), text) {
			t.Error("two texts for the same objects")
		}
		files, err := ReadFiles(bytes.NewReader(data), SHA1)
		if err != nil {
			return
		}
		_ = files.Modules("")
		for id := range objects {
			_, _ = files.Check(id, "", objects)
		}
	})
}
