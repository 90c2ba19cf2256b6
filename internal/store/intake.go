package store

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/lanes"
)

// A chunk stays in the second-level cache between being read, hashed and
// written.
const chunk = 256 << 10

// A stride is how much of a file is written to disk at a time, and how much has
// blocks ahead. It is short, so that little is left to be written when several files end together.
const stride = 2 << 20

var buffers = sync.Pool{New: func() any { return new([chunk]byte) }}

// checkDigest accepts what may be the identity of a blob.
func checkDigest(d digest.Digest) error {
	alg, sum, _ := strings.Cut(string(d), ":")
	if (alg == "sha256" && len(sum) == 2*sha256.Size || alg == "sha512" && len(sum) == 2*sha512.Size) && isHex(sum) {
		return nil
	}
	if err := d.Validate(); err != nil {
		return fmt.Errorf("digest %q: %w", d, err)
	}
	return fmt.Errorf("digest %q: only sha256 and sha512 are identity", d)
}

// isHex says whether a text is of small hexadecimal digits alone.
func isHex(s string) bool {
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func newHash(a digest.Algorithm) hash.Hash {
	if a == digest.SHA512 {
		return sha512.New()
	}
	return sha256.New()
}

// errTooLong ends an intake that brings more bytes than it may.
var errTooLong = errors.New("more bytes than expected")

// writeError marks an error of the store's own disk among those of a source.
type writeError struct{ error }

func (e writeError) Unwrap() error { return e.error }

// intake writes a stream to a file and has it hashed on the way.
type intake struct {
	f      *os.File
	alg    digest.Algorithm
	h      hash.Hash
	stream *lanes.Stream     // hashes into h
	free   chan *[chunk]byte // buffers that are hashed
	made   int               // buffers that are free or in use
	n      int64             // bytes taken in
	limit  int64             // how many may come; -1: any number
	begun  int64             // bytes the disk was told to begin writing
	blocks int64             // bytes that have blocks on the disk ahead; -1: none are wanted
}

func (s *Store) newIntake(f *os.File, alg digest.Algorithm, limit int64) *intake {
	in := &intake{f: f, alg: alg, h: newHash(alg), limit: limit, free: make(chan *[chunk]byte, ahead), blocks: -1}
	if s.reserves && limit > 0 {
		in.blocks = 0
	}
	in.stream = s.pool.Stream(in.h, true, func(b []byte) { in.free <- (*[chunk]byte)(b[:chunk]) })
	return in
}

// ahead is how many chunks may have been written and not yet hashed.
const ahead = 4

// from takes in everything r gives. While chunks are hashed, those after them
// are read and written; when it returns, some of them may not be hashed yet. It reads at most
// one byte more than the limit and then returns errTooLong.
func (in *intake) from(r io.Reader) (int64, error) {
	start := in.n
	for {
		b := in.buffer()
		n, rerr := fill(r, in.room(b[:]))
		err := in.take(b, n)
		if err == nil {
			err = rerr
		}
		if err == io.EOF {
			return in.n - start, nil
		}
		if err != nil {
			return in.n - start, err
		}
	}
}

// buffer gives a buffer that nobody uses.
func (in *intake) buffer() *[chunk]byte {
	if in.made == ahead {
		return <-in.free
	}
	select {
	case b := <-in.free:
		return b
	default:
		in.made++
		return buffers.Get().(*[chunk]byte)
	}
}

// finish returns when everything taken in was hashed, and gives the buffers back.
func (in *intake) finish() {
	in.stream.Wait()
	for ; in.made > 0; in.made-- {
		buffers.Put(<-in.free)
	}
}

// fill reads until b is full or there is nothing more.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var k int
		k, err = r.Read(b[n:])
		n += k
	}
	return n, err
}

// take has the first n bytes of a buffer, which it gives away, hashed and
// writes them meanwhile.
func (in *intake) take(b *[chunk]byte, n int) error {
	tooLong := in.limit >= 0 && in.n+int64(n) > in.limit
	if n == 0 || tooLong {
		in.free <- b
	}
	if tooLong {
		return errTooLong
	}
	if n == 0 {
		return nil
	}
	in.stream.Write(b[:n])
	in.reserve(int64(n))
	n, err := in.f.Write(b[:n])
	in.n += int64(n)
	if err != nil {
		return writeError{err}
	}
	// Let the disk begin now, or all of it waits for the sync at the end.
	// Where that is not possible nothing is lost.
	if ready := in.n - in.begun; ready >= stride {
		unix.SyncFileRange(int(in.f.Fd()), in.begun, ready, unix.SYNC_FILE_RANGE_WRITE)
		in.begun = in.n
	}
	return nil
}

// reserve gives blocks to what is written next, and to no more than a stride after
// it. Where that is not possible the file gets them later.
func (in *intake) reserve(n int64) {
	if in.blocks < 0 || in.n+n <= in.blocks {
		return
	}
	end := min(in.limit, in.n+max(n, stride))
	if err := unix.Fallocate(int(in.f.Fd()), unix.FALLOC_FL_KEEP_SIZE, in.n, end-in.n); err != nil {
		end = -1
	}
	in.blocks = end
}

// reserves says whether blocks are better reserved in the file system of dir: ext4
// counts those it has yet to choose one by one.
func reserves(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && uint32(st.Type) == unix.EXT4_SUPER_MAGIC
}

// room cuts a buffer so that one byte too many can be seen, but no more.
func (in *intake) room(b []byte) []byte {
	if in.limit < 0 {
		return b
	}
	return b[:min(int64(len(b)), in.limit-in.n+1)]
}

// digest is that of everything taken in.
func (in *intake) digest() digest.Digest {
	in.finish()
	return digest.NewDigestFromEncoded(in.alg, hex.EncodeToString(in.h.Sum(nil)))
}

// contextReader stops reading when its context is over.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
