package prove

import (
	"fmt"
	"slices"
	"strings"
)

// fortify judges _FORTIFY_SOURCE. It never reaches the compiler's switches as
// recorded, so it shows in .debug_macro (gcc -g3), in a unit that was not
// optimised and therefore cannot have it, and in the functions imported.
func (o *object) fortify() Check {
	switch {
	case o.ownsMemory():
		return notApplicable("a kernel's own configuration decides")
	case !o.linked() && o.typ != Relocatable && !o.debug:
		return notApplicable("not loaded")
	}
	t := &tally{}
	units := o.readUnits().list
	levels, err := o.macroLevels()
	for _, u := range units {
		f, ok := levels[u]
		o.fortifyUnit(t, u, f, ok)
	}
	var c Check
	if t.no > 0 || t.yes > 0 && t.unsure.n == 0 {
		if c = o.conclude("_FORTIFY_SOURCE", t, false); c.Status != Unknown {
			return c
		}
	}
	shown := o.fortifySymbols()
	switch {
	case shown.Status != Unknown:
	case c.Status == Unknown:
		shown.Evidence = append(c.Evidence, shown.Evidence...)
	case err != nil:
		shown.Evidence = append(shown.Evidence, "macros: "+err.Error())
	}
	return shown
}

// fortifyUnit judges one unit, by its macros when they are recorded.
func (o *object) fortifyUnit(t *tally, u *unit, f fortified, recorded bool) {
	p := o.units.producer(u)
	switch {
	case p.compiler == assembler || p.compiler == linkTime || p.compiler == golang || p.compiler == rust:
		t.exclude("not compiled from C or C++")
	case p.compiler == gcc && !p.c:
		t.exclude("not compiled from C or C++")
	case p.recorded && !optimised(p.switches):
		t.refute(u, "compiled without optimisation, where _FORTIFY_SOURCE has no effect")
	case !recorded:
		t.doubt(u, "its macros are not recorded")
	case !f.hasLevel && !f.hasSource:
		t.refute(u, "_FORTIFY_SOURCE is not defined")
	default:
		level := f.source
		if f.hasLevel {
			level = f.level
		}
		if level < o.opt.Fortify {
			t.refute(u, fmt.Sprintf("level %d, not %d", level, o.opt.Fortify))
		} else {
			t.agree(fmt.Sprintf("level %d", level))
		}
	}
}

// optimised says that the last -O switch is one that optimises.
func optimised(switches []string) bool {
	on := false
	for _, s := range switches {
		if level, ok := strings.CutPrefix(s, "-O"); ok {
			on = level != "0"
		}
	}
	return on
}

// fortifyIndex is where rules has the rule.
var fortifyIndex = slices.IndexFunc(Rules(), func(r Rule) bool { return r.ID == "fortify" })

// fortifySymbols judges by the functions that the file imports.
func (o *object) fortifySymbols() Check {
	switch {
	case o.debug:
		return unknown("the macros are not recorded")
	case o.typ == Static || o.typ == StaticPIE:
		if why := o.pureGo(); why != "" {
			return notApplicable(why)
		}
		return unknown("static: the functions of the C library were built with it, and show nothing about who calls them")
	}
	found, err := o.readImports()
	if err != nil {
		return unknown("damaged: symbols: " + err.Error())
	}
	if o.typ == Relocatable && len(found.checked) > 0 {
		o.opt.libc = glibc // only it has them
	}
	libc, err := o.library()
	if err != nil {
		return unknown("damaged: needed libraries: " + err.Error())
	}
	switch {
	case len(found.checked) == 0 && len(found.unchecked) == 0:
		return notApplicable("imports no function that has a checked form")
	case libc == musl:
		return unknown("musl has no checked functions; what its headers check leaves no symbol")
	case len(found.unchecked) == 0:
		return o.fortifyLevel(found)
	}
	return o.fortifyMixed(found, libc)
}

// fortifyLevel judges a file that imports checked functions alone.
func (o *object) fortifyLevel(found *imports) Check {
	evidence := "imports checked functions alone: " + strings.Join(capped(found.checked), ", ")
	if o.opt.Fortify > 2 {
		return unknown(evidence, "levels 2 and 3 look alike")
	}
	return proved(evidence, "levels 2 and 3 look alike")
}

// fortifyMixed judges a file that imports unchecked functions. Those that are
// always called checked from level 2 refute, because somewhere they are not;
// clang does not check them in C++.
func (o *object) fortifyMixed(found *imports, libc library) Check {
	plain := "imports unchecked: " + strings.Join(capped(found.unchecked), ", ")
	checked := "imports checked: " + strings.Join(capped(found.checked), ", ")
	if len(found.checked) == 0 {
		checked = "imports no checked function"
	}
	bad := slices.DeleteFunc(slices.Clone(found.unchecked), func(name string) bool { return checkable[name] != always })
	if len(bad) > 0 && (libc == glibc || len(found.checked) > 0) && (!found.cxx || o.vendors.onlyGCC()) {
		c := refuted(fmt.Sprintf("imports unchecked: %s, which a unit built with _FORTIFY_SOURCE=2 calls checked in every case", strings.Join(capped(bad), ", ")), checked)
		if o.typ == Relocatable {
			c.Units = o.selfUnits()
		}
		return c
	}
	return unknown(plain, checked, "unchecked calls are those that the compiler saw to fit, or those of a unit without _FORTIFY_SOURCE")
}

// library is the C library that a file asks for.
type library int

const (
	anyLibrary library = iota
	glibc
	musl
)

func (o *object) library() (library, error) {
	if o.dyn == nil {
		return o.opt.libc, nil
	}
	needed, err := o.text(o.dyn.needed)
	if err != nil {
		return anyLibrary, err
	}
	for _, n := range needed {
		switch {
		case n == "libc.so.6" || n == "libc.so.6.1":
			return glibc, nil
		case n == "libc.so" || strings.HasPrefix(n, "libc.musl-"):
			return musl, nil
		}
	}
	return anyLibrary, nil
}
