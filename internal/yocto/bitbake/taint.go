package bitbake

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// writers are the methods of d that change variables; true: only flags.
func writers(name string) (flags, ok bool) {
	switch name {
	case "setVar", "appendVar", "prependVar", "delVar", "renameVar", "setVarFilter":
		return false, true
	case "setVarFlag", "appendVarFlag", "prependVarFlag", "delVarFlag", "setVarFlags", "delVarFlags":
		return true, true
	}
	return false, false
}

// tainter taints what statements that may or may not run could change.
type tainter struct {
	d       *Data
	resolve func(python.Expr) python.Value // what a name means there
	why     []Unknown
}

func (t *tainter) body(body []python.Stmt) {
	python.Walk(body, func(n any) bool {
		switch n := n.(type) {
		case *python.Call:
			t.call(n)
		case *python.Const:
			if s, ok := n.Value.(string); ok {
				t.text(s)
			}
		case *python.Def, *python.Class, *python.Lambda: // told of apart
			return false
		}
		return true
	})
}

func (t *tainter) call(c *python.Call) {
	f := t.resolve(c.Func)
	if a, ok := c.Func.(*python.Attr); ok {
		if flags, ok := writers(a.Name); ok {
			t.write(a.Name, flags, c)
			return
		}
		if reads(a.Name) {
			t.read(a.Name, c)
		}
		if _, other := f.(*python.Builtin); other && !t.evaluated(a) {
			t.d.taintAll(t.why)
			return
		}
	}
	name := python.CallName(c.Func)
	switch f := f.(type) {
	case *python.Builtin:
		t.builtin(f, c)
	case *python.Func, *python.ClassValue: // told of apart
	default:
		if runsText(name) {
			t.d.taintAll(t.why)
		}
	}
}

// evaluated is whether a method of d is one that is evaluated here, or only
// reads; what is no method of d counts as one.
func (t *tainter) evaluated(a *python.Attr) bool {
	if _, data := t.resolve(a.X).(dataValue); !data {
		return true
	}
	_, known := dataMethods()[a.Name]
	return known || slices.Contains(readers, a.Name)
}

// builtin is for functions of BitBake that are evaluated, and change variables
// or read them.
func (t *tainter) builtin(f *python.Builtin, c *python.Call) {
	if f.Name == "bb.parse.BBHandler.inherit" || f.Name == "bb.build.exec_func" {
		t.d.taintAll(t.why)
	}
	if name, ok := writerOf(f); ok { // by another name
		flags, _ := writers(name)
		t.write(name, flags, c)
	}
	_, method := f.Self.(dataValue)
	if strings.HasPrefix(f.Name, "bb.") || strings.HasPrefix(f.Name, "oe.") || method {
		t.read(f.Name, c)
	}
}

// writerOf is the method of d that a value is.
func writerOf(f *python.Builtin) (string, bool) {
	if _, ok := f.Self.(dataValue); !ok {
		return "", false
	}
	name := strings.TrimPrefix(f.Name, "d.")
	_, ok := writers(name)
	return name, ok
}

// text taints what the expressions in a text would change: code in doubt may
// store it in a variable.
func (t *tainter) text(s string) {
	for start, end := t.d.env.nextExpression(s); start >= 0; start, end = t.d.env.nextExpression(s) {
		code := s[start+3 : end-1]
		s = s[end:]
		if p := t.d.expr(code); p.err == nil {
			t.d.interp().Doubt([]python.Stmt{&python.ExprStmt{X: p.code.X}}, &python.Unknown{Cause: t.why}, python.Local{Name: "d", Value: dataValue{t.d}})
		}
	}
}

// write taints the variable that a call of d.setVar and the like names.
func (t *tainter) write(method string, flags bool, c *python.Call) {
	taint := t.d.taintVar
	if !flags {
		t.d.replaceObjects(c.Args, t.why)
	}
	if flags {
		taint = t.d.taintFlags
	}
	names := c.Args[:min(len(c.Args), 1)]
	if method == "renameVar" {
		names = c.Args[:min(len(c.Args), 2)]
	}
	for _, x := range names {
		name, exact := prefix(x)
		switch {
		case exact:
			taint(name, t.why)
		case name != "" && flags:
			t.d.taintAllFlags(t.why)
		case name != "":
			t.d.taintPrefix(name, t.why)
		case flags:
			t.d.taintAllFlags(t.why)
		default:
			t.d.taintAll(t.why)
		}
	}
}

// prefix is what is known of the text an expression makes: its beginning.
func prefix(x python.Expr) (text string, exact bool) {
	switch x := x.(type) {
	case *python.Const:
		s, ok := x.Value.(string)
		return s, ok
	case *python.Binary:
		s, exact := prefix(x.X)
		if x.Op == "%" && exact {
			s, _, _ = strings.Cut(s, "%")
			return s, false
		}
		if x.Op == "+" {
			return s, false
		}
	case *python.Format:
		if len(x.Parts) > 0 {
			return x.Parts[0].Text, false
		}
	case *python.Call:
		if a, ok := x.Func.(*python.Attr); ok && a.Name == "format" {
			s, _ := prefix(a.X)
			s, _, _ = strings.Cut(s, "{")
			return s, false
		}
	}
	return "", false
}

// prefixTaint says that every variable whose name begins so is not certain.
type prefixTaint struct {
	prefix string
	why    []Unknown
}

func (d *Data) taintPrefix(p string, why []Unknown) {
	p = d.normal(p)
	d.forgetAll()
	if !slices.ContainsFunc(d.prefixes, func(t prefixTaint) bool { return t.prefix == p }) {
		d.prefixes = append(d.prefixes, prefixTaint{p, why})
	}
	if base, _, ok := strings.Cut(p, d.env.separator()); ok && !d.env.old {
		d.taintVar(base, why)
	}
}

// taintAll says that any variable may have been changed.
func (d *Data) taintAll(why []Unknown) {
	d.forgetAll()
	d.tainted = mergeUnknown(d.tainted, why)
}

// taintAllFlags says that any flag may have been changed.
func (d *Data) taintAllFlags(why []Unknown) {
	d.forgetAll()
	d.flagsTainted = mergeUnknown(d.flagsTainted, why)
}

// written finds d.setVar("NAME" in code that cannot be parsed.
var written = regexp.MustCompile(`\.(setVar|appendVar|prependVar|delVar|renameVar|setVarFlag|appendVarFlag|prependVarFlag|delVarFlag)\(\s*(?:['"]([^'"%{]*)['"]\s*[,)])?`)

// taintText taints what a body that cannot be parsed could change.
func (d *Data) taintText(st *statement, err error) {
	why := []Unknown{{Place: st.place(), Expression: functionTitle(st.name), Reason: "the function cannot be read: " + err.Error()}}
	for _, m := range written.FindAllStringSubmatch(st.text, -1) {
		flags, _ := writers(m[1])
		switch {
		case m[2] == "" && flags:
			d.taintAllFlags(why)
		case m[2] == "":
			d.taintAll(why)
		case flags:
			d.taintFlags(m[2], why)
		default:
			d.taintVar(m[2], why)
		}
	}
}
