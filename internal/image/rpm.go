package image

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dombuild/dombuild/internal/rpm"
)

// Of an RPM package's header (Format of the Package File, RPM documentation).
const (
	rpmFormat      = 1124
	rpmPayloadName = "payload"
)

// rpm shows a package's parts: "(lead)", "(signature)", "(header)" and the
// payload, which is a cpio archive, packed or not, and always what is in it.
func (w *walker) rpm(in input) error {
	signature, err := rpm.ReadHeader(in, in.size, rpm.LeadSize)
	if err != nil {
		return w.fail("(signature)", err)
	}
	at := (signature.End() + 7) &^ 7
	header, err := rpm.ReadHeader(in, in.size, at)
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
	}{{"(lead)", 0, rpm.LeadSize}, {"(signature)", rpm.LeadSize, at - rpm.LeadSize}, {"(header)", at, header.Size}} {
		if err := once.emit(Entry{Path: p.name, Type: Regular, Mode: 0o644, Size: p.size}, section(in, p.off, p.size)); err != nil {
			return err
		}
	}
	return w.rpmPayload(in, header)
}

func (w *walker) rpmPayload(in input, header *rpm.Header) error {
	off := header.End()
	if off >= in.size {
		return w.fail(rpmPayloadName, io.ErrUnexpectedEOF)
	}
	if f := header.Text(rpmFormat); f != "" && f != "cpio" {
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

// rpmValue tells a tag's value; lists are told by their length and digest when
// they are long.
func rpmValue(h *rpm.Header, t rpm.Tag) (string, error) {
	switch t.Type {
	case 0:
		return "", nil
	case 1, 2, 3, 4, 5:
		return rpmNumbers(h, t)
	case 7:
		b := h.Store[t.Offset:]
		if t.Count > int64(len(b)) {
			return "", rpm.ErrHeader
		}
		if t.Count > maxFact/2 {
			return digested(b[:t.Count]), nil
		}
		return fmt.Sprintf("%x", b[:t.Count]), nil
	case 6, 8, 9:
		words, err := h.TextsOf(t)
		return strings.Join(words, ", "), err
	}
	return "", fmt.Errorf("a tag of the unknown type %d", t.Type)
}

func rpmNumbers(h *rpm.Header, t rpm.Tag) (string, error) {
	numbers, err := h.NumbersOf(t)
	words := make([]string, len(numbers))
	for i, v := range numbers {
		words[i] = strconv.FormatUint(v, 10)
		if t.Type == 4 && rpmTimes[t.ID] {
			words[i] = time.Unix(int64(v), 0).UTC().Format(time.RFC3339)
		}
	}
	return strings.Join(words, ", "), err
}

// noteRPM notes the lead and every tag of the two headers.
func (w *walker) noteRPM(in input, signature, header *rpm.Header) error {
	b := make([]byte, rpm.LeadSize)
	if _, err := in.ReadAt(b, 0); err != nil {
		return err
	}
	w.notes.text("lead", fmt.Sprintf("version %d.%d, type %d, architecture %d, name %s, os %d, signature %d", b[4], b[5], be.Uint16(b[6:]), be.Uint16(b[8:]),
		padded(b[10:76], "\x00"), be.Uint16(b[76:]), be.Uint16(b[78:])))
	for _, part := range []struct {
		name  string
		h     *rpm.Header
		names map[uint32]string
	}{{"signature", signature, rpmSignatureTags}, {"header", header, rpmTags}} {
		for _, t := range part.h.Tags {
			name := part.names[t.ID]
			if name == "" {
				name = strconv.Itoa(int(t.ID))
			}
			value, err := rpmValue(part.h, t)
			if err != nil {
				return err
			}
			w.notes.text(part.name+" "+name, value)
		}
	}
	return nil
}
