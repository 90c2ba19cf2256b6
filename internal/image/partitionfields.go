package image

import (
	"fmt"
	"strings"
	"unicode/utf16"
)

// gptFields notes the protective record, the header, its copy at the end, and
// what the table says of each partition.
func (w *walker) gptFields(in input) error {
	t, err := readGPT(in)
	if err != nil {
		return err
	}
	f, h := w.notes, t.header
	f.guid("disk guid", h[56:])
	f.text("revision", fmt.Sprintf("%d.%d", le.Uint16(h[10:]), le.Uint16(h[8:])))
	f.number("sector size", t.sector)
	for _, n := range []struct {
		name string
		at   int
	}{{"header lba", 24}, {"backup lba", 32}, {"first usable lba", 40}, {"last usable lba", 48}, {"table lba", 72}} {
		f.number(n.name, int64(le.Uint64(h[n.at:])))
	}
	f.number("table entries", int64(len(t.entries)/t.size))
	f.number("table entry size", int64(t.size))
	f.number("header size", int64(len(h)))
	f.nonzero("reserved", int64(le.Uint32(h[20:])))
	for n := 1; n*t.size <= len(t.entries); n++ {
		if e := t.entries[(n-1)*t.size:][:t.size]; [16]byte(e) != [16]byte{} {
			f.add(under(fmt.Sprintf("p%d ", n), gptEntryFields(e))...)
		} else if strings.Trim(string(e), "\x00") != "" {
			f.bytes(fmt.Sprintf("p%d unused", n), e)
		}
	}
	if err := w.mbrFields(in); err != nil {
		return err
	}
	return w.noteBackup(in, t)
}

// gptEntryFields are what a table says of a partition.
func gptEntryFields(e []byte) []Field {
	var f facts
	f.guid("type guid", e)
	f.guid("guid", e[16:])
	f.text("lbas", fmt.Sprintf("%d-%d", le.Uint64(e[32:]), le.Uint64(e[40:])))
	f.hex("attributes", le.Uint64(e[48:]))
	units := make([]uint16, 36)
	for i := range units {
		units[i] = le.Uint16(e[56+2*i:])
	}
	f.text("name", strings.TrimRight(string(utf16.Decode(units)), "\x00"))
	return f.list
}

// noteBackup says whether the copies of the header and of the table at the end
// of the disk are those at the beginning.
func (w *walker) noteBackup(in input, t *gptTable) error {
	at := int64(le.Uint64(t.header[32:]))
	if at <= 0 || at >= in.size/t.sector {
		w.notes.text("backup", "missing")
		return nil
	}
	h, err := readAtMost(in, at*t.sector, len(t.header))
	if err != nil || len(h) < len(t.header) || string(h[:8]) != "EFI PART" {
		w.notes.text("backup", "damaged")
		return err
	}
	copied := append([]byte{}, t.header...)
	copy(copied[16:20], h[16:20])
	copy(copied[24:40], h[24:40]) // its own place and that of the other
	copy(copied[72:80], h[72:80])
	table, err := readAtMost(in, min(int64(le.Uint64(h[72:])), in.size/t.sector)*t.sector, len(t.entries))
	switch {
	case err != nil:
		return err
	case string(copied) != string(h):
		w.notes.text("backup", "another header: "+fmt.Sprintf("%x", h))
	case string(table) != string(t.entries):
		w.notes.text("backup", "another table: "+digested(table))
	default:
		w.notes.text("backup", "the same")
	}
	return nil
}

// mbrFields notes a master boot record, also a protective one.
func (w *walker) mbrFields(in input) error {
	b := make([]byte, 512)
	if _, err := in.ReadAt(b, 0); err != nil {
		return err
	}
	w.notes.text("disk signature", fmt.Sprintf("%08x", le.Uint32(b[440:])))
	w.notes.nonzero("copy protection", int64(le.Uint16(b[444:])))
	for i, e := range mbrTable(b) {
		if raw := b[446+16*i:][:16]; strings.Trim(string(raw), "\x00") != "" {
			w.notes.text(fmt.Sprintf("mbr p%d", i+1), fmt.Sprintf("status %#x, type %#x, first %d, sectors %d, chs %x-%x", e.status, e.kind, e.first, e.count, raw[1:4], raw[5:8]))
		}
	}
	if code := strings.Trim(string(b[:440]), "\x00"); code != "" {
		w.notes.text("boot code", digested(b[:440]))
	}
	return nil
}
