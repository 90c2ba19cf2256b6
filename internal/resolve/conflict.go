package resolve

import "slices"

// installable looks ahead: p does not conflict with what is chosen, and each
// of its needs has an option of which the same is true.
func (c *choice) installable(p *binary, seen map[*binary]bool) bool {
	if ok, known := seen[p]; known {
		return ok
	}
	seen[p] = true // a cycle is no obstacle
	ok := c.fits(p)
	groups, err := c.u.needs(p)
	ok = ok && err == nil
	for i := 0; ok && i < len(groups); i++ {
		ok = c.satisfied(groups[i]) || slices.ContainsFunc(c.options(groups[i]), func(q *binary) bool {
			return c.installable(q, seen)
		})
	}
	seen[p] = ok
	return ok
}

func (c *choice) fits(p *binary) bool {
	for _, q := range c.chosen {
		if r, _ := c.u.clash(p, q); r != nil {
			return false
		}
		if r, _ := c.u.clash(q, p); r != nil {
			return false
		}
	}
	return true
}

// clash returns the relation by which p refuses q.
func (u *universe) clash(p, q *binary) (*relation, error) {
	if p == q || p.name == q.name {
		return nil, nil
	}
	groups, err := u.refuses(p)
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		for _, r := range g {
			if r.Arch == "any" {
				r.Arch = ""
			}
			if u.offers(r, q) {
				return &r, nil
			}
		}
	}
	return nil, nil
}

func (c *choice) checkConflicts() error {
	list := c.sorted()
	for _, p := range list {
		if p.conflicts == "" && p.breaks == "" {
			continue
		}
		for _, q := range list {
			r, err := c.u.clash(p, q)
			if err != nil {
				return err
			}
			if r != nil {
				return &ConflictError{Of: c.toolchain.Address, Range: c.toolchain.Range, Relation: r.String(),
					A: c.chain(p), B: c.chain(q)}
			}
		}
	}
	return nil
}
