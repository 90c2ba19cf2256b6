package image

import (
	"io"
	"slices"
	"strconv"
)

// isSkippable says whether a frame holds nothing to be unpacked, as in
// Zstandard and LZ4.
func isSkippable(magic uint32) bool { return magic&^15 == 0x184d2a50 }

// frames calls fn for the frames in a row, which it tells the size of.
func frames(f *facts, in input, magics []uint32, size func(input) (int64, error), fn func(prefix string, in input) error) error {
	for n := 1; in.size > 0 && n <= maxMembers; n++ {
		prefix := ""
		if n > 1 {
			prefix = "frame " + strconv.Itoa(n) + " "
		}
		head, err := readAtMost(in, 0, 8)
		if err != nil {
			return err
		}
		known := len(head) >= 4 && slices.Contains(magics, le.Uint32(head))
		var end int64
		switch {
		case len(head) == 8 && isSkippable(le.Uint32(head)):
			end = min(8+int64(le.Uint32(head[4:])), in.size)
			err = f.part(prefix+"skippable", in, 0, end)
		case known:
			if end, err = size(in); err == nil {
				err = fn(prefix, in)
			}
		default:
			return f.part("behind the end", in, 0, in.size)
		}
		if err != nil {
			return err
		}
		in = input{io.NewSectionReader(in, end, in.size-end), in.size - end}
	}
	return nil
}

// zstdFields reads the headers of frames (RFC 8878).
func zstdFields(f *facts, in input) error {
	return frames(f, in, []uint32{0xfd2fb528}, zstdSize, func(prefix string, in input) error {
		r := &frame{input: in, pos: 4}
		d := r.byte()
		single := d&0x20 != 0
		if !single {
			b := r.byte()
			base := int64(1) << (10 + b>>3)
			f.number(prefix+"window size", base+base/8*int64(b&7))
		}
		f.flags(prefix+"descriptor", uint64(d), []string{2: "checksum", 5: "single segment"})
		if n := []int{0, 1, 2, 4}[d&3]; n > 0 {
			f.bytes(prefix+"dictionary", r.bytes(n))
		}
		n := []int{0, 2, 4, 8}[d>>6]
		if n == 0 && single {
			n = 1
		}
		if n == 0 {
			f.text(prefix+"content size", "unknown")
			return r.err
		}
		var b [8]byte
		copy(b[:], r.bytes(n))
		size := le.Uint64(b[:])
		if n == 2 {
			size += 256
		}
		f.text(prefix+"content size", strconv.FormatUint(size, 10))
		return r.err
	})
}

// lz4Fields reads the headers of frames (LZ4 Frame Format 1.6).
func lz4Fields(f *facts, in input) error {
	return frames(f, in, []uint32{0x184d2204, 0x184c2102}, lz4Size, func(prefix string, in input) error {
		r := &frame{input: in}
		if r.uint32() == 0x184c2102 {
			f.text(prefix+"frame", "legacy")
			return r.err
		}
		b := r.bytes(2)
		f.flags(prefix+"flags", uint64(b[0]), []string{0: "dictionary", 2: "content checksum", 3: "content size", 4: "block checksums", 5: "independent blocks"})
		f.text(prefix+"largest block", map[byte]string{4: "64 KiB", 5: "256 KiB", 6: "1 MiB", 7: "4 MiB"}[b[1]>>4&7])
		if b[0]&8 != 0 {
			f.text(prefix+"content size", strconv.FormatUint(le.Uint64(r.bytes(8)), 10))
		}
		if b[0]&1 != 0 {
			f.hex(prefix+"dictionary", uint64(r.uint32()))
		}
		return r.err
	})
}
