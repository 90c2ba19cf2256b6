package bitbake

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// host gives Python code the variables and what modules it may use.
type host struct{ d *Data }

// evaluate evaluates the code of ${@…}. The reasons are nil when the text is
// what BitBake gets.
func (d *Data) evaluate(code string) (string, []Unknown) {
	whole := "${@" + code + "}"
	p := d.expr(code)
	if p.err != nil {
		return "", d.unknown(whole, "the expression cannot be read: "+p.err.Error())
	}
	if d.evaluating >= d.env.limits.Depth {
		return "", d.unknown(whole, "expressions are nested too deep")
	}
	d.evaluating++
	defer func() { d.evaluating-- }()
	in := d.interp()
	h := in.Host.(*host)
	names := make([]python.Local, 1, len(p.free)+1)
	names[0] = python.Local{Name: "d", Value: dataValue{d}}
	for _, n := range p.free {
		if s := d.symbol(n); h.isVariable(s) {
			names = append(names, python.Local{Name: n, Value: d.valueOf(d.getSymbol(s), n)})
		}
	}
	v, err := in.Eval(p.code, names...)
	d.spent(in)
	if err != nil {
		return "", d.raised(whole, err)
	}
	if u, ok := v.(*python.Unknown); ok {
		return "", d.causes(u, whole)
	}
	if s, ok := python.Str(v); ok {
		return s, nil
	}
	return "", d.unknown(whole, "the expression is no text")
}

// raised is why an expression that raises has no value. SkipRecipe ends the
// evaluation of the recipe.
func (d *Data) raised(whole string, err error) []Unknown {
	if e, ok := err.(*python.Exception); ok && e.IsA("bb.parse.SkipRecipe") && d.recipe != nil {
		d.skip(e.Message)
	}
	return d.unknown(whole, "the expression raises "+err.Error())
}

func (d *Data) skip(message string) {
	if d.recipe.skipped == "" {
		d.recipe.skipped = message
		if message == "" {
			d.recipe.skipped = "the recipe raises SkipRecipe"
		}
	}
}

// causes are the reasons of an unknown value.
func (d *Data) causes(u *python.Unknown, whole string) []Unknown {
	if list, ok := u.Cause.([]Unknown); ok && len(list) > 0 {
		return list
	}
	return d.unknown(whole, u.Reason)
}

// interp makes an interpreter that shares the steps of the recipe.
func (d *Data) interp() *python.Interp {
	steps := d.env.limits.Steps
	if d.recipe != nil {
		steps = min(steps, d.recipe.steps)
	}
	both := &struct {
		in   python.Interp
		host host
	}{host: host{d}}
	both.in.Host, both.in.Steps, both.in.Depth, both.in.Size = &both.host, steps, 400, d.env.limits.Length
	return &both.in
}

func (d *Data) spent(in *python.Interp) {
	if d.recipe != nil {
		d.recipe.steps -= d.env.limits.Steps - max(in.Steps, 0)
		d.recipe.steps = max(d.recipe.steps, 0)
	}
}

// value makes a Python value of what reading a variable gave.
func (d *Data) value(e expanded, name string) python.Value {
	if len(e.unknown) > 0 {
		return &python.Unknown{Reason: "the variable " + name + " is not certain", Cause: e.unknown}
	}
	if !e.set {
		return nil
	}
	return e.text
}

// valueOf is value of what is remembered: the same text is made a value once.
func (d *Data) valueOf(e *expanded, name string) python.Value {
	if len(e.unknown) > 0 || !e.set {
		return d.value(*e, name)
	}
	if e.boxed == nil {
		e.boxed = e.text
	}
	return e.boxed
}

// isVariable is whether a name in an expression means a variable: those of
// functions come first.
func (h *host) isVariable(s *symbol) bool {
	if h.function(s) != nil {
		return false
	}
	c := h.d.at(s)
	return c.variable != nil && !c.variable.empty() || len(c.variants) > 0
}

// function finds a def of the metadata.
func (h *host) function(s *symbol) *statement {
	h.d.touchSymbol(s)
	return h.d.at(s).def
}

// nameNote is what a name in the code means that all recipes share, as long as no
// function of the metadata has it.
type nameNote struct {
	symbol *symbol
	module *python.Module
}

