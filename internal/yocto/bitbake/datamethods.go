package bitbake

import (
	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

func getVarMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	s := a.symbol(d, name)
	d.touchSymbol(s)
	if internal, ok := d.internal(name); ok {
		return internal, nil
	}
	if o := d.object(name); o != nil {
		return o, nil
	}
	if a.isFalse(1) {
		e := d.getRaw(name)
		return d.value(e, name), nil
	}
	return d.valueOf(d.getSymbol(s), name), nil
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
	case inheritedName:
		return list(d.inherited), true
	case tasksName:
		return list(d.tasks), true
	case handlersName:
		return list(d.handlers), true
	case "BB_ORIGENV", "__BBANONFUNCS", "__depends", "__base_depends", "BBINCLUDED":
		return &python.Unknown{Reason: name + " is internal to BitBake", Cause: d.unknown(name, "the variable is internal to BitBake")}, true
	}
	return nil, false
}

func getVarFlagMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	key, ok := a.text(1)
	if !ok {
		return a.value(1), nil
	}
	s := a.symbol(d, name)
	if a.isFalse(2) {
		text, set, unknown := d.flagOf(s, key)
		return d.flagValue(expanded{text: text, set: set, unknown: unknown}, name, key), nil
	}
	return d.flagValue(d.flagExpanded(s, key), name, key), nil
}

// flagValue is the value of a flag for Python.
func (d *Data) flagValue(e expanded, name, key string) python.Value {
	if len(e.unknown) == 0 && e.set {
		return e.text
	}
	return d.value(e, name+"["+key+"]")
}

func getVarFlagsMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	s := d.symbol(name)
	d.touchSymbol(s)
	v := d.at(s).variable
	if v != nil && len(v.flagless()) > 0 {
		return &python.Unknown{Reason: "the flags of " + name + " are not certain", Cause: v.flagless()}, nil
	}
	out := python.NewDict()
	if v == nil {
		return nil, nil
	}
	for _, f := range v.flags {
		text, unknown := f.value, f.unknown()
		if f.weak {
			text, _, unknown = d.getFlag(name, f.name)
		}
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
	text, none, unknown := d.textOf(a.value(1))
	d.setObject(name, nil)
	if isObject(a.value(1)) {
		d.setObject(name, a.value(1))
		unknown = d.unknown("", "the value that is stored is no text")
	}
	if none {
		d.setVar(name, "", false, nil)
		d.own(d.normal(name)).set = false
		return nil, nil
	}
	if len(unknown) > 0 {
		text = d.getRaw(name).raw
	}
	_, parsing := a.get(2)
	d.setVar(name, text, parsing, unknown)
	return nil, nil
}

func operationMethod(o string) func(*Data, *python.Interp, string, *arguments) (python.Value, error) {
	return func(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
		text, none, unknown := d.textOf(a.value(1))
		if !none {
			d.setVar(name+d.env.separator()+o, text, true, unknown)
		}
		return nil, nil
	}
}

func setVarFlagMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	key, ok := a.text(1)
	if !ok {
		d.taintFlags(name, d.unknown(name, "a flag is set whose name is not known"))
		return nil, nil
	}
	text, none, unknown := d.textOf(a.value(2))
	if none {
		d.delFlag(name, key)
		return nil, nil
	}
	d.setFlagOf(a.symbol(d, name), key, text, false, unknown)
	return nil, nil
}

func joinFlagMethod(join func(old, text string) string) func(*Data, *python.Interp, string, *arguments) (python.Value, error) {
	return func(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
		key, ok := a.text(1)
		if !ok {
			d.taintFlags(name, d.unknown(name, "a flag is set whose name is not known"))
			return nil, nil
		}
		s := a.symbol(d, name)
		old, _, why := d.flagOf(s, key)
		text, _, unknown := d.textOf(a.value(2))
		d.setFlagOf(s, key, join(old, text), false, mergeUnknown(why, unknown))
		return nil, nil
	}
}

func delVarMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	d.setObject(name, nil)
	d.doubtOverrides(name)
	d.delVar(name)
	return nil, nil
}

func delVarFlagMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	if key, ok := a.text(1); ok {
		d.delFlag(name, key)
	}
	return nil, nil
}

func setVarFilterMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	text, ok := a.text(1)
	if d.filters == nil {
		d.filters = map[string]string{}
	}
	d.changed(name)
	switch {
	case a.value(1) == nil:
		delete(d.filters, name)
	case ok:
		d.filters[name] = text
	default:
		d.taintVar(name, d.unknown(name, "a filter that is not known"))
	}
	return nil, nil
}

func renameVarMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	to, ok := a.text(1)
	if !ok {
		d.taintAll(d.unknown(name, "the variable is renamed to a name that is not known"))
		return nil, nil
	}
	d.setObject(name, nil)
	d.setObject(to, nil)
	d.doubtOverrides(name)
	d.rename(name, to)
	return nil, nil
}

func hasOverridesMethod(d *Data, in *python.Interp, name string, a *arguments) (python.Value, error) {
	d.touch(name)
	return len(d.variantsOf(name)) > 0, nil
}

func expandMethod(d *Data, in *python.Interp, a *arguments) (python.Value, error) {
	return expandText(d, a.value(0))
}

// expandText expands the references in a text; other values stay what they are.
func expandText(d *Data, v python.Value) (python.Value, error) {
	s, ok := v.(string)
	if !ok {
		return v, nil
	}
	text, unknown := d.expand(s, "")
	return d.value(expanded{text: text, set: true, unknown: unknown}, excerpt(s)), nil
}
