package prove

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"
	"strings"
)

const (
	// placedAt is where the code of a relocatable is laid out, section by
	// section, so that its functions and units have addresses of their own.
	placedAt = 1 << 20
	// maxStart bounds a function of a start file, in bytes; the largest known,
	// __libc_csu_init of PowerPC, has some 200.
	maxStart = 256
	// maxInit bounds .init and .fini, which crti.o and crtn.o fill, in bytes.
	maxInit = 160
	// padPiece is how much of what may be padding is read at once, in bytes.
	padPiece = 4 << 10
	// maxPadding bounds the padding read in one file, in bytes; sections may lie
	// one upon the other.
	maxPadding = 256 << 20
)

// placeCode gives the code of a relocatable addresses: there all sections
// begin at 0.
func (f *elfFile) placeCode() {
	next := uint64(placedAt)
	for i := range f.sections {
		s := &f.sections[i]
		if f.typ != elf.ET_REL || s.flags&elf.SHF_EXECINSTR == 0 {
			continue
		}
		s.addr = next
		next += alignUp(min(s.size, f.size), 1<<12) + 1<<12
	}
}

// address is where a symbol of a section points to.
func (f *elfFile) address(s symbol) uint64 {
	if f.typ == elf.ET_REL && uint64(s.section) < uint64(len(f.sections)) {
		return s.value + f.sections[s.section].addr
	}
	return s.value
}

// linkerCode are sections whose code linkers write.
var linkerCode = []string{".plt", ".plt.got", ".plt.sec", ".plt.bnd", ".iplt", ".glink", ".MIPS.stubs"}

// patchCode are sections of kernels with instructions that stand in for others
// or repair a fault: all of them written in assembler.
var patchCode = []string{".altinstr_replacement", ".altinstr_aux", ".fixup"}

// judgedCode says that what is in a section has to belong to a unit.
func (o *object) judgedCode(s *section) bool {
	switch {
	case s.flags&elf.SHF_EXECINSTR == 0 || s.flags&elf.SHF_ALLOC == 0 || s.typ == elf.SHT_NOBITS || s.size == 0:
		return false
	case slices.Contains(linkerCode, s.name), o.ownsMemory() && slices.Contains(patchCode, s.name):
		return false
	case s.name == ".init" || s.name == ".fini":
		return s.size > maxInit
	}
	return true
}

// uncovered returns the extents of code outside of spans, which are sorted and
// merged: a function without a name in the symbol table is there all the same.
// Padding between functions is none.
func (o *object) uncovered(spans []span) (list []span, err error) {
	left := uint64(maxPadding)
	for i := range o.sections {
		s := &o.sections[i]
		if !o.judgedCode(s) {
			continue
		}
		at, end := s.addr, s.addr+s.size
		for k := sort.Search(len(spans), func(k int) bool { return spans[k].end > at }); at < end; k++ {
			gap := span{at, end}
			if k < len(spans) && spans[k].begin < end {
				gap.end, at = max(at, spans[k].begin), spans[k].end
			} else {
				at = end
			}
			pad, err := o.padding(s, gap, &left)
			if err != nil {
				return nil, err
			}
			if !pad {
				list = append(list, gap)
			}
		}
	}
	return list, nil
}

// padding says that an extent of a section has no code but instructions that
// do nothing, as assemblers and linkers put between functions.
func (o *object) padding(s *section, gap span, left *uint64) (bool, error) {
	known, step := o.nothing()
	if !known {
		return gap.end-gap.begin < 32, nil
	}
	for gap.begin < gap.end {
		b, err := o.bytes(s.off+(gap.begin-s.addr), min(gap.end-gap.begin, padPiece))
		if err != nil {
			return false, err
		}
		if *left < uint64(len(b)) {
			return false, fmt.Errorf("more than %d bytes of padding", maxPadding)
		}
		*left -= uint64(len(b))
		n := step(b)
		if n == 0 {
			return false, nil
		}
		gap.begin += uint64(n)
	}
	return true, nil
}

