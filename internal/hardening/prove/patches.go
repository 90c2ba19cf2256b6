package prove

import (
	"cmp"
	"fmt"
	"slices"
)

// patches are the relocations of a section of addresses, for access in any
// order. A nil *patches changes nothing.
type patches struct {
	list []patch
	rela bool
}

// patch is what a relocation makes of the address at off; without an addend of
// its own it is added to what stands there.
type patch struct{ off, value uint64 }

// patches returns the relocations of a section that is open; nil when it has
// none or the file is linked.
func (r *reader) patches(name string) (*patches, error) {
	if p, ok := r.patched[name]; ok {
		return p, nil
	}
	rel, err := r.f.relocsFor(r.sections[name])
	if err != nil {
		return nil, err
	}
	if rel == nil {
		r.patched[name] = nil
		return nil, nil
	}
	if n := rel.src.size / rel.size; n > maxSpans {
		return nil, fmt.Errorf("%d relocations of %s are more than %d", n, name, maxSpans)
	}
	p := &patches{rela: rel.rela}
	for rel.next+rel.size <= rel.src.size {
		e, err := rel.read()
		if err != nil {
			return nil, err
		}
		if e.typ == 0 { // R_*_NONE
			continue
		}
		value, err := rel.resolve(e, 0)
		if err != nil {
			return nil, err
		}
		p.list = append(p.list, patch{e.off, value})
	}
	slices.SortStableFunc(p.list, func(a, b patch) int { return cmp.Compare(a.off, b.off) })
	r.patched[name] = p
	return p, nil
}

// relocated reads an address.
func (r *reader) relocated(c *cursor, p *patches, size uint64) uint64 {
	at := c.off
	value := c.uint(size)
	if p == nil || c.err != nil {
		return value
	}
	i, found := slices.BinarySearchFunc(p.list, at, func(e patch, off uint64) int { return cmp.Compare(e.off, off) })
	switch {
	case !found:
		return value
	case p.rela:
		return p.list[i].value
	}
	return value + p.list[i].value
}
