package upstream

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/resolve"
)

// proofCase is a source of one kind and its pin.
type proofCase struct {
	m      *Machine
	source recipe.Source
	pin    *lockfile.Tree
}

// proofCases has every kind of source.
func proofCases(t *testing.T) map[string]proofCase {
	t.Helper()
	cases := map[string]proofCase{}
	add := func(name string, m *Machine, s recipe.Source) { cases[name] = proofCase{m, s, mustPin(t, m, s)} }
	g := newSite(t)
	g.commit("inner", map[string]string{"deep.txt": "deep\n"})
	c := g.commit("x", map[string]string{"a.txt": "one\n", "dir/b.txt": "two\n", "dir/c/d.txt": "three\n"})
	add("git", newMachine(t), g.source("x", func(r *recipe.Git) { r.Commit = c }))
	key := archivetest.NewKey(now.AddDate(-1, 0, 0), 0)
	text := fmt.Sprintf("object %s\ntype commit\ntag v1\ntagger C <c@example.org> 1735689600 +0000\n\nmessage\n", c)
	g.run("x", "update-ref", "refs/tags/v1", g.object("x", "tag", text+gpgSign(t, key, []byte(text))))
	keys := keyring(t, key)
	keys.Digest = digest.FromBytes(keys.Content)
	add("signed tag", newMachine(t), g.source("x", func(r *recipe.Git) { r.Tag, r.Keyring = "v1", keys }))
	g.run("x", "submodule", "add", "-q", "--", g.url+"/inner/.git", "dir/sub")
	c = g.commit("x", nil)
	add("submodules", newMachine(t), g.source("x", func(r *recipe.Git) { r.Commit, r.Submodules = c, true }))
	add("empty submodules", newMachine(t), g.source("x", func(r *recipe.Git) { r.Commit = c }))
	archivetest.Git(t, g.root, "init", "-q", "-b", "main", "--object-format=sha256", "wide")
	c = g.commit("wide", map[string]string{"a.txt": "one\n", "dir/b.txt": "two\n"})
	add("sha256", newMachine(t), g.source("wide", func(r *recipe.Git) { r.Commit = c }))

	host, push := images(t)
	push("1", layered(t))
	push("2", mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: imageOf(t, layerOf(t, tar.Header{Name: "intel"})),
		Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: "amd64"}}}))
	add("image", newMachine(t), ociSource(host, "1"))
	add("index", newMachine(t), ociSource(host, "2"))

	s, sums := greeting(t)
	add("go modules", configured(t, newMachine(t), "go", s), recipe.Source{Address: "source.x", Name: "x", GoModules: lockFile("go.sum", sums)})
	add("go module", configured(t, newMachine(t), "go", s), recipe.Source{Address: "source.x", Name: "x",
		GoModule: &recipe.GoModule{Module: "example.org/Greet", Version: "v1.0.0", Sum: strings.Fields(sums)[2]}})
	data := tgz(t, "package", map[string]string{"package.json": "{}"})
	add("npm", configured(t, newMachine(t), "npm", &site{files: map[string][]byte{"b/-/b-1.0.0.tgz": data}}),
		recipe.Source{Address: "source.x", Name: "x", NPM: lockFile("package-lock.json", `{"lockfileVersion": 3, "packages": {"node_modules/b": {"version": "1.0.0",
			"resolved": "https://registry.example.org/b/-/b-1.0.0.tgz", "integrity": "`+integrityOf(data)+`"}}}`)})
	s, text = cargoSite(t)
	add("crates", configured(t, newMachine(t), "crates", s), recipe.Source{Address: "source.x", Name: "x", Crates: lockFile("Cargo.lock", text)})
	return cases
}

// with returns a copy of a pin that was changed.
func with(pin *lockfile.Tree, edit func(*lockfile.Tree)) *lockfile.Tree {
	c := *pin
	c.Parts, c.Modules, c.Vouched = slices.Clone(pin.Parts), slices.Clone(pin.Modules), slices.Clone(pin.Vouched)
	edit(&c)
	return &c
}

