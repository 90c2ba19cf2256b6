package bitbake

import "slices"

// cell is what the store keeps under one symbol. Copies of a Data share cells;
// one is copied before a Data changes it that does not own it.
type cell struct {
	owner       *mark
	variable    *variable  // nil when nobody ever said anything of it
	variants    []*variant // names that override this one
	history     *event     // the last statement that took part in it
	def         *statement
	ownVariants bool // the list may be changed
}

// mark is what a Data owns its cells and variables by. A Data that goes on
// after it was copied gets another one.
type mark struct{ _ byte }

// none is the cell of a symbol of which nothing is known.
var none cell

// at is the cell of a symbol, for reading it.
func (d *Data) at(s *symbol) *cell {
	if s.id < len(d.cells) && d.cells[s.id] != nil {
		return d.cells[s.id]
	}
	return &none
}

// change is the cell of a symbol for changing it.
func (d *Data) change(s *symbol) *cell {
	old := d.at(s)
	if old.owner == d.mark {
		return old
	}
	c := d.newCell()
	*c = *old
	c.owner, c.ownVariants = d.mark, false
	if n := s.id + 1 - len(d.cells); n > 0 {
		d.cells = slices.Grow(d.cells, n)[:s.id+1]
	}
	d.cells[s.id] = c
	return c
}

// newCell makes a cell: many at a time.
func (d *Data) newCell() *cell {
	if len(d.freeCells) == 0 {
		d.freeCells = make([]cell, 16)
	}
	c := &d.freeCells[0]
	d.freeCells = d.freeCells[1:]
	return c
}

// changeVariants is the cell of a symbol for changing the list of its
// variants.
func (d *Data) changeVariants(s *symbol) *cell {
	c := d.change(s)
	if !c.ownVariants {
		if c.variants != nil {
			c.variants = append(make([]*variant, 0, len(c.variants)*9/8+4), c.variants...)
		}
		c.ownVariants = true
	}
	return c
}

// ownSymbol is the variable of a symbol for changing it.
func (d *Data) ownSymbol(s *symbol) *variable {
	if s.opaque {
		d.taintAll(d.unknown(excerpt(s.name), "the name of the variable is too long"))
	}
	d.changedSymbol(s)
	v := d.at(s).variable
	if v != nil && v.owner == d.mark {
		return v
	}
	n := d.newVariable()
	if v != nil {
		*n = *v
		if len(v.flags) > 0 {
			n.flags = append(make([]flag, 0, len(v.flags)+2), v.flags...)
		}
		n.operations = slices.Clip(v.operations)
	} else if s.braced {
		d.braced = append(d.braced, s)
	}
	n.owner = d.mark
	d.change(s).variable = n
	return n
}

// newVariable makes a variable: many at a time.
func (d *Data) newVariable() *variable {
	if len(d.free) == 0 {
		d.free = make([]variable, 16)
	}
	n := &d.free[0]
	d.free = d.free[1:]
	return n
}
