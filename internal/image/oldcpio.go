package image

import (
	"encoding/binary"
	"io"
)

// Magic bytes of the binary format of cpio, as the old Unix had it and GNU
// cpio -H bin writes it, in both orders of bytes.
const (
	oldCPIOLittle = "\xc7\x71"
	oldCPIOBig    = "\x71\xc7"
)

// oldCPIOHeader reads the rest of a header of 13 numbers of 16 bits, of which
// six bytes were read: magic, device, inode; mode, owner, group, links, device
// number, time in two halves with the higher first, size of the name, size of
// the content in two halves.
func oldCPIOHeader(s *stream, magic [6]byte) (*cpioHeader, uint64, error) {
	var b [20]byte
	if _, err := io.ReadFull(s, b[:]); err != nil {
		return nil, 0, unexpected(err)
	}
	var order binary.ByteOrder = le
	if string(magic[:2]) == oldCPIOBig {
		order = binary.BigEndian
	}
	n := func(at int) uint64 { return uint64(order.Uint16(b[at:])) }
	major, minor := deviceNumber(uint32(n(8)))
	h := &cpioHeader{key: cpioKey{uint64(order.Uint16(magic[2:])), 0, uint64(order.Uint16(magic[4:]))},
		mode: uint32(n(0)), uid: int64(n(2)), gid: int64(n(4)), links: n(6), major: major, minor: minor,
		rmajor: uint64(major), rminor: uint64(minor), mtime: int64(n(10)<<16 | n(12)), size: int64(n(16)<<16 | n(18)), align: 2}
	return h, n(14), nil
}
