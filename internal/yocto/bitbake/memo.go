package bitbake

import "slices"

// memo keeps what variables expand to. An entry is forgotten when a variable
// changes that it was computed from.
type memo struct {
	pages      []*memoPage // by the ids of the symbols
	used       bool        // something was kept
	overridden []*symbol   // of what was computed with regard to OVERRIDES; it may be forgotten
	free       []reader    // to be used
}

// memoPage is what is kept of symbols whose ids follow each other.
type memoPage [32]kept

// kept is what a variable expanded to, and who read it.
type kept struct {
	value   *expanded
	readers *reader
}

// reader is a variable whose expansion read another, in a list of them.
type reader struct {
	symbol *symbol
	next   *reader
}

// reading is a variable that is being expanded, or replaced by what overrides
// it.
type reading struct {
	symbol   *symbol
	replaced bool
}

// find is what is kept of a symbol, or nil.
func (m *memo) find(s *symbol) *kept {
	if i := s.id / len(memoPage{}); i < len(m.pages) && m.pages[i] != nil {
		return &m.pages[i][s.id%len(memoPage{})]
	}
	return nil
}

// keep is where to keep something of a symbol.
func (m *memo) keep(s *symbol) *kept {
	i := s.id / len(memoPage{})
	if n := i + 1 - len(m.pages); n > 0 {
		m.pages = slices.Grow(m.pages, n)[:i+1]
	}
	if m.pages[i] == nil {
		m.pages[i] = &memoPage{}
	}
	return &m.pages[i][s.id%len(memoPage{})]
}

// Names of what is no variable but is read like one.
const (
	inheritedName = "__inherit_cache"
	tasksName     = "__BBTASKS"
	handlersName  = "__BBHANDLERS"
)

// touch records that the variable being expanded depends on another.
func (d *Data) touch(name string) { d.touchSymbol(d.symbol(name)) }

func (d *Data) touchSymbol(s *symbol) {
	if n := len(d.reading); n > 0 {
		d.memo.addReader(s, d.reading[n-1].symbol)
	}
}

func (m *memo) addReader(s, by *symbol) {
	k := m.keep(s)
	if k.readers != nil && k.readers.symbol == by {
		return
	}
	if len(m.free) == 0 {
		m.free = make([]reader, 64)
	}
	r := &m.free[0]
	m.free = m.free[1:]
	r.symbol, r.next = by, k.readers
	k.readers = r
}

// remember keeps an expansion unless variables changed while it was made.
func (d *Data) remember(s *symbol, e *expanded, changes int) {
	if changes != d.changes {
		return
	}
	d.memo.used = true
	d.memo.keep(s).value = e
	if e.overridden {
		d.memo.overridden = append(d.memo.overridden, s)
	}
}

// forget drops what was computed from a variable.
func (m *memo) forget(s *symbol) {
	k := m.find(s)
	if k == nil {
		return
	}
	list := k.readers
	k.value, k.readers = nil, nil
	for ; list != nil; list = list.next {
		m.forget(list.symbol)
	}
}

// forgetOverridden drops what was computed with regard to OVERRIDES.
func (d *Data) forgetOverridden() {
	for _, s := range d.memo.overridden {
		if k := d.memo.find(s); k.value != nil && k.value.overridden {
			k.value = nil
		}
	}
	d.memo.overridden = d.memo.overridden[:0]
}

// forgetAll drops everything that was computed.
func (d *Data) forgetAll() {
	d.changes++
	d.memo, d.overrideMemo = memo{}, memo{}
}

// changed forgets what was computed from the old value of a variable.
func (d *Data) changed(name string) { d.changedSymbol(d.symbol(name)) }

func (d *Data) changedSymbol(s *symbol) {
	d.changes++
	d.memo.forget(s)
	d.overrideMemo.forget(s)
	if d.resolving || !d.resolved {
		return
	}
	for ; s != nil; s = s.stem {
		if d.overrideVar.has(s) {
			d.resolved = false
			return
		}
	}
}
