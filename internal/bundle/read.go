package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
)

// member is one blob that a bundle must hold.
type member struct {
	digest digest.Digest
	size   int64
	name   string // for people
}

// expected lists the blobs that the tar holds, in their order.
func expected(m Manifest, l layout) []member {
	var list []member
	for d, text := range l.small {
		list = append(list, member{d, int64(len(text)), "the layout"})
	}
	for _, b := range m.Blobs {
		if b.Here {
			list = append(list, member{b.Digest, b.Size, b.Name})
		}
	}
	slices.SortFunc(list, func(a, b member) int { return strings.Compare(blobName(a.digest), blobName(b.digest)) })
	return slices.CompactFunc(list, func(a, b member) bool { return a.digest == b.digest })
}

// Error says that a file is not a sound bundle.
type Error struct {
	Name   string
	Err    error
	Digest digest.Digest // of the blob whose bytes are wrong; "" for anything else
}

func (e *Error) Error() string { return fmt.Sprintf("the bundle %s is not sound: %v", e.Name, e.Err) }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *Error) Hint() string {
	return "nothing was imported; carry the bundle over again"
}

// Bundle is a bundle whose bytes were all read and found right.
type Bundle struct {
	Name       string // of its file
	Manifest   Manifest
	Digest     digest.Digest // of the manifest
	Locks      []File
	Signatures []*attest.Bundle
	seen       []string // names of the blobs
}

// Read reads a whole bundle and hashes every byte. Each blob that is not a
// lock is given to take, which reads it to its end or not at all; nil takes
// none. What is not exactly a bundle is an *Error.
func Read(ctx context.Context, name string, r io.Reader, take func(Blob, io.Reader) error) (*Bundle, error) {
	b := &Bundle{Name: name}
	in := &counted{r: r}
	p := reader{name: name, tar: tar.NewReader(in), take: take}
	if err := p.read(ctx, b, in); err != nil {
		var own *Error
		if errors.As(err, &own) || ctx.Err() != nil || errors.Is(err, errTake) {
			return nil, err
		}
		return nil, &Error{Name: name, Err: err}
	}
	return b, nil
}

// errTake marks an error of the caller's.
var errTake = errors.New("taking a blob")

type reader struct {
	name string
	tar  *tar.Reader
	take func(Blob, io.Reader) error
	held *tar.Header // read ahead
	size int64       // of the tar up to here
}

// Sizes in a tar.
const (
	tarBlock = 512
	tarEnd   = 2 * tarBlock
)

// counted counts what is read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// next is the next file, which must be exactly as Write writes it.
func (p *reader) next() (*tar.Header, error) {
	if h := p.held; h != nil {
		p.held = nil
		return h, nil
	}
	h, err := p.tar.Next()
	if err != nil {
		return nil, err
	}
	want := header(h.Name, h.Size)
	if h.Typeflag != tar.TypeReg || h.Mode != want.Mode || !h.ModTime.Equal(want.ModTime) || h.Uid != 0 || h.Gid != 0 ||
		h.Uname != "" || h.Gname != "" || len(h.PAXRecords) > 0 || h.Linkname != "" {
		return nil, fmt.Errorf("%q is not a plain file", h.Name)
	}
	p.size += tarBlock + (h.Size+tarBlock-1)/tarBlock*tarBlock
	return h, nil
}

// file reads the next file, which must have a name and at most max bytes.
func (p *reader) file(name string, max int64) ([]byte, error) {
	h, err := p.next()
	if err == io.EOF {
		return nil, fmt.Errorf("it ends where %s should be", name)
	}
	if err != nil {
		return nil, err
	}
	if h.Name != name {
		return nil, fmt.Errorf("%q is where %s should be", h.Name, name)
	}
	if h.Size > max {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", name, h.Size, max)
	}
	return io.ReadAll(p.tar)
}

func (p *reader) read(ctx context.Context, b *Bundle, all *counted) error {
	text, err := p.file(manifestName, MaxManifest)
	if err != nil {
		return err
	}
	if b.Manifest, err = ParseManifest(text); err != nil {
		return err
	}
	b.Digest = digest.FromBytes(text)
	if err := p.signatures(b); err != nil {
		return err
	}
	if _, err := p.file(layoutName, 1<<10); err != nil {
		return err
	}
	index, err := p.file(indexName, MaxManifest)
	if err != nil {
		return err
	}
	if err := p.blobs(ctx, b, text, index); err != nil {
		return err
	}
	if h, err := p.next(); err != io.EOF {
		if err != nil {
			return err
		}
		return fmt.Errorf("%q is in no manifest", h.Name)
	}
	if _, err := io.CopyN(io.Discard, all, tarEnd+1); err != io.EOF {
		return errors.New("bytes follow its end")
	}
	if all.n != p.size+tarEnd {
		return fmt.Errorf("it has %d bytes instead of %d", all.n, p.size+tarEnd)
	}
	return b.check(index, text)
}

func (p *reader) signatures(b *Bundle) error {
	for i := 0; ; i++ {
		h, err := p.next()
		if err != nil {
			return err
		}
		if !strings.HasPrefix(h.Name, signatureDir) {
			p.held = h
			return nil
		}
		if h.Name != signatureName(i) || h.Size > MaxSignature || i == maxSigned {
			return fmt.Errorf("%q is not a signature that may be there", h.Name)
		}
		text, err := io.ReadAll(p.tar)
		if err != nil {
			return err
		}
		s, err := attest.ParseBundle(p.name+": "+h.Name, text)
		if err != nil {
			return err
		}
		b.Signatures = append(b.Signatures, s)
	}
}

