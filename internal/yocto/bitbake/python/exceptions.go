package python

import "strings"

// exceptionType is the class of an exception.
type exceptionType struct{ name string }

var exceptionTypes = map[string]bool{
	"Exception": true, "BaseException": true, "KeyError": true, "ValueError": true, "TypeError": true, "AttributeError": true, "IndexError": true, "LookupError": true,
	"NameError": true, "OSError": true, "IOError": true, "FileNotFoundError": true, "ImportError": true, "ModuleNotFoundError": true, "RuntimeError": true,
	"NotImplementedError": true, "ZeroDivisionError": true, "AssertionError": true, "UnicodeDecodeError": true, "StopIteration": true, "SyntaxError": true,
	"bb.parse.SkipRecipe": true, "bb.parse.SkipPackage": true, "bb.BBHandledException": true, "bb.parse.ParseError": true, "bb.build.FuncFailed": true,
}

// parents of exceptions, as far as metadata tells them apart.
var exceptionParents = map[string]string{
	"KeyError": "LookupError", "IndexError": "LookupError", "FileNotFoundError": "OSError", "IOError": "OSError", "OSError": "IOError",
	"ModuleNotFoundError": "ImportError", "UnicodeDecodeError": "ValueError", "bb.parse.SkipPackage": "bb.parse.SkipRecipe", "NotImplementedError": "RuntimeError",
}

// IsA is whether an exception is one of a type.
func (e *Exception) IsA(name string) bool {
	if name == "Exception" || name == "BaseException" {
		return true
	}
	t := e.Type
	for range 4 {
		if t == name {
			return true
		}
		t = exceptionParents[t]
	}
	return false
}

func (in *Interp) raiseStmt(st *Raise, s *scope) (flow, error) {
	if st.X == nil {
		return 0, in.raise("RuntimeError", "an exception is raised again")
	}
	v, err := in.eval(st.X, s)
	if err != nil {
		return 0, err
	}
	switch v := v.(type) {
	case *Exception:
		v.Line = st.Line
		return 0, v
	case *exceptionType:
		return 0, &Exception{Type: v.name, Line: st.Line}
	}
	name := "Exception"
	if c, ok := st.X.(*Call); ok {
		name = strings.TrimPrefix(CallName(c.Func), ".")
	}
	return 0, &Exception{Type: name, Message: "an exception that is not known", Line: st.Line}
}

// try runs a try statement. When something unknown was met in the body, it
// may have raised: the handlers are in doubt then.
func (in *Interp) try(st *Try, s *scope) (flow, error) {
	before := in.doubts
	f, err := in.exec(st.Body, s)
	if e, ok := err.(*Exception); ok {
		f, err = in.handle(st, e, s)
	} else if f == flowOn {
		f, err = in.exec(st.Else, s)
	}
	if err == nil && in.doubts > before {
		u := in.unknown("code that may have raised an exception")
		for _, h := range st.Handlers {
			in.doubt(h.Body, s, u)
			if leaves(h.Body) && f == flowOn {
				f = in.lost(s, u)
			}
		}
	}
	g, ferr := in.exec(st.Finally, s)
	if ferr != nil || g != flowOn {
		return g, ferr
	}
	return f, err
}

func (in *Interp) handle(st *Try, e *Exception, s *scope) (flow, error) {
	for _, h := range st.Handlers {
		match, err := in.catches(h, e, s)
		if err != nil {
			return 0, err
		}
		if !match {
			continue
		}
		if h.Name != "" {
			s.put(h.Name, e)
		}
		return in.exec(h.Body, s)
	}
	return 0, e
}

func (in *Interp) catches(h Handler, e *Exception, s *scope) (bool, error) {
	if h.Type == nil {
		return true, nil
	}
	for _, x := range flatten(h.Type) {
		v, err := in.eval(x, s)
		if err != nil {
			return false, err
		}
		switch v := v.(type) {
		case *exceptionType:
			if e.IsA(v.name) {
				return true, nil
			}
		default:
			if strings.HasSuffix(e.Type, strings.TrimPrefix(CallName(x), ".")) {
				return true, nil
			}
		}
	}
	return false, nil
}
