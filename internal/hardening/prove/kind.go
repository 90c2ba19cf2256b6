package prove

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"slices"
)

// classify sets typ, module.
func (o *object) classify() {
	switch {
	case o.debug:
		o.typ = Other
	case o.elfFile.typ == elf.ET_REL:
		o.typ = Relocatable
		o.module = o.hasSection(".gnu.linkonce.this_module", ".modinfo")
	case o.elfFile.typ == elf.ET_CORE:
		o.typ = Core
	case o.elfFile.typ != elf.ET_EXEC && o.elfFile.typ != elf.ET_DYN:
		o.typ = Other
	case o.first(elf.PT_INTERP) == nil && o.boots():
		o.typ = Kernel
		if o.isXen() {
			o.typ = Hypervisor
		}
	case o.elfFile.typ == elf.ET_EXEC && o.first(elf.PT_INTERP) != nil:
		o.typ = Executable
	case o.elfFile.typ == elf.ET_EXEC:
		o.typ = Static
	default:
		o.typ = o.dynType()
	}
}

// dynType tells the kinds of ET_DYN apart. Linkers mark a program with
// DF_1_PIE; those that do not, old ones, still give DT_DEBUG to programs and
// not to shared objects. PT_INTERP alone does not tell: libc.so.6 has it.
func (o *object) dynType() Type {
	interp := o.first(elf.PT_INTERP) != nil
	program := o.dyn != nil && (o.dyn.flags1&uint64(elf.DF_1_PIE) != 0 || o.dyn.debug && o.dyn.soname == 0 && (interp || o.entry != 0))
	switch {
	case program && interp:
		return PIE
	case program:
		return StaticPIE
	}
	return DSO
}

// boots tells a kernel or a hypervisor from a static program: it has sections
// that only kernels have and an address that no program can have, or it has a
// multiboot header.
func (o *object) boots() bool {
	high := o.pick(1<<31, 1<<63)
	if o.hasSection("__ksymtab", "__ksymtab_gpl", "__param", ".init.setup", ".data..percpu") && slices.ContainsFunc(o.segments, func(s segment) bool {
		return s.typ == elf.PT_LOAD && s.vaddr >= high
	}) {
		return true
	}
	return o.multiboot() && !o.forSystem()
}

// forSystem says that a note names the operating system that the program is
// for, as start files of C libraries do (NT_GNU_ABI_TAG): it does not boot.
func (o *object) forSystem() bool {
	n, err := o.readNotes()
	return err == nil && n.system
}

// multiboot looks for the header of Multiboot 1 (version 0.6.96, section 3.1)
// or 2 (section 3.1): three or four words at the begin of the image whose sum
// is zero.
func (o *object) multiboot() bool {
	load := o.first(elf.PT_LOAD)
	if load == nil || !o.isMachine(elf.EM_386, elf.EM_X86_64) {
		return false
	}
	b, err := o.bytes(load.off, min(load.filesz, 32<<10))
	if err != nil {
		return false
	}
	for i := 0; i+16 <= len(b); i += 4 {
		w := func(n int) uint32 { return binary.LittleEndian.Uint32(b[i+4*n:]) }
		switch w(0) {
		case 0x1badb002:
			if i < 8<<10 && w(0)+w(1)+w(2) == 0 {
				return true
			}
		case 0xe85250d6:
			if i%8 == 0 && w(0)+w(1)+w(2)+w(3) == 0 {
				return true
			}
		}
	}
	return false
}

// isXen looks for the prefix of the messages of Xen in a file that boots.
func (o *object) isXen() bool {
	const limit = 64 << 20
	mark := []byte("(XEN) ")
	buf := make([]byte, 256<<10)
	step := uint64(len(buf) - len(mark))
	for off := uint64(0); off < min(o.size, limit); off += step {
		b := buf[:min(o.size-off, uint64(len(buf)))]
		if err := o.read(b, off); err != nil {
			return false
		}
		if bytes.Contains(b, mark) {
			return true
		}
	}
	return false
}
