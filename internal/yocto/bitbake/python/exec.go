package python

import "fmt"

// flow is how a block ended.
type flow uint8

const (
	flowOn flow = iota
	flowReturn
	flowBreak
	flowContinue
	flowLost // it cannot be told how far the code runs
)

// result of a function is kept in the scope of its call.
const resultName = "return value"

// callBody runs a function's statements; the value is what it returns.
func (in *Interp) callBody(body []Stmt, s *scope) (Value, error) {
	f, err := in.exec(body, s)
	if err != nil {
		return nil, err
	}
	if f == flowReturn || f == flowLost {
		return s.names[resultName], nil
	}
	return nil, nil
}

// exec runs statements. When a statement may or may not have left the block,
// what follows is in doubt, and the result of the function with it.
func (in *Interp) exec(body []Stmt, s *scope) (flow, error) {
	for i, st := range body {
		f, err := in.stmt(st, s)
		if err != nil {
			return 0, err
		}
		if f == flowLost {
			if u, ok := s.names[resultName].(*Unknown); ok {
				in.doubt(body[i+1:], s, u)
			}
		}
		if f != flowOn {
			return f, nil
		}
	}
	return flowOn, nil
}

func (in *Interp) lost(s *scope, u *Unknown) flow {
	s.names[resultName] = u
	return flowLost
}

func (in *Interp) stmt(st Stmt, s *scope) (flow, error) {
	if u := in.exhausted(); u != nil {
		in.doubt([]Stmt{st}, s, u)
		return in.lost(s, u), nil
	}
	switch st := st.(type) {
	case *ExprStmt:
		in.at(st.Line)
		_, err := in.eval(st.X, s)
		return flowOn, err
	case *Assign:
		in.at(st.Line)
		v, err := in.eval(st.Value, s)
		for _, t := range st.Targets {
			if err == nil {
				err = in.assign(t, v, s)
			}
		}
		return flowOn, err
	case *AugAssign:
		in.at(st.Line)
		return flowOn, in.augAssign(st, s)
	case *If:
		in.at(st.Line)
		return in.ifStmt(st, s)
	case *For:
		in.at(st.Line)
		return in.forStmt(st, s)
	case *While:
		in.at(st.Line)
		return in.whileStmt(st, s)
	case *Return:
		in.at(st.Line)
		var v Value
		var err error
		if st.X != nil {
			v, err = in.eval(st.X, s)
		}
		s.names[resultName] = v
		return flowReturn, err
	case *Jump:
		return map[string]flow{"pass": flowOn, "break": flowBreak, "continue": flowContinue}[st.Word], nil
	case *Def:
		in.at(st.Line)
		f := Define(st)
		f.env = s
		s.set(st.Name, f)
		return flowOn, nil
	default:
		return in.rare(st, s)
	}
}

// rare runs the statements that metadata seldom uses.
func (in *Interp) rare(st Stmt, s *scope) (flow, error) {
	switch st := st.(type) {
	case *Raise:
		in.at(st.Line)
		return in.raiseStmt(st, s)
	case *Try:
		in.at(st.Line)
		return in.try(st, s)
	case *Import:
		in.at(st.Line)
		for i, path := range st.Paths {
			v, ok := in.Host.Import(path)
			if !ok {
				v = in.unknown("the module %s is not known", path)
			}
			s.set(st.Names[i], v)
		}
		return flowOn, nil
	case *Class:
		in.at(st.Line)
		v, err := in.class(st, s)
		s.set(st.Name, v)
		return flowOn, err
	case *Scope:
		if s.global == nil {
			s.global = map[string]bool{}
		}
		for _, n := range st.Names {
			s.global[n] = true
		}
		return flowOn, nil
	case *Delete:
		in.at(st.Line)
		return flowOn, in.delete(st, s)
	case *Assert:
		in.at(st.Line)
		v, err := in.eval(st.X, s)
		if truth, known := Truth(v); err == nil && known && !truth {
			err = in.raise("AssertionError", "")
		}
		return flowOn, err
	case *With:
		in.at(st.Line)
		u := in.unknown("a with statement")
		in.doubt([]Stmt{st}, s, u)
		return in.lost(s, u), nil
	}
	u := in.unknown("a statement that is not read here")
	return in.lost(s, u), nil
}

func (in *Interp) ifStmt(st *If, s *scope) (flow, error) {
	c, err := in.eval(st.Cond, s)
	if err != nil {
		return 0, err
	}
	truth, known := Truth(c)
	if known {
		if truth {
			return in.exec(st.Body, s)
		}
		return in.exec(st.Else, s)
	}
	u := spoiledBy(c)
	in.doubt(st.Body, s, u)
	in.doubt(st.Else, s, u)
	if leaves(st.Body) || leaves(st.Else) {
		return in.lost(s, u), nil
	}
	return flowOn, nil
}

