package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
)

// Schema is the value of a manifest's "schema".
const Schema = "dombuild/bundle/v1"

// Limits of what is read.
const (
	MaxManifest  = 64 << 20 // bytes; of a lock too
	MaxSignature = 1 << 20  // bytes
	MaxBlobs     = 1 << 20  // of one bundle
	MaxFiles     = 1 << 17  // of one recipe
	maxSigned    = 64       // signatures of one bundle
	maxSize      = 1 << 40  // bytes of one blob
	maxRecipe    = 64 << 20 // bytes of one file of a recipe
)

// Manifest says what a bundle holds. It names everything by digest.
type Manifest struct {
	Schema   string        `json:"schema"`
	Name     string        `json:"name"`   // of the line of bundles that serials count in
	Serial   int64         `json:"serial"` // later bundles have greater ones
	Base     digest.Digest `json:"base,omitempty"`
	Locks    []Lock        `json:"locks"`              // sorted by name
	Recipes  []Recipe      `json:"recipes,omitempty"`  // sorted by name
	Programs []Program     `json:"programs,omitempty"` // sorted by name
	Blobs    []Blob        `json:"blobs"`              // of the locks, sorted by digest
	Records  []Record      `json:"records,omitempty"`  // of the commits of locks of layers, sorted by kind and key
}

// Lock is a lock whose pins the bundle is for. Its text is in the bundle.
type Lock struct {
	Name   string        `json:"name"`           // of its file, without a directory
	Kind   string        `json:"kind,omitempty"` // KindLayers, or "": of a recipe
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
	Recipe digest.Digest `json:"recipe,omitempty"`
}

// Recipe is the recipe of a lock: every file that it is read from, the lock
// and the keys among them. The files lie in one tree.
type Recipe struct {
	Name      string            `json:"name"` // of the directory that the tree is written to
	Lock      string            `json:"lock"` // name of its lock
	Dir       string            `json:"dir"`  // of the recipe in the tree: "." or slash separated
	Variables map[string]string `json:"variables,omitempty"`
	Files     []RecipeFile      `json:"files"` // sorted by path
}

// RecipeFile is one file of a recipe.
type RecipeFile struct {
	Path   string        `json:"path"` // in the tree, slash separated
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
	Exec   bool          `json:"exec,omitempty"`
}

// Program is a program that the other side may lack.
type Program struct {
	Name   string        `json:"name"` // of Programs
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
}

// Programs are the programs that a bundle may carry.
var Programs = []string{"dombuild", "runc"}

// Blob is a pinned file.
type Blob struct {
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
	Name   string        `json:"name"`
	Here   bool          `json:"here"` // or the other side has it
}

var (
	plainName   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	errManifest = errors.New("the manifest is not in its one form")
)

// Format returns the one text of a manifest.
func (m Manifest) Format() ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	err := e.Encode(m)
	return out.Bytes(), err
}

// ParseManifest reads a manifest; nothing but the one text of a valid one is
// accepted.
func ParseManifest(text []byte) (Manifest, error) {
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return m, fmt.Errorf("reading the manifest: %w", err)
	}
	if m.Schema != Schema {
		return m, fmt.Errorf("reading the manifest: its schema is %q, this program reads %q", m.Schema, Schema)
	}
	again, err := m.Format()
	if err != nil {
		return m, fmt.Errorf("reading the manifest: %w", err)
	}
	if !bytes.Equal(again, text) {
		return m, errManifest
	}
	return m, nil
}

func (m Manifest) check() error {
	switch {
	case !plainName.MatchString(m.Name):
		return fmt.Errorf("the name %q is not made of letters, digits, dots, dashes and underscores", m.Name)
	case m.Serial < 1:
		return fmt.Errorf("the serial %d is not positive", m.Serial)
	case len(m.Locks) == 0:
		return errors.New("it is for no lock")
	case len(m.Blobs) > MaxBlobs:
		return fmt.Errorf("it has more than %d blobs", MaxBlobs)
	case m.Base != "" && m.Base.Validate() != nil:
		return fmt.Errorf("the base %q is no digest", m.Base)
	}
	last := ""
	for _, b := range m.Blobs {
		if err := checkBlob(b.Digest, b.Size, maxSize); err != nil {
			return fmt.Errorf("blob %s: %w", b.Name, err)
		}
		if string(b.Digest) <= last {
			return fmt.Errorf("blob %s is there twice, or out of order", b.Digest)
		}
		last = string(b.Digest)
	}
	if err := errors.Join(m.checkLocks(), m.checkPrograms(), m.checkRecords()); err != nil {
		return err
	}
	return m.checkSizes()
}

