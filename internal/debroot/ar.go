package debroot

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// arReader reads the members of an ar archive one after the other.
type arReader struct {
	r    io.Reader
	rest int64 // unread bytes of the current member
	pad  int64
}

func newArReader(r io.Reader) (*arReader, error) {
	var magic [8]byte
	if _, err := io.ReadFull(r, magic[:]); err != nil {
		return nil, truncated(err)
	}
	if string(magic[:]) != "!<arch>\n" {
		return nil, errors.New("not an ar archive")
	}
	return &arReader{r: r}, nil
}

// next skips to the next member; io.EOF after the last.
func (a *arReader) next() (name string, size int64, err error) {
	if _, err := io.CopyN(io.Discard, a.r, a.rest+a.pad); err != nil {
		return "", 0, truncated(err)
	}
	a.rest, a.pad = 0, 0
	var h [60]byte
	if _, err := io.ReadFull(a.r, h[:]); err == io.EOF {
		return "", 0, io.EOF
	} else if err != nil {
		return "", 0, truncated(err)
	}
	if !bytes.Equal(h[58:], []byte("`\n")) {
		return "", 0, errors.New("a damaged ar header")
	}
	size, err = strconv.ParseInt(strings.TrimRight(string(h[48:58]), " "), 10, 64)
	if err != nil || size < 0 {
		return "", 0, errors.New("an ar header without a valid size")
	}
	a.rest, a.pad = size, size&1
	return strings.TrimSuffix(strings.TrimRight(string(h[:16]), " "), "/"), size, nil
}

// Read reads from the current member.
func (a *arReader) Read(p []byte) (int, error) {
	if a.rest == 0 {
		return 0, io.EOF
	}
	n, err := a.r.Read(p[:min(int64(len(p)), a.rest)])
	a.rest -= int64(n)
	if err == io.EOF && a.rest > 0 {
		err = io.ErrUnexpectedEOF
	} else if err == io.EOF {
		err = nil
	}
	return n, err
}

func truncated(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
