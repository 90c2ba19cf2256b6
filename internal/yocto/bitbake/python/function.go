package python

import "slices"

// makeFunc makes a function that sees the names of a scope; its defaults are
// computed now.
func (in *Interp) makeFunc(f *Func, s *scope) (*Func, error) {
	f.env = s
	for i, p := range f.params {
		if _, constant := p.Default.(*Const); p.Default == nil || constant {
			continue
		}
		if f.defaults == nil {
			f.defaults = make([]Value, len(f.params))
			for j, q := range f.params {
				if c, ok := q.Default.(*Const); ok {
					f.defaults[j] = c.Value
				}
			}
		}
		v, err := in.eval(p.Default, s)
		if err != nil {
			return nil, err
		}
		f.defaults[i] = v
	}
	return f, nil
}

func (in *Interp) callFunc(f *Func, args []Value, kw map[string]Value) (Value, error) {
	if u := in.enter(); u != nil {
		in.leave()
		return u, nil
	}
	v, err := in.callBound(f, args, kw)
	in.leave()
	return v, err
}

// callBound calls a function, with the value that it is a method of.
func (in *Interp) callBound(f *Func, args []Value, kw map[string]Value) (Value, error) {
	s := newFrame(f.layout, f.env)
	if f.self != nil {
		args = append([]Value{f.self}, args...)
	}
	if err := in.bind(f, s, args, kw); err != nil {
		return nil, err
	}
	if f.body == nil {
		return in.eval(f.result, s)
	}
	line := in.line
	in.calls++
	v, err := in.callBody(f.body, s)
	in.calls--
	in.line = line
	return v, err
}

// bind gives the parameters of a call their values.
func (in *Interp) bind(f *Func, s *scope, args []Value, kw map[string]Value) error {
	var used map[string]bool
	if len(kw) > 0 {
		used = map[string]bool{}
	}
	for i := range f.params {
		p := &f.params[i]
		v, given := kw[p.Name]
		switch {
		case p.Star == "*":
			if p.Name != "" {
				s.slots[p.slot] = &Tuple{args}
			}
			args = nil
			continue
		case p.Star == "**":
			rest := NewDict()
			for _, k := range sortedKeys(kw) {
				if !used[k] {
					rest.put(k, kw[k])
					used[k] = true
				}
			}
			s.slots[p.slot] = rest
			continue
		case given:
			used[p.Name] = true
		case len(args) > 0:
			v, args = args[0], args[1:]
		case p.Default != nil && i < len(f.defaults):
			v = f.defaults[i]
		case p.Default != nil:
			d, err := in.eval(p.Default, f.env)
			if err != nil {
				return err
			}
			freeze(d) // every call gets the same
			v = d
		default:
			return in.raise("TypeError", "%s() missing the argument '%s'", f.Name, p.Name)
		}
		s.slots[p.slot] = v
	}
	if len(args) > 0 || len(used) < len(kw) {
		return in.raise("TypeError", "%s() got unexpected arguments", f.Name)
	}
	return nil
}

func sortedKeys(m map[string]Value) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
