package python

// Local is a name with its value.
type Local struct {
	Name  string
	Value Value
}

// most is how many names a scope holds in a list: few are found faster so.
const most = 12

// scope holds local names.
type scope struct {
	room   [6]Local // for the first of few
	few    []Local
	many   map[string]Value // instead, when there are more
	parent *scope
	global map[string]bool // names declared global or nonlocal
	frozen bool            // of a module that is shared
}

func newScope(parent *scope) *scope { return &scope{parent: parent} }

// own is a name of the scope itself.
func (s *scope) own(name string) (Value, bool) {
	if s.many != nil {
		v, ok := s.many[name]
		return v, ok
	}
	for i := range s.few {
		if s.few[i].Name == name {
			return s.few[i].Value, true
		}
	}
	return nil, false
}

// result is what the function returns whose scope it is.
func (s *scope) result() Value {
	v, _ := s.own(resultName)
	return v
}

// put gives a name of the scope itself a value.
func (s *scope) put(name string, v Value) {
	if s.many != nil {
		s.many[name] = v
		return
	}
	for i := range s.few {
		if s.few[i].Name == name {
			s.few[i].Value = v
			return
		}
	}
	if s.few == nil {
		s.few = s.room[:0]
	}
	if len(s.few) < most {
		s.few = append(s.few, Local{name, v})
		return
	}
	s.many = s.all()
	s.few = nil
	s.many[name] = v
}

// all are the names of the scope itself.
func (s *scope) all() map[string]Value {
	if s.many != nil {
		return s.many
	}
	all := make(map[string]Value, len(s.few)+1)
	for _, l := range s.few {
		all[l.Name] = l.Value
	}
	return all
}

// drop deletes a name of the scope itself.
func (s *scope) drop(name string) {
	delete(s.many, name)
	for i := range s.few {
		if s.few[i].Name == name {
			s.few = append(s.few[:i:i], s.few[i+1:]...)
			return
		}
	}
}

func (s *scope) find(name string) (Value, bool) {
	for ; s != nil; s = s.parent {
		if v, ok := s.own(name); ok {
			return v, true
		}
	}
	return nil, false
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
