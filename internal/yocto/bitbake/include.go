package bitbake

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// include runs include and require.
func (d *Data) include(st *statement) {
	names, unknown := d.expand(st.name, "")
	if len(unknown) > 0 {
		d.tainted = mergeUnknown(d.tainted, unknown)
		return
	}
	for _, name := range strings.Fields(names) {
		d.includeOne(st, name, st.kind == kindRequire)
	}
}

func (d *Data) includeOne(st *statement, name string, required bool) {
	path := name
	if !filepath.IsAbs(name) {
		dirs := filepath.Dir(st.file.path) + ":" + d.get("BBPATH").text
		if path = d.env.which(dirs, name); path == "" {
			if required {
				d.missing(st, "the file "+name+" is not found")
			}
			return
		}
	}
	if filepath.Ext(path) != ".conf" && !slices.Contains([]string{".bb", ".inc", ".bbclass"}, filepath.Ext(path)) {
		d.refuse(st, name+" is not a file of BitBake", "include files that end in .inc, .conf, .bb or .bbclass")
		return
	}
	d.failed(st, name, d.evaluateFile(path, st.place()), required)
}

// failed reports why a file could not be evaluated.
func (d *Data) failed(st *statement, name string, err error, required bool) {
	var bad *fileError
	switch {
	case err == nil:
	case errors.As(err, &bad):
		d.refuse(st, name+": "+bad.text, bad.remedy)
		d.taintAll([]Unknown{{Place: st.place(), Expression: name, Reason: bad.text}})
	case errors.Is(err, fs.ErrNotExist):
		if required {
			d.missing(st, "the file "+name+" is not found")
		}
	default:
		d.refuse(st, name+": "+reason(err), "make the file readable")
		d.taintAll([]Unknown{{Place: st.place(), Expression: name, Reason: reason(err)}})
	}
}

// missing reports a file that must be there. What it would have said of the
// variables is not known.
func (d *Data) missing(st *statement, text string) {
	d.refuse(st, text, "add the layer that holds it, or correct its name")
	d.taintAll([]Unknown{{Place: st.place(), Expression: excerpt(st.name), Reason: text}})
}

func (d *Data) includeAll(st *statement) {
	name, unknown := d.expand(st.name, "")
	d.tainted = mergeUnknown(d.tainted, unknown)
	for dir := range strings.SplitSeq(d.get("BBPATH").text, ":") {
		if path := filepath.Join(dir, name); filepath.IsAbs(path) && d.env.isFile(path) {
			d.includeOne(st, path, false)
		}
	}
}

type deferredInherit struct {
	classes string
	from    *statement
}

// inherit runs the classes named, each once.
func (d *Data) inherit(classes string, st *statement, late bool) {
	names, unknown := d.expand(classes, "")
	if len(unknown) > 0 {
		d.tainted = mergeUnknown(d.tainted, unknown)
		return
	}
	for _, name := range strings.Fields(names) {
		if !late && !d.env.release.before(216) && hasWord(d.get("BB_DEFER_BBCLASSES").text, name) {
			d.deferred = append(d.deferred, deferredInherit{name, st})
			continue
		}
		d.inheritOne(name, st)
	}
}

func (d *Data) inheritOne(name string, st *statement) {
	path := name
	if !filepath.IsAbs(name) {
		path = d.findClass(name)
	}
	if path == "" || !d.env.isFile(path) {
		d.missing(st, "the class "+name+" is not found")
		return
	}
	if !slices.Contains(d.inherited, path) {
		d.inherited = append(d.inherited, path)
		d.changed(inheritedName)
		d.failed(st, name, d.evaluateFile(path, st.place()), true)
	}
}

func (d *Data) findClass(name string) string {
	dirs := d.get("BBPATH").text
	if strings.HasSuffix(name, ".bbclass") {
		return d.env.which(dirs, name)
	}
	if !d.env.release.before(202) {
		if path := d.env.which(dirs, "classes-"+d.recipe.class+"/"+name+".bbclass"); path != "" {
			return path
		}
	}
	return d.env.which(dirs, "classes/"+name+".bbclass")
}
