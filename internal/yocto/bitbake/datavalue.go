package bitbake

import (
	"slices"
	"strings"
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

// arguments of a call, by the names of the parameters.
type arguments struct {
	params []string
	values [4]python.Value
	given  [4]bool
}

func (a *arguments) set(i int, v python.Value) {
	if i >= 0 && i < len(a.values) {
		a.values[i], a.given[i] = v, true
	}
}

// get is an argument, and whether it was given.
func (a *arguments) get(name string) (python.Value, bool) {
	i := slices.Index(a.params, name)
	if i < 0 {
		return nil, false
	}
	return a.values[i], a.given[i]
}

func (a *arguments) value(name string) python.Value {
	v, _ := a.get(name)
	return v
}

func (a *arguments) text(name string) (string, bool) {
	s, ok := a.value(name).(string)
	return s, ok
}

// isFalse is whether an argument was given that is false.
func (a *arguments) isFalse(name string) bool {
	v, given := a.get(name)
	truth, known := python.Truth(v)
	return given && known && !truth
}

// Attr finds a method.
func (v dataValue) Attr(name string) (python.Value, bool) {
	m, ok := dataMethods()[name]
	if !ok {
		return nil, false
	}
	return &python.Builtin{Name: "d." + name, Raw: true, Fn: func(in *python.Interp, args []python.Value, kw map[string]python.Value) (python.Value, error) {
		a := arguments{params: m.params}
		for i, x := range args {
			a.set(i, x)
		}
		for k, x := range kw {
			a.set(slices.Index(m.params, k), x)
		}
		return m.run(v.d, in, &a)
	}}, true
}

// named calls f with the variable's name; a name that is not known is unknown,
// and taints everything when the method writes.
func named(writes bool, f func(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error)) func(*Data, *python.Interp, *arguments) (python.Value, error) {
	return func(d *Data, in *python.Interp, a *arguments) (python.Value, error) {
		if name, ok := a.text("var"); ok {
			return f(d, in, name, a)
		}
		u, ok := a.value("var").(*python.Unknown)
		if !ok {
			return nil, &python.Exception{Type: "TypeError", Message: "the name of a variable is no text"}
		}
		switch {
		case writes && slices.Contains(a.params, "flag"):
			d.taintAllFlags(d.causes(u, "d.setVarFlag of a name that is not known"))
		case writes:
			d.taintAll(d.causes(u, "d.setVar of a name that is not known"))
		}
		return u, nil
	}
}

// dataMethods are the methods of d.
var dataMethods = sync.OnceValue(func() map[string]dataMethod {
	one := []string{"var", "value", "parsing"}
	flag := []string{"var", "flag", "value"}
	return map[string]dataMethod{
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

// scratch is a copy for code that works on one; its errors stay with it.
func (d *Data) scratch() *Data {
	n := d.copy()
	n.reading = d.reading
	return n
}

func getVarMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	if internal, ok := d.internal(name); ok {
		return internal, nil
	}
	if a.isFalse("expand") {
		e := d.getRaw(name)
		return d.value(e, name), nil
	}
	return d.value(d.get(name), name), nil
}

// internal are variables that hold no text.
func (d *Data) internal(name string) (python.Value, bool) {
	list := func(items []string) python.Value {
		l := &python.List{}
		for _, s := range items {
			l.Items = append(l.Items, s)
		}
		return l
	}
	switch name {
	case "__inherit_cache":
		return list(d.inherited), true
	case "__BBTASKS":
		return list(d.tasks), true
	case "__BBHANDLERS":
		return list(d.handlers), true
	case "BB_ORIGENV", "__BBANONFUNCS", "__depends", "__base_depends", "BBINCLUDED":
		return &python.Unknown{Reason: name + " is internal to BitBake", Cause: d.unknown(name, "the variable is internal to BitBake")}, true
	}
	return nil, false
}

func getVarFlagMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	key, ok := a.text("flag")
	if !ok {
		return a.value("flag"), nil
	}
	if a.isFalse("expand") {
		text, set, unknown := d.getFlag(name, key)
		return d.value(expanded{text: text, set: set, unknown: unknown}, name+"["+key+"]"), nil
	}
	return d.value(d.getFlagExpanded(name, key), name+"["+key+"]"), nil
}

func getVarFlagsMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	v := d.find(d.normal(name))
	if v != nil && len(v.flagless) > 0 {
		return &python.Unknown{Reason: "the flags of " + name + " are not certain", Cause: v.flagless}, nil
	}
	out := python.NewDict()
	if v == nil {
		return nil, nil
	}
	for _, f := range v.flags {
		text, _, unknown := d.getFlag(name, f.name)
		out.Put(f.name, d.value(expanded{text: text, set: true, unknown: unknown}, name))
	}
	if len(v.flags) == 0 {
		return nil, nil
	}
	return out, nil
}

// textOf is the text of a value that is stored, and why it is not certain.
func (d *Data) textOf(v python.Value) (text string, none bool, unknown []Unknown) {
	if v == nil {
		return "", true, nil
	}
	if u, ok := v.(*python.Unknown); ok {
		return "", false, d.causes(u, u.Reason)
	}
	if s, ok := python.Str(v); ok {
		return s, false, nil
	}
	return "", false, d.unknown("", "the value that is stored is no text")
}

func setVarMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	text, none, unknown := d.textOf(a.value("value"))
	if none {
		d.setVar(name, "", false, nil)
		d.own(d.normal(name)).set = false
		return nil, nil
	}
	if len(unknown) > 0 {
		text, _, _ = d.getParsing(name)
	}
	_, parsing := a.get("parsing")
	d.setVar(name, text, parsing, unknown)
	return nil, nil
}

