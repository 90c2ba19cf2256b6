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

// taintBody taints what statements that may or may not run could change.
// resolve finds the functions they call; it may be nil.
func (d *Data) taintBody(body []python.Stmt, resolve func(python.Expr) python.Value, why []Unknown) {
	(&tainter{d: d, resolve: resolve, why: why, seen: map[*python.Def]bool{}}).body(body)
}

type tainter struct {
	d       *Data
	resolve func(python.Expr) python.Value
	why     []Unknown
	seen    map[*python.Def]bool
}

func (t *tainter) body(body []python.Stmt) {
	python.Walk(body, func(n any) bool {
		switch n := n.(type) {
		case *python.Call:
			t.call(n)
		case *python.Assign:
			if namesData(n.Value) { // from here on d has another name
				t.d.taintAll(t.why)
			}
		case *python.Def: // runs when it is called
			return false
		}
		return true
	})
}

func (t *tainter) find(x python.Expr) python.Value {
	if t.resolve != nil {
		if v := t.resolve(x); v != nil {
			if _, unknown := v.(*python.Unknown); !unknown {
				return v
			}
		}
	}
	if name, ok := x.(*python.Name); ok {
		if v, ok := (&host{t.d}).Lookup(name.ID); ok {
			return v
		}
	}
	return nil
}

func (t *tainter) call(c *python.Call) {
	if a, ok := c.Func.(*python.Attr); ok {
		if flags, ok := writers(a.Name); ok {
			t.write(a.Name, flags, c)
			return
		}
		_, known := dataMethods()[a.Name]
		module := python.CallName(a.X) == "bb.data" || python.CallName(a.X) == "oe.data"
		if isData(a.X) && !module && !known && !slices.Contains(readers, a.Name) {
			t.d.taintAll(t.why)
			return
		}
	}
	name := python.CallName(c.Func)
	switch f := t.find(c.Func).(type) {
	case *python.Func:
		if f.Def != nil && !t.seen[f.Def] && len(t.seen) < 200 {
			t.seen[f.Def] = true
			t.body(f.Def.Body)
		}
	case *python.Builtin:
		if name == "bb.parse.BBHandler.inherit" || name == "bb.build.exec_func" {
			t.d.taintAll(t.why)
		}
	default:
		given := func(k python.Keyword) bool { return namesData(k.Value) }
		if runsText(name) || !harmless(name) && (slices.ContainsFunc(c.Args, namesData) || slices.ContainsFunc(c.Keywords, given)) {
			t.d.taintAll(t.why)
		}
	}
}

func isData(x python.Expr) bool {
	switch x := x.(type) {
	case *python.Name:
		return x.ID == "d"
	case *python.Attr:
		return x.Name == "data"
	}
	return false
}

// write taints the variable that a call of d.setVar and the like names.
func (t *tainter) write(method string, flags bool, c *python.Call) {
	taint := t.d.taintVar
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
