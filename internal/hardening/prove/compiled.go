package prove

import (
	"fmt"
	"slices"
	"strings"
)

// maxRefuting is how many units are named; the number of all is in the
// evidence.
const maxRefuting = 1000

// tally counts what the units of a file say about a rule.
type tally struct {
	yes, neutral, no int
	refuting         []Unit
	how, unsure      lines
	exempt           []string // kinds of units that are not judged
	with             []string // the switches that decided, each once
	generated        bool     // by link-time optimisation, with its own switches
}

func judgeFlag(f *flag) func(*object) Check {
	return func(o *object) Check {
		if o.typ == Core {
			return notApplicable("a core dump")
		}
		us := o.readUnits()
		t := &tally{generated: f.linked && us.have(linkTime)}
		for _, u := range us.list {
			t.add(f, u, us.producer(u), o.vendors)
		}
		return o.conclude(f.name, t, f == &stackProtector)
	}
}

func (t *tally) add(f *flag, u *unit, p *producer, v *vendors) {
	if u.problem != "" {
		t.doubt(u, u.problem)
		return
	}
	switch p.compiler {
	case assembler:
		t.exclude("assembler")
		return
	case linkTime:
		if !f.linked {
			t.exclude("link-time optimisation, each function has the switches of its own unit")
			return
		}
	case golang:
		t.exclude("Go, whose compiler has no such switch")
		return
	case rust:
		if f.rust != "" {
			t.exclude(f.rust)
		} else {
			t.doubt(u, "rustc does not record its switches")
		}
		return
	case otherCompiler:
		t.doubt(u, fmt.Sprintf("producer %q is not known", u.producer))
		return
	}
	if !p.recorded {
		t.doubt(u, fmt.Sprintf("%q records no switches", u.producer))
		return
	}
	on, by := f.state(p.switches)
	switch {
	case t.generated && !on && p.compiler != linkTime:
		t.doubt(u, "no "+f.name+" among its switches, and whether link-time optimisation compiled it with its own is not known")
	case on:
		t.agree(by)
	case by != "":
		t.refute(u, by)
	case f.hardened && p.compiler == gcc && slices.Contains(p.switches, "-fhardened"):
		t.agree("-fhardened")
	case f.configured && p.hides(v):
		t.doubt(u, fmt.Sprintf("no %s is recorded, and whether gcc %s was built to have it on is not known", f.name, p.version))
	default:
		t.refute(u, "no "+f.name+" among its switches")
	}
}

func (t *tally) agree(by string) {
	t.yes++
	if by != "" && !slices.Contains(t.with, by) {
		t.with = append(t.with, by)
	}
}

func (t *tally) refute(u *unit, why string) {
	t.no++
	t.how.add(u.name + ": " + why)
	if len(t.refuting) < maxRefuting {
		t.refuting = append(t.refuting, Unit{Name: u.name, Producer: u.producer})
	}
}

func (t *tally) doubt(u *unit, why string) {
	t.unsure.add(u.name + ": " + why)
}

func (t *tally) exclude(kind string) {
	t.neutral++
	if !slices.Contains(t.exempt, kind) {
		t.exempt = append(t.exempt, kind)
	}
}

// conclude makes a verdict of what the units say and of how much of the file
// they are.
func (o *object) conclude(name string, t *tally, canary bool) Check {
	us := o.units
	if t.no == 0 {
		if c, ok := o.otherSources(name, t); ok {
			return c
		}
	}
	total := t.yes + t.no + t.neutral + t.unsure.n
	var not []string
	if t.neutral > 0 {
		slices.Sort(t.exempt)
		not = []string{fmt.Sprintf("%d units are not judged: %s", t.neutral, strings.Join(t.exempt, "; "))}
	}
	switch {
	case t.no > 0:
		c := refuted(t.how.after(fmt.Sprintf("%d of %d compilation units without %s", t.no, total, name))...)
		c.Units = t.refuting
		return c
	case us.err != nil:
		return unknown(append([]string{"damaged: " + us.err.Error()}, o.canary(canary)...)...)
	case t.unsure.n > 0:
		return unknown(t.unsure.after()...)
	case t.yes == 0 && t.neutral > 0:
		return o.covered(notApplicable(not...))
	case t.yes == 0:
		return unknown(append([]string{"no debug information"}, o.canary(canary)...)...)
	}
	slices.Sort(t.with)
	c := proved(append([]string{fmt.Sprintf("all %d compilation units: %s", t.yes, strings.Join(t.with, ", "))}, not...)...)
	return o.covered(c)
}

// otherSources gives the verdict on files that have no debug information for
// a reason that decides: nothing was compiled, or Go compiled all of it.
func (o *object) otherSources(name string, t *tally) (Check, bool) {
	us := o.units
	switch {
	case o.opt.SkipUnits:
		return unknown("debug information was not read"), true
	case us.err != nil || len(us.list) > t.neutral:
		return Check{}, false
	}
	if why := o.pureGo(); why != "" {
		return notApplicable(why), true
	}
	if o.typ == Relocatable && o.sectionErr == nil && !o.hasCode() {
		return notApplicable("the object has no code"), true
	}
	if lines := o.commandLines(); len(lines) > 0 && us.none {
		return judgeCommandLines(name, lines), true
	}
	return Check{}, false
}

// canary says what the symbols show, which is about at least one function and
// never about all of them.
func (o *object) canary(asked bool) []string {
	if !asked || !o.dynamicallyLinked() && o.typ != Relocatable {
		return nil
	}
	found, err := o.readImports()
	switch {
	case err != nil:
		return []string{"symbols: " + err.Error()}
	case found.stackChk:
		return []string{"__stack_chk_fail is imported: at least one function has a canary"}
	}
	return []string{"__stack_chk_fail is not imported: no function has a canary, or none needs one"}
}

// pureGo says that a program is of Go alone, by its build information.
func (o *object) pureGo() string {
	if o.typ == Relocatable || o.goSetting("CGO_ENABLED") != "0" {
		return ""
	}
	return fmt.Sprintf("Go alone (%s, CGO_ENABLED=0), whose compiler has no such switch", o.goBuild().GoVersion)
}
