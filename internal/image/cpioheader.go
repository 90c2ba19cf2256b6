package image

import (
	"errors"
	"io"
	"strconv"
)

// readCPIOHeader reads a header with its name, up to where the content
// begins.
func readCPIOHeader(s *stream) (*cpioHeader, error) {
	var magic [6]byte
	if _, err := io.ReadFull(s, magic[:]); err != nil {
		return nil, unexpected(err)
	}
	var h *cpioHeader
	var nameSize uint64
	var err error
	length := int64(110)
	switch {
	case string(magic[:]) == "070701", string(magic[:]) == "070702":
		h, nameSize, err = newcHeader(s, magic[5] == '2')
	case string(magic[:]) == "070707":
		length = 76
		h, nameSize, err = odcHeader(s)
	case string(magic[:2]) == oldCPIOLittle, string(magic[:2]) == oldCPIOBig:
		length = 26
		h, nameSize, err = oldCPIOHeader(s, magic)
		magic = [6]byte{magic[0], magic[1]}
	default:
		return nil, errors.New("no header of an entry at offset " + strconv.FormatInt(s.pos-6, 10))
	}
	if err != nil {
		return nil, err
	}
	if nameSize == 0 || nameSize > pathMax+1 {
		return nil, errNameLong
	}
	name := make([]byte, nameSize)
	if _, err := io.ReadFull(s, name); err != nil {
		return nil, unexpected(err)
	}
	if name[nameSize-1] != 0 {
		return nil, errors.New("the name does not end with a NUL byte")
	}
	h.name, h.magic = string(name[:nameSize-1]), magic
	_, err = io.ReadFull(s, h.fill[:(h.align-(length+int64(nameSize))%h.align)%h.align])
	return h, unexpected(err)
}

// newcHeader reads 13 numbers of eight hexadecimal digits.
func newcHeader(s *stream, checked bool) (*cpioHeader, uint64, error) {
	var b [13 * 8]byte
	if _, err := io.ReadFull(s, b[:]); err != nil {
		return nil, 0, unexpected(err)
	}
	var v [13]uint64
	for i := range v {
		var err error
		if v[i], err = digits(b[i*8:i*8+8], 16); err != nil {
			return nil, 0, err
		}
	}
	return &cpioHeader{key: cpioKey{v[7], v[8], v[0]}, mode: uint32(v[1]), uid: int64(v[2]), gid: int64(v[3]),
		links: v[4], mtime: int64(v[5]), size: int64(v[6]), major: uint32(v[9]), minor: uint32(v[10]), rmajor: v[9], rminor: v[10],
		check: uint32(v[12]), checked: checked, align: 4}, v[11], nil
}

// odcHeader reads the portable header of POSIX.1: octal numbers of 6 and 11
// digits.
func odcHeader(s *stream) (*cpioHeader, uint64, error) {
	var b [70]byte
	if _, err := io.ReadFull(s, b[:]); err != nil {
		return nil, 0, unexpected(err)
	}
	var v [10]uint64
	at := 0
	for i, n := range []int{6, 6, 6, 6, 6, 6, 6, 11, 6, 11} {
		var err error
		if v[i], err = digits(b[at:at+n], 8); err != nil {
			return nil, 0, err
		}
		at += n
	}
	major, minor := deviceNumber(uint32(v[6]))
	return &cpioHeader{key: cpioKey{v[0], 0, v[1]}, mode: uint32(v[2]), uid: int64(v[3]), gid: int64(v[4]),
		links: v[5], major: major, minor: minor, rmajor: uint64(major), rminor: uint64(minor), mtime: int64(v[7]), size: int64(v[9]), align: 1}, v[8], nil
}

func digits(b []byte, base int) (uint64, error) {
	if b[0] == '+' || b[0] == '-' {
		return 0, errors.New("a damaged number in a header")
	}
	v, err := strconv.ParseUint(string(b), base, 63)
	if err != nil {
		return 0, errors.New("a damaged number in a header")
	}
	return v, nil
}
