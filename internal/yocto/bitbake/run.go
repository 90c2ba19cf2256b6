package bitbake

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// recipeState is what belongs to the evaluation of one recipe or of the
// configuration, across its copies.
type recipeState struct {
	steps   int // of Python that are left
	files   int // that may still be read
	class   string
	open    []string // files being evaluated
	current *statement
	running *python.Interp // of the function that current is
	skipped string
	halted  bool // SkipRecipe was raised: nothing more is evaluated
}

// evaluateFile runs the statements of a file. The place is that of the line
// that asks for it.
func (d *Data) evaluateFile(path string, from Place) error {
	if slices.Contains(d.recipe.open, path) {
		return &fileError{"the file includes itself: " + d.env.relative(path), "take the include out of the loop"}
	}
	if len(d.recipe.open) >= d.env.limits.Depth {
		return &fileError{"files include each other too deep", "include fewer files"}
	}
	if d.recipe.files--; d.recipe.files < 0 {
		return &fileError{"too many files are read", "include fewer files, or raise the limit"}
	}
	src, err := d.env.load(path)
	if err != nil {
		return err
	}
	d.files = append(d.files, Include{File: src.name, From: from})
	d.errors = append(d.errors, src.errors...)
	d.recipe.open = append(d.recipe.open, path)
	before, saved := d.file, d.recipe.current
	if src.class == "" && path != before {
		d.setFile(path)
	}
	for _, st := range src.statements {
		if d.recipe.halted {
			break
		}
		d.recipe.current = st
		d.execute(st)
	}
	d.recipe.current = saved
	d.recipe.open = d.recipe.open[:len(d.recipe.open)-1]
	if src.class == "" && before != "" && path != before {
		d.setFile(before)
	}
	return nil
}

func (d *Data) setFile(path string) {
	d.file = path
	v := d.own("FILE")
	v.value, v.set = path, true
}

func (d *Data) execute(st *statement) {
	switch st.kind {
	case kindAssign:
		d.assign(st)
	case kindInclude, kindRequire:
		d.include(st)
	case kindIncludeAll:
		d.includeAll(st)
	case kindInherit:
		d.inherit(st.name, st, false)
	case kindInheritDefer:
		d.deferred = append(d.deferred, deferredInherit{st.name, st})
	case kindExport:
		d.setFlag(st.name, "export", "1", false, nil)
	case kindUnset:
		d.record(st, st.name)
		d.doubtOverrides(st.name)
		d.delVar(st.name)
	case kindUnsetFlag:
		d.record(st, st.name+"["+st.flag+"]")
		d.delFlag(st.name, st.flag)
	case kindFunction:
		d.defineFunction(st)
	case kindDef:
		d.change(d.symbol(st.name)).def = st
		d.setVar(st.name, st.text, true, nil)
		d.own(st.name).function = st
	case kindExportFunctions:
		d.exportFunctions(st)
	case kindAddTask:
		d.addTask(st)
	case kindDelTask:
		d.delTask(st)
	case kindAddHandler:
		for _, h := range strings.Fields(st.name) {
			if !slices.Contains(d.handlers, h) {
				d.handlers = append(d.handlers, h)
				d.changed(handlersName)
			}
		}
	case kindAddFragments:
		d.addFragments(st)
	case kindRefused:
		why := []Unknown{{Place: st.place(), Expression: excerpt(st.text), Reason: "the line cannot be parsed"}}
		if st.name == "" {
			d.taintAll(why)
		} else {
			d.taintVar(st.name, why)
			d.taintFlags(st.name, why)
		}
	}
}

// assign runs an assignment.
func (d *Data) assign(st *statement) {
	s, history := d.symbolsOf(st)
	d.recordUnder(history, st, st.title)
	if st.export {
		d.setFlagOf(s, "export", "1", false, nil)
	}
	if st.oldStyle && !d.env.old {
		s = d.symbol(d.newOperators(st))
	}
	value, unknown, ok := d.assigned(st, s)
	if !ok {
		return
	}
	switch {
	case st.flag != "":
		d.setFlagOf(s, st.flag, value, st.op == opWeak && !d.env.release.before(212), unknown)
	case st.op == opWeak:
		d.setWeakSymbol(s, value, unknown)
	default:
		d.setSymbol(s, value, true, unknown)
	}
}

func flagSuffix(flag string) string {
	if flag == "" {
		return ""
	}
	return "[" + flag + "]"
}

// assigned computes what an assignment stores; false: it stores nothing.
func (d *Data) assigned(st *statement, s *symbol) (value string, unknown []Unknown, ok bool) {
	before, set, why := d.before(st, s)
	switch st.op {
	case opDefault:
		if set {
			return "", nil, false
		}
	case opImmediate:
		text, u := d.expand(st.text, "")
		return text, u, true
	case opAppend:
		return before + " " + st.text, why, true
	case opPrepend:
		return st.text + " " + before, why, true
	case opPostDot:
		return before + st.text, why, true
	case opPreDot:
		return st.text + before, why, true
	}
	return st.text, nil, true
}

// before is the value that an operator works on.
func (d *Data) before(st *statement, s *symbol) (string, bool, []Unknown) {
	if st.op == opSet || st.op == opImmediate || st.op == opWeak {
		return "", false, nil
	}
	if st.flag == "" {
		return d.parsingOf(s)
	}
	v := d.at(s).variable
	if v == nil {
		return "", false, nil
	}
	for _, f := range v.flags {
		if f.name == st.flag && !f.weak {
			return f.value, true, f.unknown()
		}
	}
	return "", false, nil
}

// newOperators writes NAME_append_x as NAME:append:x, in a release that does
// not take the old form: BitBake refuses it, but what it means is plain.
func (d *Data) newOperators(st *statement) string {
	d.refuse(st, "the operator is written in the syntax before release honister: "+st.name, `write NAME:append = "…" instead of NAME_append`)
	for _, o := range []string{"append", "prepend", "remove"} {
		base, rest, ok := strings.Cut(st.name, "_"+o)
		if !ok || rest != "" && rest[0] != '_' {
			continue
		}
		if rest != "" {
			rest = ":" + rest[1:]
		}
		return base + ":" + o + rest
	}
	return st.name
}

func (d *Data) refuse(st *statement, text, remedy string) {
	d.errors = append(d.errors, &SyntaxError{Place: st.place(), Column: 1, Text: text, Remedy: remedy})
}
