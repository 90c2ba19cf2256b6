package gitwire

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// kind of a packet line.
type kind int

const (
	data kind = iota
	flush
	delim
	end // of a response
)

const maxPacket = 65520

// scanner reads packet lines: four hexadecimal digits of length, then bytes.
type scanner struct{ r *bufio.Reader }

func newScanner(r io.Reader) *scanner { return &scanner{bufio.NewReaderSize(r, 64<<10)} }

func (s *scanner) next() (kind, []byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(s.r, head[:]); err != nil {
		return 0, nil, eof(err)
	}
	n, err := strconv.ParseUint(string(head[:]), 16, 16)
	if err != nil {
		return 0, nil, fmt.Errorf("%q is not the length of a packet", head[:])
	}
	switch {
	case n < 3:
		return []kind{flush, delim, end}[n], nil, nil
	case n < 4 || n > maxPacket:
		return 0, nil, fmt.Errorf("a packet of %d bytes", n)
	}
	line := make([]byte, n-4)
	if _, err := io.ReadFull(s.r, line); err != nil {
		return 0, nil, eof(err)
	}
	if text, bad := bytes.CutPrefix(line, []byte("ERR ")); bad {
		return 0, nil, &ServerError{clean(text)}
	}
	return data, line, nil
}

// text reads a line of text; false at the end of a section.
func (s *scanner) text() (string, bool, error) {
	k, line, err := s.next()
	return strings.TrimSuffix(string(line), "\n"), k == data, err
}

// ServerError is what a server says instead of answering.
type ServerError struct{ Message string }

func (e *ServerError) Error() string { return "the server says: " + e.Message }

// clean makes a server's words fit to be shown: one short line of plain text.
func clean(text []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(string(text), "?")), "\n")
	line = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, line)
	if len(line) > 200 {
		line = strings.ToValidUTF8(line[:200], "") + "…"
	}
	return line
}

// packet writes a line.
func packet(w *bytes.Buffer, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Fprintf(w, "%04x%s", len(text)+4, text)
}

// band is the pack inside a response: packets whose first byte says what they
// are (1 pack, 2 progress, 3 error).
type band struct {
	s    *scanner
	left []byte
	err  error
}

func (b *band) Read(p []byte) (int, error) {
	for len(b.left) == 0 && b.err == nil {
		b.fill()
	}
	if len(b.left) == 0 {
		return 0, b.err
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

func (b *band) fill() {
	k, line, err := b.s.next()
	switch {
	case err != nil:
		b.err = err
	case k != data:
		b.err = io.EOF
	case len(line) == 0:
		b.err = errors.New("an empty packet in a pack")
	case line[0] == 1:
		b.left = line[1:]
	case line[0] == 3:
		b.err = &ServerError{clean(line[1:])}
	case line[0] != 2:
		b.err = fmt.Errorf("an unknown band %d in a pack", line[0])
	}
}

func eof(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
