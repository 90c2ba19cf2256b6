package bundle

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

// TestEveryByte changes bytes all over: nothing but the bundle as it was is taken,
// and of a changed one nothing stays in the store.
func TestEveryByte(t *testing.T) {
	f := newFixture(t)
	key := newKey(t)
	data := f.write(f.describe(1), key)
	p := policy(t, 1, key)
	there := openStore(t)
	for i := 0; i < len(data); i += 11 {
		bad := bytes.Clone(data)
		bad[i] ^= 0x10
		b, err := open(bad)
		if err == nil {
			_, err = Judge(b, p)
		}
		if err == nil {
			err = imported(t, there, b)
		}
		if err == nil {
			t.Fatalf("byte %d: another bundle was taken", i)
		}
	}
	holdsNothing(t, there)
}

func TestTruncated(t *testing.T) {
	f := newFixture(t)
	data := f.write(f.describe(1), newKey(t))
	var unsound *Error
	for n := 0; n < len(data); n += 97 {
		if _, err := open(data[:n]); !errors.As(err, &unsound) {
			t.Fatalf("%d of %d bytes: %v", n, len(data), err)
		}
	}
	for _, more := range []string{"x", strings.Repeat("\x00", 512), string(data)} {
		if _, err := open(append(bytes.Clone(data), more...)); !errors.As(err, &unsound) {
			t.Errorf("%d bytes after the end: %v", len(more), err)
		}
	}
}

// endless is a file that never ends; it fails the test when it is read.
type endless struct{ t *testing.T }

func (e endless) ReadAt(p []byte, _ int64) (int, error) {
	if len(p) > MaxManifest {
		e.t.Errorf("%d bytes are read at once", len(p))
	}
	return len(p), nil
}

// TestEndless opens files that claim to be as large as can be.
func TestEndless(t *testing.T) {
	f := newFixture(t)
	data := f.write(f.describe(1))
	const huge = int64(1) << 60
	if _, err := Open("zeros", endless{t}, huge); err == nil {
		t.Error("zeros were taken")
	}
	if _, err := Open("long", extended{data}, huge); err == nil || !strings.Contains(err.Error(), "instead of") {
		t.Errorf("got %v", err)
	}
	head, err := header(manifestName, 1<<32)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open("large", extended{head}, huge); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("got %v", err)
	}
}

// extended is data and then zeros.
type extended struct{ data []byte }

func (e extended) ReadAt(p []byte, at int64) (int, error) {
	clear(p)
	if at < int64(len(e.data)) {
		copy(p, e.data[at:])
	}
	return len(p), nil
}

