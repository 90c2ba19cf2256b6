package bitbake

import (
	"path/filepath"
	"slices"
	"strings"
)

// defineFunction runs the definition of a shell or python function.
func (d *Data) defineFunction(st *statement) {
	if st.name == "" || st.name == "__anonymous" {
		d.anonymous = append(d.anonymous, st)
		return
	}
	s, history := d.symbolsOf(st)
	d.recordUnder(history, st, st.name)
	v := d.ownSymbol(s)
	v.delFlag("python")
	v.delFlag("fakeroot")
	if st.python {
		v.setFlag(flag{name: "python", value: "1"})
	}
	if st.fakeroot {
		v.setFlag(flag{name: "fakeroot", value: "1"})
	}
	v.setFlag(flag{name: "func", value: "1"})
	d.setSymbol(s, st.text, true, nil)
	if _, _, _, ok := d.split(d.normal(st.name)); !ok {
		d.ownSymbol(s).function = st
	}
}

const exportMark = "    # Export function set\n"

// exportFunctions makes do_x call CLASS_do_x, unless do_x was defined.
func (d *Data) exportFunctions(st *statement) {
	for _, name := range strings.Fields(st.name) {
		called := st.text + "_" + name
		if old := d.getRaw(name); old.raw != "" && !strings.Contains(old.raw, exportMark) {
			continue
		}
		python, isPython, _ := d.getFlag(called, "python")
		for _, f := range []string{"func", "python"} {
			d.delFlag(name, f)
			if v, ok, _ := d.getFlag(called, f); ok {
				d.setFlag(name, f, v, false, nil)
			}
		}
		for _, f := range []string{"dirs", "cleandirs", "fakeroot"} {
			if v, ok, _ := d.getFlag(name, f); ok {
				d.setFlag(called, f, v, false, nil)
			}
		}
		text := exportMark + "    " + called + "\n"
		if isPython && python != "" {
			text = exportMark + "    bb.build.exec_func('" + called + "', d)\n"
		}
		d.setVar(name, text, true, nil)
		d.own(d.normal(name)).function = &statement{kind: kindFunction, name: name, text: text, python: isPython, line: st.line, file: st.file}
	}
}

func taskName(name string) string {
	if strings.HasPrefix(name, "do_") {
		return name
	}
	return "do_" + name
}

// addTask runs addtask; its dependencies are kept in the flag deps.
func (d *Data) addTask(st *statement) {
	for _, name := range strings.Fields(st.name) {
		name = taskName(name)
		s := d.symbol(name)
		d.recordUnder(s.history, st, name)
		d.setFlagOf(s, "task", "1", false, nil)
		if !slices.Contains(d.tasks, name) {
			d.tasks = append(d.tasks, name)
			d.changed(tasksName)
		}
		for _, dep := range strings.Fields(st.after) {
			d.addDep(name, taskName(dep), false)
		}
		for _, next := range strings.Fields(st.before) {
			d.addDep(taskName(next), name, true)
		}
	}
}

func (d *Data) addDep(task, dep string, first bool) {
	s := d.symbol(task)
	old, _, _ := d.flagOf(s, "deps")
	list := strings.Fields(old)
	if slices.Contains(list, dep) {
		return
	}
	if first {
		list = append([]string{dep}, list...)
	} else {
		list = append(list, dep)
	}
	d.setFlagOf(s, "deps", strings.Join(list, " "), false, nil)
}

func (d *Data) delTask(st *statement) {
	names, unknown := d.expand(st.name, "")
	d.tainted = mergeUnknown(d.tainted, unknown)
	for _, name := range strings.Fields(names) {
		name = taskName(name)
		d.record(st, name)
		d.tasks = slices.DeleteFunc(slices.Clone(d.tasks), func(t string) bool { return t == name })
		d.changed(tasksName)
		d.delFlag(name, "task")
		d.delFlag(name, "deps")
	}
}

// addFragments includes the configuration fragments that a variable lists as
// LAYER/NAME, or sets the variable of a built-in fragment "prefix/value".
func (d *Data) addFragments(st *statement) {
	words := strings.Fields(st.name)
	list := d.get(words[1])
	d.tainted = mergeUnknown(d.tainted, list.unknown)
	builtin := map[string]string{}
	for _, pair := range strings.Fields(d.get(words[3]).text) {
		if prefix, name, ok := strings.Cut(pair, ":"); ok {
			builtin[prefix] = name
		}
	}
	for _, f := range strings.Fields(list.text) {
		layer, name, ok := strings.Cut(f, "/")
		if v := builtin[layer]; ok && v != "" {
			d.setVar(v, name, true, nil)
			continue
		}
		if !ok || !d.includeFragment(st, layer, words[0]+"/"+name+".conf") {
			d.refuse(st, "the fragment "+f+" is not found", "add the layer that holds it, or take it out of "+words[1])
		}
	}
}

func (d *Data) includeFragment(st *statement, layer, name string) bool {
	for _, dir := range strings.Fields(d.get("BBLAYERS").text) {
		path := filepath.Join(dir, name)
		if d.env.isFile(path) && slices.Contains(strings.Fields(d.get("BBFILE_COLLECTIONS").text), layer) {
			d.includeOne(st, path, true)
			return true
		}
	}
	return false
}
