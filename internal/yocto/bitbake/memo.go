package bitbake

import (
	"maps"
	"strings"
)

// memo keeps what variables expand to. An entry is forgotten when a variable
// changes that it was computed from.
type memo struct {
	values  map[string]*expanded
	readers map[string]*reader // of a name
	free    []reader           // to be used
}

// reader is a variable whose expansion read another, in a list of them.
type reader struct {
	name string
	next *reader
}

// Names of what is no variable but is read like one.
const (
	inheritedName = "__inherit_cache"
	tasksName     = "__BBTASKS"
	handlersName  = "__BBHANDLERS"
)

// touch records that the variable being expanded depends on another.
func (d *Data) touch(name string) {
	if len(d.reading) == 0 {
		return
	}
	by := strings.TrimSuffix(d.reading[len(d.reading)-1], " ")
	d.memo.addReader(name, by)
}

func (m *memo) addReader(name, by string) {
	last := m.readers[name]
	if last != nil && last.name == by {
		return
	}
	if m.readers == nil {
		m.readers = map[string]*reader{}
	}
	if len(m.free) == 0 {
		m.free = make([]reader, 64)
	}
	r := &m.free[0]
	m.free = m.free[1:]
	r.name, r.next = by, last
	m.readers[name] = r
}

// remember keeps an expansion unless variables changed while it was made.
func (d *Data) remember(name string, e expanded, changes int) {
	if changes != d.changes {
		return
	}
	if d.memo.values == nil {
		d.memo.values = map[string]*expanded{}
	}
	d.memo.values[name] = &e
}

// forget drops what was computed from a variable.
func (m *memo) forget(name string) {
	delete(m.values, name)
	list, ok := m.readers[name]
	if !ok {
		return
	}
	delete(m.readers, name)
	for ; list != nil; list = list.next {
		m.forget(list.name)
	}
}

// forgetOverridden drops what was computed with regard to OVERRIDES.
func (d *Data) forgetOverridden() {
	maps.DeleteFunc(d.memo.values, func(_ string, e *expanded) bool { return e.overridden })
}

// forgetAll drops everything that was computed.
func (d *Data) forgetAll() {
	d.changes++
	d.memo, d.overrideMemo = memo{}, memo{}
}

// changed forgets what was computed from the old value of a variable.
func (d *Data) changed(name string) {
	d.changes++
	d.memo.forget(name)
	d.overrideMemo.forget(name)
	if d.resolving || !d.resolved {
		return
	}
	sep := d.env.separator()[0]
	for i := 0; i <= len(name); i++ {
		if (i == len(name) || name[i] == sep) && d.overrideVar[name[:i]] {
			d.resolved = false
			return
		}
	}
}
