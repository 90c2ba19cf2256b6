package image

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf16"
)

const isoSector = 2048

// iso is an ISO 9660 image (ECMA-119), its names and attributes those of Rock
// Ridge (IEEE P1282), else of Joliet, else its own in lower case and without
// versions, as Linux shows them.
type iso struct {
	*walker
	in      input
	rock    bool
	joliet  bool
	skip    int              // bytes before the system use fields
	first   map[int64]string // paths of files that have several, by serial number
	seen    map[int64]bool   // directories, by their block
	files   map[int64]bool   // blocks where contents begin
	catalog int64            // block of El Torito's catalog; 0: none
}

// isoRecord is a directory record.
type isoRecord struct {
	Entry
	name     []byte
	block    int64
	size     int64
	more     bool // its content goes on in the next record
	child    int64
	dir      bool // it says itself that it is a directory
	hidden   bool // a directory that was moved, at its real place
	links    uint32
	serial   int64
	pieces   *pieces
	linkMore bool // the text of the symbolic link goes on
	renamed  bool
	attrs    aaip
	bits     byte         // flags of the record
	recorded time.Time    // as the record says
	times    [7]time.Time // of Rock Ridge
}

func (w *walker) iso(in input) error {
	i := &iso{walker: w, in: in, first: map[int64]string{}, seen: map[int64]bool{}, files: map[int64]bool{}}
	root, err := i.descriptors()
	if err != nil {
		return w.fail("", err)
	}
	if i.noting() {
		if err := i.notes.part("system area", in, 0, 16*isoSector); err != nil {
			return w.fail("", err)
		}
	}
	if err := i.list("", root.block, root.size); err != nil {
		return err
	}
	if i.catalog == 0 {
		return nil
	}
	return i.boot()
}

// descriptors reads the volume descriptors and returns the root.
func (i *iso) descriptors() (*isoRecord, error) {
	var primary, joliet *isoRecord
	b := make([]byte, isoSector)
	for at := int64(16); ; at++ {
		if at > 16+64 {
			return nil, errors.New("the volume descriptors do not end")
		}
		if _, err := i.in.ReadAt(b, at*isoSector); err != nil {
			return nil, err
		}
		if string(b[1:6]) != "CD001" {
			return nil, errors.New("a damaged volume descriptor")
		}
		if i.noting() && b[0] != 255 {
			if err := i.noteVolume(b); err != nil {
				return nil, err
			}
		}
		switch {
		case b[0] == 255:
			if primary == nil {
				return nil, errors.New("there is no primary volume descriptor")
			}
			return i.chooseTree(primary, joliet)
		case b[0] == 0 && strings.HasPrefix(string(b[7:]), "EL TORITO SPECIFICATION\x00"):
			i.catalog = int64(le.Uint32(b[71:]))
		case b[0] == 1 && primary == nil || b[0] == 2 && b[88] == '%' && b[89] == '/':
			if le.Uint16(b[128:]) != isoSector {
				return nil, errors.New("blocks of another size than 2048 are not supported")
			}
			root, err := i.record(b[156:190])
			if err != nil {
				return nil, err
			}
			if b[0] == 2 {
				joliet = root
				continue
			}
			if int64(le.Uint32(b[80:]))*isoSector > i.in.size {
				return nil, io.ErrUnexpectedEOF
			}
			primary = root
		}
	}
}

// chooseTree looks for the mark of the system use sharing protocol in the
// root's own record.
func (i *iso) chooseTree(primary, joliet *isoRecord) (*isoRecord, error) {
	b := make([]byte, isoSector)
	if _, err := i.in.ReadAt(b, primary.block*isoSector); err != nil {
		return nil, err
	}
	if n := int(b[0]); n > 34+7 && string(b[34:37]) == "SP\x07" && b[38] == 0xbe && b[39] == 0xef {
		i.rock, i.skip = true, int(b[40])
	}
	if !i.rock && joliet != nil {
		i.joliet = true
		return joliet, nil
	}
	return primary, nil
}

// record reads a directory record without its system use fields.
func (i *iso) record(b []byte) (*isoRecord, error) {
	if len(b) < 34 || int(b[32])+33 > len(b) || b[32] == 0 {
		return nil, errors.New("a damaged directory record")
	}
	r := &isoRecord{name: b[33 : 33+int(b[32])], block: int64(le.Uint32(b[2:])) + int64(b[1]), size: int64(le.Uint32(b[10:])), more: b[25]&0x80 != 0}
	r.Entry = Entry{Type: Regular, Mode: 0o444, Size: r.size, ModTime: isoTime(b[18:25])}
	r.bits, r.recorded = b[25], r.ModTime
	if r.dir = b[25]&0x02 != 0; r.dir {
		r.Type, r.Mode, r.Size = Directory, 0o555, 0
	}
	if b[26] != 0 || b[27] != 0 {
		return nil, errors.New("interleaved files are not supported")
	}
	return r, nil
}

