package prove

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"testing"
)

// image describes an ELF file to be made, of any class, byte order and
// machine: what gcc cannot make here.
type image struct {
	wide      bool
	big       bool
	machine   elf.Machine
	typ       elf.Type
	interp    bool
	stack     int // flags of PT_GNU_STACK, -1 for none
	relro     bool
	loadFlags elf.ProgFlag
	dynamic   []uint64 // tags and values, without the end
	note      []byte   // contents of PT_NOTE
	noteAlign uint64
	imports   []string
}

func (m image) order() binary.AppendByteOrder {
	if m.big {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// addr appends an Elf_Addr.
func (m image) addr(b []byte, v uint64) []byte {
	if m.wide {
		return m.order().AppendUint64(b, v)
	}
	return m.order().AppendUint32(b, uint32(v))
}

// make lays the file out with addresses that are offsets.
func (m image) make() []byte {
	o := m.order()
	ehsize, phsize := uint64(52), uint64(32)
	if m.wide {
		ehsize, phsize = 64, 56
	}
	const interp = "/lib/ld.so\x00"
	strings := []byte{0}
	var names []uint64
	for _, s := range append([]string{"libc.so.6"}, m.imports...) {
		names = append(names, uint64(len(strings)))
		strings = append(append(strings, s...), 0)
	}
	symbols := m.symbol(0)
	for _, n := range names[1:] {
		symbols = append(symbols, m.symbol(uint32(n))...)
	}
	type ph struct {
		typ   elf.ProgType
		flags elf.ProgFlag
		body  []byte
		align uint64
	}
	var list []ph
	if m.interp {
		list = append(list, ph{elf.PT_INTERP, elf.PF_R, []byte(interp), 1})
	}
	if m.note != nil {
		list = append(list, ph{elf.PT_NOTE, elf.PF_R, m.note, m.noteAlign})
	}
	if m.stack >= 0 {
		list = append(list, ph{elf.PT_GNU_STACK, elf.ProgFlag(m.stack), nil, 16})
	}
	if m.relro {
		list = append(list, ph{elf.PT_GNU_RELRO, elf.PF_R, make([]byte, smallestPage), 1})
	}
	count := uint64(len(list)) + 1
	if m.dynamic != nil {
		count++
	}
	at := ehsize + count*phsize
	var body []byte
	place := func(b []byte) uint64 {
		for (at+uint64(len(body)))%8 != 0 {
			body = append(body, 0)
		}
		off := at + uint64(len(body))
		body = append(body, b...)
		return off
	}
	var heads []byte
	head := func(p ph, off, size uint64) {
		heads = o.AppendUint32(heads, uint32(p.typ))
		if m.wide {
			heads = o.AppendUint32(heads, uint32(p.flags))
		}
		for _, v := range []uint64{off, off, off, size, size} {
			heads = m.addr(heads, v)
		}
		if !m.wide {
			heads = o.AppendUint32(heads, uint32(p.flags))
		}
		heads = m.addr(heads, p.align)
	}
	for _, p := range list {
		head(p, place(p.body), uint64(len(p.body)))
	}
	if m.dynamic != nil {
		symtab := place(symbols)
		strtab := place(strings)
		var d []byte
		for _, v := range append(m.dynamic,
			uint64(elf.DT_NEEDED), names[0], uint64(elf.DT_SYMTAB), symtab, uint64(elf.DT_STRTAB), strtab,
			uint64(elf.DT_STRSZ), uint64(len(strings)), uint64(elf.DT_NULL), 0) {
			d = m.addr(d, v)
		}
		head(ph{elf.PT_DYNAMIC, elf.PF_R | elf.PF_W, nil, 8}, place(d), uint64(len(d)))
	}
	total := at + uint64(len(body))
	head(ph{elf.PT_LOAD, m.loadFlags, nil, 4096}, 0, total)

	class, data := elf.ELFCLASS32, elf.ELFDATA2LSB
	if m.wide {
		class = elf.ELFCLASS64
	}
	if m.big {
		data = elf.ELFDATA2MSB
	}
	out := append([]byte("\x7fELF"), byte(class), byte(data), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	out = o.AppendUint16(out, uint16(m.typ))
	out = o.AppendUint16(out, uint16(m.machine))
	out = o.AppendUint32(out, 1)
	for _, v := range []uint64{at, ehsize, 0} { // entry, program headers, section headers
		out = m.addr(out, v)
	}
	out = o.AppendUint32(out, 0)
	for _, v := range []uint64{ehsize, phsize, count, 0, 0, 0} {
		out = o.AppendUint16(out, uint16(v))
	}
	return append(append(out, heads...), body...)
}

// symbol is an undefined function.
func (m image) symbol(name uint32) []byte {
	b := m.order().AppendUint32(nil, name)
	if m.wide {
		return append(b, make([]byte, 20)...)
	}
	return append(b, make([]byte, 12)...)
}

// property makes a property note with these properties of 4 bytes each.
func (m image) property(align uint64, pairs ...uint32) []byte {
	var desc []byte
	for i := 0; i < len(pairs); i += 2 {
		desc = m.order().AppendUint32(desc, pairs[i])
		desc = m.order().AppendUint32(desc, 4)
		desc = m.order().AppendUint32(desc, pairs[i+1])
		for uint64(len(desc))%align != 0 {
			desc = append(desc, 0)
		}
	}
	return m.noteOf(noteProperty, desc)
}

func (m image) noteOf(typ uint32, desc []byte) []byte {
	b := m.order().AppendUint32(nil, 4)
	b = m.order().AppendUint32(b, uint32(len(desc)))
	b = m.order().AppendUint32(b, typ)
	return append(append(b, "GNU\x00"...), desc...)
}

func (m image) prove(name string, opt Options) File {
	b := m.make()
	return Prove(name, bytes.NewReader(b), int64(len(b)), opt)
}

var machines = []struct {
	name      string
	wide, big bool
	machine   elf.Machine
	noStack   Status // without PT_GNU_STACK
}{
	{"x86-64", true, false, elf.EM_X86_64, Refuted},
	{"i386", false, false, elf.EM_386, Refuted},
	{"x32", false, false, elf.EM_X86_64, Refuted},
	{"arm64", true, false, elf.EM_AARCH64, Proved},
	{"arm", false, false, elf.EM_ARM, Refuted},
	{"riscv64", true, false, elf.EM_RISCV, Unknown},
	{"ppc64le", true, false, elf.EM_PPC64, Proved},
	{"s390x", true, true, elf.EM_S390, Refuted},
	{"mips", false, true, elf.EM_MIPS, Unknown},
}

func TestMachines(t *testing.T) {
	for _, m := range machines {
		t.Run(m.name, func(t *testing.T) {
			good := image{
				wide: m.wide, big: m.big, machine: m.machine, typ: elf.ET_DYN, interp: true, relro: true,
				stack: int(elf.PF_R | elf.PF_W), loadFlags: elf.PF_R | elf.PF_X,
				dynamic: []uint64{uint64(elf.DT_FLAGS_1), uint64(elf.DF_1_PIE | elf.DF_1_NOW)},
				imports: []string{"__printf_chk", "memcpy", "__stack_chk_fail"},
			}
			good.note, good.noteAlign = good.noteOf(noteBuildID, []byte{0xca, 0xfe, 0xba, 0xbe}), 4
			expect(t, good.prove("good", Options{}), PIE, "pie=proved", "relro=proved", "now=proved", "nx=proved", "no-rwx=proved",
				"no-textrel=proved", "rpath=proved", "build-id=proved~cafebabe", "fortify=unknown~memcpy", "forbidden-symbols=proved", "stack-protector=unknown~at least one")
			bad := good
			bad.typ, bad.stack, bad.relro, bad.note, bad.loadFlags = elf.ET_EXEC, -1, false, nil, elf.PF_R|elf.PF_W|elf.PF_X
			bad.dynamic = []uint64{uint64(elf.DT_TEXTREL), 0, uint64(elf.DT_RUNPATH), 1}
			bad.imports = []string{"gets", "printf"}
			expect(t, bad.prove("bad", Options{}), Executable, "pie=refuted", "relro=refuted", "now=refuted", "nx="+string(m.noStack), "no-rwx=refuted",
				"no-textrel=refuted", "rpath=refuted~libc.so.6", "build-id=refuted", "fortify=refuted~printf", "forbidden-symbols=refuted~gets")
			plain := good
			plain.interp, plain.dynamic = false, nil
			plain.typ = elf.ET_EXEC
			expect(t, plain.prove("static", Options{}), Static, "pie=refuted", "now=not-applicable", "fortify=unknown")
			lib := good
			lib.interp, lib.dynamic = false, []uint64{uint64(elf.DT_FLAGS), uint64(elf.DF_BIND_NOW)}
			expect(t, lib.prove("lib", Options{}), DSO, "pie=not-applicable", "now=proved~DF_BIND_NOW")
			old := good // a linker that does not know DF_1_PIE
			old.dynamic = []uint64{uint64(elf.DT_DEBUG), 0}
			expect(t, old.prove("old", Options{}), PIE, "pie=proved~DT_DEBUG")
		})
	}
}

func TestPropertiesOfMachines(t *testing.T) {
	const stackSize, isaNeeded = 1, 0xc0008002
	arm := image{wide: true, machine: elf.EM_AARCH64, typ: elf.ET_EXEC, stack: 6, loadFlags: elf.PF_R}
	amd := arm
	amd.machine = elf.EM_X86_64
	i386 := image{machine: elf.EM_386, typ: elf.ET_EXEC, stack: 6, loadFlags: elf.PF_R}
	x32 := i386
	x32.machine = elf.EM_X86_64
	tests := []struct {
		name  string
		image image
		note  []byte
		align uint64
		want  []string
	}{
		{"arm64 both", arm, arm.property(8, propertyARM64, 3), 8, []string{"bti=proved", "pac=proved", "ibt=not-applicable"}},
		{"arm64 pac", arm, arm.property(8, propertyARM64, 2), 8, []string{"bti=refuted", "pac=proved"}},
		{"arm64 none", arm, nil, 0, []string{"bti=refuted~no property note", "pac=refuted"}},
		{"x86 word on arm64", arm, arm.property(8, propertyX86, 3), 8, []string{"bti=refuted", "pac=refuted"}},
		{"several", amd, amd.property(8, stackSize, 9, propertyX86, 1, isaNeeded, 1), 8, []string{"ibt=proved", "shstk=refuted", "bti=not-applicable"}},
		{"i386", i386, i386.property(4, isaNeeded, 1, propertyX86, 3), 4, []string{"ibt=proved", "shstk=proved"}},
		{"x32", x32, x32.property(4, isaNeeded, 1, propertyX86, 2), 4, []string{"ibt=refuted", "shstk=proved"}},
		{"two notes", amd, append(amd.property(8, propertyX86, 3), amd.property(8, propertyX86, 1)...), 8, []string{"ibt=proved", "shstk=refuted~2 property notes"}},
		{"note without the word", amd, amd.property(8, isaNeeded, 1), 8, []string{"ibt=refuted~has no IBT", "shstk=refuted"}},
		{"cut property", amd, amd.noteOf(noteProperty, []byte{2, 0, 0, 0xc0}), 8, []string{"ibt=unknown~damaged", "shstk=unknown", "build-id=unknown"}},
		{"property beyond", amd, amd.noteOf(noteProperty, []byte{2, 0, 0, 0xc0, 0xff, 0xff, 0xff, 0xff}), 8, []string{"ibt=unknown~damaged"}},
		{"note beyond", amd, amd.property(8, propertyX86, 3)[:24], 8, []string{"ibt=unknown~damaged"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.image.note, tt.image.noteAlign = tt.note, tt.align
			expect(t, tt.image.prove("x", Options{}), Static, tt.want...)
		})
	}
}
