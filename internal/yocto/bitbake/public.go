package bitbake

import (
	"path/filepath"
	"slices"
	"strings"
)

// Get is the value of a variable: expanded, overrides applied.
func (d *Data) Get(name string) Value {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.result(d.get(name))
}

// Raw is the value of a variable with overrides, appends and prepends applied,
// but not expanded; removals are not applied.
func (d *Data) Raw(name string) Value {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.result(d.getRaw(name))
}

func (d *Data) result(e expanded) Value {
	return Value{Text: e.text, Set: e.set, Unknown: mergeUnknown(e.unknown, d.tainted)}
}

// Flag is the value of a flag, expanded.
func (d *Data) Flag(name, flag string) Value {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.getFlagExpanded(name, flag)
	e.unknown = mergeUnknown(e.unknown, d.flagsTainted)
	return d.result(e)
}

// Flags are the names of the flags of a variable, sorted.
func (d *Data) Flags(name string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.find(d.normal(name))
	if v == nil {
		return nil
	}
	var list []string
	for _, f := range v.flags {
		list = append(list, f.name)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Expand replaces the references in a text.
func (d *Data) Expand(text string) Value {
	d.mu.Lock()
	defer d.mu.Unlock()
	s, unknown := d.expand(text, "")
	return d.result(expanded{text: s, set: true, unknown: unknown})
}

// History lists the operations on a variable, or on a flag ("SRC_URI[md5sum]"),
// those for overrides included, in the order in which they were read.
func (d *Data) History(name string) []Assignment {
	d.mu.Lock()
	defer d.mu.Unlock()
	var list []Assignment
	for _, e := range d.events(d.normalHistory(name)) {
		a := Assignment{Place: e.st.place(), Name: e.name, Op: d.opOf(e), Text: e.st.text}
		if e.st.kind == kindAddTask || e.st.kind == kindDelTask {
			a.Text = strings.TrimSpace(e.st.name)
		}
		list = append(list, a)
	}
	return list
}

// Names are the names of all variables, sorted.
func (d *Data) Names() []string {
	var list []string
	d.names.each(func(s *symbol) {
		if v := d.at(s).variable; v != nil && !v.empty() {
			list = append(list, s.name)
		}
	})
	slices.Sort(list)
	return list
}

// Function is the body of a task or function.
func (d *Data) Function(name string) (Function, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	v := d.find(d.normal(name))
	if v == nil || !v.set {
		return Function{}, false
	}
	st := v.function
	if v.function == nil {
		if list := d.variantsOf(d.normal(name)); len(list) == 0 {
			return Function{}, false
		}
	}
	f := Function{Name: name, Body: d.body(name, v)}
	if st != nil {
		f.Place, f.Python = st.place(), st.python
	}
	for _, x := range v.flags {
		f.Python = f.Python || x.name == "python" && x.value != ""
	}
	return f, true
}

// body is the text of a function, whose variable has a value.
func (d *Data) body(name string, v *variable) string {
	s := d.symbol(name)
	_, forced := d.env.forced[s.name]
	if forced || len(v.operations) > 0 || len(d.at(s).variants) > 0 {
		return d.getRaw(name).raw
	}
	return v.value
}

// Anonymous are the anonymous python functions, in the order in which they
// run.
func (d *Data) Anonymous() []Function {
	var list []Function
	for _, st := range d.anonymous {
		list = append(list, Function{Body: st.text, Python: true, Place: st.place()})
	}
	return list
}

// Tasks are the tasks, in the order in which they were added.
func (d *Data) Tasks() []string { return slices.Clone(d.tasks) }

// Inherits are the names of the classes, in the order in which they were read.
func (d *Data) Inherits() []string {
	var list []string
	for _, p := range d.inherited {
		list = append(list, strings.TrimSuffix(filepath.Base(p), ".bbclass"))
	}
	return list
}

// Files are the files that were read, in order.
func (d *Data) Files() []Include { return slices.Clone(d.files) }
