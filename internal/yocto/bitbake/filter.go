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
