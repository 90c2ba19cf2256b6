package image

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// compressionFields notes what the headers of a compression say.
func (w *walker) compressionFields(f *facts, format Format, in input) error {
	switch format {
	case Gzip:
		return w.gzipFields(f, in)
	case XZ:
		return xzFields(f, in)
	case Zstandard:
		return zstdFields(f, in)
	case LZ4:
		return lz4Fields(f, in)
	case Lzip:
		return lzipFields(f, in)
	}
	head, err := readAtMost(in, 0, 13)
	switch {
	case err != nil:
		return err
	case format == Bzip2 && len(head) >= 4:
		f.text("level", string(head[3]))
	case format == LZMA && len(head) == 13:
		lzmaProperties(f, head)
	}
	return nil
}

func lzmaProperties(f *facts, head []byte) {
	p := head[0]
	f.text("lc, lp, pb", fmt.Sprintf("%d, %d, %d", p%9, p/9%5, p/45))
	f.number("dictionary size", int64(le.Uint32(head[1:])))
	if size := le.Uint64(head[5:]); size == 1<<64-1 {
		f.text("unpacked size", "unknown")
	} else {
		f.text("unpacked size", strconv.FormatUint(size, 10))
	}
}

// maxMembers bounds how many members, streams, frames or blocks are listed.
const maxMembers = 1 << 16

// gzipFields reads the headers of all members (RFC 1952).
func (w *walker) gzipFields(f *facts, in input) error {
	for n := 1; ; n++ {
		prefix := ""
		if n > 1 {
			prefix = "member " + strconv.Itoa(n) + " "
		}
		if err := gzipHeader(f, prefix, in); err != nil {
			return err
		}
		m, err := openGzipMember(in)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, &meter{m, w.budget, w.place}); err != nil {
			return err
		}
		size, err := m.end()
		m.close()
		if err != nil {
			return err
		}
		in = input{io.NewSectionReader(in, size, in.size-size), in.size - size}
		head, err := readAtMost(in, 0, 2)
		if err != nil || !bytes.Equal(head, []byte("\x1f\x8b")) || n >= maxMembers {
			return errorsOr(err, f.part("behind the end", in, 0, in.size))
		}
	}
}

// errorsOr returns the first error.
func errorsOr(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// gzipHeader notes the fields of a member's header: flags are TEXT, HCRC,
// EXTRA, NAME, COMMENT; the time is in seconds since 1970.
func gzipHeader(f *facts, prefix string, in input) error {
	h, err := readAtMost(in, 0, 10)
	if err != nil || len(h) < 10 {
		return errorsOr(err, io.ErrUnexpectedEOF)
	}
	f.flags(prefix+"flags", uint64(h[3]), []string{"text", "hcrc", "extra", "name", "comment"})
	f.seconds(prefix+"mtime", int64(le.Uint32(h[4:])))
	f.number(prefix+"xfl", int64(h[8]))
	f.number(prefix+"os", int64(h[9]))
	r := &frame{input: in, pos: 10}
	if h[3]&4 != 0 {
		f.bytes(prefix+"extra", r.bytes(int(le.Uint16(r.bytes(2)))))
	}
	if h[3]&8 != 0 {
		f.text(prefix+"name", r.text())
	}
	if h[3]&16 != 0 {
		f.text(prefix+"comment", r.text())
	}
	if h[3]&2 != 0 {
		f.bytes(prefix+"header crc", r.bytes(2))
	}
	return r.err
}

// text reads up to a NUL byte, 64 KiB at most.
func (f *frame) text() string {
	b, err := readAtMost(f, f.pos, 64<<10)
	end := bytes.IndexByte(b, 0)
	if f.err == nil && (err != nil || end < 0) {
		f.err = errorsOr(err, errFrame)
	}
	if f.err != nil {
		return ""
	}
	f.pos += int64(end) + 1
	return string(b[:end])
}

var xzChecks = map[byte]string{0: "none", 1: "CRC32", 4: "CRC64", 10: "SHA-256"}

var xzFilters = map[uint64]string{3: "delta", 4: "x86", 5: "powerpc", 6: "ia64", 7: "arm", 8: "armthumb", 9: "sparc", 10: "arm64", 11: "riscv", 0x21: "lzma2"}

// xzFields reads the streams of The .xz File Format 1.2.1.
func xzFields(f *facts, in input) error {
	for n := 1; in.size > 0 && n <= maxMembers; n++ {
		prefix := ""
		if n > 1 {
			prefix = "stream " + strconv.Itoa(n) + " "
		}
		size, err := xzSize(in)
		if err != nil {
			return err
		}
		if err := xzStream(f, prefix, in); err != nil {
			return err
		}
		in = input{io.NewSectionReader(in, size, in.size-size), in.size - size}
		head, err := readAtMost(in, 0, 6)
		if err != nil || string(head) != "\xfd7zXZ\x00" {
			return errorsOr(err, f.part("behind the end", in, 0, in.size))
		}
	}
	return nil
}

// xzStream notes the check of a stream, the headers of its blocks, which are
// told once where they are the same, and how large the blocks are.
func xzStream(f *facts, prefix string, in input) error {
	r := &frame{input: in}
	kind := r.bytes(12)[7] & 15
	f.text(prefix+"check", xzCheckName(kind))
	check := []int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}[kind]
	headers, sizes := runs{once: true}, runs{}
	blocks := int64(0)
	for r.err == nil {
		size := r.byte()
		if size == 0 || r.err != nil {
			break
		}
		blocks++
		headers.add(xzBlockHeader(r.bytes((int(size)+1)*4 - 1)))
		sizes.add(strconv.FormatInt(xzChunks(r, check), 10))
	}
	f.number(prefix+"blocks", blocks)
	f.text(prefix+"block headers", headers.String())
	f.text(prefix+"block sizes", sizes.String())
	return r.err
}

