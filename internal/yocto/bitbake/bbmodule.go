package bitbake

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// bbMember is the module bb.
func bbMember(name string) (python.Value, bool) {
	switch name {
	case "utils":
		return &python.Module{Name: "bb.utils", Members: bbUtilsMember}, true
	case "data", "data_smart":
		return &python.Module{Name: "bb.data", Members: bbDataMember}, true
	case "parse":
		return &python.Module{Name: "bb.parse", Members: bbParseMember}, true
	case "fetch", "fetch2":
		return &python.Module{Name: "bb.fetch2", Members: bbFetchMember}, true
	case "event":
		return &python.Module{Name: "bb.event", Members: bbEventMember}, true
	case "build":
		return &python.Module{Name: "bb.build", Members: bbBuildMember}, true
	case "filter":
		return &python.Module{Name: "bb.filter", Members: func(id string) (python.Value, bool) {
			return unknownValue("a decorator"), id == "filter_proc"
		}}, true
	case "note", "debug", "warn", "error", "plain", "verbnote", "warnonce", "erroronce", "verbose":
		return &python.Builtin{Name: "bb." + name, Raw: true, Fn: nothing}, true
	case "msg":
		return &python.Module{Name: "bb.msg", Members: func(id string) (python.Value, bool) {
			if id != "fatal" {
				return nil, false
			}
			return bbMember(id)
		}}, true
	case "fatal":
		return &python.Builtin{Name: "bb.fatal", Raw: true, Fn: func(_ *python.Interp, args []python.Value, _ map[string]python.Value) (python.Value, error) {
			text, _ := python.Str(args0(args))
			return nil, &python.Exception{Type: "bb.BBHandledException", Message: text}
		}}, true
	case "siggen", "persist_data", "runqueue", "codeparser", "cooker", "process", "cache", "server", "progress", "compress", "asyncrpc", "tinfoil", "command", "monitordisk", "providers":
		return &python.Module{Name: "bb." + name, Members: func(string) (python.Value, bool) { return nil, false }}, true
	}
	return nil, false
}

func nothing(*python.Interp, []python.Value, map[string]python.Value) (python.Value, error) {
	return nil, nil
}

// withData makes a function of one whose argument at is d.
func withData(name string, at int, f func(d *Data, args []python.Value) (python.Value, error)) python.Value {
	return builtin(name, func(in *python.Interp, args []python.Value) (python.Value, error) {
		if at < len(args) {
			if v, ok := args[at].(dataValue); ok {
				return f(v.d, args)
			}
		}
		return unknownValue(name + " without the variables"), nil
	})
}

func bbDataMember(name string) (python.Value, bool) {
	switch name {
	case "inherits_class":
		return withData("bb.data.inherits_class", 1, func(d *Data, a []python.Value) (python.Value, error) {
			class, ok := a[0].(string)
			if !ok {
				return unknownValue("inherits_class of this"), nil
			}
			d.touch(inheritedName)
			return d.inherits(class), nil
		}), true
	case "createCopy":
		return withData("bb.data.createCopy", 0, func(d *Data, a []python.Value) (python.Value, error) { return dataValue{d.scratch()}, nil }), true
	case "expand":
		return withData("bb.data.expand", 1, func(d *Data, a []python.Value) (python.Value, error) {
			return expandText(d, a[0])
		}), true
	case "getVar":
		return withData("bb.data.getVar", 1, func(d *Data, a []python.Value) (python.Value, error) {
			name, ok := a[0].(string)
			if !ok || len(a) > 2 && a[2] != true && a[2] != int64(1) {
				return unknownValue("bb.data.getVar of this"), nil
			}
			return d.value(d.get(name), name), nil
		}), true
	}
	return nil, false
}

// inherits is whether a class was inherited.
func (d *Data) inherits(class string) bool {
	return slices.ContainsFunc(d.inherited, func(path string) bool {
		path, is := strings.CutSuffix(path, ".bbclass")
		at := len(path) - len(class) - 1
		return is && at >= 0 && path[at] == '/' && path[at+1:] == class
	})
}

func bbParseMember(name string) (python.Value, bool) {
	switch name {
	case "vars_from_file":
		return withData("bb.parse.vars_from_file", 1, func(d *Data, a []python.Value) (python.Value, error) { return varsFromFile(a[0]) }), true
	case "BBHandler":
		return &python.Module{Name: "bb.parse.BBHandler", Members: func(id string) (python.Value, bool) {
			if id != "inherit" {
				return nil, false
			}
			return withData("bb.parse.BBHandler.inherit", 3, func(d *Data, a []python.Value) (python.Value, error) {
				class, ok := a[0].(string)
				if !ok || d.recipe == nil || d.recipe.current == nil {
					d.taintAll(d.unknown("bb.parse.BBHandler.inherit", "the class that is inherited is not known"))
					return nil, nil
				}
				d.inherit(class, d.recipe.current, false)
				return nil, nil
			}), true
		}}, true
	case "mark_dependency":
		return &python.Builtin{Name: name, Raw: true, Fn: nothing}, true
	}
	return nil, false
}

// varsFromFile splits NAME_VERSION_REVISION.bb.
func varsFromFile(v python.Value) (python.Value, error) {
	t := &python.Tuple{Items: []python.Value{nil, nil, nil}}
	file, _ := v.(string)
	if !strings.HasSuffix(file, ".bb") && !strings.HasSuffix(file, ".bbappend") {
		return t, nil
	}
	base, _ := splitExt(file[strings.LastIndexByte(file, '/')+1:])
	parts := strings.Split(base, "_")
	if len(parts) > 3 {
		return nil, &python.Exception{Type: "bb.parse.ParseError", Message: "too many underscores in the name of the file"}
	}
	for i, p := range parts {
		t.Items[i] = p
	}
	return t, nil
}

func bbBuildMember(name string) (python.Value, bool) {
	switch name {
	case "addtask":
		return withData("bb.build.addtask", 3, func(d *Data, a []python.Value) (python.Value, error) {
			st := &statement{kind: kindAddTask, line: 1, file: &source{}}
			if d.recipe != nil && d.recipe.current != nil {
				st.line, st.file = d.recipe.current.line, d.recipe.current.file
			}
			st.name, _ = a[0].(string)
			st.before, _ = a[1].(string)
			st.after, _ = a[2].(string)
			d.addTask(st)
			return nil, nil
		}), true
	case "deltask":
		return withData("bb.build.deltask", 1, func(d *Data, a []python.Value) (python.Value, error) {
			st := &statement{kind: kindDelTask, line: 1, file: &source{}}
			if d.recipe != nil && d.recipe.current != nil {
				st.line, st.file = d.recipe.current.line, d.recipe.current.file
			}
			st.name, _ = a[0].(string)
			d.delTask(st)
			return nil, nil
		}), true
	}
	return nil, false
}