// leaves is whether statements may end the block they are in, other than by
// an exception.
func leaves(body []Stmt) bool {
	for _, st := range body {
		switch st := st.(type) {
		case *Return:
			return true
		case *Jump:
			if st.Word != "pass" {
				return true
			}
		case *If:
			if leaves(st.Body) || leaves(st.Else) {
				return true
			}
		case *For:
			if leaves(st.Body) || leaves(st.Else) {
				return true
			}
		case *While:
			if leaves(st.Body) || leaves(st.Else) {
				return true
			}
		case *Try:
			if leaves(st.Body) || leaves(st.Else) || leaves(st.Finally) {
				return true
			}
			for _, h := range st.Handlers {
				if leaves(h.Body) {
					return true
				}
			}
		case *With:
			if leaves(st.Body) {
				return true
			}
		}
	}
	return false
}

func (in *Interp) forStmt(st *For, s *scope) (flow, error) {
	v, err := in.eval(st.Iter, s)
	if err != nil {
		return 0, err
	}
	items, unordered, err := in.iterate(v)
	if err != nil {
		return 0, err
	}
	u, _ := items.(*Unknown)
	if unordered {
		u = in.unknown("a loop over a set, whose order nobody promises")
	}
	if u != nil {
		return in.skipLoop(append([]Stmt{&Assign{Targets: []Expr{st.Target}, Value: &Const{nil}}}, st.Body...), st.Else, s, u)
	}
	for _, item := range append([]Value{}, items.([]Value)...) {
		if err := in.assign(st.Target, item, s); err != nil {
			return 0, err
		}
		f, err := in.exec(st.Body, s)
		if err != nil {
			return 0, err
		}
		if f == flowBreak {
			return flowOn, nil
		}
		if f == flowReturn {
			return f, nil
		}
		if f == flowLost {
			u := s.names[resultName].(*Unknown)
			in.doubt(st.Body, s, u)
			in.doubt(st.Else, s, u)
			return f, nil
		}
	}
	return in.exec(st.Else, s)
}

func (in *Interp) skipLoop(body, orelse []Stmt, s *scope, u *Unknown) (flow, error) {
	in.doubt(body, s, u)
	in.doubt(orelse, s, u)
	if returns(body) || leaves(orelse) {
		return in.lost(s, u), nil
	}
	return flowOn, nil
}

// returns is whether a loop's body may leave the function.
func returns(body []Stmt) bool {
	for _, st := range body {
		switch st := st.(type) {
		case *Return:
			return true
		case *If:
			if returns(st.Body) || returns(st.Else) {
				return true
			}
		case *For:
			if returns(st.Body) || returns(st.Else) {
				return true
			}
		case *While:
			if returns(st.Body) {
				return true
			}
		case *Try, *With:
			if leaves([]Stmt{st}) {
				return true
			}
		}
	}
	return false
}

func (in *Interp) whileStmt(st *While, s *scope) (flow, error) {
	for {
		c, err := in.eval(st.Cond, s)
		if err != nil {
			return 0, err
		}
		truth, known := Truth(c)
		if !known {
			return in.skipLoop(st.Body, st.Else, s, spoiledBy(c))
		}
		if !truth {
			return in.exec(st.Else, s)
		}
		f, err := in.exec(st.Body, s)
		if err != nil {
			return 0, err
		}
		switch f {
		case flowBreak:
			return flowOn, nil
		case flowReturn:
			return f, nil
		case flowLost:
			in.doubt(st.Body, s, s.names[resultName].(*Unknown))
			return f, nil
		}
	}
}

// doubt says that statements may or may not run, or run several times: the
// names they would change are unknown from here on.
func (in *Interp) doubt(body []Stmt, s *scope, u *Unknown) {
	if len(body) == 0 {
		return
	}
	in.doubts++
	for name := range Changed(body) {
		if v, ok := s.find(name); ok {
			if _, host := v.(Attrer); host && !Assigned(body)[name] {
				continue
			}
			if _, module := v.(*Module); module {
				continue
			}
			s.set(name, u)
			if s.names[name] == nil {
				s.names[name] = u
			}
		} else {
			s.names[name] = u
		}
	}
	in.Host.Doubt(body, func(x Expr) Value { return in.peek(x, s) }, u)
}

// peek finds what an expression of names and attributes means, without
// calling anything.
func (in *Interp) peek(x Expr, s *scope) Value {
	switch x := x.(type) {
	case *Name:
		v, err := in.name(x.ID, s)
		if err == nil {
			return v
		}
	case *Attr:
		if base := in.peek(x.X, s); base != nil {
			if v, err := in.attribute(base, x.Name); err == nil {
				return v
			}
		}
	}
	return nil
}

