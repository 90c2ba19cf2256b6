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
	c := d.room.cells.take()
	*c = *old
	c.owner, c.ownVariants = d.mark, false
	if n := s.id + 1 - len(d.cells); n > 0 {
		d.cells = slices.Grow(d.cells, n)[:s.id+1]
	}
	d.cells[s.id] = c
	return c
}

// changeVariants is the cell of a symbol for changing the list of its
// variants.
func (d *Data) changeVariants(s *symbol) *cell {
	c := d.change(s)
	if !c.ownVariants {
		if c.variants != nil {
			c.variants = append(d.room.lists.many(len(c.variants)*9/8 + 4)[:0], c.variants...)
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
	n := d.room.variables.take()
	if v != nil {
		*n = *v
		if len(v.flags) > 0 {
			n.flags = append(d.room.flags.many(len(v.flags) + 2)[:0], v.flags...)
		}
		n.operations = slices.Clip(v.operations)
	} else if s.braced {
		d.braced = append(d.braced, s)
	}
	n.owner = d.mark
	d.change(s).variable = n
	return n
}
