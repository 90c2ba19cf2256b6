package xz

import "encoding/binary"

// The identifiers of filters.
const (
	idX86   = 0x04
	idARM64 = 0x0a
	idLZMA2 = 0x21
)

// A bcj turns the absolute addresses that a filter for branches, calls and
// jumps stored back into relative ones. Such filters are defined by the
// format's specification, section 5.3.2, and by what liblzma does.
type bcj struct {
	id   int64
	pos  uint32 // of held[0] in the block
	mask uint32 // x86: which of the bytes before looked like an opcode
	held []byte // unpacked; the bytes behind done are not filtered yet
	done int
}

func newBCJ(id int64) *bcj { return &bcj{id: id} }

// feed takes unpacked bytes and returns those that are through, which is
// valid until the next call. At the end of a block, last lets out the rest.
func (f *bcj) feed(b []byte, last bool) []byte {
	f.pos += uint32(f.done)
	f.held = append(f.held[:copy(f.held, f.held[f.done:])], b...)
	if f.id == idX86 {
		f.done = f.x86(f.held)
	} else {
		f.done = f.arm64(f.held)
	}
	if last {
		f.done = len(f.held)
	}
	return f.held[:f.done]
}

// extreme says whether b, the highest byte of an address, is one of those that
// the encoder converts.
func extreme(b byte) bool { return b == 0 || b == 0xff }

// x86 converts the operands of CALL (E8) and JMP (E9).
func (f *bcj) x86(b []byte) int {
	allowed := [8]bool{true, true, true, false, true, false, false, false}
	shift := [8]uint32{0, 1, 2, 2, 3, 3, 3, 3}
	if len(b) <= 4 {
		return 0
	}
	i, end, opcode := 0, len(b)-4, -1
	for ; i < end; i++ {
		if b[i]&0xfe != 0xe8 {
			continue
		}
		distance := i - opcode
		opcode = i
		if distance > 3 {
			f.mask = 0
		} else if f.mask = f.mask << (distance - 1) & 7; f.mask != 0 {
			if !allowed[f.mask] || extreme(b[i+4-int(shift[f.mask])]) {
				f.mask = f.mask<<1 | 1
				continue
			}
		}
		if !extreme(b[i+4]) {
			f.mask = f.mask<<1 | 1
			continue
		}
		address := x86Address(binary.LittleEndian.Uint32(b[i+1:]), f.pos+uint32(i)+5, shift[f.mask]*8)
		binary.LittleEndian.PutUint32(b[i+1:], address)
		i += 4
	}
	if distance := i - opcode; distance > 3 {
		f.mask = 0
	} else {
		f.mask <<= distance - 1
	}
	return i
}

// x86Address undoes the conversion of an operand; bits is where the byte lies
// that may have been taken for an opcode, 0 if there was none.
func x86Address(src, next, bits uint32) uint32 {
	dest := src - next
	for bits > 0 && extreme(byte(dest>>(24-bits))) {
		src = dest ^ (1<<(32-bits) - 1)
		dest = src - next
	}
	dest &= 0x01ffffff
	return dest | -(dest & 0x01000000)
}

// arm64 converts the operands of BL and, near enough, ADRP.
func (f *bcj) arm64(b []byte) int {
	i := 0
	for ; i+4 <= len(b); i += 4 {
		pc, in := f.pos+uint32(i), binary.LittleEndian.Uint32(b[i:])
		switch {
		case in>>26 == 0x25:
			in = 0x94000000 | (in-pc>>2)&0x03ffffff
		case in&0x9f000000 == 0x90000000:
			src := in>>29&3 | in>>3&0x001ffffc
			if (src+0x00020000)&0x001c0000 != 0 {
				continue
			}
			dest := src - pc>>12
			in = in&0x9000001f | dest&3<<29 | dest&0x0003fffc<<3 | -(dest&0x00020000)&0x00e00000
		default:
			continue
		}
		binary.LittleEndian.PutUint32(b[i:], in)
	}
	return i
}