// Lookup finds functions of the metadata and modules.
func (h *host) Lookup(name *python.Name) (python.Value, bool) {
	note, ok := name.Note().(*nameNote)
	if !ok || !h.d.names.shares(note.symbol) {
		note = &nameNote{symbol: h.d.symbol(name.ID)}
		if !runsText(name.ID) {
			note.module = h.d.env.builtIn(name.ID)
		}
		if h.d.names.shares(note.symbol) {
			name.SetNote(note)
		}
	}
	if st := h.function(note.symbol); st != nil {
		return h.define(st), true
	}
	if note.module != nil {
		return note.module, true
	}
	h.namesText(name.ID)
	return h.d.env.module(name.ID, nil)
}

// define parses a def of the metadata.
func (h *host) define(st *statement) python.Value {
	p := h.d.env.body(st)
	if p.function != nil {
		return p.function
	}
	reason := "the function " + st.name + " cannot be read"
	if p.err != nil {
		reason += ": " + p.err.Error()
	}
	return &python.Unknown{Reason: reason, Cause: []Unknown{{Place: st.place(), Expression: "def " + st.name, Reason: reason}}}
}

// Import finds a module or a member of one.
func (h *host) Import(path string) (python.Value, bool) {
	h.namesText(path)
	return h.d.env.importPath(path, nil)
}

// Doubt taints what statements that may or may not run would change.
func (h *host) Doubt(body []python.Stmt, resolve func(python.Expr) python.Value, why *python.Unknown) {
	(&tainter{d: h.d, resolve: resolve, why: h.d.causes(why, why.Reason)}).body(body)
}

// Escaped taints everything when code that nobody knows got the variables, or
// may have them.
func (h *host) Escaped(name string, args []python.Value, why *python.Unknown) {
	last := name[strings.LastIndexByte(name, '.')+1:]
	if runsText(name) {
		h.d.taintAll(h.d.unknown(name, "what the text says is run and cannot be followed"))
	}
	if _, writes := writers(last); writes {
		h.d.taintAll(h.d.unknown(name, "variables are changed of which it is not known where they come from"))
	}
	if changesShared(name, args, why) {
		h.Tampered(name)
	}
	if harmless(name) {
		return
	}
	if name == "" || why.Reaches || slices.ContainsFunc(args, python.Reaches) {
		h.d.taintAll(h.d.unknown(name, "the function gets the variables and cannot be followed: "+why.Reason))
	}
}

// changesShared is whether a call changes what a module holds. The search path
// and the environment are not looked at, nor are names that metadata gives to
// modules, as base.bbclass does with oe.
func changesShared(name string, args []python.Value, why *python.Unknown) bool {
	if !why.Shared || !python.ChangesItems(name[strings.LastIndexByte(name, '.')+1:]) {
		return false
	}
	if name == "bb.utils._context.__setitem__" && len(args) > 0 {
		module, ok := args[0].(string)
		return !ok || module == "bb"
	}
	return !strings.HasPrefix(name, "os.environ.") && !strings.HasPrefix(name, "sys.path.")
}

// Known says whether Doubt tells what a call changes.
func (h *host) Known(name string) bool {
	last := name[strings.LastIndexByte(name, '.')+1:]
	_, method := dataMethods()[last]
	_, writes := writers(last)
	return (method || writes) && last != name || harmless(name)
}

// Assigned says that the attribute of a value was assigned that is not known:
// that of a module, or of a class of one, means a change for all.
func (h *host) Assigned(target *python.Attr, of python.Value) {
	if u, ok := of.(*python.Unknown); ok && u.Shared {
		h.Tampered(python.CallName(target))
	}
}

// Tampered says that something was changed that BitBake itself may use.
func (h *host) Tampered(what string) {
	h.d.taintAll(h.d.unknown(what, "what other code uses is changed: "+what))
}

// harmless are functions that read variables and change none that an audit
// asks for.
func harmless(name string) bool {
	for _, p := range []string{"bb.fetch.", "bb.fetch2.", "bb.utils.", "bb.siggen.", "bb.event.", "bb.persist_data.", "bb.runqueue.", "bb.codeparser.", "bb.cooker.", "bb.build.tasksbetween", "bb.build.preceedtask", "bb.build.listtasks", "os.", "subprocess."} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}
