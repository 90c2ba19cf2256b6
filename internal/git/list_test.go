package git

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// object is written as Objects.Format does.
func written(kind Kind, content string) (ID, string) {
	return Name(SHA1, kind, []byte(content)), string(Objects{"": {kind, []byte(content)}}.Format())
}

// listOf sorts objects by name.
func listOf(objects map[ID]string) string {
	var ids []ID
	for id := range objects {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(objects[id])
	}
	return b.String()
}

func raw(id ID) string {
	var b strings.Builder
	for i := 0; i < len(id); i += 2 {
		b.WriteByte(unhex(id[i])<<4 | unhex(id[i+1]))
	}
	return b.String()
}

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}

const who = "A <a@example.org> 1735689600 +0000\n"

// small is a commit with a parent, of a file, a submodule and a directory, and
// a tag of it.
func small() (objects map[ID]string, tag, commit, blob ID) {
	objects = map[ID]string{}
	put := func(kind Kind, content string) ID {
		id, text := written(kind, content)
		objects[id] = text
		return id
	}
	blob = put(BlobKind, "text\n")
	dir := put(TreeKind, "100755 run\x00"+raw(blob))
	root := put(TreeKind, "100644 a.txt\x00"+raw(blob)+"40000 d\x00"+raw(dir)+"160000 m\x00"+strings.Repeat("\x11", 20))
	commit = put(CommitKind, "tree "+string(root)+"\nparent "+strings.Repeat("2", 40)+"\nauthor "+who+"committer "+who+"\nx\n")
	tag = put(TagKind, "object "+string(commit)+"\ntype commit\ntag v1\ntagger "+who+"\nx\n")
	return objects, tag, commit, blob
}

func read(text string) (*List, error) {
	return ReadList(context.Background(), strings.NewReader(text), int64(len(text)), SHA1)
}

func TestListWalk(t *testing.T) {
	objects, tag, commit, blob := small()
	l, err := read(listOf(objects))
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Walk(t.Context(), tag)
	if err != nil {
		t.Fatal(err)
	}
	if c.Commit != commit || c.Root != tag || !c.Cut || len(c.IDs) != 5 || len(c.Links) != 1 || c.Links[0] != (Link{"m", ID(strings.Repeat("1", 40))}) {
		t.Errorf("%+v", c)
	}
	if text, ok, err := c.Text(l, "a.txt", 5); !ok || err != nil || string(text) != "text\n" {
		t.Errorf("%q %v %v", text, ok, err)
	}
	var out bytes.Buffer
	if err := WriteList(t.Context(), &out, l, c); err != nil || out.String() != listOf(objects) {
		t.Errorf("written again: %v, %q", err, out.String())
	}
	if _, err := l.Walk(t.Context(), commit); !errors.Is(err, errNotClosed) {
		t.Errorf("a list with more than the commit: %v", err)
	}
	delete(objects, blob)
	if l, err = read(listOf(objects)); err != nil {
		t.Fatal(err)
	}
	var at *TreeError
	if _, err := l.Walk(t.Context(), tag); !errors.As(err, &at) || at.Path != "a.txt" || !strings.Contains(err.Error(), string(blob)) {
		t.Errorf("without a file: %v", err)
	}
}

func TestReadListRefuses(t *testing.T) {
	_, one := written(BlobKind, "1")
	_, two := written(BlobKind, "2")
	sorted := []string{one, two}
	if a, _ := written(BlobKind, "1"); a > Name(SHA1, BlobKind, []byte("2")) {
		slices.Reverse(sorted)
	}
	for text, want := range map[string]string{
		sorted[1] + sorted[0]:              "not in order",
		one + one:                          "not in order",
		one[:len(one)-1]:                   "unexpected EOF",
		"blob":                             "unexpected EOF",
		"blob 01\x001":                     "not a list",
		"blob -1\x00":                      "not a list",
		"link 1\x001":                      "not a list",
		"blob 99999999999\x00":             "more than",
		strings.Repeat("blob", 9) + "\x00": "not a list",
	} {
		if _, err := read(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestWalkRefuses: trees that git would not make, or that would be more than
// files.
func TestWalkRefuses(t *testing.T) {
	for name, test := range map[string]struct{ tree, want string }{
		"own directory": {"40000 .GIT\x00" + strings.Repeat("\x11", 20), "own directory"},
		"path":          {"100644 a/b\x00" + strings.Repeat("\x11", 20), "not the name of a file"},
		"mode":          {"100600 a\x00" + strings.Repeat("\x11", 20), "mode"},
		"cut":           {"100644 a\x00", "cut off"},
		"missing":       {"40000 d\x00" + strings.Repeat("\x11", 20), "no tree"},
	} {
		objects := map[ID]string{}
		tree, text := written(TreeKind, test.tree)
		objects[tree] = text
		commit, text := written(CommitKind, "tree "+string(tree)+"\nauthor "+who+"committer "+who+"\nx\n")
		objects[commit] = text
		l, err := read(listOf(objects))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Walk(t.Context(), commit); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPackWriter: git itself reads the pack and its index.
func TestPackWriter(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("git", "init", "-q", "--bare", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	objects, tag, _, _ := small()
	l, err := read(listOf(objects))
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Walk(t.Context(), tag)
	if err != nil {
		t.Fatal(err)
	}
	var pack, index bytes.Buffer
	w, err := NewPackWriter(&pack, SHA1, len(c.IDs)+1)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range c.IDs {
		content, err := l.Object(id, l.Kind(id))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := w.Add(l.Kind(id), content); got != id || err != nil {
			t.Fatalf("%s %v", got, err)
		}
	}
	if _, err := w.Close(); err == nil {
		t.Error("a pack that lacks an object was closed")
	}
	if _, err := w.Add(BlobKind, bytes.Repeat([]byte("long "), 1<<16)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Add(BlobKind, nil); err == nil {
		t.Error("one object too many was packed")
	}
	name, err := w.Close()
	if err = errors.Join(err, w.Index(&index)); err != nil {
		t.Fatal(err)
	}
	base := filepath.Join(dir, "objects", "pack", "pack-"+string(name))
	if err := errors.Join(os.WriteFile(base+".pack", pack.Bytes(), 0o644), os.WriteFile(base+".idx", index.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "-C", dir, "verify-pack", "-v", base+".idx").CombinedOutput()
	if err != nil || strings.Count(string(out), "\n") < 6 {
		t.Errorf("%v: %s", err, out)
	}
	p, err := ReadPack(t.Context(), &pack, SHA1)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if again, err := Walk(t.Context(), p, tag); err != nil || !slices.Equal(again.IDs, c.IDs) {
		t.Errorf("%+v %v", again, err)
	}
}

func FuzzReadList(f *testing.F) {
	objects, tag, _, _ := small()
	f.Add([]byte(listOf(objects)))
	f.Add([]byte("blob 0\x00"))
	f.Add([]byte("tree 28\x00100644 a\x00" + strings.Repeat("x", 20)))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := read(string(text))
		if err != nil {
			return
		}
		for id := range l.entries {
			content, err := l.Object(id, l.Kind(id))
			if err != nil || Name(SHA1, l.Kind(id), content) != id {
				t.Fatalf("%s: %v", id, err)
			}
			if c, err := Walk(t.Context(), l, id); err == nil && len(c.IDs) > len(l.entries) {
				t.Fatal("more objects than there are")
			}
		}
		if _, err := l.Walk(t.Context(), tag); err == nil && string(text) != listOf(objects) {
			t.Error("one commit has two lists")
		}
	})
}
