package python

import (
	"maps"
	"slices"
)

// manyKeys is how many keys of a dict or set are looked through one by one at
// most.
const manyKeys = 16

// NewDict makes an empty dict.
func NewDict() *Dict { return &Dict{} }

// Put sets a key that is a string.
func (d *Dict) Put(name string, v Value) { d.put(name, v) }

// put is false for what cannot be a key.
func (d *Dict) put(k, v Value) bool {
	d.unshare()
	at, fresh, ok := d.add(k)
	switch {
	case !ok:
		return false
	case fresh:
		d.values = append(d.values, v)
	default:
		d.values[at] = v
	}
	return true
}

// add makes sure that there is a key, and says where it is. The caller adds the
// value of one that is fresh; a set has none.
func (d *Dict) add(k Value) (at int, fresh, ok bool) {
	at, ok = d.find(k)
	if !ok || at >= 0 {
		return at, false, ok
	}
	at = len(d.keys)
	d.keys = append(d.keys, k)
	switch {
	case d.index != nil:
		h, _ := hash(k)
		d.index[h] = at
	case len(d.keys) > manyKeys:
		d.number()
	}
	return at, true, true
}

// number makes the index of the keys.
func (d *Dict) number() {
	d.index = make(map[key]int, max(len(d.keys), cap(d.keys)))
	for i, k := range d.keys {
		h, _ := hash(k)
		d.index[h] = i
	}
}

// find is where a key is, -1 when there is none; false for what cannot be a
// key.
func (d *Dict) find(k Value) (at int, ok bool) {
	if s, text := k.(string); text && d.index == nil { // only texts are equal to texts
		for i, x := range d.keys {
			if t, ok := x.(string); ok && t == s {
				return i, true
			}
		}
		return -1, true
	}
	h, ok := hash(k)
	if !ok {
		return -1, false
	}
	if d.index != nil {
		if at, ok := d.index[h]; ok {
			return at, true
		}
		return -1, true
	}
	for i, x := range d.keys {
		if _, text := x.(string); text {
			continue
		}
		if g, _ := hash(x); g == h {
			return i, true
		}
	}
	return -1, true
}

// unshare makes the items the dict's own.
func (d *Dict) unshare() {
	if d.shared {
		d.keys, d.values, d.index, d.shared = slices.Clone(d.keys), slices.Clone(d.values), maps.Clone(d.index), false
	}
}

func (d *Dict) get(k Value) (Value, bool) {
	at, _ := d.find(k)
	if at < 0 {
		return nil, false
	}
	return d.values[at], true
}

// delete leaves the list of keys alone that others go through.
func (d *Dict) delete(k Value) bool {
	at, _ := d.find(k)
	if at < 0 {
		return false
	}
	d.unshare()
	d.keys = append(d.keys[:at:at], d.keys[at+1:]...)
	if len(d.values) > 0 {
		d.values = slices.Delete(d.values, at, at+1)
	}
	if d.index != nil {
		d.number()
	}
	return true
}

// items are the pairs of keys and values, as tuples.
func (d *Dict) items() []Value {
	pairs, tuples := make([]Value, 2*len(d.keys)), make([]Tuple, len(d.keys))
	items := make([]Value, len(d.keys))
	for i, k := range d.keys {
		pair := pairs[2*i : 2*i+2 : 2*i+2]
		pair[0], pair[1] = k, d.values[i]
		tuples[i].Items = pair
		items[i] = &tuples[i]
	}
	return items
}

// copy makes a dict of the same items.
func (d *Dict) copy() *Dict {
	return &Dict{keys: slices.Clone(d.keys), values: slices.Clone(d.values), index: maps.Clone(d.index), unordered: d.unordered}
}

func newSet(items []Value) (*Set, bool) {
	s := &Set{Dict{keys: make([]Value, 0, len(items))}}
	for _, x := range items {
		if _, _, ok := s.dict.add(x); !ok {
			return nil, false
		}
	}
	return s, true
}

func (s *Set) has(v Value) bool {
	at, _ := s.dict.find(v)
	return at >= 0
}

// copy makes a set of the same items.
func (s *Set) copy() *Set {
	return &Set{Dict{keys: slices.Clone(s.dict.keys), index: maps.Clone(s.dict.index)}}
}
