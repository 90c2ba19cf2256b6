package bitbake

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// eventValue is the event e that a handler gets.
type eventValue struct {
	name string
	d    *Data
}

// Attr reads an attribute.
func (e eventValue) Attr(name string) (python.Value, bool) {
	switch name {
	case "data":
		return dataValue{e.d}, true
	case "tasklist":
		return textList(e.d.tasks), true
	case "inherits":
		l := &python.List{}
		for _, x := range e.d.deferred {
			l.Items = append(l.Items, x.classes)
		}
		if len(l.Items) == 0 {
			l.Items = []python.Value{""}
		}
		return l, true
	}
	return nil, false
}

// Reaches is true: an event has the variables.
func (e eventValue) Reaches() bool { return true }

// IsInstance is whether the event is one of a class of bb.event.
func (e eventValue) IsInstance(of python.Value) (is, known bool) {
	types := []python.Value{of}
	if t, ok := of.(*python.Tuple); ok {
		types = t.Items
	}
	for _, t := range types {
		c, ok := t.(eventType)
		if !ok {
			return false, false
		}
		if c.name == e.name || c.name == "Event" {
			return true, true
		}
	}
	return false, true
}

type eventType struct{ name string }

func bbEventMember(name string) (python.Value, bool) {
	if name == "getName" {
		return builtin("bb.event.getName", func(_ *python.Interp, args []python.Value) (python.Value, error) {
			if e, ok := args0(args).(eventValue); ok {
				return e.name, nil
			}
			return unknownValue("the name of an event"), nil
		}), true
	}
	if name != "" && name[0] >= 'A' && name[0] <= 'Z' {
		return eventType{name}, true
	}
	return &python.Builtin{Name: "bb.event." + name, Raw: true, Fn: nothing}, name == "fire"
}

// fire runs the handlers of an event, in a release that has it.
func (d *Data) fire(name string) {
	if name == "RecipePostKeyExpansion" && d.env.release.before(148) || name == "RecipePreDeferredInherits" && d.env.release.before(216) {
		return
	}
	for _, h := range d.handlers {
		if d.recipe.halted {
			return
		}
		mask := d.getFlagExpanded(h, "eventmask")
		if mask.set && !hasWord(mask.text, "bb.event."+name) {
			continue
		}
		v := d.find(h)
		if v == nil || v.function == nil || v.function.file.class == "sanity" && !strings.Contains(v.function.text, "SRC") {
			continue // the handlers of sanity.bbclass check the build host and change nothing
		}
		d.runPython(v.function, python.Local{Name: "d", Value: dataValue{d}}, python.Local{Name: "e", Value: eventValue{name, d}})
	}
}

// runAnonymous runs the anonymous functions, in order.
func (d *Data) runAnonymous() {
	for _, st := range d.anonymous {
		if d.recipe.halted {
			return
		}
		d.runPython(st, python.Local{Name: "d", Value: dataValue{d}})
	}
}

// runPython runs the body of a python function. What it does for certain is
// done; what it may do taints the variables concerned.
func (d *Data) runPython(st *statement, names ...python.Local) {
	p := d.env.body(st)
	if p.err != nil {
		d.taintText(st, p.err)
		return
	}
	saved, outer := d.recipe.current, d.recipe.running
	in := d.interp()
	d.recipe.current, d.recipe.running = st, in
	defer func() { d.recipe.current, d.recipe.running = saved, outer }()
	_, err := in.Run(p.code, names...)
	d.spent(in)
	var raised *python.Exception
	switch {
	case err == nil:
	case errors.As(err, &raised) && raised.IsA("bb.parse.SkipRecipe"):
		d.skip(raised.Message)
		d.recipe.halted = true
	default:
		why := []Unknown{{Place: d.placeOf(), Expression: functionTitle(st.name), Reason: "the function raises " + err.Error()}}
		if raised != nil && len(d.tainted) == 0 { // BitBake stops there, and reads nothing of the recipe
			d.taintAll(why)
			return
		}
		in.Doubt(p.code.Body, &python.Unknown{Reason: why[0].Reason, Cause: why}, names...)
	}
}

// exists answers for files within the layers.
func (h *host) exists(kind, path string) python.Value {
	env := h.d.env
	real := path
	if !env.inLayers(real) {
		return unknownValue("whether the file " + env.relative(path) + " exists, outside of the layers")
	}
	info, err := os.Stat(path)
	if err == nil {
		if r, e := filepath.EvalSymlinks(path); e == nil && !env.covers(r) {
			return unknownValue("whether the file " + env.relative(path) + " exists, outside of the layers")
		}
	}
	switch {
	case err != nil:
		return false
	case kind == "isdir":
		return info.IsDir()
	case kind == "isfile":
		return info.Mode().IsRegular()
	}
	return true
}

func (e *environment) inLayers(path string) bool {
	for _, dir := range e.layers {
		if path == dir || strings.HasPrefix(path, dir+"/") {
			return true
		}
	}
	return false
}
