package bitbake

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// Python may keep a value that is no text in a variable, as releases up to 5.0
// do with EXTENDERCLASS: d.getVar gives it back, and whatever expands the
// variable gets what is not certain. Copies of the variables have the same
// value, not one of their own.

// setObject keeps a value beside the variable, which itself is not certain. Nil
// takes it away.
func (d *Data) setObject(name string, v python.Value) {
	if v == nil && d.objects == nil {
		return
	}
	if d.objects == nil {
		d.objects = map[string]python.Value{}
	}
	d.objects[d.normal(name)] = v
}

// object is the value that is kept in a variable, nil for none.
func (d *Data) object(name string) python.Value {
	if d.objects == nil {
		return nil
	}
	o := d.objects[d.normal(name)]
	if o == nil {
		return nil
	}
	d.changes++ // what is computed from it is not remembered: it may be changed by who has it
	if d.probe != nil {
		*d.probe = true
	}
	return o
}

// isObject says whether a value is known and neither a text nor a number.
func isObject(v python.Value) bool {
	switch v.(type) {
	case nil, string, bool, int64, float64, *python.Exception, *python.Unknown:
		return false
	}
	return true
}

// reads is whether a method of d gives the value of a variable, or expands it.
func reads(method string) bool {
	switch method {
	case "getVar", "getVarFlag", "getVarFlags", "expand", "get", "items", "values", "varhistory", "expandVarref", "expandWithRefs":
		return true
	}
	return false
}

// read is for code in doubt that reads variables: it may get at an object that
// is kept in one, or expand one whose value does.
func (t *tainter) read(method string, c *python.Call) {
	if len(t.d.objects) == 0 {
		return
	}
	probed := false
	for _, x := range c.Args {
		if r, ok := t.resolve(x).(python.Reacher); ok && r.Reaches() {
			continue
		}
		name, exact := prefix(x)
		if !exact && !(probed && isConst(x)) || exact && t.gets(name) {
			t.loseObjects()
			return
		}
		probed = true
	}
	if !probed && method != "getVarFlags" { // all of them, as in d.values()
		t.loseObjects()
	}
}

func isConst(x python.Expr) bool {
	_, ok := x.(*python.Const)
	return ok
}

// gets is whether reading a variable, or expanding a text, gets at an object.
func (t *tainter) gets(name string) bool {
	if t.d.objects[t.d.normal(name)] != nil {
		return true
	}
	got := false
	n := t.d.scratch()
	n.probe = &got
	n.get(name)
	n.expand(name, "")
	return got || len(n.tainted) > len(t.d.tainted)
}

// loseObjects makes every object that is kept unknown, and goes through the
// functions that can be had from them.
func (t *tainter) loseObjects() {
	var values []python.Value
	for _, v := range t.d.objects {
		values = append(values, v)
	}
	t.d.interp().Lose(values, &python.Unknown{Reason: "code that may or may not run can change the value", Cause: t.why})
}

// replaceObjects is for code in doubt that stores values in variables, or moves
// them: the names are those of the arguments.
func (d *Data) replaceObjects(args []python.Expr, why []Unknown) {
	names := args[:min(len(args), 2)]
	for kept := range d.objects {
		reached := slices.ContainsFunc(names, func(x python.Expr) bool {
			name, exact := prefix(x)
			return exact && d.normal(name) == kept || !exact && strings.HasPrefix(kept, d.normal(name))
		})
		if reached {
			d.objects[kept] = &python.Unknown{Reason: "code that may or may not run stores another value", Cause: why, Reaches: true}
		}
	}
}
