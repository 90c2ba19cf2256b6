package image

import (
	"unicode/utf16"
)

// fatName gathers a long name, whose parts stand before the short one, the
// last part first.
type fatName struct {
	units []uint16
	want  byte // number of the part that must follow
	sum   byte // of the short name
}

// add takes a part. One that does not fit the others begins anew, as in Linux.
func (n *fatName) add(d *[32]byte) {
	number := d[0] & 0x3f
	switch {
	case number == 0 || number > 20:
		*n = fatName{}
		return
	case d[0]&0x40 != 0:
		*n = fatName{units: make([]uint16, int(number)*13), want: number, sum: d[13]}
	case n.want != number || n.sum != d[13]:
		*n = fatName{}
		return
	}
	at := int(number-1) * 13
	for i, off := range [...]int{1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30} {
		n.units[at+i] = le.Uint16(d[off:])
	}
	n.want = number - 1
}

// of returns the name of the entry that follows the parts: the long one, if it
// is whole and belongs to it.
func (n *fatName) of(d *[32]byte) string {
	var sum byte
	for _, c := range d[:11] {
		sum = sum>>1 | sum<<7
		sum += c
	}
	if len(n.units) == 0 || n.want != 0 || n.sum != sum {
		return shortName(d)
	}
	for i, u := range n.units {
		if u == 0 {
			return string(utf16.Decode(n.units[:i]))
		}
	}
	return string(utf16.Decode(n.units))
}

// shortName reads a name of eight and three characters, whose case two bits
// tell.
func shortName(d *[32]byte) string {
	part := func(b []byte, lower bool) string {
		end := len(b)
		for end > 0 && b[end-1] == ' ' {
			end--
		}
		s := make([]byte, end)
		for i, c := range b[:end] {
			if lower && c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			s[i] = c
		}
		return string(s)
	}
	base, suffix := part(d[:8], d[12]&0x08 != 0), part(d[8:11], d[12]&0x10 != 0)
	if base != "" && base[0] == 0x05 {
		base = "\xe5" + base[1:]
	}
	if suffix != "" {
		return base + "." + suffix
	}
	return base
}
