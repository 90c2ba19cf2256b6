package prove

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

const (
	maxWindow = 256 << 10 // bytes of a section asked for at once
	// maxInflatedPiece is how much of a compressed section is held, which most
	// fit in whole.
	maxInflatedPiece = 1 << 20
	maxInflated      = 4 << 30   // bytes of a section once decompressed
	maxRestarts      = 16        // times a compressed section is read again from its begin
	zstdWindow       = 128 << 20 // bytes; what decoders agree to allow
)

// content reads a section, decompressed, through a window. A compressed
// section can only be read forwards: to go back it is read again from its
// begin, which is limited, so callers ask in ascending order.
type content struct {
	name   string
	size   uint64 // decompressed
	piece  uint64 // bytes read at once
	plain  *source
	off    uint64 // of a plain section in the file
	reopen func() (io.ReadCloser, error)

	window   []byte
	at       uint64 // offset of the window
	stream   io.ReadCloser
	pos      uint64 // of stream
	restarts int
}

// open returns the contents of a section; piece is how much is read at once.
func (f *elfFile) open(s *section, piece uint64) (*content, error) {
	c := &content{name: s.name, size: s.size, piece: piece, plain: f.source, off: s.off}
	if s.typ == elf.SHT_NOBITS {
		return nil, fmt.Errorf("%s is not in this file", s.name)
	}
	body := f.stream(s.off, s.size)
	switch {
	case s.flags&elf.SHF_COMPRESSED != 0:
		return c, c.compressed(f, s)
	case len(s.name) > 2 && s.name[:2] == ".z":
		head := make([]byte, 12)
		if _, err := body.ReadAt(head, 0); err != nil || string(head[:4]) != "ZLIB" {
			return nil, fmt.Errorf("%s has no header of its compression", s.name)
		}
		c.size = binary.BigEndian.Uint64(head[4:])
		c.inflate(func() (io.ReadCloser, error) { return zlib.NewReader(f.stream(s.off+12, s.size-12)) })
	}
	return c, c.limit()
}

// stream reads a part of the file, unbuffered.
func (f *elfFile) stream(off, n uint64) *io.SectionReader {
	return io.NewSectionReader(f.r, int64(off), int64(n))
}

func (c *content) compressed(f *elfFile, s *section) error {
	size := f.pick(12, 24)
	b, err := f.bytes(s.off, min(size, s.size))
	if err != nil || uint64(len(b)) < size {
		return fmt.Errorf("%s has no header of its compression", s.name)
	}
	r := f.fields(b)
	kind := elf.CompressionType(r.word())
	if f.wide {
		r.word()
	}
	c.size = r.addr()
	body := func() io.Reader { return f.stream(s.off+size, s.size-size) }
	switch kind {
	case elf.COMPRESS_ZLIB:
		c.inflate(func() (io.ReadCloser, error) { return zlib.NewReader(body()) })
	case elf.COMPRESS_ZSTD:
		c.inflate(func() (io.ReadCloser, error) {
			d, err := zstd.NewReader(body(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderLowmem(true))
			if err != nil {
				return nil, err
			}
			return d.IOReadCloser(), nil
		})
	default:
		return fmt.Errorf("%s is compressed in way %d, which is unknown", s.name, kind)
	}
	return c.limit()
}

func (c *content) inflate(reopen func() (io.ReadCloser, error)) {
	c.plain, c.reopen = nil, reopen
	c.piece = max(c.piece, min(c.size, maxInflatedPiece))
}

func (c *content) limit() error {
	if c.size > maxInflated {
		return fmt.Errorf("%s has %d bytes, more than %d", c.name, c.size, uint64(maxInflated))
	}
	return nil
}

func (c *content) close() {
	if c.stream != nil {
		c.stream.Close()
		c.stream = nil
	}
}

// peek returns n bytes at off, fewer only where the section ends; they are
// valid until the next call.
func (c *content) peek(off, n uint64) ([]byte, error) {
	if off > c.size {
		return nil, fmt.Errorf("%s ends at %d, before %d", c.name, c.size, off)
	}
	n = min(n, c.size-off)
	if off >= c.at && off-c.at <= uint64(len(c.window)) && n <= uint64(len(c.window))-(off-c.at) {
		return c.window[off-c.at:][:n], nil
	}
	if n > maxWindow {
		return nil, fmt.Errorf("%s: %d bytes at once are more than %d", c.name, n, maxWindow)
	}
	if err := c.move(off, min(max(n, c.piece), c.size-off)); err != nil {
		return nil, fmt.Errorf("%s: %w", c.name, err)
	}
	return c.window[:n], nil
}

// move makes the window the n bytes at off.
func (c *content) move(off, n uint64) error {
	var keep []byte
	if off >= c.at && off-c.at < uint64(len(c.window)) {
		keep = c.window[off-c.at:]
	}
	if uint64(cap(c.window)) < n {
		grown := make([]byte, n)
		copy(grown, keep)
		c.window = grown
	} else {
		c.window = c.window[:n]
		copy(c.window, keep)
	}
	c.at = off
	have := min(uint64(len(keep)), n)
	if err := c.fill(c.window[have:n], off+have); err != nil {
		c.window = c.window[:0]
		return err
	}
	return nil
}

func (c *content) fill(b []byte, off uint64) error {
	if len(b) == 0 {
		return nil
	}
	if c.plain != nil {
		return c.plain.read(b, c.off+off)
	}
	if err := c.seek(off); err != nil {
		return err
	}
	got, err := io.ReadFull(c.stream, b)
	c.pos += uint64(got)
	if err != nil {
		return fmt.Errorf("decompressing at %d: %w", off, noEOF(err))
	}
	return nil
}

func (c *content) seek(off uint64) error {
	if c.stream == nil || off < c.pos {
		c.close()
		if c.restarts++; c.restarts > maxRestarts {
			return errors.New("its parts are not in order")
		}
		stream, err := c.reopen()
		if err != nil {
			return fmt.Errorf("decompressing: %w", noEOF(err))
		}
		c.stream, c.pos = stream, 0
	}
	skipped, err := io.CopyN(io.Discard, c.stream, int64(off-c.pos))
	c.pos += uint64(skipped)
	if err != nil {
		return fmt.Errorf("decompressing at %d: %w", c.pos, noEOF(err))
	}
	return nil
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
