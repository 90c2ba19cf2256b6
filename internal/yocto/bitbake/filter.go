package bitbake

import (
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// applyFilter runs the filter of a variable over its expanded value.
func (d *Data) applyFilter(name string, e *expanded) {
	base, _, _ := strings.Cut(name, ":")
	if base != name {
		d.touch(base)
	}
	code, ok := d.filters[base]
	if !ok || e.text == "" {
		return
	}
	asked := question{code, e.text}
	if text, ok := d.env.filtered.Load(asked); ok {
		e.text = text.(string)
		return
	}
	p := d.expr(code)
	if p.err != nil {
		e.unknown = mergeUnknown(e.unknown, d.unknown(code, "the filter cannot be read"))
		return
	}
	names, own := d.filterNames(p.names, e.text)
	in, writes := d.interp(), d.writes
	v, err := in.Eval(p.code, names...)
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
	if own && writes == d.writes {
		d.env.filtered.Store(asked, text)
	}
}

// question is a filter and the text that it is run over.
type question struct{ code, text string }

// filterNames are the functions that filters may call: those of the layers'
// modules oe.classextend and oe.utils. The answer is the same for all recipes
// when these are all the names that there are, but for built-in ones.
func (d *Data) filterNames(names []string, text string) (out []python.Local, own bool) {
	out, own = []python.Local{{Name: "val", Value: text}}, true
	for _, n := range names {
		if v, ok := d.env.importPath("oe.classextend."+n, nil); ok && n != "val" {
			out = append(out, python.Local{Name: n, Value: v})
		} else if n != "val" && !python.HasBuiltin(n) {
			own = false
		}
	}
	return out, own
}
