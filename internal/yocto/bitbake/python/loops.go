package python

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
	items, unordered, u, err := in.iterate(v)
	if err != nil {
		return 0, err
	}
	if unordered {
		u = in.unknown("a loop over a set, whose order nobody promises")
	}
	if u != nil {
		return in.skipLoop(append([]Stmt{&Assign{Targets: []Expr{st.Target}, Value: &Const{nil}}}, st.Body...), st.Else, s, u)
	}
	base := len(in.stack)
	in.stack = append(in.stack, items...) // the loop may change what it goes through
	f, err := in.forItems(st, s, base, len(items))
	in.stack = in.stack[:base]
	return f, err
}

// forItems runs the loop for the n items that lie on the stack from base on.
func (in *Interp) forItems(st *For, s *scope, base, n int) (flow, error) {
	for i := base; i < base+n; i++ {
		if err := in.assign(st.Target, in.stack[i], s); err != nil {
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
			u := s.result.(*Unknown)
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
			in.doubt(st.Body, s, s.result.(*Unknown))
			return f, nil
		}
	}
}
