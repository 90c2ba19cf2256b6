package python

import (
	"slices"
)

var listMethods, tupleMethods map[string]methodFunc

// The table is filled here, as its functions refer to it.
func init() {
	listMethods = map[string]methodFunc{
		"append": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			l := self.(*List)
			if len(l.Items) > in.Size/16 {
				return in.unknown("a list is too long"), nil
			}
			l.Items = append(l.Items, args0(args))
			return nil, nil
		},
		"extend": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			items, unordered, u, err := in.iterate(args0(args))
			if err != nil {
				return nil, err
			}
			l := self.(*List)
			if u != nil {
				l.spoiled = u
				return nil, nil
			}
			l.Items = append(l.Items, items...)
			l.Unordered = l.Unordered || unordered
			return nil, nil
		},
		"insert": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			l := self.(*List)
			n, ok := args0(args).(int64)
			if !ok || len(args) != 2 {
				l.spoiled = in.unknown("an insertion")
				return nil, nil
			}
			if n < 0 {
				n += int64(len(l.Items))
			}
			l.Items = slices.Insert(l.Items, int(min(max(n, 0), int64(len(l.Items)))), args[1])
			return nil, nil
		},
		"remove": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			l := self.(*List)
			for i, x := range l.Items {
				if same, known := equal(x, args0(args)); known && same {
					l.Items = slices.Delete(slices.Clone(l.Items), i, i+1)
					return nil, nil
				}
			}
			return nil, in.raise("ValueError", "list.remove(x): x not in list")
		},
		"pop": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			l := self.(*List)
			n := int64(-1)
			if len(args) > 0 {
				i, ok := args[0].(int64)
				if !ok {
					return in.unknown("pop of an index that is not known"), nil
				}
				n = i
			}
			if n < 0 {
				n += int64(len(l.Items))
			}
			if n < 0 || n >= int64(len(l.Items)) {
				return nil, in.raise("IndexError", "pop index out of range")
			}
			x := l.Items[n]
			l.Items = slices.Delete(slices.Clone(l.Items), int(n), int(n)+1)
			if l.Unordered {
				return in.unknown("an item of a list whose order nobody promises"), nil
			}
			return x, nil
		},
		"index": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			l := self.(*List)
			for i, x := range l.Items {
				same, known := equal(x, args0(args))
				if !known || l.Unordered {
					return in.unknown("an index that is not known"), nil
				}
				if same {
					return int64(i), nil
				}
			}
			return nil, in.raise("ValueError", "not in list")
		},
		"count": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
			n := int64(0)
			for _, x := range self.(*List).Items {
				same, known := equal(x, args0(args))
				if !known {
					return in.unknown("a count that is not known"), nil
				}
				if same {
					n++
				}
			}
			return n, nil
		},
		"copy": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
			l := *self.(*List)
			l.Items = slices.Clone(l.Items)
			return &l, nil
		},
		"clear": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
			self.(*List).Items = nil
			return nil, nil
		},
		"reverse": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
			l := self.(*List)
			l.Items = slices.Clone(l.Items)
			slices.Reverse(l.Items)
			return nil, nil
		},
		"sort": func(in *Interp, self Value, _ []Value, kw map[string]Value) (Value, error) {
			l := self.(*List)
			v, err := in.sorted(l, kw)
			if err != nil {
				return nil, err
			}
			if s, ok := v.(*List); ok {
				*l = *s
				return nil, nil
			}
			l.spoiled = spoiledBy(v)
			return nil, nil
		},
	}
	tupleMethods = map[string]methodFunc{
		"index": func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error) {
			return listMethods["index"](in, &List{Items: self.(*Tuple).Items}, args, kw)
		},
		"count": func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error) {
			return listMethods["count"](in, &List{Items: self.(*Tuple).Items}, args, kw)
		},
	}
}

