package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/attest"
)

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

// Bundle is a bundle, or a part of one, whose frame was found right: every
// byte that is not content of a blob is as it has to be. The blobs themselves
// were not read yet: Verify and Import do.
type Bundle struct {
	Name       string // of its file
	Manifest   Manifest
	Digest     digest.Digest // of the manifest
	Signatures []*attest.Bundle
	Part       *Part // nil: it is whole
	r          io.ReaderAt
	text       []byte
	members    []member // that hold blobs, or pieces of them
}

// Open looks at the frame of a bundle of so many bytes. What is not exactly a
// bundle is an *Error.
func Open(name string, r io.ReaderAt, size int64) (*Bundle, error) {
	b := &Bundle{Name: name, r: r}
	if err := b.open(size); err != nil {
		return nil, &Error{Name: name, Err: err}
	}
	return b, nil
}

func (b *Bundle) open(size int64) error {
	f := frame{b.r, size, 0}
	var err error
	if b.text, err = f.next(manifestName, MaxManifest); err != nil {
		return err
	}
	if b.Manifest, err = ParseManifest(b.text); err != nil {
		return err
	}
	b.Digest = digest.FromBytes(b.text)
	signatures, err := b.signatures(&f)
	if err != nil {
		return err
	}
	a, err := b.archive(f, signatures)
	if err != nil {
		return err
	}
	if a.size != size {
		return fmt.Errorf("it has %d bytes instead of %d", size, a.size)
	}
	return b.check(a)
}

// archive is where everything has to lie.
func (b *Bundle) archive(f frame, signatures [][]byte) (archive, error) {
	if !f.is(partName) {
		return whole(b.Manifest, b.text, signatures)
	}
	text, err := f.next(partName, MaxManifest)
	if err != nil {
		return archive{}, err
	}
	if b.Part, err = parsePart(text, b.Digest); err != nil {
		return archive{}, err
	}
	return b.Part.archive(b.Manifest, b.text, text, signatures)
}

func (b *Bundle) signatures(f *frame) (texts [][]byte, err error) {
	for i := 0; f.is(signatureName(i)); i++ {
		if i == maxSigned {
			return nil, fmt.Errorf("it has more than %d signatures", maxSigned)
		}
		text, err := f.next(signatureName(i), MaxSignature)
		if err != nil {
			return nil, err
		}
		s, err := attest.ParseBundle(b.Name+": "+signatureName(i), text)
		if err != nil {
			return nil, err
		}
		texts, b.Signatures = append(texts, text), append(b.Signatures, s)
	}
	return texts, nil
}

// check compares everything between the blobs, byte for byte, and notes where
// the blobs are.
func (b *Bundle) check(a archive) error {
	end := int64(0)
	for _, m := range a.members {
		head, err := header(m.name, m.size)
		if err != nil {
			return err
		}
		want := append(make([]byte, m.at-end), head...)
		if m.text != nil {
			want = append(want, m.text...)
		} else {
			b.members = append(b.members, m)
		}
		if err := b.same(end, want, m.name); err != nil {
			return err
		}
		end = m.start + m.size
	}
	return b.same(end, make([]byte, a.size-end), "its end")
}

// same compares bytes of the file.
func (b *Bundle) same(at int64, want []byte, what string) error {
	got := make([]byte, len(want))
	if _, err := b.r.ReadAt(got, at); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.Equal(got, want) {
		return fmt.Errorf("at byte %d there is not what should be: %s", at, what)
	}
	return nil
}

// frame reads the files at the beginning of a tar, whose names are known.
type frame struct {
	r    io.ReaderAt
	size int64
	at   int64
}

// length is the size of the next file by its header.
func (f frame) length(name string) (int64, bool) {
	const field, width = 124, 11
	head := make([]byte, tarBlock)
	if _, err := f.r.ReadAt(head, f.at); err != nil && !errors.Is(err, io.EOF) {
		return 0, false
	}
	size, err := strconv.ParseInt(strings.TrimRight(string(head[field:field+width]), "\x00 "), 8, 64)
	if err != nil || size < 0 {
		return 0, false
	}
	want, err := header(name, size)
	return size, err == nil && bytes.Equal(want, head)
}

// is says whether the next file has a name.
func (f frame) is(name string) bool {
	_, ok := f.length(name)
	return ok
}

// next reads the next file, which must have a name and at most max bytes.
func (f *frame) next(name string, max int64) ([]byte, error) {
	size, ok := f.length(name)
	if !ok {
		return nil, fmt.Errorf("at byte %d there is no file %s", f.at, name)
	}
	if size > max {
		return nil, fmt.Errorf("%s has %d bytes, more than %d", name, size, max)
	}
	if f.at+tarBlock+size > f.size {
		return nil, fmt.Errorf("it ends in the middle of %s", name)
	}
	text := make([]byte, size)
	if _, err := f.r.ReadAt(text, f.at+tarBlock); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	f.at += tarBlock + padded(size)
	return text, nil
}

// ReadManifest reads only the manifest: of a bundle, or from a file of its own.
// Nothing else of the bundle is looked at.
func ReadManifest(path string) (Manifest, digest.Digest, error) {
	fail := func(err error) (Manifest, digest.Digest, error) { return Manifest{}, "", &Error{Name: path, Err: err} }
	file, err := os.Open(path)
	if err != nil {
		return Manifest{}, "", fmt.Errorf("reading a bundle: %w", err)
	}
	defer file.Close()
	fi, err := file.Stat()
	if err != nil {
		return fail(err)
	}
	f := frame{file, fi.Size(), 0}
	var text []byte
	if f.is(manifestName) {
		text, err = f.next(manifestName, MaxManifest)
	} else {
		text, err = io.ReadAll(io.LimitReader(file, MaxManifest))
	}
	if err != nil {
		return fail(err)
	}
	m, err := ParseManifest(text)
	if err != nil {
		return fail(err)
	}
	return m, digest.FromBytes(text), nil
}
