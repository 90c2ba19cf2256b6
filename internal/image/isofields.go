package image

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
)

// isoTexts are the texts of a volume descriptor (ECMA-119, 8.4), isoDates its
// dates.
var (
	isoTexts = []struct {
		name     string
		from, to int
	}{
		{"system id", 8, 40}, {"volume id", 40, 72}, {"volume set id", 190, 318}, {"publisher id", 318, 446}, {"preparer id", 446, 574}, {"application id", 574, 702},
		{"copyright file", 702, 739}, {"abstract file", 739, 776}, {"bibliographic file", 776, 813},
	}
	isoDates = []struct {
		name string
		at   int
	}{{"creation date", 813}, {"modification date", 830}, {"expiration date", 847}, {"effective date", 864}}
)

// noteVolume notes a volume descriptor: 0 a boot record, 1 the primary one, 2
// a supplementary one, 3 a partition.
func (i *iso) noteVolume(b []byte) error {
	f, name := i.notes, map[byte]string{0: "boot record ", 1: "", 2: "supplementary ", 3: "partition "}[b[0]]
	joliet := b[0] == 2 && b[88] == '%'
	switch b[0] {
	case 1, 2:
		for _, t := range isoTexts {
			f.text(name+t.name, isoText(b[t.from:t.to], joliet))
		}
		for _, d := range isoDates {
			f.text(name+d.name, isoDate(b[d.at:d.at+17]))
		}
		f.number(name+"volume space size", int64(le.Uint32(b[80:])))
		f.text(name+"volume set", fmt.Sprintf("%d of %d", le.Uint16(b[124:]), le.Uint16(b[120:])))
		if b[0] == 2 {
			f.text(name+"escape sequences", padded(b[88:120], "\x00"))
		}
		f.number(name+"volume flags", int64(b[7]))
		f.number(name+"file structure version", int64(b[881]))
		f.text(name+"application use", padded(b[883:1395], "\x00 "))
		f.text(name+"reserved", padded(b[1395:], "\x00"))
		return i.notePathTables(name, b)
	case 0:
		f.text(name+"system", padded(b[7:39], "\x00 "))
		f.text(name+"id", padded(b[39:71], "\x00 "))
		f.text(name+"use", padded(b[75:], "\x00"))
	default:
		f.text(fmt.Sprintf("descriptor %d", b[0]), padded(b[7:], "\x00"))
	}
	return nil
}

// notePathTables notes the tables, which list all directories again.
func (i *iso) notePathTables(name string, b []byte) error {
	size := int64(le.Uint32(b[132:]))
	for _, t := range []struct {
		name string
		at   int64
	}{
		{"path table L", int64(le.Uint32(b[140:]))}, {"optional path table L", int64(le.Uint32(b[144:]))},
		{"path table M", int64(be.Uint32(b[148:]))}, {"optional path table M", int64(be.Uint32(b[152:]))},
	} {
		if t.at == 0 {
			continue
		}
		if size > i.in.size || t.at*isoSector > i.in.size-size {
			return errTable
		}
		if err := i.take(i.place, int(size)); err != nil {
			return err
		}
		if err := i.notes.part(name+t.name, i.in, t.at*isoSector, size); err != nil {
			return err
		}
	}
	return nil
}

func isoText(b []byte, joliet bool) string {
	if !joliet {
		return padded(b, " ")
	}
	units := make([]uint16, len(b)/2)
	for n := range units {
		units[n] = be.Uint16(b[2*n:])
	}
	return strings.TrimRight(string(utf16.Decode(units)), " \x00")
}

// isoDate is sixteen digits, down to hundredths of a second, and the zone in
// quarters of an hour.
func isoDate(b []byte) string {
	if strings.Trim(string(b[:16]), "0\x00 ") == "" {
		return "none"
	}
	t, err := time.Parse("20060102150405.00", string(b[:14])+"."+string(b[14:16]))
	if err != nil {
		return fmt.Sprintf("%q", b)
	}
	text := t.Add(-time.Duration(int8(b[16])) * 15 * time.Minute).Format(time.RFC3339Nano)
	if b[16] != 0 {
		text += fmt.Sprintf(" (zone %+d quarters of an hour)", int8(b[16]))
	}
	return text
}

// Names of the times of Rock Ridge's TF, by bit.
var isoTimes = []string{"creation", "mtime", "atime", "ctime", "backup", "expiration", "effective"}

// fields are what a record says beside the entry.
func (r *isoRecord) fields(rock bool) []Field {
	var f facts
	f.text("identifier", string(r.name))
	f.number("extent", r.block)
	if r.Type == Directory {
		f.number("size", r.size)
	}
	if !r.recorded.IsZero() {
		f.stamp("recorded", r.recorded)
	}
	if r.bits&^2 != 0 {
		f.hex("flags", uint64(r.bits))
	}
	if !rock {
		return f.list
	}
	f.number("links", int64(r.links))
	f.number("ino", r.serial)
	for bit, name := range isoTimes {
		if bit != 1 && !r.times[bit].IsZero() {
			f.stamp(name, r.times[bit])
		}
	}
	return f.list
}

// noteCatalog notes El Torito's catalog: the validation entry, and the
// entries behind it as they stand there.
func (i *iso) noteCatalog(b []byte) {
	i.notes.text("boot catalog id", padded(b[4:28], "\x00"))
	i.notes.hex("boot catalog platform", uint64(b[1]))
	for n := 1; n < isoSector/32; n++ {
		if e := b[n*32:][:32]; e[0] != 0 {
			i.notes.text(fmt.Sprintf("boot entry %d", n), bootEntryText(e))
		}
	}
}

// bootEntryText tells an entry of the catalog, or a header of a section.
func bootEntryText(e []byte) string {
	if e[0] == 0x90 || e[0] == 0x91 {
		return fmt.Sprintf("section, platform %#x, %d entries, id %s", e[1], le.Uint16(e[2:]), padded(e[4:], "\x00"))
	}
	return fmt.Sprintf("indicator %#x, media %#x, segment %#x, system %#x, sectors %d, block %d, rest %x", e[0], e[1], le.Uint16(e[2:]), e[4], le.Uint16(e[6:]),
		le.Uint32(e[8:]), e[12:])
}
