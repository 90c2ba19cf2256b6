package store

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// Blob is a blob whose bytes were hashed and found right. It is comparable,
// and can be had only from Put, Get, GetAll and Partial.Commit.
type Blob struct {
	s    *Store
	d    digest.Digest
	size int64
}

// Digest is the identity of the blob.
func (b Blob) Digest() digest.Digest { return b.d }

// Size is the length of the blob in bytes.
func (b Blob) Size() int64 { return b.size }

// Open returns a reader of the blob that hashes the bytes once more. If they
// have changed since the Blob was made, the reader returns an *IntegrityError
// instead of the last bytes.
func (b Blob) Open() (io.ReadCloser, error) {
	if b.s == nil {
		return nil, errors.New("opening a blob: it was not made by a store")
	}
	f, err := b.s.openBlob(b.d)
	if err != nil {
		return nil, err
	}
	v := &verifier{f: f, h: newHash(b.d.Algorithm()), want: b.d, size: b.size}
	fi, err := f.Stat()
	if err == nil && fi.Size() != b.size {
		err = v.wrong("", fi.Size(), nil)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return v, nil
}

// Has reports whether a blob of that name is there. It does not look at the
// bytes; Get does.
func (s *Store) Has(d digest.Digest) (bool, error) {
	if err := checkDigest(d); err != nil {
		return false, err
	}
	path := s.blobPath(d)
	var st unix.Stat_t
	switch err := again(func() error { return unix.Lstat(path, &st) }); err {
	case nil:
		return true, nil
	case unix.ENOENT:
		return false, nil
	default:
		return false, &fs.PathError{Op: "lstat", Path: path, Err: err}
	}
}

// Get hashes the bytes of a blob and returns it: *NotFoundError if it is not
// there, *IntegrityError if the bytes are wrong. It changes nothing on disk.
func (s *Store) Get(ctx context.Context, d digest.Digest) (Blob, error) {
	f, err := s.openBlob(d)
	if err != nil {
		return Blob{}, err
	}
	defer f.Close()
	size, err := s.check(ctx, f, d)
	if err != nil {
		return Blob{}, err
	}
	return Blob{s, d, size}, nil
}

// GetAll is Get for many blobs, hashed in parallel. The blobs are in the order
// of the digests. All errors are joined, in the same order; the Blob of a
// digest that failed is zero.
func (s *Store) GetAll(ctx context.Context, digests []digest.Digest) ([]Blob, error) {
	blobs, errs := make([]Blob, len(digests)), make([]error, len(digests))
	var g errgroup.Group
	g.SetLimit(s.Parallel())
	for i, d := range digests {
		g.Go(func() error {
			blobs[i], errs[i] = s.Get(ctx, d)
			return nil
		})
	}
	g.Wait()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return blobs, errors.Join(errs...)
}

func (s *Store) blobPath(d digest.Digest) string {
	return s.dir + "/blobs/" + d.Algorithm().String() + "/" + d.Encoded()
}

func (s *Store) openBlob(d digest.Digest) (*os.File, error) {
	if err := checkDigest(d); err != nil {
		return nil, err
	}
	f, err := openFile(s.blobPath(d), unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &NotFoundError{Digest: d}
	}
	if errors.Is(err, unix.ELOOP) {
		return nil, s.corrupt(d, "", -1, errors.New("a symbolic link, which a store does not hold"))
	}
	if err != nil {
		return nil, fmt.Errorf("opening blob %s: %w", d, err)
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = s.corrupt(d, "", -1, fmt.Errorf("a file of type %s, which a store does not hold", fi.Mode().Type()))
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// check hashes an open blob and returns its size.
func (s *Store) check(ctx context.Context, f *os.File, d digest.Digest) (int64, error) {
	stamp, err := stampOf(f)
	if err != nil {
		return 0, err
	}
	h := newHash(d.Algorithm())
	n, err := s.hashFile(ctx, f, h)
	if err != nil && ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if err != nil {
		return 0, s.corrupt(d, "", -1, err)
	}
	if got := digest.NewDigest(d.Algorithm(), h); got != d {
		return 0, s.corrupt(d, got, n, nil)
	}
	s.memo(d).set(stamp)
	return n, nil
}

func (s *Store) corrupt(d, got digest.Digest, size int64, err error) *IntegrityError {
	return &IntegrityError{
		What: "a blob of the store", Want: d, WantSize: -1, Got: got, GotSize: size,
		From: s.blobPath(d), Action: "nothing was changed on disk",
		Remedy: "dombuild fetch downloads it again; dombuild store verify looks at all of them",
		Err:    err,
	}
}

// verifier reads a blob and gives out its last bytes only if all are right.
type verifier struct {
	f    *os.File
	h    hash.Hash
	want digest.Digest
	size int64
	n    int64
	err  error // sticky; io.EOF once everything was verified
}

func (v *verifier) Read(p []byte) (int, error) {
	if v.err != nil {
		return 0, v.err
	}
	if len(p) == 0 && v.n < v.size {
		return 0, nil
	}
	// Where the blob ends, one byte more is asked for: there must be none.
	var past [1]byte
	if v.n == v.size {
		p = past[:]
	}
	n, err := v.f.Read(p[:min(int64(len(p)), max(v.size-v.n, 1))])
	if v.n == v.size && n == 0 && err == io.EOF {
		v.err = v.verify(nil)
		return 0, v.err
	}
	v.h.Write(p[:n])
	v.n += int64(n)
	switch {
	case v.n > v.size:
		v.err = v.verify(fmt.Errorf("more than %d bytes", v.size))
	case err != nil:
		v.err = v.verify(fmt.Errorf("%d bytes, then: %w", v.n, err))
	case v.n == v.size:
		if bad := v.verify(nil); bad != io.EOF {
			v.err = bad
		}
	}
	if v.err != nil {
		return 0, v.err
	}
	return n, nil
}

// verify returns io.EOF if the bytes read so far are the blob.
func (v *verifier) verify(err error) error {
	got := digest.NewDigest(v.want.Algorithm(), v.h)
	if err == nil && got == v.want {
		return io.EOF
	}
	return v.wrong(got, v.n, err)
}

func (v *verifier) wrong(got digest.Digest, size int64, err error) *IntegrityError {
	return &IntegrityError{
		What: "a blob of the store, when it was read again,", Want: v.want, WantSize: v.size,
		Got: got, GotSize: size, From: v.f.Name(), Action: "reading stopped; nothing was changed on disk",
		Remedy: "dombuild store verify, then dombuild fetch", Err: err,
	}
}

// WriteTo copies with a buffer of a better size than io.Copy's.
func (v *verifier) WriteTo(w io.Writer) (int64, error) {
	buf := buffers.Get().(*[chunk]byte)
	defer buffers.Put(buf)
	var total int64
	for {
		n, err := v.Read(buf[:])
		if n > 0 {
			k, werr := w.Write(buf[:n])
			total += int64(k)
			if werr != nil {
				return total, werr
			}
		}
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
	}
}

func (v *verifier) Close() error {
	if v.err == nil {
		v.err = fs.ErrClosed
	}
	return v.f.Close()
}