// bytesOf are the bytes of a blob.
func bytesOf(t *testing.T, m *Machine, d digest.Digest) []byte {
	t.Helper()
	blob, err := m.Store.Get(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	r, err := blob.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// kept puts bytes into the store.
func kept(t *testing.T, m *Machine, data []byte) (digest.Digest, int64) {
	t.Helper()
	blob, err := m.keepBytes(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return blob.Digest(), blob.Size()
}

// swaps are what an attacker puts in the place of evidence.
func swaps(data []byte) map[string][]byte {
	other := bytes.Clone(data)
	other[len(other)/2] ^= 1
	return map[string][]byte{"truncated": data[:len(data)*2/3], "changed": other, "longer": append(bytes.Clone(data), 'x'), "empty": {}}
}

// TestProve proves every kind of source, and then has a lock that names other
// evidence, which the store has: whole blobs, of the size that the lock says.
func TestProve(t *testing.T) {
	for name, c := range proofCases(t) {
		t.Run(name, func(t *testing.T) {
			refuted := func(what string, edit func(*lockfile.Tree)) {
				t.Helper()
				var untrusted *resolve.UntrustedError
				if err := c.m.Prove(t.Context(), c.source, with(c.pin, edit), time.Time{}); !errors.As(err, &untrusted) {
					t.Errorf("%s: %v", what, err)
				}
			}
			for _, asOf := range []time.Time{{}, now} {
				if err := c.m.Prove(t.Context(), c.source, c.pin, asOf); err != nil {
					t.Fatal(err)
				}
			}
			for i, part := range c.pin.Parts {
				for how, data := range swaps(bytesOf(t, c.m, part.Digest)) {
					if name == "go module" && how == "longer" {
						continue // the sum is one of the files in the zip, not of the zip
					}
					d, size := kept(t, c.m, data)
					refuted(part.Path+" "+how, func(p *lockfile.Tree) { p.Parts[i].Digest, p.Parts[i].Size = d, size })
				}
				refuted(part.Path+" of another size", func(p *lockfile.Tree) { p.Parts[i].Size++ })
			}
			for how, data := range swaps(bytesOf(t, c.m, c.pin.Digest)) {
				d, size := kept(t, c.m, data)
				refuted("tree "+how, func(p *lockfile.Tree) { p.Digest, p.Size = d, size })
			}
			refuted("another index", func(p *lockfile.Tree) { p.Index = digest.FromString("x") })
			refuted("a part too many", func(p *lockfile.Tree) {
				p.Parts = append(p.Parts, lockfile.Part{Path: "more", Digest: p.Digest, Size: p.Size})
			})
			c.refuteTrees(t, refuted)
		})
	}
}

// refuteTrees has whole canonical trees that hold something else.
func (c proofCase) refuteTrees(t *testing.T, refuted func(string, func(*lockfile.Tree))) {
	t.Helper()
	again := (&proof{m: c.m, ctx: t.Context(), tree: c.pin}).again
	for what, pack := range map[string]fill{
		"a file too many": func(w *tar.Writer) error {
			return errors.Join(again(w), writeFile(w, "zz/planted", 0o644, []byte("x")))
		},
		"a mode": func(w *tar.Writer) error {
			return errors.Join(again(w), writeFile(w, "zz", 0o4755, nil))
		},
		"no file": func(w *tar.Writer) error { return nil },
	} {
		var b bytes.Buffer
		index, err := canonical(pack, &b, epoch)
		if err != nil {
			t.Fatal(err)
		}
		d, size := kept(t, c.m, b.Bytes())
		refuted(what, func(p *lockfile.Tree) { p.Digest, p.Size, p.Index = d, size, index.Digest() })
	}
	var b bytes.Buffer
	index, err := canonical(again, &b, 1)
	if err != nil {
		t.Fatal(err)
	}
	d, size := kept(t, c.m, b.Bytes())
	refuted("another time", func(p *lockfile.Tree) { p.Digest, p.Size, p.Index = d, size, index.Digest() })
}

// TestProveMissing has evidence that is not there.
func TestProveMissing(t *testing.T) {
	for name, c := range proofCases(t) {
		lost := digest.FromString("nobody has it")
		for _, edit := range []func(*lockfile.Tree){func(p *lockfile.Tree) { p.Digest = lost }, func(p *lockfile.Tree) { p.Parts[0].Digest = lost }} {
			var missing *resolve.MissingError
			if err := c.m.Prove(t.Context(), c.source, with(c.pin, edit), time.Time{}); !errors.As(err, &missing) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if c.source.Git == nil {
			continue
		}
		var missing *resolve.MissingError
		earlier := with(c.pin, func(p *lockfile.Tree) {
			p.Parts = slices.DeleteFunc(p.Parts, func(p lockfile.Part) bool { return p.Path == objectsPart })
		})
		if err := c.m.Prove(t.Context(), c.source, earlier, time.Time{}); !errors.As(err, &missing) || !strings.Contains(err.Error(), "the lock does not name the trees") {
			t.Errorf("%s: a lock of an earlier version: %v", name, err)
		}
	}
}

// TestProveGit has locks that say something else of a commit.
func TestProveGit(t *testing.T) {
	cases := proofCases(t)
	other := digest.FromString("x")
	for name, c := range map[string]struct {
		of   string
		edit func(*lockfile.Tree)
	}{
		"a signer":            {"signed tag", func(p *lockfile.Tree) { p.Vouched[0].Signers = []string{strings.Repeat("A", 40)} }},
		"a date":              {"signed tag", func(p *lockfile.Tree) { p.Vouched[0].Date = now }},
		"a keyring":           {"signed tag", func(p *lockfile.Tree) { p.Vouched[0].Keyring = other }},
		"a kind":              {"signed tag", func(p *lockfile.Tree) { p.Vouched[0].Kind = lockfile.GitCommit }},
		"no signature":        {"signed tag", func(p *lockfile.Tree) { p.Vouched = nil }},
		"a tag":               {"signed tag", func(p *lockfile.Tree) { p.Ref = "v2" }},
		"a commit":            {"git", func(p *lockfile.Tree) { p.Pinned = strings.Repeat("ab", 20) }},
		"a commit of SHA-256": {"git", func(p *lockfile.Tree) { p.Pinned = strings.Repeat("ab", 32) }},
		"a submodule's place": {"submodules", func(p *lockfile.Tree) { p.Modules[0].URL += "x" }},
		"a submodule":         {"submodules", func(p *lockfile.Tree) { p.Modules[0].Commit = strings.Repeat("ab", 20) }},
		"no submodule":        {"submodules", func(p *lockfile.Tree) { p.Modules = nil }},
		"submodules too many": {"git", func(p *lockfile.Tree) { p.Modules = append(p.Modules, lockfile.Module{Path: "x"}) }},
	} {
		of := cases[c.of]
		var untrusted *resolve.UntrustedError
		if err := of.m.Prove(t.Context(), of.source, with(of.pin, c.edit), time.Time{}); !errors.As(err, &untrusted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	signed := cases["signed tag"]
	var untrusted *resolve.UntrustedError
	if err := signed.m.Prove(t.Context(), signed.source, signed.pin, now.AddDate(-5, 0, 0)); !errors.As(err, &untrusted) {
		t.Errorf("proved before it was signed: %v", err)
	}
}