func (in *Interp) augAssign(st *AugAssign, s *scope) error {
	a, err := in.eval(st.Target, s)
	if err != nil {
		return err
	}
	b, err := in.eval(st.Value, s)
	if err != nil {
		return err
	}
	if l, ok := a.(*List); ok && st.Op == "+" && !l.frozen {
		items, unordered, err := in.iterate(b)
		if err != nil {
			return err
		}
		if u, bad := items.(*Unknown); bad {
			return in.assign(st.Target, u, s)
		}
		l.Items = append(l.Items, items.([]Value)...)
		l.Unordered = l.Unordered || unordered
		return nil
	}
	v, err := in.binary(st.Op, a, b)
	if err != nil {
		return err
	}
	return in.assign(st.Target, v, s)
}

// assign stores a value in a name, an item, an attribute or several of them.
func (in *Interp) assign(target Expr, v Value, s *scope) error {
	switch t := target.(type) {
	case *Name:
		s.set(t.ID, v)
		return nil
	case *Sequence:
		return in.unpack(t.Items, v, s)
	case *Index:
		return in.assignItem(t, v, s)
	case *Attr:
		x, err := in.eval(t.X, s)
		if err != nil {
			return err
		}
		if o, ok := x.(*Object); ok {
			o.Attrs[t.Name] = v
		}
		return nil
	}
	return in.raise("SyntaxError", "cannot assign to this")
}

func (in *Interp) unpack(targets []Expr, v Value, s *scope) error {
	items, unordered, err := in.iterate(v)
	if err != nil {
		return err
	}
	u, _ := items.(*Unknown)
	if unordered {
		u = in.unknown("a set is unpacked, whose order nobody promises")
	}
	if u != nil {
		for _, t := range targets {
			if star, ok := t.(*Star); ok {
				t = star.X
			}
			if err := in.assign(t, u, s); err != nil {
				return err
			}
		}
		return nil
	}
	list := items.([]Value)
	for i, t := range targets {
		star, ok := t.(*Star)
		if ok {
			n := len(list) - (len(targets) - i - 1)
			if n < 0 {
				break
			}
			if err := in.assign(star.X, &List{Items: append([]Value{}, list[:n]...)}, s); err != nil {
				return err
			}
			list = list[n:]
			continue
		}
		if len(list) == 0 {
			return in.raise("ValueError", "not enough values to unpack")
		}
		if err := in.assign(t, list[0], s); err != nil {
			return err
		}
		list = list[1:]
	}
	if len(list) > 0 {
		return in.raise("ValueError", "too many values to unpack (expected %d)", len(targets))
	}
	return nil
}

func (in *Interp) assignItem(t *Index, v Value, s *scope) error {
	x, err := in.eval(t.X, s)
	if err != nil {
		return err
	}
	if _, ok := t.I.(*Slice); ok {
		return in.spoil(t.X, in.unknown("an assignment to a slice"), s)
	}
	i, err := in.eval(t.I, s)
	if err != nil {
		return err
	}
	if u, ok := i.(*Unknown); ok {
		return in.spoil(t.X, u, s)
	}
	if isFrozen(x) {
		return in.spoil(t.X, in.unknown("a value of a module is changed"), s)
	}
	switch x := x.(type) {
	case *Dict:
		if !x.put(i, v) {
			return in.raise("TypeError", "unhashable type: '%s'", typeName(i))
		}
	case *List:
		n, ok := number(i).(int64)
		if n < 0 {
			n += int64(len(x.Items))
		}
		if !ok || n < 0 || n >= int64(len(x.Items)) {
			return in.raise("IndexError", "list assignment index out of range")
		}
		x.Items[n] = v
	case Attrer:
		in.Host.Escaped("item assignment", []Value{x}, in.unknown("an assignment to an item"))
	}
	return nil
}

// spoil makes the name of a container unknown.
func (in *Interp) spoil(x Expr, u *Unknown, s *scope) error {
	if n, ok := x.(*Name); ok {
		s.set(n.ID, u)
	}
	return nil
}

func (in *Interp) delete(st *Delete, s *scope) error {
	for _, t := range st.Targets {
		switch t := t.(type) {
		case *Name:
			delete(s.names, t.ID)
		case *Index:
			x, err := in.eval(t.X, s)
			if err != nil {
				return err
			}
			i, err := in.eval(t.I, s)
			if err != nil {
				return err
			}
			d, ok := x.(*Dict)
			if !ok || d.frozen {
				if err := in.spoil(t.X, in.unknown("a deletion of an item"), s); err != nil {
					return err
				}
				continue
			}
			if !d.delete(i) {
				return in.raise("KeyError", "%s", fmt.Sprint(i))
			}
		}
	}
	return nil
}
