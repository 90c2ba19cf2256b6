package bitbake

import (
	"maps"
	"slices"
)

// expandAhead expands the variables of the configuration once for all recipes,
// which forget what is different for them. What is not certain is not kept:
// its reason may have another place there. Neither is what writes variables,
// nor what was computed from those: that happens where it is expanded only.
func (d *Data) expandAhead(state *recipeState) {
	d.resolve()
	d.dropMemos()
	n := d.scratch()
	n.recipe = state
	n.resolved = false
	n.resolve()
	good := n.writes == 0
	d.names.each(func(s *symbol) {
		if v := d.at(s).variable; good && v != nil && v.function == nil && (v.set || v.hasWeak) && !s.braced {
			n.getSymbol(s)
			good = n.writes == 0 || n.undo(d)
		}
	})
	n.resolve()
	if !good || !n.onlyRead(d) || !slices.Equal(n.overrides, d.overrides) {
		return
	}
	n.changed("FILE") // each recipe has another one
	d.names = n.names
	d.overrideVar = n.overrideVar
	d.memo, d.bareMemo, d.overrideMemo = n.memo, n.bareMemo, n.overrideMemo
	for _, m := range d.memos() {
		m.seal(&d.names)
	}
	d.shareMemos()
}

// undo takes back what was written to variables, and forgets what was computed
// from them. It is false when more was done than that.
func (d *Data) undo(before *Data) bool {
	for id, c := range d.cells {
		s := d.names.byID(id)
		old := before.at(s)
		if c == nil || c == old {
			continue
		}
		if d.cells[id] = old; old == &none {
			d.cells[id] = nil
		}
		d.changedSymbol(s)
	}
	d.braced = slices.Clip(before.braced)
	d.writes = 0
	return d.onlyRead(before)
}

// onlyRead is whether evaluation did no more than to read and write variables.
func (d *Data) onlyRead(before *Data) bool {
	same := len(d.tainted) == len(before.tainted) && len(d.flagsTainted) == len(before.flagsTainted) && len(d.prefixes) == len(before.prefixes)
	same = same && len(d.inherited) == len(before.inherited) && len(d.files) == len(before.files) && len(d.errors) == len(before.errors)
	same = same && slices.Equal(d.tasks, before.tasks) && slices.Equal(d.handlers, before.handlers) && len(d.anonymous) == len(before.anonymous)
	same = same && len(d.deferred) == len(before.deferred) && maps.Equal(d.filters, before.filters) && len(d.objects) == 0
	return same && d.recipe.skipped == "" && !d.recipe.halted && d.seq == before.seq
}

// seal keeps what is certain, and prepares it for several goroutines.
func (m *memo) seal(n *names) {
	n.each(func(s *symbol) {
		k := m.find(s)
		switch {
		case k == nil || k.value == nil:
		case len(k.value.unknown) > 0:
			m.forget(s)
		default:
			k.value.boxed = k.value.text
		}
	})
}