func operationMethod(o string) func(*Data, *python.Interp, string, *arguments) (python.Value, error) {
	return func(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
		text, none, unknown := d.textOf(a.value("value"))
		if !none {
			d.setVar(name+d.env.separator()+o, text, true, unknown)
		}
		return nil, nil
	}
}

func setVarFlagMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	key, ok := a.text("flag")
	if !ok {
		d.taintFlags(name, d.unknown(name, "a flag is set whose name is not known"))
		return nil, nil
	}
	text, none, unknown := d.textOf(a.value("value"))
	if none {
		d.delFlag(name, key)
		return nil, nil
	}
	d.setFlag(name, key, text, false, unknown)
	return nil, nil
}

func joinFlagMethod(join func(old, text string) string) func(*Data, *python.Interp, string, *arguments) (python.Value, error) {
	return func(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
		key, ok := a.text("flag")
		if !ok {
			d.taintFlags(name, d.unknown(name, "a flag is set whose name is not known"))
			return nil, nil
		}
		old, _, why := d.getFlag(name, key)
		text, _, unknown := d.textOf(a.value("value"))
		d.setFlag(name, key, join(old, text), false, mergeUnknown(why, unknown))
		return nil, nil
	}
}

func delVarMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	d.delVar(name)
	return nil, nil
}

func delVarFlagMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	if key, ok := a.text("flag"); ok {
		d.delFlag(name, key)
	}
	return nil, nil
}

func setVarFilterMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	text, ok := a.text("filter")
	if d.filters == nil {
		d.filters = map[string]string{}
	}
	d.changed(name)
	switch {
	case a.value("filter") == nil:
		delete(d.filters, name)
	case ok:
		d.filters[name] = text
	default:
		d.taintVar(name, d.unknown(name, "a filter that is not known"))
	}
	return nil, nil
}

func renameVarMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	to, ok := a.text("newkey")
	if !ok {
		d.taintAll(d.unknown(name, "the variable is renamed to a name that is not known"))
		return nil, nil
	}
	d.rename(name, to)
	return nil, nil
}

func hasOverridesMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	return len(d.variantsOf(name)) > 0, nil
}

func expandMethod(d *Data, in *python.Interp, a *arguments) (python.Value, error) {
	s, ok := a.text("s")
	if !ok {
		return a.value("s"), nil
	}
	text, unknown := d.expand(s, "")
	return d.value(expanded{text: text, set: true, unknown: unknown}, excerpt(s)), nil
}

// applyFilter runs the filter of a variable over its expanded value.
func (d *Data) applyFilter(name string, e *expanded) {
	base, _, _ := strings.Cut(name, ":")
	code, ok := d.filters[base]
	if !ok || e.text == "" {
		return
	}
	p := d.env.expr(code)
	if p.err != nil {
		e.unknown = mergeUnknown(e.unknown, d.unknown(code, "the filter cannot be read"))
		return
	}
	in := d.interp()
	v, err := in.Eval(p.x, d.filterNames(p.names, e.text))
	d.spent(in)
	text, isText := v.(string)
	switch u, _ := v.(*python.Unknown); {
	case err != nil:
		e.unknown = mergeUnknown(e.unknown, d.unknown(code, "the filter raises "+err.Error()))
		return
	case u != nil:
		e.unknown = mergeUnknown(e.unknown, d.causes(u, code))
		return
	case !isText:
		e.unknown = mergeUnknown(e.unknown, d.unknown(code, "the filter gives no text"))
		return
	}
	e.text = text
}

// filterNames are the functions that filters may call: those of the layers'
// modules oe.classextend and oe.utils.
func (d *Data) filterNames(names []string, text string) map[string]python.Value {
	out := map[string]python.Value{"val": text}
	for _, n := range names {
		if v, ok := d.env.importPath("oe.classextend."+n, nil); ok && n != "val" {
			out[n] = v
		}
	}
	return out
}
