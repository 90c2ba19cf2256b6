package image

import (
	"fmt"
	"io"
	"time"
)

// fatFields notes the parameter block, the label of the root and what else
// stands before the clusters.
func (w *walker) fatFields(in input) error {
	b := make([]byte, 512)
	if _, err := in.ReadAt(b, 0); err != nil {
		return err
	}
	fs, err := w.openFAT(in, b)
	if err != nil {
		return err
	}
	f := w.notes
	f.text("oem name", padded(b[3:11], " "))
	f.number("bits", int64(fs.bits))
	for _, n := range []struct {
		name string
		at   int
	}{{"bytes per sector", 11}, {"reserved sectors", 14}, {"root entries", 17}, {"sectors", 19}, {"sectors per fat", 22}, {"sectors per track", 24}, {"heads", 26}} {
		f.number(n.name, int64(le.Uint16(b[n.at:])))
	}
	f.number("sectors per cluster", int64(b[13]))
	f.number("fats", int64(b[16]))
	f.hex("media", uint64(b[21]))
	f.number("hidden sectors", int64(le.Uint32(b[28:])))
	f.number("large sectors", int64(le.Uint32(b[32:])))
	ebpb := 36
	if fs.bits == 32 {
		f.number("large sectors per fat", int64(le.Uint32(b[36:])))
		f.hex("fat flags", uint64(le.Uint16(b[40:])))
		f.hex("version", uint64(le.Uint16(b[42:])))
		f.number("root cluster", int64(le.Uint32(b[44:])))
		f.number("info sector", int64(le.Uint16(b[48:])))
		f.number("backup sector", int64(le.Uint16(b[50:])))
		ebpb = 64
	}
	fatVolume(f, b[ebpb:])
	f.bytes("boot code", b[ebpb+26:510])
	return fs.fatParts(b)
}

// fatVolume notes the extended parameter block.
func fatVolume(f *facts, b []byte) {
	f.hex("drive", uint64(b[0]))
	f.hex("dirty", uint64(b[1]))
	if b[2] == 0x28 || b[2] == 0x29 {
		f.text("serial", fmt.Sprintf("%04X-%04X", le.Uint16(b[5:]), le.Uint16(b[3:])))
	}
	if b[2] == 0x29 {
		f.text("label", padded(b[7:18], " "))
		f.text("type", padded(b[18:26], " "))
	}
}

// fatParts notes the reserved sectors, the tables, and the label in the root.
func (f *fat) fatParts(b []byte) error {
	sector := int64(le.Uint16(b[11:]))
	if err := f.notes.part("reserved area", f.in, 512, f.table-512); err != nil {
		return err
	}
	tables := int64(b[16])
	for n := range tables {
		size := f.perTable * sector
		if err := f.take(f.place, int(size)); err != nil {
			return err
		}
		if err := f.notes.part(fmt.Sprintf("fat %d", n+1), f.in, f.table+n*size, size); err != nil {
			return err
		}
	}
	r, err := f.rootReader()
	if err != nil {
		return err
	}
	for {
		var d [32]byte
		if _, err := io.ReadFull(r, d[:]); err == io.EOF || err == nil && d[0] == 0 {
			return nil
		} else if err != nil {
			return err
		}
		if d[0] != 0xe5 && d[11]&0x3f != 0x0f && d[11]&0x08 != 0 {
			f.notes.text("root label", padded(d[:11], " "))
			f.notes.text("root label mtime", fatTime(le.Uint16(d[24:]), le.Uint16(d[22:]), 0))
			f.notes.add(under("root label ", fatEntryFields(&d, ""))...)
		}
	}
}

func under(name string, list []Field) []Field {
	for i := range list {
		list[i].Name = name + list[i].Name
	}
	return list
}

// fatEntryFields are what a directory entry records beside the entry; times
// have no zone.
func fatEntryFields(d *[32]byte, name string) []Field {
	var f facts
	if short := shortName(d); short != name {
		f.text("short name", short)
	}
	f.flags("attributes", uint64(d[11]), []string{"read-only", "hidden", "system", "label", "directory", "archive"})
	f.text("created", fatTime(le.Uint16(d[16:]), le.Uint16(d[14:]), d[13]))
	f.text("accessed", fatTime(le.Uint16(d[18:]), 0, 0))
	f.nonzero("case", int64(d[12]))
	f.number("cluster", int64(le.Uint16(d[26:]))|int64(le.Uint16(d[20:]))<<16)
	return f.list
}

// fatTime is a date and time, with hundredths of a second of a time that
// counts in twos.
func fatTime(date, clock uint16, hundredths byte) string {
	if date == 0 {
		return "none"
	}
	return dosStamp(dosTime(date, clock).Add(time.Duration(hundredths) * 10 * time.Millisecond))
}

// dosStamp is a time without a zone.
func dosStamp(t time.Time) string { return t.Format("2006-01-02T15:04:05.999") }
