package prove

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
)

// body is a section of a file that sectioned makes.
type body struct {
	name  string
	typ   elf.SectionType
	flags elf.SectionFlag
	data  []byte
}

// sectioned makes an ELF64 file, little endian, for x86-64, of nothing but
// sections.
func sectioned(typ elf.Type, list ...body) []byte {
	o := binary.LittleEndian
	names := []byte{0}
	var contents []byte
	heads := make([]byte, 64)
	add := func(s body) {
		heads = o.AppendUint32(heads, uint32(len(names)))
		names = append(append(names, s.name...), 0)
		heads = o.AppendUint32(heads, uint32(s.typ))
		for _, v := range []uint64{uint64(s.flags), 0, 64 + uint64(len(contents)), uint64(len(s.data))} {
			heads = o.AppendUint64(heads, v)
		}
		heads = append(heads, make([]byte, 24)...)
		contents = append(contents, s.data...)
	}
	for _, s := range list {
		add(s)
	}
	table := body{name: ".shstrtab", typ: elf.SHT_STRTAB}
	table.data = append(append(bytes.Clone(names), ".shstrtab"...), 0)

	add(table)
	out := append([]byte("\x7fELF"), byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	out = o.AppendUint16(out, uint16(typ))
	out = o.AppendUint16(out, uint16(elf.EM_X86_64))
	out = o.AppendUint32(out, 1)
	for _, v := range []uint64{0, 0, 64 + uint64(len(contents))} {
		out = o.AppendUint64(out, v)
	}
	out = o.AppendUint32(out, 0)
	for _, v := range []uint16{64, 56, 0, 64, uint16(len(list) + 2), uint16(len(list) + 1)} {
		out = o.AppendUint16(out, v)
	}
	return append(append(out, contents...), heads...)
}

// dwarf4 is a unit as gcc writes it, with the producer in place.
func dwarf4(producer string) (info, abbrevs []byte) {
	o := binary.LittleEndian
	abbrevs = []byte{1, tagCompileUnit, 0, attrProducer, formString, attrName, formString, 0, 0, 0}
	entry := append([]byte{1}, producer+"\x00a.c\x00"...)
	info = o.AppendUint32(nil, uint32(2+4+1+len(entry)))
	info = o.AppendUint16(info, 4)
	info = o.AppendUint32(info, 0)
	return append(append(info, 8), entry...), abbrevs
}

func debugFile(typ elf.Type, info, abbrevs, str []byte) []byte {
	return sectioned(typ,
		body{".text", elf.SHT_PROGBITS, elf.SHF_ALLOC | elf.SHF_EXECINSTR, []byte{0xc3}},
		body{".debug_info", elf.SHT_PROGBITS, 0, info},
		body{".debug_abbrev", elf.SHT_PROGBITS, 0, abbrevs},
		body{".debug_str", elf.SHT_PROGBITS, 0, str},
		body{".debug_macro", elf.SHT_PROGBITS, 0, str},
		body{".debug_ranges", elf.SHT_PROGBITS, 0, str})
}
