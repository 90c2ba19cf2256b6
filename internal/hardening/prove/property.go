package prove

import (
	"bytes"
	"debug/elf"
	"fmt"
	"slices"
	"strings"
)

// feature is a bit of the FEATURE_1_AND property. The linker sets it only when
// every object has it, and the loader looks nowhere else.
type feature struct {
	name     string
	bit      uint32
	machines []elf.Machine
	// flag is the switch that sets it in a unit, with the values that do.
	flag   string
	values []string
}

var (
	x86   = []elf.Machine{elf.EM_386, elf.EM_X86_64}
	arm64 = []elf.Machine{elf.EM_AARCH64}

	ibt   = feature{"IBT", 1, x86, "-fcf-protection", []string{"full", "branch"}}
	shstk = feature{"SHSTK", 2, x86, "-fcf-protection", []string{"full", "return"}}
	bti   = feature{"BTI", 1, arm64, "-mbranch-protection", []string{"standard", "bti"}}
	pac   = feature{"PAC", 2, arm64, "-mbranch-protection", []string{"standard", "pac-ret"}}
)

func propertyRule(f feature) func(*object) Check {
	return func(o *object) Check { return o.property(f) }
}

func (o *object) property(f feature) Check {
	switch {
	case !o.isMachine(f.machines...):
		return notApplicable(o.machineName() + " has no " + f.name)
	case o.debug:
		return notApplicable("debug information of another file")
	case o.ownsMemory():
		return notApplicable("a kernel's own configuration decides")
	case !o.linked() && o.typ != Relocatable:
		return notApplicable("not loaded")
	}
	n, err := o.readNotes()
	switch {
	case err != nil:
		return unknown("damaged: " + err.Error())
	case n.features&f.bit != 0:
		return o.carries(f)
	case n.properties == 0:
		return o.lacks(f, "no property note")
	case n.properties > 1:
		return o.lacks(f, fmt.Sprintf("%d property notes, not all with %s", n.properties, f.name))
	}
	return o.lacks(f, "the property note has no "+f.name)
}

// carries proves, unless a unit was compiled without: then the linker was told
// to set the property all the same (-z ibt), and what it stands for is not there.
func (o *object) carries(f feature) Check {
	us := o.readUnits()
	linked := us.have(linkTime) // then its switches are those of all units
	var bad []Unit
	for _, u := range us.list {
		p := us.producer(u)
		ours := p.compiler == gcc || p.compiler == clang
		if linked {
			ours = p.compiler == linkTime
		}
		if ours && p.recorded && f.out(p, o.vendors) && len(bad) < maxRefuting {
			bad = append(bad, Unit{Name: u.name, Producer: u.producer})
		}
	}
	if len(bad) == 0 {
		return proved("property note: " + f.name)
	}
	c := refuted(fmt.Sprintf("property note: %s, but %d compilation units without %s: the linker was told to set it", f.name, len(bad), f.flag))
	c.Units = bad
	return c
}

// out says that a unit has no part in the feature: it says so, or nothing can
// have given it. On AArch64 compilers are configured with it and do not say so.
func (f feature) out(p *producer, v *vendors) bool {
	said := slices.ContainsFunc(p.switches, func(s string) bool { return s == f.flag || strings.HasPrefix(s, f.flag+"=") })
	return !f.in(p.switches) && (said || p.compiler != linkTime && !p.hides(v) && f.machines[0] != elf.EM_AARCH64)
}

// lacks refutes, and says what is known about which object it is that lacks
// the property.
func (o *object) lacks(f feature, evidence string) Check {
	if o.typ == Relocatable {
		return o.refutedObject(evidence)
	}
	c := refuted(evidence)
	if landing := o.landingPad(); landing != "" && f.bit == 1 {
		c.Evidence = append(c.Evidence, landing+" at the entry point: its object was built for "+f.name)
	}
	with := 0
	us := o.readUnits()
	for _, u := range us.list {
		p := us.producer(u)
		if p.compiler != gcc && p.compiler != clang || !p.recorded {
			continue
		}
		if f.in(p.switches) {
			with++
			continue
		}
		if p.hides(o.vendors) {
			continue
		}
		c.Units = append(c.Units, Unit{Name: u.name, Producer: u.producer})
	}
	if with > 0 && len(c.Units) == 0 {
		c.Evidence = append(c.Evidence, fmt.Sprintf("all %d compilation units with recorded switches have %s: an object without them (start files, assembler, a static library) takes it away", with, f.flag))
	}
	return c
}

// in says that the last switch of this kind sets the feature.
func (f feature) in(switches []string) bool {
	set := false
	for _, s := range switches {
		if value, ok := strings.CutPrefix(s, f.flag); ok && (value == "" || value[0] == '=') {
			set = value == ""
			for _, part := range strings.Split(strings.TrimPrefix(value, "="), "+") {
				for _, v := range f.values {
					set = set || part == v
				}
			}
		}
	}
	return set
}

// landingPad names the instruction at the entry point when it is one that
// marks the target of an indirect branch.
func (o *object) landingPad() string {
	off, err := o.offset(o.entry, 4)
	if err != nil || o.entry == 0 {
		return ""
	}
	b, err := o.bytes(off, 4)
	switch {
	case err != nil:
	case bytes.Equal(b, []byte{0xf3, 0x0f, 0x1e, 0xfa}) && o.machine == elf.EM_X86_64:
		return "endbr64"
	case bytes.Equal(b, []byte{0xf3, 0x0f, 0x1e, 0xfb}) && o.machine == elf.EM_386:
		return "endbr32"
	case o.machine == elf.EM_AARCH64 && (o.order.Uint32(b) == 0xd503245f || o.order.Uint32(b) == 0xd50324df):
		return "bti"
	}
	return ""
}
