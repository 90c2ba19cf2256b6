package prove

import (
	"debug/elf"
	"fmt"
	"strings"
)

func (o *object) buildID() Check {
	n, err := o.readNotes()
	switch {
	case o.typ == Core:
		return notApplicable("a core dump")
	case err != nil:
		return unknown("damaged: " + err.Error())
	case n.buildID != "":
		return proved(n.buildID)
	case o.typ == Relocatable && !o.module:
		return notApplicable("not linked yet")
	}
	return refuted("no NT_GNU_BUILD_ID note")
}

func (o *object) separateDebug() Check {
	switch {
	case o.debug:
		return notApplicable("debug information of another file")
	case o.typ == Core:
		return notApplicable("a core dump")
	case o.typ == Relocatable && !o.module:
		return notApplicable("not linked yet")
	case o.sectionErr != nil:
		return unknown("damaged: " + o.sectionErr.Error())
	}
	var inside []string
	var size uint64
	for _, s := range o.sections {
		if strings.HasPrefix(s.name, ".debug_") || strings.HasPrefix(s.name, ".zdebug_") {
			inside = append(inside, s.name)
			size += s.size
		}
	}
	if len(inside) > 0 {
		return refuted(fmt.Sprintf("%d sections of debug information, %d bytes, are in the file (%s …)", len(inside), size, inside[0]))
	}
	if link := o.find(".gnu_debuglink"); link != nil {
		name, err := (&strtab{src: o.source, off: link.off, size: link.size}).at(0)
		if err != nil {
			return unknown("damaged: .gnu_debuglink: " + err.Error())
		}
		return proved(fmt.Sprintf(".gnu_debuglink %q", name))
	}
	if n, err := o.readNotes(); err == nil && n.buildID != "" {
		return proved("no debug information in the file; its build-id names where it is found")
	}
	return unknown("no debug information in the file, and neither .gnu_debuglink nor a build-id leads to any")
}

func (o *object) forbidden() Check {
	switch {
	case o.debug:
		return notApplicable("debug information of another file")
	case o.ownsMemory():
		return notApplicable("uses no C library")
	case o.typ == Static || o.typ == StaticPIE:
		return unknown("static: what is called does not show in symbols")
	case !o.linked() && o.typ != Relocatable:
		return notApplicable("not loaded")
	}
	found, err := o.readImports()
	switch {
	case err != nil:
		return unknown("damaged: symbols: " + err.Error())
	case len(found.forbidden) == 0:
		return proved("imports none of " + strings.Join(o.opt.Forbidden, ", "))
	}
	c := refuted("imports " + strings.Join(found.forbidden, ", "))
	if o.typ == Relocatable {
		c.Units = o.selfUnits()
	}
	return c
}

// sourceFile returns the name that the compiler left in a relocatable's
// symbol table (STT_FILE), empty when there is none.
func (o *object) sourceFile() string {
	table, names, ok, err := o.symbolTable()
	if err != nil || !ok {
		return ""
	}
	file := ""
	stop := fmt.Errorf("found")
	_ = o.eachSymbol(table.off, table.size/o.pick(16, 24), func(s symbol) error {
		if s.typ() != elf.STT_FILE {
			return nil
		}
		name, err := names.at(uint64(s.name))
		if err == nil && len(name) > 0 {
			file = string(name)
		}
		return stop
	})
	return file
}
