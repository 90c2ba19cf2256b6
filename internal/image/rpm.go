package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Sizes of an RPM package's parts, version 3 and 4 (Format of the Package
// File, RPM documentation).
const (
	rpmLead        = 96
	rpmIntro       = 16      // of a header: magic, version, reserved, two numbers
	maxRPMTags     = 1 << 16 // in one header, as in RPM itself
	maxRPMStore    = 256 << 20
	rpmMagic       = "\x8e\xad\xe8\x01"
	rpmFormat      = 1124
	rpmCompressor  = 1125
	rpmPayloadName = "payload"
)

// rpmHeader is one of the two headers: where it is, and its tags.
type rpmHeader struct {
	off, size int64
	tags      []rpmTag
	store     []byte
}

type rpmTag struct {
	id, kind uint32
	off, n   int64
}

// rpm shows a package's parts: "(lead)", "(signature)", "(header)" and the
// payload, which is a cpio archive, packed or not, and always what is in it.
func (w *walker) rpm(in input) error {
	signature, err := readRPMHeader(in, rpmLead)
	if err != nil {
		return w.fail("(signature)", err)
	}
	at := (signature.off + signature.size + 7) &^ 7
	header, err := readRPMHeader(in, at)
	if err != nil {
		return w.fail("(header)", err)
	}
	if w.noting() {
		if err := w.noteRPM(in, signature, header); err != nil {
			return w.fail("", err)
		}
	}
	once := *w
	once.opt.Descend = nil
	for _, p := range []struct {
		name      string
		off, size int64
	}{{"(lead)", 0, rpmLead}, {"(signature)", rpmLead, at - rpmLead}, {"(header)", at, header.size}} {
		if err := once.emit(Entry{Path: p.name, Type: Regular, Mode: 0o644, Size: p.size}, section(in, p.off, p.size)); err != nil {
			return err
		}
	}
	return w.rpmPayload(in, header)
}

func (w *walker) rpmPayload(in input, header *rpmHeader) error {
	off := header.off + header.size
	if off >= in.size {
		return w.fail(rpmPayloadName, io.ErrUnexpectedEOF)
	}
	if f := header.text(rpmFormat); f != "" && f != "cpio" {
		return w.failf(rpmPayloadName, "a payload of the format "+strconv.Quote(f)+" is not supported")
	}
	src := section(in, off, in.size-off)
	part := input{src, in.size - off}
	f, err := detect(part, part.size)
	if err != nil {
		return w.fail(rpmPayloadName, err)
	}
	name := rpmPayloadName + ".cpio" + kernelSuffixes[f]
	return w.archivePart(Entry{Path: name, Type: Regular, Mode: 0o644, Size: part.size}, src, CPIO)
}

var errRPM = errors.New("a damaged header of a package")

func readRPMHeader(in input, off int64) (*rpmHeader, error) {
	b := make([]byte, rpmIntro)
	if _, err := in.ReadAt(b, off); err != nil {
		return nil, err
	}
	if string(b[:4]) != rpmMagic {
		return nil, errRPM
	}
	n, size := int64(be.Uint32(b[8:])), int64(be.Uint32(b[12:]))
	if n > maxRPMTags || size > maxRPMStore {
		return nil, errRPM
	}
	h := &rpmHeader{off: off, size: rpmIntro + n*16 + size}
	if h.size > in.size-off {
		return nil, io.ErrUnexpectedEOF
	}
	index := make([]byte, n*16)
	h.store = make([]byte, size)
	if _, err := in.ReadAt(index, off+rpmIntro); err != nil && n > 0 {
		return nil, err
	}
	if got, err := in.ReadAt(h.store, off+rpmIntro+n*16); int64(got) < size {
		return nil, unexpected(err)
	}
	for ; len(index) > 0; index = index[16:] {
		t := rpmTag{be.Uint32(index), be.Uint32(index[4:]), int64(be.Uint32(index[8:])), int64(be.Uint32(index[12:]))}
		if t.off > size || t.n > size {
			return nil, errRPM
		}
		h.tags = append(h.tags, t)
	}
	return h, nil
}

// text is the value of a tag that is a text, "" if it is not there.
func (h *rpmHeader) text(id uint32) string {
	for _, t := range h.tags {
		if t.id == id && t.kind == 6 {
			text, _, _ := strings.Cut(string(h.store[t.off:]), "\x00")
			return text
		}
	}
	return ""
}

// rpmSizes are the sizes of the types of values that are numbers.
var rpmSizes = map[uint32]int64{1: 1, 2: 1, 3: 2, 4: 4, 5: 8}

// value tells a tag's value; lists are told by their length and digest when
// they are long.
func (h *rpmHeader) value(t rpmTag) (string, error) {
	b := h.store[t.off:]
	switch t.kind {
	case 0:
		return "", nil
	case 1, 2, 3, 4, 5:
		return rpmNumbers(b, t)
	case 7:
		if t.n > int64(len(b)) {
			return "", errRPM
		}
		if t.n > maxFact/2 {
			return digested(b[:t.n]), nil
		}
		return fmt.Sprintf("%x", b[:t.n]), nil
	case 6, 8, 9:
		var words []string
		for range t.n {
			end := bytes.IndexByte(b, 0)
			if end < 0 {
				return "", errRPM
			}
			words, b = append(words, string(b[:end])), b[end+1:]
		}
		return strings.Join(words, ", "), nil
	}
	return "", fmt.Errorf("a tag of the unknown type %d", t.kind)
}

func rpmNumbers(b []byte, t rpmTag) (string, error) {
	size := rpmSizes[t.kind]
	if t.n*size > int64(len(b)) {
		return "", errRPM
	}
	words := make([]string, t.n)
	for i := range words {
		var v uint64
		for _, c := range b[int64(i)*size:][:size] {
			v = v<<8 | uint64(c)
		}
		words[i] = strconv.FormatUint(v, 10)
		if size == 4 && rpmTimes[t.id] {
			words[i] = time.Unix(int64(v), 0).UTC().Format(time.RFC3339)
		}
	}
	return strings.Join(words, ", "), nil
}

// noteRPM notes the lead and every tag of the two headers.
func (w *walker) noteRPM(in input, signature, header *rpmHeader) error {
	b := make([]byte, rpmLead)
	if _, err := in.ReadAt(b, 0); err != nil {
		return err
	}
	w.notes.text("lead", fmt.Sprintf("version %d.%d, type %d, architecture %d, name %s, os %d, signature %d", b[4], b[5], be.Uint16(b[6:]), be.Uint16(b[8:]),
		padded(b[10:76], "\x00"), be.Uint16(b[76:]), be.Uint16(b[78:])))
	for _, part := range []struct {
		name  string
		h     *rpmHeader
		names map[uint32]string
	}{{"signature", signature, rpmSignatureTags}, {"header", header, rpmTags}} {
		for _, t := range part.h.tags {
			name := part.names[t.id]
			if name == "" {
				name = strconv.Itoa(int(t.id))
			}
			value, err := part.h.value(t)
			if err != nil {
				return err
			}
			w.notes.text(part.name+" "+name, value)
		}
	}
	return nil
}