// raw writes a tar of files in their order.
func raw(t *testing.T, files ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	for i := 0; i < len(files); i += 2 {
		name, text := files[i].(string), files[i+1].([]byte)
		head, err := header(name, int64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		out.Write(head)
		out.Write(text)
		out.Write(make([]byte, padded(int64(len(text)))-int64(len(text))))
	}
	out.Write(make([]byte, tarEnd))
	return out.Bytes()
}

// TestArranged gives bundles whose files are all sound in themselves, in
// another arrangement.
func TestArranged(t *testing.T) {
	f := newFixture(t)
	data := f.write(f.describe(1), newKey(t))
	var files []any
	for r := tar.NewReader(bytes.NewReader(data)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		text, err2 := io.ReadAll(r)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		files = append(files, h.Name, text)
	}
	if !bytes.Equal(raw(t, files...), data) {
		t.Fatal("the test does not write what the program writes")
	}
	with := func(more ...any) []any { return append(more, files...) }
	last := len(files) - 2
	swapped := append(append([]any{}, files[:last-2]...), files[last], files[last+1], files[last-2], files[last-1])
	renamed := append(append([]any{}, files[:last]...), files[last-2], files[last+1])
	for name, list := range map[string][]any{
		"two manifests":                 with(files[0], files[1]),
		"another manifest before":       with(files[0], bytes.Replace(files[1].([]byte), []byte(`"serial": 1`), []byte(`"serial": 2`), 1)),
		"a blob twice":                  append(append([]any{}, files...), files[last], files[last+1]),
		"another file at the end":       append(append([]any{}, files...), "notes.txt", []byte("x")),
		"blobs out of order":            swapped,
		"a blob named by another's":     renamed,
		"a blob less":                   files[:last],
		"no signature where one was":    append(append([]any{}, files[:2]...), files[6:]...),
		"a signature twice":             append(append(append([]any{}, files[:4]...), files[2], files[3]), files[4:]...),
		"a layout of another version":   append(append(append([]any{}, files[:4]...), layoutName, []byte(`{"imageLayoutVersion":"1.0.1"}`)), files[6:]...),
		"a part of itself in the whole": append(append(append([]any{}, files[:4]...), partName, []byte(`{}`)), files[4:]...),
	} {
		b, err := opened(t, raw(t, list...))
		var unsound *Error
		if !errors.As(err, &unsound) {
			t.Errorf("%s: %v %v", name, b, err)
		}
	}
}

// TestManifestRefuses changes a manifest in ways that its form allows.
func TestManifestRefuses(t *testing.T) {
	f := newFixture(t)
	good := f.describe(1)
	d := digest.FromString("x")
	tree := func(paths ...string) []Recipe {
		r := Recipe{Name: "r", Lock: good.Locks[0].Name, Dir: "."}
		for _, p := range append(paths, "~.lock.hcl") {
			r.Files = append(r.Files, RecipeFile{Path: p, Digest: good.Locks[0].Digest, Size: good.Locks[0].Size})
		}
		return []Recipe{r}
	}
	for name, change := range map[string]func(*Manifest){
		"path up":               func(m *Manifest) { m.Recipes = tree("../x") },
		"path up inside":        func(m *Manifest) { m.Recipes = tree("a/../../x") },
		"absolute path":         func(m *Manifest) { m.Recipes = tree("/etc/passwd") },
		"path with a backslash": func(m *Manifest) { m.Recipes = tree(`a\b`) },
		"path with a line":      func(m *Manifest) { m.Recipes = tree("a\nb") },
		"empty path":            func(m *Manifest) { m.Recipes = tree("") },
		"path twice":            func(m *Manifest) { m.Recipes = tree("a", "a") },
		"file and directory":    func(m *Manifest) { m.Recipes = tree("a", "a/b") },
		"directory outside":     func(m *Manifest) { m.Recipes = tree("a"); m.Recipes[0].Dir = "../x" },
		"recipe name up":        func(m *Manifest) { m.Recipes = tree("a"); m.Recipes[0].Name = ".." },
		"recipe without lock":   func(m *Manifest) { m.Recipes = tree("a"); m.Recipes[0].Lock = "none" },
		"unknown program":       func(m *Manifest) { m.Programs = []Program{{"bash", d, 1}} },
		"program twice":         func(m *Manifest) { m.Programs = []Program{{"runc", d, 1}, {"runc", d, 1}} },
		"two sizes":             func(m *Manifest) { m.Programs = []Program{{"runc", good.Locks[0].Digest, 1}} },
		"blob twice":            func(m *Manifest) { m.Blobs = append(m.Blobs, m.Blobs[len(m.Blobs)-1]) },
		"sha1":                  func(m *Manifest) { m.Blobs[0].Digest = digest.Digest("sha1:" + strings.Repeat("0", 40)) },
		"size below zero":       func(m *Manifest) { m.Blobs[0].Size = -1 },
		"size beyond all":       func(m *Manifest) { m.Blobs[0].Size = 1 << 60 },
		"lock outside":          func(m *Manifest) { m.Locks[0].Name = "../a" },
		"serial 0":              func(m *Manifest) { m.Serial = 0 },
	} {
		m := f.describe(1)
		change(&m)
		text, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseManifest(append(text, '\n')); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	m := f.describe(1)
	m.Recipes = tree("a/b", "a/c")
	if text, err := m.Format(); err != nil {
		t.Error(err)
	} else if _, err := ParseManifest(text); err != nil {
		t.Error(err)
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte{})
	head, err := header(manifestName, 2)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(append(head, "{}"...))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := opened(t, data)
		if err != nil {
			return
		}
		if text, err := b.Manifest.Format(); err != nil || digest.FromBytes(text) != b.Digest {
			t.Error("a bundle was taken whose manifest is not canonical")
		}
	})
}

func FuzzParsePart(f *testing.F) {
	f.Add([]byte(`{"schema":"dombuild/bundle-part/v1","manifest":"","number":1,"of":1,"pieces":[]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := parsePart(text, "")
		if err != nil {
			return
		}
		if again, err := p.format(); err != nil || !bytes.Equal(again, text) {
			t.Error("parse and format are no fixpoint")
		}
	})
}
