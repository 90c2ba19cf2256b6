package upstream

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/opencontainers/go-digest"
	"golang.org/x/mod/sumdb/dirhash"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// site serves files and counts what it is asked.
type site struct {
	mu    sync.Mutex
	files map[string][]byte
	asked int
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if data, ok := s.files[strings.TrimPrefix(r.URL.Path, "/")]; ok {
		w.Write(data)
		return
	}
	http.NotFound(w, r)
}

// configured gives a machine the address of a registry.
func configured(t *testing.T, m *Machine, name string, s *site) *Machine {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	file := filepath.Join(t.TempDir(), "config.hcl")
	if err := os.WriteFile(file, fmt.Appendf(nil, "mirror %q {\n  urls = [%q]\n}\n", name, srv.URL), 0o644); err != nil {
		t.Fatal(err)
	}
	var err error
	if m.Mirrors, err = resolve.LoadMirrors(file, t.TempDir()); err != nil {
		t.Fatal(err)
	}
	return m
}

func lockFile(name, text string) *recipe.Locked {
	return &recipe.Locked{File: recipe.File{Path: name, Digest: digest.FromString(text), Content: []byte(text)}}
}

// moduleZip makes a module's zip and its h1.
func moduleZip(t *testing.T, module, version string, texts map[string]string) (data []byte, h1 string) {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	var names []string
	for name, text := range texts {
		full := module + "@" + version + "/" + name
		f, err := w.Create(full)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, full)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	h1, err := dirhash.Hash1(names, func(name string) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(texts[strings.TrimPrefix(name, module+"@"+version+"/")])), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), h1
}

func modSum(t *testing.T, text string) string {
	t.Helper()
	h1, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil })
	if err != nil {
		t.Fatal(err)
	}
	return h1
}

const goMod = "module example.org/Greet\n\ngo 1.21\n"

// greeting is a module whose path has a capital letter, and its go.sum.
func greeting(t *testing.T) (*site, string) {
	data, h1 := moduleZip(t, "example.org/Greet", "v1.0.0", map[string]string{
		"go.mod": goMod, "greet.go": "package greet\n\nfunc Hello() string { return \"hello\" }\n"})
	return &site{files: map[string][]byte{
		"example.org/!greet/@v/v1.0.0.zip": data,
		"example.org/!greet/@v/v1.0.0.mod": []byte(goMod),
	}}, fmt.Sprintf("example.org/Greet v1.0.0 %s\nexample.org/Greet v1.0.0/go.mod %s\n", h1, modSum(t, goMod))
}

// extracted gives the directory of a tree.
func extracted(t *testing.T, m *Machine, pin *lockfile.Tree) string {
	t.Helper()
	blob, err := m.Store.Get(t.Context(), pin.Digest)
	if err != nil {
		t.Fatal(err)
	}
	r, err := blob.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dir := filepath.Join(t.TempDir(), "tree")
	if err := tree.Extract(r, dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestGoModulesBuild has the go command build with what was laid out, alone.
func TestGoModulesBuild(t *testing.T) {
	s, sums := greeting(t)
	src := recipe.Source{Address: "source.deps", Name: "deps", GoModules: lockFile("go.sum", sums)}
	m := configured(t, newMachine(t), "go", s)
	pin := mustPin(t, m, src)
	dir := extracted(t, m, pin)
	work := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":  "module example.org/main\n\ngo 1.21\n\nrequire example.org/Greet v1.0.0\n",
		"go.sum":  sums,
		"main.go": "package main\n\nimport greet \"example.org/Greet\"\n\nfunc main() { println(greet.Hello()) }\n",
	} {
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "build", "-o", "main", ".")
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "GOPROXY=file://"+dir, "GOSUMDB=off", "GOFLAGS=-mod=readonly -modcacherw", "GOMODCACHE="+t.TempDir(), "GOTOOLCHAIN=local")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	if out, err := exec.Command(filepath.Join(work, "main")).CombinedOutput(); err != nil || string(out) != "hello\n" {
		t.Errorf("the program says %q, %v", out, err)
	}
}

func TestGoModules(t *testing.T) {
	s, sums := greeting(t)
	src := recipe.Source{Address: "source.deps", Name: "deps", GoModules: lockFile("go.sum", sums)}
	pin := mustPin(t, configured(t, newMachine(t), "go", s), src)
	other := configured(t, newMachine(t), "go", s)
	if err := other.Bring(t.Context(), src, pin); err != nil {
		t.Fatal(err)
	}
	asked := s.asked
	if err := other.Bring(t.Context(), src, pin); err != nil || s.asked != asked {
		t.Errorf("what is there is asked for again: %v", err)
	}
	var untrusted *resolve.UntrustedError
	s.files["example.org/!greet/@v/v1.0.0.mod"] = []byte(goMod + "\n")
	if _, err := configured(t, newMachine(t), "go", s).Pin(t.Context(), src); !errors.As(err, &untrusted) {
		t.Errorf("a go.mod that is not the one of go.sum: %v", err)
	}
	var wrong *store.IntegrityError
	if err := configured(t, newMachine(t), "go", s).Bring(t.Context(), src, pin); !errors.As(err, &wrong) {
		t.Errorf("a go.mod that is not the pinned one: %v", err)
	}
	if _, err := newMachine(t).Pin(t.Context(), src); err == nil {
		t.Error("without a registry there is an answer")
	}
}

