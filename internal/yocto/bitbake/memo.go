package bitbake

import "slices"

// memo keeps what variables expand to. An entry is forgotten when a variable
// changes that it was computed from. Copies share pages; one is copied before
// a memo changes it that does not own it.
type memo struct {
	pages  []*memoPage // by the ids of the symbols
	owner  *mark       // of the pages that may be changed
	used   bool        // something was kept
	active []string    // the overrides with regard to which it was computed
	looked symbolSet   // whose overrides or operations were compared with those
	room   *room
}

// memoPage is what is kept of symbols whose ids follow each other.
type memoPage struct {
	owner *mark
	kept  [pageSize]kept
}

const pageSize = 16

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

// begins is whether a variable is one of the first in a list.
func (r *reader) begins(by *symbol) bool {
	for range 4 {
		if r == nil {
			return false
		}
		if r.symbol == by {
			return true
		}
		r = r.next
	}
	return false
}

// reading is a variable that is being expanded, or replaced by what overrides
// it.
type reading struct {
	symbol   *symbol
	replaced bool
}

// find is what is kept of a symbol, or nil. It is not changed.
func (m *memo) find(s *symbol) *kept {
	if i := s.id / pageSize; i < len(m.pages) && m.pages[i] != nil {
		return &m.pages[i].kept[s.id%pageSize]
	}
	return nil
}

// keep is where to keep something of a symbol.
func (m *memo) keep(s *symbol) *kept {
	i := s.id / pageSize
	if n := i + 1 - len(m.pages); n > 0 {
		m.pages = slices.Grow(m.pages, n)[:i+1]
	}
	if p := m.pages[i]; p == nil {
		m.pages[i] = m.room.pages.take()
		m.pages[i].owner = m.owner
	} else if p.owner != m.owner {
		own := m.room.pages.take()
		*own = *p
		own.owner = m.owner
		m.pages[i] = own
	}
	return &m.pages[i].kept[s.id%pageSize]
}

// copy makes a memo that begins as m and may be changed without changing m,
// which is not changed any more. The list is for its pages.
func (m *memo) copy(owner *mark, r *room, list []*memoPage) memo {
	return memo{pages: append(list, m.pages...), owner: owner, room: r, used: m.used, active: m.active, looked: slices.Clone(m.looked)}
}

// shareMemos says that a copy was made of d, which goes on to be used.
func (d *Data) shareMemos() {
	own := &mark{}
	for _, m := range d.memos() {
		m.owner = own
	}
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
	if d.resolving {
		d.overrideVar.add(s)
	}
	if n := len(d.reading); n > 0 {
		d.memo.addReader(s, d.reading[n-1].symbol)
	}
}

func (m *memo) addReader(s, by *symbol) {
	if k := m.find(s); k != nil && k.readers.begins(by) {
		return
	}
	k := m.keep(s)
	r := m.room.readers.take()
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
}

// forget drops what was computed from a variable.
func (m *memo) forget(s *symbol) {
	k := m.find(s)
	if k == nil || k.value == nil && k.readers == nil {
		return
	}
	k = m.keep(s)
	list := k.readers
	k.value, k.readers = nil, nil
	for ; list != nil; list = list.next {
		m.forget(list.symbol)
	}
}

// forgetAll drops everything that was computed.
func (d *Data) forgetAll() {
	d.changes++
	d.writes++
	d.dropMemos()
}

func (d *Data) dropMemos() {
	own := &mark{}
	for _, m := range d.memos() {
		*m = memo{owner: own, room: d.room}
	}
	d.memo.active = d.overrides
}

// memos are all that d has.
func (d *Data) memos() [3]*memo { return [3]*memo{&d.memo, &d.bareMemo, &d.overrideMemo} }

// changed forgets what was computed from the old value of a variable.
func (d *Data) changed(name string) { d.changedSymbol(d.symbol(name)) }

func (d *Data) changedSymbol(s *symbol) {
	d.changes++
	d.writes++
	d.memo.forget(s)
	d.bareMemo.forget(s)
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
