package image

import (
	"bytes"
	"fmt"
	"strconv"
)

var zipSystems = map[byte]string{0: "FAT", 3: "Unix", 10: "NTFS", 14: "VFAT", 19: "macOS"}

// zipEntryFields are what the headers of a file record beside the entry. The
// local header, which stands before the content, is told only where it says
// something else.
func zipEntryFields(h []byte, f *zipFile, extra []byte, comment string, local []byte) []Field {
	var out facts
	out.text("made by", zipSystem(h[5])+" "+strconv.Itoa(int(h[4])))
	out.number("needed version", int64(le.Uint16(h[6:])))
	out.hex("flags", uint64(f.flags))
	out.text("method", map[uint16]string{0: "stored", 8: "deflated"}[f.method]+zipLevel(f))
	out.number("packed size", f.packed)
	out.text("dos time", dosStamp(dosTime(le.Uint16(h[14:]), le.Uint16(h[12:]))))
	out.nonzero("disk", int64(le.Uint16(h[34:])))
	out.hex("internal attributes", uint64(le.Uint16(h[36:])))
	out.hex("external attributes", uint64(le.Uint32(h[38:])))
	zipExtra(&out, "extra ", extra)
	out.some("comment", comment)
	zipLocalFields(&out, h, f, extra, local)
	return out.list
}

func zipSystem(n byte) string {
	if name := zipSystems[n]; name != "" {
		return name
	}
	return "system " + strconv.Itoa(int(n))
}

// zipLevel tells the two bits of the flags in which deflate says how hard it
// tried.
func zipLevel(f *zipFile) string {
	if f.method != zipDeflated {
		return ""
	}
	return []string{", normal", ", maximum", ", fast", ", super fast"}[f.flags>>1&3]
}

// zipExtra tells extra fields, the ones of Info-ZIP and of large files by name.
func zipExtra(out *facts, prefix string, b []byte) {
	names := map[uint16]string{1: "zip64", 0x5455: "timestamp", 0x7875: "owner", 0x5855: "unix", 0x000a: "ntfs", 0xcafe: "java"}
	for len(b) >= 4 {
		id, n := le.Uint16(b), min(int(le.Uint16(b[2:])), len(b)-4)
		name := names[id]
		if name == "" {
			name = fmt.Sprintf("%04x", id)
		}
		if said := int(le.Uint16(b[2:])); said != n {
			name += fmt.Sprintf(" (of %d bytes)", said)
		}
		out.bytes(prefix+name, b[4:4+n])
		b = b[4+n:]
	}
	if len(b) > 0 {
		out.bytes(prefix+"rest", b)
	}
}

// zipLocalFields tells what the local header, with its name and extra fields,
// says otherwise than the central directory.
func zipLocalFields(out *facts, h []byte, f *zipFile, extra, local []byte) {
	if !bytes.Equal(local[4:6], h[6:8]) {
		out.number("local needed version", int64(le.Uint16(local[4:])))
	}
	if le.Uint16(local[6:]) != f.flags {
		out.hex("local flags", uint64(le.Uint16(local[6:])))
	}
	if m := le.Uint16(local[8:]); m != f.method {
		out.number("local method", int64(m))
	}
	if !bytes.Equal(local[10:14], h[12:16]) {
		out.text("local dos time", dosStamp(dosTime(le.Uint16(local[12:]), le.Uint16(local[10:]))))
	}
	if !bytes.Equal(local[14:26], h[16:28]) {
		out.bytes("local crc and sizes", local[14:26])
	}
	name := local[30:][:le.Uint16(local[26:])]
	if string(name) != f.name {
		out.text("local name", string(name))
	}
	if e := local[30+len(name):]; !bytes.Equal(e, extra) {
		zipExtra(out, "local extra ", e)
	}
}

// noteEnd notes what the end of the central directory says.
func (w *walker) noteEnd(in input, end64 int64, end []byte) error {
	if !w.noting() {
		return nil
	}
	w.notes.text("comment", string(end[22:]))
	w.notes.text("disks and files", fmt.Sprintf("%d, %d, %d", le.Uint16(end[4:]), le.Uint16(end[6:]), le.Uint16(end[8:])))
	if end64 > 0 {
		h, err := readAtMost(in, end64, 56)
		if err != nil {
			return err
		}
		w.notes.bytes("zip64", h)
	}
	return nil
}