func TestGoModule(t *testing.T) {
	s, sums := greeting(t)
	h1 := strings.Fields(sums)[2]
	src := recipe.Source{Address: "source.g", Name: "g", GoModule: &recipe.GoModule{Module: "example.org/Greet", Version: "v1.0.0", Sum: h1}}
	m := configured(t, newMachine(t), "go", s)
	pin := mustPin(t, m, src)
	if got := files(t, m, pin); len(got) != 2 || got["go.mod"] != "644 "+goMod {
		t.Errorf("the tree holds %v", got)
	}
	src.GoModule.Sum = strings.Fields(sums)[5]
	var untrusted *resolve.UntrustedError
	if _, err := m.Pin(t.Context(), src); !errors.As(err, &untrusted) {
		t.Errorf("another sum: %v", err)
	}
}

func tgz(t *testing.T, dir string, texts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	for name, text := range texts {
		if err := writeFile(w, dir+"/"+name, 0o644, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeLink(w, dir+"/link", "/etc/passwd"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func integrityOf(data []byte) string {
	sum := sha512.Sum512(data)
	return "sha512-" + base64.StdEncoding.EncodeToString(sum[:])
}

func TestNPM(t *testing.T) {
	data := tgz(t, "package", map[string]string{"package.json": "{}", "bin/cli.js": "#!/usr/bin/env node\n"})
	weak := sha1.Sum(data)
	strong := integrityOf(data)
	text := func(more string) string {
		return `{"lockfileVersion": 3, "packages": {"": {"name": "x"}, "app": {}, "node_modules/app": {"resolved": "app", "link": true},
			"node_modules/@a/b": {"version": "1.0.0", "resolved": "https://registry.example.org/@a/b/-/b-1.0.0.tgz", "integrity": "` + strong + `", "bin": {"b": "bin/cli.js"}},
			"node_modules/mac": {"optional": true, "os": ["darwin"], "resolved": "https://registry.example.org/mac/-/mac-1.0.0.tgz", "integrity": "sha512-x"}` + more + `}}`
	}
	s := &site{files: map[string][]byte{"@a/b/-/b-1.0.0.tgz": data}}
	src := recipe.Source{Address: "source.js", Name: "js", NPM: lockFile("package-lock.json", text(""))}
	m := configured(t, newMachine(t), "npm", s)
	pin := mustPin(t, m, src)
	want := map[string]string{"node_modules/": "755 ", "node_modules/@a/": "755 ", "node_modules/@a/b/": "755 ", "node_modules/@a/b/package.json": "644 {}",
		"node_modules/@a/b/bin/": "755 ", "node_modules/@a/b/bin/cli.js": "755 #!/usr/bin/env node\n", "node_modules/.bin/": "755 ", "node_modules/.bin/b": "777 ../@a/b/bin/cli.js", "node_modules/app": "777 ../app"}
	if got := files(t, m, pin); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the tree holds %v, want %v", got, want)
	}
	if err := configured(t, newMachine(t), "npm", s).Bring(t.Context(), src, pin); err != nil {
		t.Error(err)
	}
	for name, more := range map[string]string{
		"sha1 only":   `"resolved": "https://registry.example.org/c/-/c-1.0.0.tgz", "integrity": "sha1-` + base64.StdEncoding.EncodeToString(weak[:]) + `"`,
		"no sum":      `"resolved": "https://registry.example.org/c/-/c-1.0.0.tgz"`,
		"from git":    `"resolved": "git+ssh://git@example.org/c.git#0123", "integrity": "` + strong + `"`,
		"other place": `"resolved": "https://example.org/c.tgz", "integrity": "` + strong + `"`,
	} {
		_, err := parseNPM(lockFile("package-lock.json", text(`, "node_modules/c": {`+more+`}`)).File)
		var input *InputError
		if !errors.As(err, &input) || input.Name != "node_modules/c" || input.Remedy == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.files["@a/b/-/b-1.0.0.tgz"] = append(slices.Clone(data), 0)
	var wrong *store.IntegrityError
	if _, err := configured(t, newMachine(t), "npm", s).Pin(t.Context(), src); !errors.As(err, &wrong) {
		t.Errorf("other bytes: %v", err)
	}
}

// cargoSite has one crate, and the Cargo.lock that names it.
func cargoSite(t *testing.T) (*site, string) {
	data := tgz(t, "greet-1.0.0", map[string]string{
		"Cargo.toml": "[package]\nname = \"greet\"\nversion = \"1.0.0\"\nedition = \"2021\"\n",
		"src/lib.rs": "pub fn hello() -> &'static str { \"hello\" }\n"})
	return &site{files: map[string][]byte{"greet/greet-1.0.0.crate": data}},
		"version = 3\n\n[[package]]\nname = \"greet\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" +
			digest.FromBytes(data).Encoded() + "\"\n\n[[package]]\nname = \"main\"\nversion = \"0.1.0\"\ndependencies = [\n \"greet\",\n]\n"
}

// TestCratesBuild has cargo build with what was laid out, alone.
func TestCratesBuild(t *testing.T) {
	if _, err := exec.LookPath("cargo"); err != nil {
		t.Fatal("there is no cargo: on Debian install cargo (make testdeps)")
	}
	s, text := cargoSite(t)
	m := configured(t, newMachine(t), "crates", s)
	dir := extracted(t, m, mustPin(t, m, recipe.Source{Address: "source.rs", Name: "rs", Crates: lockFile("Cargo.lock", text)}))
	work := t.TempDir()
	for name, text := range map[string]string{
		"Cargo.toml":         "[package]\nname = \"main\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[dependencies]\ngreet = \"1\"\n",
		"Cargo.lock":         text,
		"src/main.rs":        "fn main() { println!(\"{}\", greet::hello()); }\n",
		".cargo/config.toml": "[source.crates-io]\nreplace-with = \"pinned\"\n[source.pinned]\ndirectory = \"" + dir + "\"\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(work, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(work, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("cargo", "run", "-q", "--frozen")
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "CARGO_HOME="+t.TempDir())
	if out, err := cmd.CombinedOutput(); err != nil || string(out) != "hello\n" {
		t.Errorf("cargo run: %v\n%s", err, out)
	}
}

func TestCrates(t *testing.T) {
	s, text := cargoSite(t)
	src := recipe.Source{Address: "source.rs", Name: "rs", Crates: lockFile("Cargo.lock", text)}
	m := configured(t, newMachine(t), "crates", s)
	pin := mustPin(t, m, src)
	if got := files(t, m, pin); !strings.Contains(got["greet-1.0.0/.cargo-checksum.json"], `"src/lib.rs":"`) || got["greet-1.0.0/link"] != "" {
		t.Errorf("the tree holds %v", got)
	}
	if err := configured(t, newMachine(t), "crates", s).Bring(t.Context(), src, pin); err != nil {
		t.Error(err)
	}
	for name, bad := range map[string]string{
		"from git":    strings.Replace(text, "registry+https", "git+https", 1),
		"no checksum": strings.Replace(text, "checksum", "sum", 1),
		"a path":      strings.Replace(text, `"greet"`, `"../greet"`, 1),
		"twice":       text + strings.Split(text, "\n\n")[1],
		"no toml":     "[[package",
		"nothing":     "version = 3\n",
	} {
		_, err := parseCargo(lockFile("Cargo.lock", bad).File)
		var input *InputError
		if !errors.As(err, &input) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name := range s.files {
		delete(s.files, name)
	}
	if _, err := configured(t, newMachine(t), "crates", s).Pin(t.Context(), src); err == nil || !strings.Contains(err.Error(), "not there any more") {
		t.Errorf("a crate that is gone: %v", err)
	}
}

func FuzzLockFiles(f *testing.F) {
	f.Add("example.org/m v1.0.0 h1:" + strings.Repeat("A", 43) + "=\n")
	f.Add(`{"lockfileVersion": 3, "packages": {"node_modules/a": {"resolved": "https://r.example.org/a/-/a-1.tgz", "integrity": "sha512-AA"}}}`)
	f.Add("[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\nchecksum = \"00\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		file := lockFile("x", text).File
		if list, err := parseNPM(file); err == nil {
			for _, p := range list {
				if strings.Contains("/"+p.dir+"/"+p.path+"/", "/../") || strings.HasPrefix(p.dir, "/") {
					t.Errorf("accepted %+v", p)
				}
			}
		}
		if list, err := parseCargo(file); err == nil {
			for _, c := range list {
				if strings.ContainsAny(c.dir(), "/\\") {
					t.Errorf("accepted %+v", c)
				}
			}
		}
		_, _ = parseSums(file)
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte("\x1f\x8b"))
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = unpack(data, 1<<20) })
}
