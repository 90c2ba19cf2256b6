package python

// flow is how a block ended.
type flow uint8

const (
	flowOn flow = iota
	flowReturn
	flowBreak
	flowContinue
	flowLost // it cannot be told how far the code runs
)

// callBody runs a function's statements; the value is what it returns.
func (in *Interp) callBody(body []Stmt, s *scope) (Value, error) {
	f, err := in.exec(body, s)
	if err != nil {
		return nil, err
	}
	if f == flowReturn || f == flowLost {
		return s.result, nil
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
			if u, ok := s.result.(*Unknown); ok {
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
	s.result = u
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
		s.result = v
		return flowReturn, err
	case *Jump:
		return jumpFlow(st.Word), nil
	case *Def:
		in.at(st.Line)
		f, err := in.makeFunc(Define(st), s)
		s.set(st.Name, f)
		return flowOn, err
	default:
		return in.rare(st, s)
	}
}

func jumpFlow(word string) flow {
	switch word {
	case "break":
		return flowBreak
	case "continue":
		return flowContinue
	}
	return flowOn
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
				u := in.unknown("the module %s is not known", path)
				u.Shared = true
				v = u
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
			if s.parent.isFrozen(n) {
				in.Host.Tampered("the name " + n + " of a module")
			}
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
