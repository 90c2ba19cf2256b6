package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/lockfile"
)

// Schema is the value of a manifest's "schema".
const Schema = "dombuild/bundle/v1"

// Limits of what is read.
const (
	MaxManifest  = 64 << 20 // bytes
	MaxSignature = 1 << 20  // bytes
	MaxBlobs     = 1 << 20  // of one bundle
	maxSigned    = 64       // signatures of one bundle
	maxSize      = 8 << 30  // bytes of one blob: what a USTAR header can say
)

// Manifest says what a bundle holds.
type Manifest struct {
	Schema string        `json:"schema"`
	Name   string        `json:"name"`   // of the line of bundles that serials count in
	Serial int64         `json:"serial"` // later bundles have greater ones
	Base   digest.Digest `json:"base,omitempty"`
	Locks  []Lock        `json:"locks"` // sorted by name
	Blobs  []Blob        `json:"blobs"` // of the locks, sorted by digest
}

// Lock is a lock whose pins the bundle is for. Its text is in the bundle.
type Lock struct {
	Name   string        `json:"name"` // of its file, without a directory
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
	Recipe digest.Digest `json:"recipe"`
}

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
	for _, l := range m.Locks {
		if !plainName.MatchString(l.Name) || l.Name <= last {
			return fmt.Errorf("the lock %q has no plain name, or is out of order", l.Name)
		}
		if err := checkBlob(l.Digest, l.Size); err != nil {
			return fmt.Errorf("lock %s: %w", l.Name, err)
		}
		last = l.Name
	}
	last = ""
	for _, b := range m.Blobs {
		if err := checkBlob(b.Digest, b.Size); err != nil {
			return fmt.Errorf("blob %s: %w", b.Name, err)
		}
		if string(b.Digest) <= last {
			return fmt.Errorf("blob %s is there twice, or out of order", b.Digest)
		}
		last = string(b.Digest)
	}
	return nil
}

func checkBlob(d digest.Digest, size int64) error {
	if err := d.Validate(); err != nil {
		return err
	}
	if a := d.Algorithm(); a != digest.SHA256 && a != digest.SHA512 {
		return fmt.Errorf("digest %q: only sha256 and sha512 are identity", d)
	}
	if size < 0 || size >= maxSize {
		return fmt.Errorf("a size of %d bytes is not between 0 and %d", size, int64(maxSize))
	}
	return nil
}

// File is the text of a lock with the name of its file.
type File struct {
	Name string
	Text []byte
}

// Describe makes the manifest for locks. Of their blobs those that has says
// yes to are left out.
func Describe(name string, serial int64, locks []File, base digest.Digest, has func(digest.Digest) bool) (Manifest, error) {
	m := Manifest{Schema: Schema, Name: name, Serial: serial, Base: base, Locks: []Lock{}, Blobs: []Blob{}}
	blobs := map[digest.Digest]Blob{}
	for _, f := range locks {
		l, err := lockfile.Parse(f.Name, f.Text)
		if err != nil {
			return m, err
		}
		m.Locks = append(m.Locks, Lock{f.Name, digest.FromBytes(f.Text), int64(len(f.Text)), l.Recipe()})
		for _, p := range l.Pins() {
			if other, ok := blobs[p.Digest]; ok && other.Size != p.Size {
				return m, fmt.Errorf("%s has two sizes in the locks: %d and %d bytes", p.Digest, other.Size, p.Size)
			}
			blobs[p.Digest] = Blob{p.Digest, p.Size, p.String(), !has(p.Digest)}
		}
	}
	for _, b := range blobs {
		m.Blobs = append(m.Blobs, b)
	}
	slices.SortFunc(m.Locks, func(a, b Lock) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(m.Blobs, func(a, b Blob) int { return strings.Compare(string(a.Digest), string(b.Digest)) })
	return m, m.check()
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
