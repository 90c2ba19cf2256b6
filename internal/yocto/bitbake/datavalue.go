package bitbake

import (
	"maps"
	"slices"
	"sync"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// dataValue is d, as Python code has it.
type dataValue struct{ d *Data }

// method of d: its names of parameters, and what it does.
type dataMethod struct {
	params []string
	run    func(d *Data, in *python.Interp, a *arguments) (python.Value, error)
}

// arguments of a call.
type arguments struct {
	method *dataMethod
	site   *python.Call // that has the first of them as a literal, or nil
	args   []python.Value
	named  map[string]python.Value
}

// get is the argument of a parameter, and whether it was given.
func (a *arguments) get(param int) (python.Value, bool) {
	if a.named != nil {
		if v, ok := a.named[a.method.params[param]]; ok {
			return v, true
		}
	}
	if param < len(a.args) {
		return a.args[param], true
	}
	return nil, false
}

func (a *arguments) value(param int) python.Value {
	v, _ := a.get(param)
	return v
}

func (a *arguments) text(param int) (string, bool) {
	s, ok := a.value(param).(string)
	return s, ok
}

// isFalse is whether an argument was given that is false.
func (a *arguments) isFalse(param int) bool {
	v, given := a.get(param)
	truth, known := python.Truth(v)
	return given && known && !truth
}

// Reaches is true: who has d can change variables.
func (v dataValue) Reaches() bool { return true }

// Method finds a method of d.
func (v dataValue) Method(a *python.Attr) python.Method {
	if m, ok := a.Note().(*dataMethod); ok {
		return m
	}
	if m := dataMethods()[a.Name]; m != nil {
		a.SetNote(m)
		return m
	}
	return nil
}

// Call calls the method of d.
func (m *dataMethod) Call(in *python.Interp, self python.Value, site *python.Call, args []python.Value, kw map[string]python.Value) (python.Value, error) {
	d := self.(dataValue).d
	a := d.takeArguments()
	a.method, a.site, a.args, a.named = m, site, args, kw
	v, err := m.run(d, in, a)
	d.giveArguments(a)
	return v, err
}

// symbol is that of a variable's name, the first argument. Where that is a
// literal it is looked for once.
func (a *arguments) symbol(d *Data, name string) *symbol {
	if a.site == nil {
		return d.symbol(name)
	}
	if s, ok := a.site.Note().(*symbol); ok && d.names.shares(s) {
		return s
	}
	s := d.symbol(name)
	if d.names.shares(s) {
		a.site.SetNote(s)
	}
	return s
}

// takeArguments gives room for the arguments of a call, until they are given
// back.
func (d *Data) takeArguments() *arguments {
	n := len(d.spare)
	if n == 0 {
		return &arguments{}
	}
	a := d.spare[n-1]
	d.spare = d.spare[:n-1]
	return a
}

func (d *Data) giveArguments(a *arguments) {
	*a = arguments{}
	d.spare = append(d.spare, a)
}

// Attr is a method as a value.
func (v dataValue) Attr(name string) (python.Value, bool) {
	m := dataMethods()[name]
	if m == nil && name == "overridedata" {
		return overrideData(v), true
	}
	if m == nil {
		return otherMethod(v.d, name)
	}
	return &python.Builtin{Name: "d." + name, Raw: true, Self: v, Fn: func(in *python.Interp, args []python.Value, kw map[string]python.Value) (python.Value, error) {
		return m.Call(in, v, nil, args, kw)
	}}, true
}

// overrideData is d.overridedata, which classes before d.hasOverrides ask for a
// name.
type overrideData struct{ d *Data }

// Reaches is true: who has it can change variables.
func (o overrideData) Reaches() bool { return true }

// Attr is get, which is None for a variable that nothing overrides.
func (o overrideData) Attr(name string) (python.Value, bool) {
	if name != "get" {
		return otherMethod(o.d, "overridedata."+name)
	}
	return builtin("d.overridedata.get", func(_ *python.Interp, args []python.Value) (python.Value, error) {
		variable, ok := args0(args).(string)
		if ok && len(args) == 1 {
			o.d.touch(variable)
			if len(o.d.variantsOf(variable)) == 0 {
				return nil, nil
			}
		}
		return &python.Unknown{Reason: "what overrides a variable", Reaches: true, Cause: o.d.unknown("d.overridedata", "what overrides a variable is not listed")}, nil
	}), true
}

// named calls f with the variable's name; a name that is not known is unknown,
// and taints everything when the method writes.
func named(writes bool, f func(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error)) func(*Data, *python.Interp, *arguments) (python.Value, error) {
	return func(d *Data, in *python.Interp, a *arguments) (python.Value, error) {
		if name, ok := a.text(0); ok {
			return f(d, in, name, a)
		}
		u, ok := a.value(0).(*python.Unknown)
		if !ok {
			return nil, &python.Exception{Type: "TypeError", Message: "the name of a variable is no text"}
		}
		switch {
		case writes && len(a.method.params) > 1 && a.method.params[1] == "flag":
			d.taintAllFlags(d.causes(u, "d.setVarFlag of a name that is not known"))
		case writes:
			d.taintAll(d.causes(u, "d.setVar of a name that is not known"))
		}
		return u, nil
	}
}

// dataMethods are the methods of d.
var dataMethods = sync.OnceValue(func() map[string]*dataMethod {
	one := []string{"var", "value", "parsing"}
	flag := []string{"var", "flag", "value"}
	return map[string]*dataMethod{
		"getVar":         {[]string{"var", "expand", "noweakdefault", "parsing"}, named(false, getVarMethod)},
		"getVarFlag":     {[]string{"var", "flag", "expand"}, named(false, getVarFlagMethod)},
		"getVarFlags":    {[]string{"var", "expand"}, named(false, getVarFlagsMethod)},
		"setVar":         {one, named(true, setVarMethod)},
		"appendVar":      {one, named(true, operationMethod("append"))},
		"prependVar":     {one, named(true, operationMethod("prepend"))},
		"setVarFlag":     {flag, named(true, setVarFlagMethod)},
		"appendVarFlag":  {flag, named(true, joinFlagMethod(func(old, text string) string { return old + text }))},
		"prependVarFlag": {flag, named(true, joinFlagMethod(func(old, text string) string { return text + old }))},
		"delVar":         {one, named(true, delVarMethod)},
		"delVarFlag":     {flag, named(true, delVarFlagMethod)},
		"setVarFilter":   {[]string{"var", "filter"}, named(true, setVarFilterMethod)},
		"renameVar":      {[]string{"var", "newkey"}, named(true, renameVarMethod)},
		"expand":         {[]string{"s", "varname"}, expandMethod},
		"hasOverrides":   {one, named(false, hasOverridesMethod)},
		"createCopy": {nil, func(d *Data, _ *python.Interp, _ *arguments) (python.Value, error) {
			return dataValue{d.scratch()}, nil
		}},
	}
})

// scratch is a copy for code that works on one; its errors stay with it. What
// is being expanded is not remembered, as nobody sees what the copy reads.
func (d *Data) scratch() *Data {
	n := d.copy()
	d.mark = &mark{} // what it owns is shared from now on
	n.reading, n.evaluating = slices.Clip(d.reading), d.evaluating
	n.dropMemos() // who made it wants to see what is read
	n.objects, n.probe = maps.Clone(d.objects), d.probe
	d.changes++
	return n
}
