package image

import (
	"fmt"
	"strconv"
)

var elfSectionTypes = map[uint32]string{0: "NULL", 1: "PROGBITS", 2: "SYMTAB", 3: "STRTAB", 4: "RELA", 5: "HASH", 6: "DYNAMIC", 7: "NOTE", 8: "NOBITS", 9: "REL",
	10: "SHLIB", 11: "DYNSYM", 14: "INIT_ARRAY", 15: "FINI_ARRAY", 16: "PREINIT_ARRAY", 17: "GROUP", 18: "SYMTAB_SHNDX", 19: "RELR",
	0x6ffffff5: "GNU_ATTRIBUTES", 0x6ffffff6: "GNU_HASH", 0x6ffffff7: "GNU_LIBLIST", 0x6ffffffd: "VERDEF", 0x6ffffffe: "VERNEED", 0x6fffffff: "VERSYM"}

// The types of segments and sections are told by the words of elf.h.
var (
	elfSectionFlags = []string{"WRITE", "ALLOC", "EXECINSTR", "", "MERGE", "STRINGS", "INFO_LINK", "LINK_ORDER", "OS_NONCONFORMING", "GROUP", "TLS", "COMPRESSED", 21: "GNU_RETAIN"}
	elfSegmentTypes = map[uint32]string{0: "NULL", 1: "LOAD", 2: "DYNAMIC", 3: "INTERP", 4: "NOTE", 5: "SHLIB", 6: "PHDR", 7: "TLS",
		0x6474e550: "GNU_EH_FRAME", 0x6474e551: "GNU_STACK", 0x6474e552: "GNU_RELRO", 0x6474e553: "GNU_PROPERTY"}
	elfTypes    = map[uint16]string{0: "NONE", 1: "REL", 2: "EXEC", 3: "DYN", 4: "CORE"}
	elfMachines = map[uint16]string{2: "SPARC", 3: "386", 8: "MIPS", 20: "PPC", 21: "PPC64", 22: "S390", 40: "ARM", 43: "SPARCV9", 62: "X86_64", 183: "AARCH64",
		243: "RISCV", 247: "BPF", 258: "LOONGARCH"}
)

func word[N uint16 | uint32](names map[N]string, v N) string {
	if name := names[v]; name != "" {
		return name
	}
	return fmt.Sprintf("%#x", v)
}

// fields are a section's header. Offsets are left out: they follow from what
// stands before.
func (s *elfSection) fields() []Field {
	var f facts
	f.text("type", word(elfSectionTypes, s.kind))
	f.text("flags", flagText(s.flags, elfSectionFlags))
	f.hex("addr", s.addr)
	f.text("align", strconv.FormatUint(s.align, 10))
	f.text("link", strconv.FormatUint(s.link, 10))
	f.text("info", strconv.FormatUint(s.info, 10))
	f.text("entsize", strconv.FormatUint(s.entries, 10))
	if s.kind == elfNoBits {
		f.text("size", strconv.FormatUint(s.size, 10))
	}
	return f.list
}

// elfFields notes the header and the program headers.
func (w *walker) elfFields(in input) error {
	e, err := openELF(in)
	if err != nil {
		return err
	}
	f, h := w.notes, e.header
	f.text("class", map[byte]string{1: "ELF32", 2: "ELF64"}[h[4]])
	f.text("data", map[byte]string{1: "little-endian", 2: "big-endian"}[h[5]])
	f.number("os abi", int64(h[7]))
	f.number("abi version", int64(h[8]))
	f.bytes("ident padding", h[9:16])
	f.text("type", word(elfTypes, e.order.Uint16(h[16:])))
	f.text("machine", word(elfMachines, e.order.Uint16(h[18:])))
	f.number("version", int64(e.order.Uint32(h[20:])))
	f.hex("entry", e.word(h, 24))
	flags := 36
	if e.wide {
		flags = 48
	}
	f.hex("flags", uint64(e.order.Uint32(h[flags:])))
	f.text("header sizes", fmt.Sprintf("%d, %d, %d", e.order.Uint16(h[flags+4:]), e.phsize, e.shsize))
	f.number("program headers at", e.phoff)
	f.number("sections", e.shcount)
	f.number("section of names", e.names)
	for i := range e.phcount {
		f.text(fmt.Sprintf("segment %d", i), e.segment(i).String())
	}
	return nil
}

func (f *elfFile) segment(i int64) elfSegment {
	b := f.segments[i*f.phsize:]
	kind := f.order.Uint32(b)
	if !f.wide {
		n := func(i int) uint64 { return uint64(f.order.Uint32(b[4*i:])) }
		return elfSegment{kind, uint32(n(6)), n(1), n(2), n(3), n(4), n(5), n(7)}
	}
	n := func(at int) uint64 { return f.order.Uint64(b[at:]) }
	return elfSegment{kind, f.order.Uint32(b[4:]), n(8), n(16), n(24), n(32), n(40), n(48)}
}

func (s elfSegment) String() string {
	return fmt.Sprintf("%s, flags %#x (%s), offset %#x, addr %#x, paddr %#x, filesize %#x, memsize %#x, align %#x", word(elfSegmentTypes, s.kind), s.flags,
		flagText(uint64(s.flags), []string{"X", "W", "R"}), s.off, s.addr, s.paddr, s.filesize, s.memorysize, s.align)
}

// segmentRegions are the loaded segments as parts of the file, without what
// the headers and the segments before cover.
func (f *elfFile) segmentRegions() []region {
	var list []region
	end := max(int64(len(f.header)), f.phoff+f.phsize*f.phcount)
	for i := range f.phcount {
		s := f.segment(i)
		off, size := int64(s.off), int64(s.filesize)
		if s.kind != elfLoad || off < 0 || size < 0 || off > f.in.size || size > f.in.size-off {
			continue
		}
		from := max(off, end)
		if from >= off+size {
			continue
		}
		list = append(list, region{name: fmt.Sprintf("(segment %d)", i), off: from, size: off + size - from})
		end = off + size
	}
	return list
}
