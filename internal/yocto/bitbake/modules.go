package bitbake

import (
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// modules holds the Python modules of the layers' lib directories. A module
// is loaded once, without variables, and cannot be changed afterwards.
type modules struct {
	loaded  sync.Map // name, as a path → *python.Module, nil for none
	once    sync.Once
	mu      sync.Mutex
	tamper  []Unknown                 // modules that change what BitBake itself may use
	builtIn map[string]*python.Module // after once, with the package oe
}

// builtIn is a module that is no file of a layer, or nil.
func (e *environment) builtIn(name string) *python.Module {
	m := &e.modules
	m.once.Do(func() {
		m.builtIn = pythonModules()
		m.builtIn["oe"] = &python.Module{Name: "oe", Members: e.oeMember(nil)}
	})
	return m.builtIn[name]
}

// module finds a module by its first name. Packages of the layers are loaded
// when they are used.
func (e *environment) module(name string, loading []string) (python.Value, bool) {
	if name == "oe" && len(loading) > 0 {
		return &python.Module{Name: name, Members: e.oeMember(loading)}, true
	}
	if m := e.builtIn(name); m != nil {
		return m, true
	}
	return nil, false
}

// oeMember finds the modules of the package oe, but for those that are being
// loaded.
func (e *environment) oeMember(loading []string) func(id string) (python.Value, bool) {
	return func(id string) (python.Value, bool) {
		if id == "data" {
			return &python.Module{Name: "oe.data", Members: oeDataMember}, true
		}
		if m := e.moduleFile("oe/"+id, loading); m != nil {
			return m, true
		}
		return nil, false
	}
}

// importPath finds "oe.utils" or "oe.utils.prune_suffix".
func (e *environment) importPath(path string, loading []string) (python.Value, bool) {
	first, rest, _ := strings.Cut(path, ".")
	v, ok := e.module(first, loading)
	if !ok {
		m := e.moduleFile(first, loading)
		if m == nil {
			return nil, false
		}
		v = m
	}
	for rest != "" {
		var id string
		id, rest, _ = strings.Cut(rest, ".")
		m, isModule := v.(*python.Module)
		if !isModule {
			return nil, false
		}
		if v, ok = m.Member(id); !ok {
			return nil, false
		}
	}
	return v, true
}

// moduleFile is the module of a file lib/NAME.py of a layer, or nil.
func (e *environment) moduleFile(name string, loading []string) *python.Module {
	if m, ok := e.modules.loaded.Load(name); ok {
		return m.(*python.Module)
	}
	if slices.Contains(loading, name) || len(loading) > 20 {
		return nil
	}
	m := e.loadModule(name, append(slices.Clip(loading), name))
	e.modules.loaded.Store(name, m)
	return m
}

func (e *environment) loadModule(name string, loading []string) *python.Module {
	for _, dir := range e.layers {
		path := filepath.Join(dir, "lib", name+".py")
		if !e.isFile(path) {
			continue
		}
		real, err := e.realPath(path)
		if err != nil || !e.covers(real) {
			continue
		}
		text, err := e.read(real)
		if err != nil {
			continue
		}
		l := loader{env: e, loading: loading, file: e.relative(real), text: string(text)}
		body, unread := python.ParseModule(l.text)
		for _, part := range unread {
			if m := findNear(assigns, assigned, part); m != "" {
				l.Tampered(strings.TrimSpace(m))
			}
		}
		in := &python.Interp{Host: l, Steps: e.limits.Steps, Depth: 200, Size: e.limits.Length}
		return in.LoadModule(strings.ReplaceAll(name, "/", "."), body)
	}
	return nil
}

// oeDataMember is the module oe.data: it makes values by the flag "type" with
// means of Python that are not evaluated here.
func oeDataMember(name string) (python.Value, bool) {
	if name != "typed_value" {
		return nil, false
	}
	return withData("oe.data.typed_value", 1, func(d *Data, a []python.Value) (python.Value, error) {
		name, ok := a[0].(string)
		if !ok {
			return unknownValue("oe.data.typed_value of this"), nil
		}
		kind, e := d.getFlagExpanded(name, "type"), d.get(name)
		if len(kind.unknown)+len(e.unknown) > 0 {
			e.unknown = mergeUnknown(e.unknown, kind.unknown)
			return d.value(e, name), nil
		}
		return typedValue(kind.text, e.text, d.getFlagExpanded(name, "separator").set), nil
	}), true
}

func typedValue(kind, text string, separated bool) python.Value {
	switch {
	case kind == "list" && !separated:
		return textList(strings.Fields(text))
	case kind == "boolean":
		switch strings.ToLower(text) {
		case "yes", "y", "true", "t", "1":
			return true
		case "no", "n", "false", "f", "0", "":
			return false
		}
	case kind == "" || kind == "string":
		return text
	}
	return unknownValue("a value of the type " + kind)
}
