package bitbake

// expandAhead expands the variables of the configuration once for all recipes,
// which forget what is different for them. What is not certain is not kept:
// its reason may have another place there. Nothing is kept at all when an
// expression does more than to give a value: it would do so for each recipe.
func (d *Data) expandAhead(state *recipeState) {
	d.resolve()
	d.dropMemos()
	n := d.scratch()
	n.recipe = state
	n.resolved = false
	n.resolve()
	d.names.each(func(s *symbol) {
		if v := d.at(s).variable; v != nil && v.function == nil && (v.set || v.hasWeak) && !s.braced {
			n.getSymbol(s)
		}
	})
	if n.tells(d) {
		return
	}
	n.changed("FILE") // each recipe has another one
	d.names = n.names
	d.overrideVar = n.overrideVar
	d.memo, d.bareMemo, d.overrideMemo = n.memo, n.bareMemo, n.overrideMemo
	for _, m := range []*memo{&d.memo, &d.bareMemo, &d.overrideMemo} {
		m.seal(&d.names)
	}
	d.shareMemos()
}

// tells is whether evaluation did more than to give values.
func (d *Data) tells(before *Data) bool {
	return d.writes > 0 || len(d.tainted) > len(before.tainted) || len(d.flagsTainted) > len(before.flagsTainted) || len(d.prefixes) > len(before.prefixes) ||
		len(d.errors) > len(before.errors) || len(d.objects) > 0 || d.recipe.skipped != "" || d.recipe.halted
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
