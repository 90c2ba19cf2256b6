package git

import (
	"encoding/binary"
	"errors"
)

var errDelta = errors.New("a delta is damaged")

// Patch applies a delta, as gitformat-pack(5) has it: the sizes of base and result, then commands that copy
// from the base (bit 7 set) or insert. A result of more than limit bytes is ErrLarge.
func Patch(base, delta []byte, limit int64) ([]byte, error) {
	from, n := binary.Uvarint(delta)
	if n <= 0 || from != uint64(len(base)) {
		return nil, errDelta
	}
	delta = delta[n:]
	size, n := binary.Uvarint(delta)
	if n <= 0 {
		return nil, errDelta
	}
	if size > uint64(limit) {
		return nil, ErrLarge
	}
	delta = delta[n:]
	out := make([]byte, 0, min(size, 1<<20))
	for len(delta) > 0 {
		part, rest, err := command(base, delta)
		if err != nil {
			return nil, err
		}
		delta = rest
		if uint64(len(out)+len(part)) > size {
			return nil, errDelta
		}
		out = append(out, part...)
	}
	if uint64(len(out)) != size {
		return nil, errDelta
	}
	return out, nil
}

// command gives what one command adds, and the commands after it.
func command(base, delta []byte) (part, rest []byte, err error) {
	c := delta[0]
	delta = delta[1:]
	if c&0x80 == 0 {
		if c == 0 || int(c) > len(delta) {
			return nil, nil, errDelta
		}
		return delta[:c], delta[c:], nil
	}
	// bits 0 to 3 say which bytes of the offset follow, 4 to 6 which of the length
	var offset, length int64
	for bit := range 7 {
		if c&(1<<bit) == 0 {
			continue
		}
		if len(delta) == 0 {
			return nil, nil, errDelta
		}
		if bit < 4 {
			offset |= int64(delta[0]) << (8 * bit)
		} else {
			length |= int64(delta[0]) << (8 * (bit - 4))
		}
		delta = delta[1:]
	}
	if length == 0 {
		length = 0x10000
	}
	if offset+length > int64(len(base)) {
		return nil, nil, errDelta
	}
	return base[offset : offset+length], delta, nil
}
