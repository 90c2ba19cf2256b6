package prove

import (
	"debug/buildinfo"
	"debug/elf"
	"fmt"
	"slices"
)

// object is an ELF file being judged. What rules share is read once, the
// first time a rule asks.
type object struct {
	*elfFile
	opt    *task
	typ    Type
	module bool     // a kernel module
	debug  bool     // holds only the debug information of another file
	dyn    *dynamic // nil without PT_DYNAMIC
	dynErr error

	notes      *notes
	notesErr   error
	imports    *imports
	importsErr error
	units      *units
	vendors    *vendors
	cover      *cover

	buildInfo     *buildinfo.BuildInfo
	buildInfoRead bool
}

func newObject(f *elfFile, opt *task) *object {
	f.placeCode()
	o := &object{elfFile: f, opt: opt, debug: f.debugOnly()}
	if !o.debug {
		o.dyn, o.dynErr = f.readDynamic()
	}
	o.classify()
	return o
}

// linked says that a loader maps the file.
func (o *object) linked() bool {
	switch o.typ {
	case Executable, PIE, Static, StaticPIE, DSO:
		return true
	}
	return false
}

// dynamicallyLinked says that a dynamic linker completes the file.
func (o *object) dynamicallyLinked() bool {
	return o.typ == Executable || o.typ == PIE || o.typ == DSO
}

// ownsMemory says that the file is or runs in a kernel or hypervisor, which
// maps memory itself.
func (o *object) ownsMemory() bool {
	return o.typ == Kernel || o.typ == Hypervisor || o.module
}

// outside gives the verdict of a rule about linked files on a file that no
// loader maps; false when the rule is to be judged.
func (o *object) outside() (Check, bool) {
	switch {
	case o.debug:
		return notApplicable("debug information of another file"), true
	case o.typ == Kernel || o.typ == Hypervisor:
		return notApplicable("a " + string(o.typ) + " loads and maps itself"), true
	case o.typ == Core:
		return notApplicable("a core dump"), true
	case o.typ == Relocatable:
		return notApplicable("not linked yet"), true
	case !o.linked():
		return notApplicable(fmt.Sprintf("ELF type %d is not loaded", o.elfFile.typ)), true
	case o.dynErr != nil:
		return unknown("damaged: dynamic section: " + o.dynErr.Error()), true
	}
	return Check{}, false
}

func (o *object) readImports() (*imports, error) {
	if o.imports == nil && o.importsErr == nil {
		o.imports, o.importsErr = o.scanImports()
	}
	return o.imports, o.importsErr
}

func (o *object) readNotes() (*notes, error) {
	if o.notes == nil && o.notesErr == nil {
		o.notes, o.notesErr = o.scanNotes()
	}
	return o.notes, o.notesErr
}

func (o *object) hasSection(names ...string) bool {
	return slices.ContainsFunc(o.sections, func(s section) bool { return slices.Contains(names, s.name) })
}

// isMachine says that the file is for one of these processors.
func (o *object) isMachine(m ...elf.Machine) bool { return slices.Contains(m, o.machine) }
