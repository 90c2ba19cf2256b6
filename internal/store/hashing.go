package store

import (
	"context"
	"hash"
	"io"
)

// A file of fewer bytes than alone is hashed at once: to look for others to
// hash it together with would take longer.
const alone = 8 << 10

// Parallel is how many blobs are best hashed at the same time, and so with how
// many goroutines: more than there are processors where a processor hashes several at once.
func (s *Store) Parallel() int { return s.pool.Width() }

// hashFile hashes an open file from its beginning, without moving its offset.
// A chunk is read while the one before it is hashed.
func (s *Store) hashFile(ctx context.Context, f io.ReaderAt, h hash.Hash) (n int64, err error) {
	free := make(chan []byte, 2)
	stream := s.pool.Stream(h, false, func(b []byte) { free <- b[:chunk] })
	defer func() {
		stream.Wait()
		for len(free) > 0 {
			buffers.Put((*[chunk]byte)(<-free))
		}
	}()
	free <- buffers.Get().(*[chunk]byte)[:]
	for first := true; ; first = false {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		b := <-free
		k, err := f.ReadAt(b, n)
		n += int64(k)
		switch {
		case k == 0:
			free <- b
		case err != nil && n < alone:
			h.Write(b[:k])
			free <- b
		default:
			stream.Write(b[:k])
		}
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
		if first {
			free <- buffers.Get().(*[chunk]byte)[:]
		}
	}
}
