package prove

import (
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// smallestPage is the size of a page in bytes, of those that Linux has.
const smallestPage = 4 << 10

func (o *object) pie() Check {
	if c, ok := o.outside(); ok {
		return c
	}
	switch o.typ {
	case PIE:
		if o.dyn.flags1&uint64(elf.DF_1_PIE) != 0 {
			return proved("ET_DYN, PT_INTERP, DF_1_PIE")
		}
		return proved("ET_DYN, PT_INTERP, DT_DEBUG (a linker that does not set DF_1_PIE)")
	case StaticPIE:
		return proved("ET_DYN, no PT_INTERP: static-pie")
	case DSO:
		return notApplicable("a shared object: position independent, and not a program")
	}
	return refuted("ET_EXEC: loaded at a fixed address")
}

func (o *object) relro() Check {
	if c, ok := o.outside(); ok {
		return c
	}
	s := o.first(elf.PT_GNU_RELRO)
	switch {
	case s == nil:
		return refuted("no PT_GNU_RELRO")
	case o.count(elf.PT_GNU_RELRO) > 1:
		return unknown("several PT_GNU_RELRO: loaders do not take the same")
	case s.memsz == 0:
		return refuted("PT_GNU_RELRO is empty")
	case (s.vaddr+s.memsz)/smallestPage <= s.vaddr/smallestPage:
		return refuted(fmt.Sprintf("PT_GNU_RELRO, %d bytes at %#x, has no whole page: loaders protect nothing of it", s.memsz, s.vaddr))
	}
	return proved(fmt.Sprintf("PT_GNU_RELRO, %d bytes at %#x", s.memsz, s.vaddr))
}

func (o *object) now() Check {
	if c, ok := o.outside(); ok {
		return c
	}
	if o.dyn == nil {
		return notApplicable("no dynamic section: nothing is bound")
	}
	var seen []string
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"DF_BIND_NOW", o.dyn.flags&uint64(elf.DF_BIND_NOW) != 0},
		{"DF_1_NOW", o.dyn.flags1&uint64(elf.DF_1_NOW) != 0},
		{"DT_BIND_NOW", o.dyn.bindNow},
	} {
		if f.set {
			seen = append(seen, f.name)
		}
	}
	switch {
	case len(seen) > 0:
		return proved(strings.Join(seen, ", "))
	case o.typ == StaticPIE:
		return notApplicable("static-pie: no dynamic linker binds symbols")
	}
	c := refuted("neither DF_BIND_NOW nor DF_1_NOW nor DT_BIND_NOW")
	if !o.dyn.jmprel {
		c.Evidence = append(c.Evidence, "no DT_JMPREL: as the file is now, nothing would be bound later")
	}
	return c
}

// nx judges the stack. Without PT_GNU_STACK glibc and the kernel take the
// default of the architecture; on x86, arm and s390 that is an executable
// stack (x86-64 since Linux 5.8 only through glibc, for the objects it loads).
func (o *object) nx() Check {
	if o.typ == Relocatable && !o.debug {
		return o.objectStack()
	}
	if c, ok := o.outside(); ok && c.Status == NotApplicable {
		return c
	}
	s := o.first(elf.PT_GNU_STACK)
	switch {
	case slices.ContainsFunc(o.segments, func(s segment) bool { return s.typ == elf.PT_GNU_STACK && s.flags&elf.PF_X != 0 }):
		return refuted("PT_GNU_STACK is executable")
	case s != nil:
		return proved("PT_GNU_STACK without PF_X")
	case o.executableByDefault():
		return refuted("no PT_GNU_STACK: the default of " + o.machineName() + " is an executable stack")
	case o.isMachine(elf.EM_AARCH64, elf.EM_PPC64):
		return proved("no PT_GNU_STACK: the default of " + o.machineName() + " is a stack that is not executable")
	}
	return unknown("no PT_GNU_STACK: the default of " + o.machineName() + " depends on the kernel and the C library")
}

