package bundle

import (
	"archive/tar"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// Names in the tar, in their order; the blobs come last, sorted by digest.
const (
	manifestName = "manifest.json"
	signatureDir = "signatures/"
	layoutName   = "oci-layout"
	indexName    = "index.json"
	partName     = "part.json"
	pieceDir     = "pieces/"
)

// Sizes in a tar, in bytes.
const (
	tarBlock = 512
	tarEnd   = 2 * tarBlock
)

// member is one file of the tar.
type member struct {
	name   string
	at     int64  // of its header
	start  int64  // of its content
	size   int64  // of its content
	text   []byte // the content, where it is no blob of the store
	item   item
	offset int64         // of the content in its blob
	sum    digest.Digest // of the content; "" where it is the whole blob
}

// archive is where everything lies in the tar of a bundle. All of it follows
// from the manifest and the sizes of the signatures.
type archive struct {
	members []member
	size    int64 // of the tar
}

// add puts a member behind the others.
func (a *archive) add(m member) error {
	head, err := header(m.name, m.size)
	if err != nil {
		return err
	}
	m.at = a.size
	m.start = m.at + int64(len(head))
	a.size = m.start + padded(m.size)
	a.members = append(a.members, m)
	return nil
}

func (a *archive) text(name string, text []byte) error {
	return a.add(member{name: name, size: int64(len(text)), text: text})
}

func padded(n int64) int64 { return (n + tarBlock - 1) / tarBlock * tarBlock }

// header returns the blocks before the content of a file: one, or three where
// a name or a size does not fit into USTAR.
func header(name string, size int64) ([]byte, error) {
	var out bytes.Buffer
	err := tar.NewWriter(&out).WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size,
		Mode: 0o644, ModTime: time.Unix(0, 0), Format: tar.FormatPAX})
	if err != nil {
		return nil, fmt.Errorf("the header of %s: %w", name, err)
	}
	return out.Bytes(), nil
}

func signatureName(i int) string { return fmt.Sprintf("%s%02d.sigstore.json", signatureDir, i+1) }

func blobName(d digest.Digest) string {
	return "blobs/" + d.Algorithm().String() + "/" + d.Encoded()
}

// opening begins an archive with what every bundle and every part begins with.
func opening(text []byte, signatures [][]byte) (archive, error) {
	var a archive
	err := a.text(manifestName, text)
	for i, s := range signatures {
		if err == nil {
			err = a.text(signatureName(i), s)
		}
	}
	return a, err
}

// whole is the archive of a whole bundle.
func whole(m Manifest, text []byte, signatures [][]byte) (archive, error) {
	a, err := opening(text, signatures)
	if err != nil {
		return a, err
	}
	l, err := layoutOf(m, text)
	if err != nil {
		return a, err
	}
	if err := a.text(layoutName, []byte(layoutText)); err != nil {
		return a, err
	}
	if err := a.text(indexName, l.index); err != nil {
		return a, err
	}
	var blobs []member
	for _, t := range [][]byte{text, l.manifest} {
		blobs = append(blobs, member{name: blobName(digest.FromBytes(t)), size: int64(len(t)), text: t})
	}
	for _, x := range m.items() {
		blobs = append(blobs, member{name: blobName(x.digest), size: x.size, item: x})
	}
	slices.SortStableFunc(blobs, func(x, y member) int { return strings.Compare(x.name, y.name) })
	for _, b := range slices.CompactFunc(blobs, func(x, y member) bool { return x.name == y.name }) {
		if err := a.add(b); err != nil {
			return a, err
		}
	}
	a.size += tarEnd
	return a, nil
}
