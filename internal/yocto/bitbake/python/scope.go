package python

// Local is a name with its value.
type Local struct {
	Name  string
	Value Value
}

// scope holds local names: in slots those of its layout, in others those that
// only code in doubt has.
type scope struct {
	slots  []Value // absent where a name has no value
	layout *layout // nil for no slots
	parent *scope
	result Value            // of the function
	others map[string]Value // seldom any
	global map[string]bool  // names declared global or nonlocal
	frozen bool             // of a module that is shared
	room   [4]Value         // for few slots
}

// absent stands in the slot of a name that has no value.
type absent struct{}

func newScope(parent *scope) *scope { return &scope{parent: parent} }

// newFrame makes a scope with slots.
func newFrame(l *layout, parent *scope) *scope {
	s := &scope{layout: l, parent: parent}
	if n := len(l.names); n <= len(s.room) {
		s.slots = s.room[:n]
	} else {
		s.slots = make([]Value, n)
	}
	for i := range s.slots {
		s.slots[i] = absent{}
	}
	return s
}

// newRoot makes the scope of code, with the names that the host gives. Those
// that the code does not use are left out.
func newRoot(c *Code, names []Local) *scope {
	s := newFrame(c.layout, nil)
	for _, n := range names {
		if at := s.slot(n.Name); at >= 0 {
			s.slots[at] = n.Value
		}
	}
	return s
}

// newOthers makes a scope for code in doubt.
func newOthers(names []Local) *scope {
	s := &scope{}
	for _, n := range names {
		s.put(n.Name, n.Value)
	}
	return s
}

// slot is where the scope itself has a name, or -1.
func (s *scope) slot(name string) int {
	if s.layout == nil {
		return -1
	}
	return s.layout.slot(name)
}

// own is a name of the scope itself.
func (s *scope) own(name string) (Value, bool) {
	if at := s.slot(name); at >= 0 {
		_, none := s.slots[at].(absent)
		if none {
			return nil, false
		}
		return s.slots[at], true
	}
	v, ok := s.others[name]
	return v, ok
}

// put gives a name of the scope itself a value.
func (s *scope) put(name string, v Value) {
	if at := s.slot(name); at >= 0 {
		s.slots[at] = v
		return
	}
	if s.others == nil {
		s.others = map[string]Value{}
	}
	s.others[name] = v
}

// all are the names of the scope itself.
func (s *scope) all() map[string]Value {
	all := make(map[string]Value, len(s.slots)+len(s.others))
	for name, v := range s.others {
		all[name] = v
	}
	for i, v := range s.slots {
		if _, none := v.(absent); !none {
			all[s.layout.names[i]] = v
		}
	}
	return all
}

// drop deletes a name of the scope itself.
func (s *scope) drop(name string) {
	if at := s.slot(name); at >= 0 {
		s.slots[at] = absent{}
	}
	delete(s.others, name)
}

func (s *scope) find(name string) (Value, bool) {
	for ; s != nil; s = s.parent {
		if v, ok := s.own(name); ok {
			return v, true
		}
	}
	return nil, false
}

// look is find for a name of prepared code.
func (s *scope) look(x *Name) (Value, bool) {
	v := s.at(x.spot)
	if _, none := v.(absent); !none {
		return v, true
	}
	for _, p := range x.more {
		v := s.at(p)
		if _, none := v.(absent); !none {
			return v, true
		}
	}
	return nil, false
}

// at is what a spot holds. A def of the metadata has no scopes around it.
func (s *scope) at(p spot) Value {
	for n := p.up; n > 0 && s != nil; n-- {
		s = s.parent
	}
	if s == nil || p.slot >= len(s.slots) {
		return absent{}
	}
	return s.slots[p.slot]
}

// isFrozen is whether a name is one of a module that is shared.
func (s *scope) isFrozen(name string) bool {
	for ; s != nil; s = s.parent {
		if _, ok := s.own(name); ok {
			return s.frozen
		}
	}
	return false
}

// setName gives a name of prepared code a value.
func (s *scope) setName(x *Name, v Value) {
	if s.global == nil && x.prepared && x.up == 0 {
		s.slots[x.slot] = v
		return
	}
	s.set(x.ID, v)
}

func (s *scope) set(name string, v Value) {
	if s.global[name] {
		for p := s.parent; p != nil; p = p.parent {
			if _, ok := p.own(name); ok && !p.frozen {
				p.put(name, v)
				return
			}
		}
	}
	s.put(name, v)
}