// isoTime is years since 1900, month, day, hour, minute, second and the zone
// in quarters of an hour.
func isoTime(b []byte) time.Time {
	if b[0]|b[1]|b[2] == 0 {
		return time.Time{}
	}
	t := time.Date(1900+int(b[0]), time.Month(b[1]), int(b[2]), int(b[3]), int(b[4]), int(b[5]), 0, time.UTC)
	return t.Add(-time.Duration(int8(b[6])) * 15 * time.Minute)
}

// list shows the entries of a directory, and what is below. Records do not
// cross sectors.
func (i *iso) list(dir string, block, size int64) error {
	if i.seen[block] {
		return i.failf(dir, "the directory is in the tree twice")
	}
	i.seen[block] = true
	b := make([]byte, isoSector)
	var open *isoRecord // whose content goes on
	for end := block + (size+isoSector-1)/isoSector; block < end; block++ {
		if _, err := i.in.ReadAt(b, block*isoSector); err != nil {
			return i.fail(dir, err)
		}
		for at := 0; at < isoSector && b[at] != 0; at += int(b[at]) {
			if at+int(b[at]) > isoSector {
				return i.failf(dir, "a damaged directory")
			}
			r, err := i.read(b[at : at+int(b[at])])
			if err != nil {
				return i.fail(dir, err)
			}
			if len(r.name) == 1 && r.name[0] <= 1 { // itself and its parent
				if dir == "" && r.name[0] == 0 && i.noting() {
					r.Fields = r.fields(i.rock)
					i.noteRoot(r.Entry)
				}
				continue
			}
			if open, err = i.part(dir, open, r); err != nil {
				return err
			}
		}
	}
	if open != nil {
		return i.fail(dir, io.ErrUnexpectedEOF)
	}
	return nil
}

// read reads a record with its system use fields.
func (i *iso) read(b []byte) (*isoRecord, error) {
	r, err := i.record(b)
	if err != nil || !i.rock {
		return r, err
	}
	at := 33 + len(r.name)
	at += at % 2
	if len(r.name) != 1 || r.name[0] != 0 || !bytes.HasPrefix(b[min(at, len(b)):], []byte("SP")) {
		at += i.skip
	}
	if at > len(b) {
		return r, nil
	}
	err = i.systemUse(r, b[at:])
	if err == nil && r.Type == Directory && !r.dir && r.child == 0 {
		err = errRock
	}
	return r, err
}

// part puts the parts of a large file together and shows what is whole.
func (i *iso) part(dir string, open, r *isoRecord) (*isoRecord, error) {
	if open == nil {
		r.pieces = &pieces{in: i.in}
		open = r
	} else if !bytes.Equal(open.name, r.name) {
		return nil, i.failf(dir, "a part of a file is missing")
	}
	open.pieces.add(r.block*isoSector, r.size)
	if r.more {
		return open, nil
	}
	return nil, i.listed(dir, open)
}

func (i *iso) listed(dir string, r *isoRecord) error {
	if r.hidden {
		return nil
	}
	name := i.nameOf(r)
	path, err := joinName(dir, name)
	if err != nil {
		return i.fail(quoted(dir, name), err)
	}
	if r.child != 0 {
		if r, err = i.moved(r); err != nil {
			return i.fail(path, err)
		}
	}
	if r.Xattrs, err = r.attrs.parse(); err != nil {
		return i.fail(path, err)
	}
	e := r.Entry
	e.Path = path
	if i.opt.Fields {
		e.Fields = r.fields(i.rock)
	}
	var src source
	if e.Type == Regular {
		e.Size = r.pieces.size
		if first, ok := i.first[r.serial]; ok && r.links > 1 && r.serial != 0 {
			e.Type, e.Link, e.Size = HardLink, first, 0
		} else {
			src = inPlace{r.pieces}
			i.files[r.block] = true
			if r.links > 1 {
				i.first[r.serial] = path
			}
		}
	} else {
		e.Size = 0
	}
	if err := i.emit(e, src); err != nil {
		return err
	}
	if e.Type == Directory {
		return i.list(path, r.block, r.size)
	}
	return nil
}

// moved reads the record of a directory that is too deep for ISO 9660 and
// stands elsewhere.
func (i *iso) moved(link *isoRecord) (*isoRecord, error) {
	b := make([]byte, isoSector)
	if _, err := i.in.ReadAt(b, link.child*isoSector); err != nil {
		return nil, err
	}
	r, err := i.read(b[:b[0]])
	if err == nil && (r.Type != Directory || r.child != 0) {
		err = errors.New("a moved directory is not where it should be")
	}
	return r, err
}

func (i *iso) nameOf(r *isoRecord) string {
	switch {
	case r.renamed:
		return r.Path
	case i.joliet:
		units := make([]uint16, len(r.name)/2)
		for n := range units {
			units[n] = uint16(r.name[2*n])<<8 | uint16(r.name[2*n+1])
		}
		name, _, _ := strings.Cut(string(utf16.Decode(units)), ";")
		return name
	}
	name, _, _ := strings.Cut(strings.ToLower(string(r.name)), ";")
	return strings.TrimSuffix(name, ".")
}