// objectStack judges .note.GNU-stack. GNU ld makes the stack of the whole
// program executable for one object without it, where that is the default of
// the architecture.
func (o *object) objectStack() Check {
	if o.module {
		return notApplicable("a kernel module has no stack of its own")
	}
	if o.sectionErr != nil {
		return unknown("damaged: " + o.sectionErr.Error())
	}
	s := o.find(".note.GNU-stack")
	switch {
	case s != nil && s.flags&elf.SHF_EXECINSTR != 0:
		return o.refutedObject(".note.GNU-stack asks for an executable stack")
	case s != nil:
		return proved(".note.GNU-stack without SHF_EXECINSTR")
	case o.executableByDefault():
		return o.refutedObject("no .note.GNU-stack: the linker then makes the stack executable")
	case o.isMachine(elf.EM_AARCH64, elf.EM_PPC64):
		return proved("no .note.GNU-stack: the default of " + o.machineName() + " is a stack that is not executable")
	}
	return unknown("no .note.GNU-stack: what " + o.machineName() + " makes of it depends on the linker")
}

// refutedObject refutes with the object itself as the unit, under the names
// its debug information gives.
func (o *object) refutedObject(evidence string) Check {
	c := refuted(evidence)
	c.Units = o.selfUnits()
	return c
}

// selfUnits returns the units of a relocatable, or what its symbol table names
// as its source.
func (o *object) selfUnits() []Unit {
	var list []Unit
	for _, u := range o.readUnits().list {
		if len(list) < maxRefuting {
			list = append(list, Unit{Name: u.name, Producer: u.producer})
		}
	}
	if len(list) == 0 {
		list = []Unit{{Name: o.sourceFile()}}
	}
	return list
}

func (o *object) executableByDefault() bool {
	return o.isMachine(elf.EM_386, elf.EM_X86_64, elf.EM_ARM, elf.EM_S390)
}

func (o *object) machineName() string {
	return strings.ToLower(strings.TrimPrefix(o.machine.String(), "EM_"))
}

func (o *object) noRWX() Check {
	if o.typ == Relocatable && !o.debug {
		return o.sectionsRWX()
	}
	if c, ok := o.outside(); ok && c.Status == NotApplicable {
		return c
	}
	var bad []string
	loads := 0
	for i, s := range o.segments {
		if s.typ != elf.PT_LOAD {
			continue
		}
		loads++
		if s.flags&elf.PF_W != 0 && s.flags&elf.PF_X != 0 && s.memsz > 0 {
			bad = append(bad, fmt.Sprintf("segment %d at %#x, %d bytes, is writable and executable", i, s.vaddr, s.memsz))
		}
	}
	switch {
	case len(bad) > 0:
		return refuted(bad...)
	case loads == 0:
		return unknown("no PT_LOAD: the file maps nothing")
	}
	return proved(fmt.Sprintf("%d PT_LOAD, none writable and executable", loads))
}

func (o *object) sectionsRWX() Check {
	if o.sectionErr != nil {
		return unknown("damaged: " + o.sectionErr.Error())
	}
	const all = elf.SHF_WRITE | elf.SHF_EXECINSTR | elf.SHF_ALLOC
	var bad []string
	for _, s := range o.sections {
		if s.flags&all == all && s.size > 0 {
			bad = append(bad, "section "+s.name+" is writable and executable")
		}
	}
	if len(bad) > 0 {
		c := o.refutedObject(bad[0])
		c.Evidence = capped(bad)
		return c
	}
	return proved("no section is writable and executable")
}

func (o *object) noTextrel() Check {
	if c, ok := o.outside(); ok {
		return c
	}
	switch {
	case o.dyn == nil:
		return notApplicable("no dynamic section: nothing is relocated")
	case o.dyn.textrel:
		return refuted("DT_TEXTREL")
	case o.dyn.flags&uint64(elf.DF_TEXTREL) != 0:
		return refuted("DF_TEXTREL")
	}
	return proved("neither DT_TEXTREL nor DF_TEXTREL")
}
