package image

import (
	"errors"
	"strings"
	"time"
)

var errRock = errors.New("a damaged Rock Ridge field")

// systemUse reads the fields of Rock Ridge, also where they go on elsewhere.
func (i *iso) systemUse(r *isoRecord, b []byte) error {
	for continued := 0; ; continued++ {
		next, err := i.fields(r, b)
		if err != nil || next == nil {
			return err
		}
		if continued > 64 {
			return errors.New("the Rock Ridge fields do not end")
		}
		b = next
	}
}

// fields reads one area of fields, and returns the next one.
func (i *iso) fields(r *isoRecord, b []byte) (next []byte, err error) {
	for len(b) >= 4 && b[0] != 0 {
		n := int(b[2])
		if n < 4 || n > len(b) {
			return nil, errRock
		}
		field := b[:n]
		b = b[n:]
		switch string(field[:2]) {
		case "ST":
			return next, nil
		case "CE":
			next, err = i.continued(field)
		case "ZF", "SF":
			err = errors.New("compressed and sparse files of Rock Ridge are not supported")
		default:
			err = r.field(field)
		}
		if err != nil {
			return nil, err
		}
	}
	return next, nil
}

func (i *iso) continued(field []byte) ([]byte, error) {
	if len(field) < 28 {
		return nil, errRock
	}
	off, size := int64(le.Uint32(field[12:])), int64(le.Uint32(field[20:]))
	if size > 32<<10 || size == 0 {
		return nil, errRock
	}
	b := make([]byte, size)
	_, err := i.in.ReadAt(b, int64(le.Uint32(field[4:]))*isoSector+off)
	return b, err
}

// field takes one field of a record.
func (r *isoRecord) field(b []byte) error {
	switch string(b[:2]) {
	case "PX":
		return r.posix(b)
	case "PN":
		if len(b) < 20 {
			return errRock
		}
		high, low := le.Uint32(b[4:]), le.Uint32(b[12:])
		if high == 0 { // all in one number
			r.Major, r.Minor = deviceNumber(low)
		} else {
			r.Major, r.Minor = high, low
		}
	case "NM":
		if len(b) < 5 {
			return errRock
		}
		r.renamed = true
		if r.Path += string(b[5:]); len(r.Path) > pathMax {
			return errNameLong
		}
	case "SL":
		return r.link(b)
	case "TF":
		return r.time(b)
	case "CL":
		if len(b) < 8 {
			return errRock
		}
		r.child = int64(le.Uint32(b[4:]))
	case "RE":
		r.hidden = true
	case "AL":
		return r.attrs.add(b)
	}
	return nil
}

func (r *isoRecord) posix(b []byte) error {
	if len(b) < 36 {
		return errRock
	}
	mode := le.Uint32(b[4:])
	if mode&statType != 0 { // genisoimage leaves it out where it moves directories
		t, ok := typeOfStat(mode)
		if !ok || r.dir && t != Directory {
			return errRock
		}
		r.Type = t // a directory that was moved leaves a file's record
	}
	r.Mode, r.links = mode&0o7777, le.Uint32(b[12:])
	r.UID, r.GID = int64(le.Uint32(b[20:])), int64(le.Uint32(b[28:]))
	if len(b) >= 44 {
		r.serial = int64(le.Uint32(b[36:]))
	}
	return nil
}

// link takes components of a symbolic link's text: bit 1 of a component's
// flags is ".", bit 2 "..", bit 3 the root; bit 0 says that it goes on.
func (r *isoRecord) link(b []byte) error {
	if len(b) < 5 {
		return errRock
	}
	for parts := b[5:]; len(parts) > 0; {
		if len(parts) < 2 || int(parts[1])+2 > len(parts) {
			return errRock
		}
		flags, text := parts[0], string(parts[2:2+int(parts[1])])
		parts = parts[2+int(parts[1]):]
		if r.Link != "" && !r.linkMore && !strings.HasSuffix(r.Link, "/") {
			r.Link += "/"
		}
		switch {
		case flags&2 != 0:
			r.Link += "."
		case flags&4 != 0:
			r.Link += ".."
		case flags&8 != 0:
			r.Link = "/"
		default:
			r.Link += text
		}
		r.linkMore = flags&1 != 0
		if len(r.Link) > maxLink {
			return errNameLong
		}
	}
	return nil
}

// time takes the times that are recorded, in the order of the flags' bits:
// creation, modification, …; bit 7 tells the long form of 17 digits.
func (r *isoRecord) time(b []byte) error {
	if len(b) < 5 {
		return errRock
	}
	flags, at, size := b[4], 5, 7
	if flags&0x80 != 0 {
		size = 17
	}
	for bit := range r.times {
		if flags&(1<<bit) == 0 {
			continue
		}
		if at+size > len(b) {
			return errRock
		}
		t, err := rockTime(b[at : at+size])
		if err != nil && bit == 1 {
			return err
		}
		if r.times[bit] = t; bit == 1 {
			r.ModTime = t
		}
		at += size
	}
	return nil
}

// rockTime is a time of 7 bytes, or 16 digits and the zone.
func rockTime(b []byte) (time.Time, error) {
	if len(b) == 7 {
		return isoTime(b), nil
	}
	t, err := time.Parse("20060102150405", string(b[:14]))
	if err != nil {
		return time.Time{}, errRock
	}
	return t.Add(-time.Duration(int8(b[16])) * 15 * time.Minute), nil
}