// nothings are the instructions without effect of machines whose instructions
// have a fixed size, in bytes; zeros are such everywhere.
var nothings = map[elf.Machine]struct {
	size  int
	codes []uint32
}{
	elf.EM_AARCH64: {4, []uint32{0xd503201f}},
	elf.EM_ARM:     {2, []uint32{0xbf00, 0x46c0, 0xe1a0, 0xe320, 0xf000}},
	elf.EM_RISCV:   {2, []uint32{0x0001, 0x0013}},
	elf.EM_PPC:     {4, []uint32{0x60000000}},
	elf.EM_PPC64:   {4, []uint32{0x60000000}},
	elf.EM_S390:    {2, []uint32{0x0707, 0x0700}},
	elf.EM_MIPS:    {4, nil},
}

// nothing returns what tells how many bytes at the begin of code do nothing;
// false for a machine of which that is not known.
func (o *object) nothing() (bool, func([]byte) int) {
	if o.isMachine(x86...) {
		return true, nothingX86
	}
	m, ok := nothings[o.machine]
	return ok, func(b []byte) int {
		n := 0
		for ; n+m.size <= len(b); n += m.size {
			code := word(o.order, b[n:n+m.size])
			if code != 0 && !slices.Contains(m.codes, code) {
				break
			}
		}
		return n
	}
}

func word(order binary.ByteOrder, b []byte) uint32 {
	if len(b) == 2 {
		return uint32(order.Uint16(b))
	}
	return order.Uint32(b)
}

// nothingX86 knows NOP in all lengths (Intel SDM, volume 2B), INT3, zeros, and
// what assemblers wrote for 32-bit code: LEA and MOV of a register to itself.
func nothingX86(b []byte) int {
	n := 0
	for n < len(b) {
		k := nopX86(b[n:])
		if k == 0 {
			break
		}
		n += k
	}
	return n
}

// nopX86 returns the length of the instruction if it does nothing, else 0.
func nopX86(b []byte) int {
	p := 0
	for p < len(b) && p < 14 && strings.IndexByte("\x66\x2e\x3e", b[p]) >= 0 {
		p++
	}
	rest := b[p:]
	n := 0
	switch {
	case len(rest) > 0 && rest[0] == 0x90:
		n = 1
	case p == 0 && len(rest) > 0 && (rest[0] == 0xcc || rest[0] == 0):
		n = 1
	case len(rest) > 1 && rest[0] == 0x89 && (rest[1] == 0xf6 || rest[1] == 0xff):
		n = 2
	case len(rest) > 2 && rest[0] == 0x0f && rest[1] == 0x1f && rest[2]>>6 != 3:
		n = 2 + operandX86(rest[2])
	case len(rest) > 2 && rest[0] == 0x8d && selfX86(rest[1], rest[2]):
		n = 1 + operandX86(rest[1])
		if n <= len(rest) && slices.ContainsFunc(rest[n-displacement(rest[1]):n], func(c byte) bool { return c != 0 }) {
			return 0
		}
	}
	if n == 0 || n > len(rest) {
		return 0
	}
	return p + n
}

// selfX86 says that LEA takes ESI into ESI or EDI into EDI, if its displacement
// is zero.
func selfX86(modrm, sib byte) bool {
	if modrm>>6 != 1 && modrm>>6 != 2 {
		return false
	}
	switch modrm & 0x3f {
	case 0x36, 0x3f:
		return true
	case 0x34:
		return sib == 0x26
	case 0x3c:
		return sib == 0x27
	}
	return false
}

// displacement is the size of a displacement by its ModR/M byte, in bytes.
func displacement(modrm byte) int {
	switch {
	case modrm>>6 == 1:
		return 1
	case modrm>>6 == 2, modrm>>6 == 0 && modrm&7 == 5:
		return 4
	}
	return 0
}

// operandX86 is the size of an operand in memory, in bytes: ModR/M, SIB and
// displacement.
func operandX86(modrm byte) int {
	n := 1 + displacement(modrm)
	if modrm&7 == 4 {
		n++
	}
	return n
}

// intermediates counts the sources that a relocatable holds as intermediate
// code of gcc: each has sections of its own, named after a random number.
func (o *object) intermediates() int {
	seen := map[string]bool{}
	for i := range o.sections {
		if id, ok := strings.CutPrefix(o.sections[i].name, ".gnu.lto_.decls."); ok {
			seen[id] = true
		}
	}
	return len(seen)
}

// intermediate says why units do not tell of code that is not generated yet;
// nil if they do.
func (o *object) intermediate() error {
	if n := o.intermediates(); n > o.units.intermediate {
		return fmt.Errorf("%d sources are in it as intermediate code, of which %d have a compilation unit", n, o.units.intermediate)
	}
	return nil
}
