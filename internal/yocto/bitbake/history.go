package bitbake

import (
	"slices"
	"strings"
)

// record keeps that a statement took part in a variable.
func (d *Data) record(st *statement, name string) { d.recordUnder(d.symbol(name).history, st, name) }

// recordUnder is record for a name whose symbol is known: that of its history is
// s.
func (d *Data) recordUnder(s *symbol, st *statement, name string) {
	e := d.room.events.take()
	c := d.change(s)
	*e = event{d.seq, name, st, c.history}
	c.history = e
	d.seq++
}

// historySymbol is the name without the operation, with the flag.
func (d *Data) historySymbol(s *symbol) *symbol {
	variable, _, flag := strings.Cut(s.name, "[")
	switch {
	case s.opaque:
	case flag:
		if base := d.symbol(variable).base; base != nil {
			return d.symbol(base.name + s.name[len(variable):])
		}
	case s.base != nil:
		return s.base
	}
	return s
}

func (d *Data) normalHistory(name string) string {
	base, flag, ok := strings.Cut(name, "[")
	if !ok {
		return d.normal(name)
	}
	return d.normal(base) + "[" + flag
}

// moveHistory follows the renaming of a variable.
func (d *Data) moveHistory(key, newKey *symbol) {
	moved := d.at(key).history
	if moved == nil {
		return
	}
	c := d.change(newKey)
	if c.history == nil { // events are in order by their numbers
		c.history = moved
		return
	}
	for e := moved; e != nil; e = e.before {
		c.history = &event{e.seq, e.name, e.st, c.history}
	}
}

// events lists what took part in a variable and in those that override it,
// in order.
func (d *Data) events(name string) []event {
	s := d.known(name)
	if s == nil {
		return nil
	}
	var list []event
	if c := d.at(s); len(c.variants) == 0 {
		for e := c.history; e != nil; e = e.before {
			list = append(list, *e)
		}
		slices.Reverse(list)
		sortEvents(list)
		return list
	}
	seen := map[*symbol]bool{}
	var gather func(s *symbol)
	gather = func(s *symbol) {
		if seen[s] {
			return
		}
		seen[s] = true
		c := d.at(s)
		for e := c.history; e != nil; e = e.before {
			list = append(list, *e)
		}
		for _, v := range c.variants {
			gather(v.symbol)
		}
	}
	gather(s)
	sortEvents(list)
	return list
}

func sortEvents(list []event) {
	slices.SortStableFunc(list, func(a, b event) int { return a.seq - b.seq })
}

// opOf is the operator as an Assignment names it.
func (d *Data) opOf(e event) string {
	if e.st.kind != kindAssign {
		return map[kind]string{kindUnset: "unset", kindUnsetFlag: "unset", kindAddTask: "addtask", kindDelTask: "deltask"}[e.st.kind]
	}
	if e.st.flag == "" {
		if _, o, _, ok := d.split(d.normal(e.name)); ok {
			return string(o)
		}
	}
	return string(e.st.op)
}

// placeOf is where the evaluation is: the line that assigned the variable
// being expanded, or the statement being run.
func (d *Data) placeOf() Place {
	for i := len(d.reading) - 1; i >= 0; i-- {
		if e := d.events(d.reading[i].symbol.name); len(e) > 0 {
			for j := len(e) - 1; j >= 0; j-- {
				if strings.Contains(e[j].st.text, "${") {
					return e[j].st.place()
				}
			}
			return e[len(e)-1].st.place()
		}
	}
	if d.recipe != nil && d.recipe.current != nil {
		p := d.recipe.current.place()
		if d.recipe.running != nil {
			p.Line += d.recipe.running.Line()
		}
		return p
	}
	return Place{File: d.env.relative(d.file)}
}
