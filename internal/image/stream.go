package image

import (
	"bufio"
	"errors"
	"io"
)

// stream is an artifact that is read from its beginning to its end. One whose
// bytes are in place can skip, and its contents stay where they are.
type stream struct {
	br   *bufio.Reader
	at   *io.SectionReader // nil: unpacked on the way
	pos  int64             // of the next byte
	last [512]byte         // the last block that was read whole
	tell func(*[512]byte)  // is told of each of these, maybe nil
}

// inPlaceStream reads what is at r from an offset.
func inPlaceStream(r io.ReaderAt, off, size int64) *stream {
	s := io.NewSectionReader(r, off, size)
	return &stream{br: bufio.NewReaderSize(s, 16<<10), at: s}
}

// unpackedStream reads what comes out of a compression.
func unpackedStream(r io.Reader) *stream {
	return &stream{br: bufio.NewReaderSize(r, 128<<10)}
}

func (s *stream) Read(p []byte) (int, error) {
	if len(p) == len(s.last) {
		n, err := io.ReadFull(s.br, p)
		s.pos += int64(n)
		if err == nil {
			copy(s.last[:], p)
			if s.tell != nil {
				s.tell(&s.last)
			}
		}
		return n, err
	}
	n, err := s.br.Read(p)
	s.pos += int64(n)
	return n, err
}

var errNoSeek = errors.New("an unpacked stream cannot seek")

// Seek is what archive/tar asks to skip contents. It refuses an offset behind
// the end.
func (s *stream) Seek(offset int64, whence int) (int64, error) {
	switch {
	case s.at == nil:
		return 0, errNoSeek
	case whence == io.SeekCurrent:
		offset += s.pos
	case whence == io.SeekEnd:
		offset += s.at.Size()
	}
	if offset < 0 || offset > s.at.Size() {
		return 0, io.ErrUnexpectedEOF
	}
	if ahead := offset - s.pos; ahead >= 0 && ahead <= int64(s.br.Buffered()) {
		s.br.Discard(int(ahead))
	} else if _, err := s.at.Seek(offset, io.SeekStart); err != nil {
		return 0, err
	} else {
		s.br.Reset(s.at)
	}
	s.pos = offset
	return offset, nil
}

// skip reads over the next n bytes.
func (s *stream) skip(n int64) error {
	if s.at != nil {
		_, err := s.Seek(n, io.SeekCurrent)
		return err
	}
	if got, err := io.CopyN(io.Discard, s, n); got < n {
		return unexpected(err)
	}
	return nil
}

// peek returns up to n of the next bytes.
func (s *stream) peek(n int) ([]byte, error) {
	b, err := s.br.Peek(n)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return b, err
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