func (m Manifest) checkLocks() error {
	last, locks := "", map[string]digest.Digest{}
	for _, l := range m.Locks {
		if !plainName.MatchString(l.Name) || l.Name <= last {
			return fmt.Errorf("the lock %q has no plain name, or is out of order", l.Name)
		}
		if err := checkBlob(l.Digest, l.Size, MaxManifest); err != nil {
			return fmt.Errorf("lock %s: %w", l.Name, err)
		}
		if l.Kind != "" && l.Kind != KindLayers {
			return fmt.Errorf("lock %s: a lock of the kind %q is not known", l.Name, l.Kind)
		}
		last, locks[l.Name] = l.Name, l.Digest
	}
	last = ""
	for _, r := range m.Recipes {
		if !plainName.MatchString(r.Name) || r.Name <= last {
			return fmt.Errorf("the recipe %q has no plain name, or is out of order", r.Name)
		}
		if err := r.check(locks[r.Lock]); err != nil {
			return fmt.Errorf("recipe %s: %w", r.Name, err)
		}
		last = r.Name
	}
	return nil
}

func (r Recipe) check(lock digest.Digest) error {
	if r.Dir != "." {
		if err := checkPath(r.Dir); err != nil {
			return err
		}
	}
	if len(r.Files) > MaxFiles {
		return fmt.Errorf("it has more than %d files", MaxFiles)
	}
	last, files, locked := "", map[string]bool{}, false
	for _, f := range r.Files {
		if err := checkPath(f.Path); err != nil {
			return err
		}
		if f.Path <= last {
			return fmt.Errorf("%q is there twice, or out of order", f.Path)
		}
		if err := checkBlob(f.Digest, f.Size, maxRecipe); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
		last, files[f.Path], locked = f.Path, true, locked || f.Digest == lock
	}
	for p := range files {
		for dir := path.Dir(p); dir != "."; dir = path.Dir(dir) {
			if files[dir] {
				return fmt.Errorf("%q is a file and a directory", dir)
			}
		}
	}
	if !locked {
		return fmt.Errorf("its lock %q is not among its files", r.Lock)
	}
	return nil
}

// checkPath takes a relative path of a file that means the same everywhere.
func checkPath(p string) error {
	odd := func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' || r == utf8.RuneError }
	if len(p) > 1024 || p == "." || !fs.ValidPath(p) || strings.ContainsFunc(p, odd) {
		return fmt.Errorf("%q is no path below a directory", p)
	}
	return nil
}

func (m Manifest) checkPrograms() error {
	last := ""
	for _, p := range m.Programs {
		if p.Name <= last || !slices.Contains(Programs, p.Name) {
			return fmt.Errorf("the program %q is none of %s, or out of order", p.Name, strings.Join(Programs, ", "))
		}
		if err := checkBlob(p.Digest, p.Size, maxSize); err != nil {
			return fmt.Errorf("program %s: %w", p.Name, err)
		}
		last = p.Name
	}
	return nil
}

// checkSizes refuses a digest that is said to have two sizes.
func (m Manifest) checkSizes() error {
	sizes := map[digest.Digest]int64{}
	for _, x := range m.all() {
		if size, ok := sizes[x.digest]; ok && size != x.size {
			return fmt.Errorf("%s has two sizes: %d and %d bytes", x.digest, size, x.size)
		}
		sizes[x.digest] = x.size
	}
	return nil
}

func checkBlob(d digest.Digest, size, limit int64) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if a := d.Algorithm(); a != digest.SHA256 && a != digest.SHA512 {
		return fmt.Errorf("digest %q: only sha256 and sha512 are identity", d)
	}
	if size < 0 || size > limit {
		return fmt.Errorf("a size of %d bytes is not between 0 and %d", size, limit)
	}
	return nil
}

// StatementType is the predicate type of a signature over a manifest.
const StatementType = "https://github.com/dombuild/dombuild/bundle/v1"

// Claim is the predicate of a signature over a manifest.
type Claim struct {
	Name   string `json:"name"`
	Serial int64  `json:"serial"`
}

// Statement is what is signed of a bundle.
func (m Manifest) Statement() (attest.Statement[Claim], error) {
	text, err := m.Format()
	return attest.Statement[Claim]{
		Type: attest.StatementType, PredicateType: StatementType, Predicate: Claim{m.Name, m.Serial},
		Subject: []attest.Descriptor{{Name: manifestName, Digest: map[string]string{"sha256": digest.FromBytes(text).Encoded()}}},
	}, err
}