var dictMethods = map[string]methodFunc{
	"get": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		if u, ok := args0(args).(*Unknown); ok {
			return u, nil
		}
		if v, ok := self.(*Dict).get(args0(args)); ok {
			return v, nil
		}
		if len(args) > 1 {
			return args[1], nil
		}
		return nil, nil
	},
	"keys": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
		d := self.(*Dict)
		return &List{Items: slices.Clone(d.keys), Unordered: d.unordered}, nil
	},
	"values": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
		d := self.(*Dict)
		return &List{Items: slices.Clone(d.values), Unordered: d.unordered}, nil
	},
	"items": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
		d := self.(*Dict)
		return &List{Items: d.items(), Unordered: d.unordered}, nil
	},
	"setdefault": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		d := self.(*Dict)
		if v, ok := d.get(args0(args)); ok {
			return v, nil
		}
		var v Value
		if len(args) > 1 {
			v = args[1]
		}
		d.put(args0(args), v)
		return v, nil
	},
	"pop": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		d := self.(*Dict)
		if v, ok := d.get(args0(args)); ok {
			d.delete(args[0])
			return v, nil
		}
		if len(args) > 1 {
			return args[1], nil
		}
		return nil, in.raise("KeyError", "pop")
	},
	"update": func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error) {
		d := self.(*Dict)
		if other, ok := args0(args).(*Dict); ok {
			for i, k := range other.keys {
				d.put(k, other.values[i])
			}
			d.unordered = d.unordered || other.unordered
		} else if len(args) > 0 {
			d.spoiled = in.unknown("an update of a dict")
		}
		for _, k := range sortedKeys(kw) {
			d.put(k, kw[k])
		}
		return nil, nil
	},
	"copy": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
		return self.(*Dict).copy(), nil
	},
}

// setMethod is an operation with any iterable.
func setMethod(o string) methodFunc {
	return func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		cur := self.(*Set)
		for _, a := range args {
			other, err := in.toSet(a)
			if err != nil {
				return nil, err
			}
			if u, ok := other.(*Unknown); ok {
				return u, nil
			}
			cur = setOp(o, cur, other.(*Set)).(*Set)
		}
		return cur, nil
	}
}

// setUpdate is setMethod in place.
func setUpdate(o string) methodFunc {
	return func(in *Interp, self Value, args []Value, kw map[string]Value) (Value, error) {
		v, err := setMethod(o)(in, self, args, kw)
		if s, ok := v.(*Set); ok {
			*self.(*Set) = *s
			return nil, err
		}
		spoil(self, spoiledBy(v))
		return v, err
	}
}

// toSet makes a set of an iterable.
func (in *Interp) toSet(v Value) (Value, error) {
	if s, ok := v.(*Set); ok {
		return s, nil
	}
	items, _, u, err := in.iterate(v)
	if err != nil {
		return nil, err
	}
	if u != nil {
		return u, nil
	}
	return in.makeSet(items)
}

var setMethods = map[string]methodFunc{
	"union": setMethod("|"), "intersection": setMethod("&"), "difference": setMethod("-"), "symmetric_difference": setMethod("^"),
	"update": setUpdate("|"), "difference_update": setUpdate("-"), "intersection_update": setUpdate("&"),
	"add": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		if _, _, ok := self.(*Set).dict.add(args0(args)); !ok {
			return nil, in.raise("TypeError", "unhashable type")
		}
		return nil, nil
	},
	"discard": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		self.(*Set).dict.delete(args0(args))
		return nil, nil
	},
	"remove": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		if !self.(*Set).dict.delete(args0(args)) {
			return nil, in.raise("KeyError", "remove")
		}
		return nil, nil
	},
	"issubset": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		other, err := in.toSet(args0(args))
		if s, ok := other.(*Set); ok {
			return subset(self.(*Set), s), nil
		}
		return other, err
	},
	"issuperset": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		other, err := in.toSet(args0(args))
		if s, ok := other.(*Set); ok {
			return subset(s, self.(*Set)), nil
		}
		return other, err
	},
	"isdisjoint": func(in *Interp, self Value, args []Value, _ map[string]Value) (Value, error) {
		other, err := in.toSet(args0(args))
		if s, ok := other.(*Set); ok {
			return len(setOp("&", self.(*Set), s).(*Set).dict.keys) == 0, nil
		}
		return other, err
	},
	"copy": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
		return self.(*Set).copy(), nil
	},
	"pop": func(in *Interp, self Value, _ []Value, _ map[string]Value) (Value, error) {
		u := in.unknown("an item of a set")
		spoil(self, u)
		return u, nil
	},
}
