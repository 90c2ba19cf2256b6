package bitbake

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// readers are methods of d that are not evaluated and change nothing.
var readers = []string{"keys", "localkeys", "items", "values", "get", "varhistory", "inchistory", "configHash", "getVarHistory", "overrides", "expandVarref", "expandWithRefs"}

// otherMethod is a method of d that is not known here, such as setVarFlags or
// update: whoever calls it may have changed anything.
func otherMethod(d *Data, name string) (python.Value, bool) {
	if slices.Contains(readers, name) {
		return nil, false
	}
	return &python.Builtin{Name: "d." + name, Raw: true, Self: dataValue{d}, Fn: func(*python.Interp, []python.Value, map[string]python.Value) (python.Value, error) {
		why := d.unknown("d."+name, "the method d."+name+" is not evaluated, and may change every variable")
		d.taintAll(why)
		return &python.Unknown{Reason: why[0].Reason, Cause: why}, nil
	}}, true
}

// runsText are functions that run what a text says.
func runsText(name string) bool {
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "exec", "eval", "better_exec", "better_eval", "exec_func", "exec_task", "setattr":
		return true
	}
	return false
}

// namesText taints everything when code names a function that runs a text: it
// may be called by another name afterwards.
func (h *host) namesText(name string) {
	if runsText(name) {
		h.d.taintAll(h.d.unknown(name, "what the text says is run and cannot be followed"))
	}
}

// Handlers are the functions that were registered for events.
func (d *Data) Handlers() []Function {
	var list []Function
	for _, name := range d.handlers {
		if f, ok := d.Function(name); ok {
			list = append(list, f)
		}
	}
	return list
}
