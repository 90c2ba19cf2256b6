package git

import (
	"encoding/binary"
	"errors"
)

var (
	errDelta = errors.New("the delta is damaged")
	errLarge = errors.New("the object is too large")
)

// patch applies a delta: the sizes of base and result, then commands that copy
// from the base (bit 7 set) or insert.
func patch(base, delta []byte) ([]byte, error) {
	from, n := binary.Uvarint(delta)
	if n <= 0 || from != uint64(len(base)) {
		return nil, errDelta
	}
	delta = delta[n:]
	size, n := binary.Uvarint(delta)
	if n <= 0 {
		return nil, errDelta
	}
	if size > maxMemory {
		return nil, errLarge
	}
	delta = delta[n:]
	out := make([]byte, 0, min(size, 1<<20))
	for len(delta) > 0 {
		command := delta[0]
		delta = delta[1:]
		var part []byte
		switch {
		case command == 0:
			return nil, errDelta
		case command&0x80 != 0:
			offset, length, rest, ok := copyCommand(command, delta)
			if !ok || offset+length > len(base) {
				return nil, errDelta
			}
			part, delta = base[offset:offset+length], rest
		case int(command) > len(delta):
			return nil, errDelta
		default:
			part, delta = delta[:command], delta[command:]
		}
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

// copyCommand reads where a copy begins and how long it is: bits 0 to 3 say
// which bytes of the offset follow, bits 4 to 6 which of the length.
func copyCommand(command byte, delta []byte) (offset, length int, rest []byte, ok bool) {
	for bit := range 7 {
		if command&(1<<bit) == 0 {
			continue
		}
		if len(delta) == 0 {
			return 0, 0, nil, false
		}
		if bit < 4 {
			offset |= int(delta[0]) << (8 * bit)
		} else {
			length |= int(delta[0]) << (8 * (bit - 4))
		}
		delta = delta[1:]
	}
	if length == 0 {
		length = 0x10000
	}
	return offset, length, delta, true
}
