package prove

import (
	"debug/elf"
	"fmt"
	"strings"
)

const maxCommandLines = 4 << 20 // bytes

// commandLines returns what gcc -frecord-gcc-switches (since gcc 11) or clang
// -frecord-command-line left: one line for each set of switches, equal ones
// merged, that survives strip. Units are not named.
func (o *object) commandLines() []string {
	s := o.find(".GCC.command.line")
	if s == nil || s.size > maxCommandLines {
		return nil
	}
	b, err := o.bytes(s.off, s.size)
	if err != nil {
		return nil
	}
	var lines []string
	for _, line := range strings.Split(string(b), "\x00") {
		if strings.Contains(line, " -") {
			lines = append(lines, line)
		}
	}
	return lines
}

// judgeCommandLines can refute; it cannot prove, because nothing says which
// units left no line.
func judgeCommandLines(name string, lines []string) Check {
	f := map[string]*flag{}
	for _, each := range []*flag{&stackProtector, &stackClash, &autoVarInit, &zeroCallUsedRegs, &noStrictOverflow} {
		f[each.name] = each
	}
	rule, ok := f[name]
	if !ok {
		return unknown("no debug information")
	}
	t := &tally{}
	for _, line := range lines {
		// Without a vendor, what is missing may be configured.
		u := &unit{name: ".GCC.command.line", producer: line}
		t.add(rule, u, parseProducer(u), &vendors{})
	}
	if t.no > 0 {
		c := refuted(t.how.after(fmt.Sprintf("%d of %d recorded command lines without %s", t.no, len(lines), name))...)
		c.Units = t.refuting
		return c
	}
	return unknown("no debug information", fmt.Sprintf("%d of %d recorded command lines have %s; which units they are of is not recorded", t.yes, len(lines), name))
}

// hasCode says that a section holds instructions.
func (o *object) hasCode() bool {
	for _, s := range o.sections {
		if s.flags&elf.SHF_ALLOC != 0 && s.flags&elf.SHF_EXECINSTR != 0 && s.size > 0 {
			return true
		}
	}
	return false
}
