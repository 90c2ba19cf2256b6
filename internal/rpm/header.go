package rpm

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
)

// Sizes of a header's parts and limits, as in RPM itself.
const (
	LeadSize     = 96
	introSize    = 16 // of a header: magic, version, reserved, two numbers
	entrySize    = 16
	maxTags      = 1 << 16
	maxStore     = 256 << 20
	headerMagic  = "\x8e\xad\xe8\x01"
	leadMagic    = "\xed\xab\xee\xdb"
	regionSize   = 16
	binaryType   = 7
	textType     = 6
	textListType = 8
	i18nType     = 9
)

// ErrHeader says that bytes are no header, or a damaged one.
var ErrHeader = errors.New("a damaged header of a package")

// Header is one of the two headers of a package file.
type Header struct {
	Offset, Size int64 // in the file
	Tags         []Tag
	Store        []byte
}

// Tag is an entry of a header's index.
type Tag struct {
	ID, Type      uint32
	Offset, Count int64 // in the store; of values
}

// ReadHeader reads the header at an offset of a file of size bytes.
func ReadHeader(r io.ReaderAt, size, off int64) (*Header, error) {
	b := make([]byte, introSize)
	if _, err := r.ReadAt(b, off); err != nil {
		return nil, err
	}
	if string(b[:4]) != headerMagic {
		return nil, ErrHeader
	}
	n, store := int64(binary.BigEndian.Uint32(b[8:])), int64(binary.BigEndian.Uint32(b[12:]))
	if n > maxTags || store > maxStore {
		return nil, ErrHeader
	}
	h := &Header{Offset: off, Size: introSize + n*entrySize + store}
	if h.Size > size-off {
		return nil, io.ErrUnexpectedEOF
	}
	index := make([]byte, n*entrySize)
	h.Store = make([]byte, store)
	if _, err := r.ReadAt(index, off+introSize); err != nil && n > 0 {
		return nil, err
	}
	if got, err := r.ReadAt(h.Store, off+introSize+n*entrySize); int64(got) < store {
		return nil, cut(err)
	}
	h.Tags = make([]Tag, 0, n)
	for ; len(index) > 0; index = index[entrySize:] {
		t := Tag{binary.BigEndian.Uint32(index), binary.BigEndian.Uint32(index[4:]),
			int64(binary.BigEndian.Uint32(index[8:])), int64(binary.BigEndian.Uint32(index[12:]))}
		if t.Offset > store || t.Count > store {
			return nil, ErrHeader
		}
		h.Tags = append(h.Tags, t)
	}
	return h, nil
}

func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// End is where the header ends in the file.
func (h *Header) End() int64 { return h.Offset + h.Size }

// Tag finds the first entry of an id.
func (h *Header) Tag(id uint32) (Tag, bool) {
	for _, t := range h.Tags {
		if t.ID == id {
			return t, true
		}
	}
	return Tag{}, false
}

// Text is the value of a tag that is a text, "" if it is not there.
func (h *Header) Text(id uint32) string {
	for _, t := range h.Tags {
		if t.ID == id && t.Type == textType {
			text, _, _ := strings.Cut(string(h.Store[t.Offset:]), "\x00")
			return text
		}
	}
	return ""
}

// Texts is the value of a tag that is one or more texts; nil if it is not there.
func (h *Header) Texts(id uint32) ([]string, error) {
	t, ok := h.Tag(id)
	if !ok {
		return nil, nil
	}
	if t.Type != textType && t.Type != textListType && t.Type != i18nType {
		return nil, ErrHeader
	}
	return h.TextsOf(t)
}

// TextsOf is the value of a tag whose type is one of texts.
func (h *Header) TextsOf(t Tag) ([]string, error) {
	b := h.Store[t.Offset:]
	if t.Count > int64(len(b)) {
		return nil, ErrHeader
	}
	words := make([]string, 0, t.Count)
	for range t.Count {
		end := bytes.IndexByte(b, 0)
		if end < 0 {
			return nil, ErrHeader
		}
		words, b = append(words, string(b[:end])), b[end+1:]
	}
	return words, nil
}

// numberSizes are the sizes of the types of values that are numbers.
var numberSizes = map[uint32]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8}

// Numbers is the value of a tag that is numbers; nil if it is not there.
func (h *Header) Numbers(id uint32) ([]uint64, error) {
	t, ok := h.Tag(id)
	if !ok {
		return nil, nil
	}
	return h.NumbersOf(t)
}

// NumbersOf is the value of a tag whose type is one of numbers.
func (h *Header) NumbersOf(t Tag) ([]uint64, error) {
	size, ok := numberSizes[t.Type]
	b := h.Store[t.Offset:]
	if !ok || t.Count*size > int64(len(b)) {
		return nil, ErrHeader
	}
	list := make([]uint64, t.Count)
	for i := range list {
		for _, c := range b[int64(i)*size:][:size] {
			list[i] = list[i]<<8 | uint64(c)
		}
	}
	return list, nil
}

// Binary is the value of a tag that is bytes; nil if it is not there.
func (h *Header) Binary(id uint32) ([]byte, error) {
	t, ok := h.Tag(id)
	if !ok {
		return nil, nil
	}
	if t.Type != binaryType || t.Count > int64(len(h.Store))-t.Offset {
		return nil, ErrHeader
	}
	return h.Store[t.Offset:][:t.Count], nil
}

// whole checks that the immutable region, which is what a signature covers, is
// the whole header: RPM reads tags beyond it too, which nobody signed.
func (h *Header) whole(region uint32) error {
	if len(h.Tags) == 0 {
		return ErrHeader
	}
	t := h.Tags[0]
	if t.ID != region || t.Type != binaryType || t.Count != regionSize || t.Offset+regionSize != int64(len(h.Store)) {
		return errors.New("its header is not one immutable region, which signatures cover")
	}
	trailer := h.Store[t.Offset:]
	covers := -int64(int32(binary.BigEndian.Uint32(trailer[8:])))
	if binary.BigEndian.Uint32(trailer) != region || covers != int64(len(h.Tags))*entrySize {
		return errors.New("there are tags outside the immutable region of its header, which signatures do not cover")
	}
	return nil
}