// blobs reads what the manifest says is there, in the order of digests.
func (p *reader) blobs(ctx context.Context, b *Bundle, text, index []byte) error {
	here, locks := map[string]Blob{}, map[string]Lock{}
	for _, x := range b.Manifest.Blobs {
		if x.Here {
			here[blobName(x.Digest)] = x
		}
	}
	for _, l := range b.Manifest.Locks {
		locks[blobName(l.Digest)] = l
	}
	own := map[string]bool{blobName(digest.FromBytes(text)): true}
	last := ""
	for {
		h, err := p.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if h.Name <= last {
			return fmt.Errorf("%q is out of order", h.Name)
		}
		last = h.Name
		b.seen = append(b.seen, h.Name)
		blob, isBlob := here[h.Name]
		lock, isLock := locks[h.Name]
		delete(here, h.Name)
		switch {
		case isBlob:
			err = p.blob(blob, h.Size)
		case isLock:
			var content []byte
			if content, err = p.small(lock.Digest, h.Size); err == nil {
				b.Locks = append(b.Locks, File{lock.Name, content})
			}
			delete(locks, h.Name)
		default:
			d, derr := digest.Parse(strings.Replace(strings.TrimPrefix(h.Name, "blobs/"), "/", ":", 1))
			if derr != nil || blobName(d) != h.Name || (!own[h.Name] && !bytes.Contains(index, []byte(d.String()))) {
				return fmt.Errorf("%q is in no manifest", h.Name)
			}
			_, err = p.small(d, h.Size)
		}
		if err != nil {
			return err
		}
	}
	for name := range here {
		return fmt.Errorf("it ends without %s", name)
	}
	for name := range locks {
		return fmt.Errorf("it ends without the lock %s", name)
	}
	slices.SortFunc(b.Locks, func(x, y File) int { return strings.Compare(x.Name, y.Name) })
	return nil
}

// small reads a blob that fits into memory.
func (p *reader) small(d digest.Digest, size int64) ([]byte, error) {
	if size > MaxManifest {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", d, size, int64(MaxManifest))
	}
	content, err := io.ReadAll(p.tar)
	if err != nil {
		return nil, err
	}
	if got := d.Algorithm().FromBytes(content); got != d {
		return nil, &Error{p.name, fmt.Errorf("a blob should be %s, it is %s", d, got), d}
	}
	return content, nil
}

// blob hashes a pinned blob, and gives it to take.
func (p *reader) blob(b Blob, size int64) error {
	if size != b.Size {
		return &Error{p.name, fmt.Errorf("%s has %d bytes instead of %d", b.Name, size, b.Size), b.Digest}
	}
	v := b.Digest.Verifier()
	content := io.TeeReader(p.tar, v)
	if p.take != nil {
		if err := p.take(b, content); err != nil {
			return errors.Join(errTake, err)
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return err
	}
	if !v.Verified() {
		return &Error{p.name, fmt.Errorf("%s is not %s", b.Name, b.Digest), b.Digest}
	}
	return nil
}

// check holds the manifest and the layout against the locks themselves: a
// manifest that leaves out a pin, or names a blob that no lock pins, is wrong.
func (b *Bundle) check(index, text []byte) error {
	left := map[digest.Digest]bool{}
	for _, x := range b.Manifest.Blobs {
		left[x.Digest] = !x.Here
	}
	again, err := Describe(b.Manifest.Name, b.Manifest.Serial, b.Locks, b.Manifest.Base, func(d digest.Digest) bool { return left[d] })
	if err != nil {
		return err
	}
	if own, err := again.Format(); err != nil || !bytes.Equal(own, text) {
		return errors.New("its manifest is not that of its locks")
	}
	l, err := layoutOf(again, text, b.Locks)
	if err != nil {
		return err
	}
	if !bytes.Equal(l.index, index) {
		return errors.New("its index.json is not that of its manifest")
	}
	var names []string
	for _, e := range expected(again, l) {
		names = append(names, blobName(e.digest))
	}
	if !slices.Equal(names, b.seen) {
		return errors.New("its blobs are not those of its manifest")
	}
	return nil
}

// ReadManifest reads only the manifest: of a bundle, or from a file of its own.
// Nothing else of the bundle is looked at.
func ReadManifest(path string) (Manifest, digest.Digest, error) {
	fail := func(err error) (Manifest, digest.Digest, error) { return Manifest{}, "", &Error{Name: path, Err: err} }
	f, err := os.Open(path)
	if err != nil {
		return Manifest{}, "", fmt.Errorf("reading a bundle: %w", err)
	}
	defer f.Close()
	text, err := (&reader{name: path, tar: tar.NewReader(f)}).file(manifestName, MaxManifest)
	if err != nil {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return fail(err)
		}
		if text, err = io.ReadAll(io.LimitReader(f, MaxManifest)); err != nil {
			return fail(err)
		}
	}
	m, err := ParseManifest(text)
	if err != nil {
		return fail(err)
	}
	return m, digest.FromBytes(text), nil
}