func xzCheckName(kind byte) string {
	if name := xzChecks[kind]; name != "" {
		return name
	}
	return strconv.Itoa(int(kind))
}

// xzChunks reads over a block's chunks and check, and returns how much they
// unpack to.
func xzChunks(r *frame, check int64) int64 {
	start, unpacked := r.pos, int64(0)
	for r.err == nil {
		control := r.byte()
		if control == 0 {
			break
		} else if control < 0x80 {
			n := int64(beUint16(r.bytes(2))) + 1
			unpacked, r.pos = unpacked+n, r.pos+n
			continue
		}
		b := r.bytes(4)
		unpacked += int64(control&0x1f)<<16 + int64(beUint16(b)) + 1
		r.pos += int64(beUint16(b[2:])) + 1
		if control >= 0xc0 {
			r.pos++
		}
	}
	r.pos += (4-(r.pos-start)%4)%4 + check
	return unpacked
}

// xzBlockHeader tells the filters of a block, and whether it says its sizes.
func xzBlockHeader(b []byte) string {
	r := &frame{input: input{bytes.NewReader(b), int64(len(b))}}
	flags, text := r.byte(), ""
	if flags&0x40 != 0 {
		r.varint()
		text += "packed size, "
	}
	if flags&0x80 != 0 {
		r.varint()
		text += "unpacked size, "
	}
	for n := byte(0); n <= flags&3 && r.err == nil; n++ {
		id, size := r.varint(), r.varint()
		if size > uint64(len(b)) {
			return text + "damaged"
		}
		name := xzFilters[id]
		if name == "" {
			name = fmt.Sprintf("filter %#x", id)
		}
		if n > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s %x", name, r.bytes(int(size)))
	}
	return text
}

// runs tells a list with what is the same in a row once.
type runs struct {
	out  bytes.Buffer
	last string
	n    int
	once bool // without how often
}

func (r *runs) add(s string) {
	if s != r.last || r.n == 0 {
		r.flush()
		r.last = s
	}
	r.n++
}

func (r *runs) flush() {
	if r.n == 0 {
		return
	}
	if r.out.Len() > 0 {
		r.out.WriteString("; ")
	}
	if r.n > 1 && !r.once {
		fmt.Fprintf(&r.out, "%d × ", r.n)
	}
	r.out.WriteString(r.last)
	r.n = 0
}

func (r *runs) String() string {
	r.flush()
	return r.out.String()
}

func beUint16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }
