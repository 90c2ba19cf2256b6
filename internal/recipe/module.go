package recipe

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// Limits on modules.
const (
	maxModuleDepth = 16
	maxModules     = 200
)

// declareModule notes a module block. Its files are read by enter, when the
// module around it has been read whole.
func (ld *loader) declareModule(m *module, b *hclsyntax.Block) *call {
	child := &module{
		parent: m,
		path:   m.path + "module." + b.Labels[0] + ".",
		depth:  m.depth + 1,
		inputs: map[string]input{},
		broken: true,
	}
	for _, a := range ordered(b.Body) {
		if a.Name != "source" {
			child.inputs[a.Name] = input{env{ld: ld, mod: m}, a}
		}
	}
	return &call{at: b.DefRange(), source: b.Body.Attributes["source"], mod: child}
}

// enter reads the files of a module.
func (ld *loader) enter(c *call) {
	if c.source == nil {
		return // reported by checkBody
	}
	dir, ok := ld.moduleDir(c)
	if !ok {
		return
	}
	parent, at := c.mod.parent, c.source.Expr.Range()
	t, err := openTree(filepath.Join(parent.tree.show, dir), path.Join(parent.tree.rel, dir))
	if err != nil {
		ld.add(problem(at, "Unreadable module", "Reading directory %s: %s.", filepath.Join(parent.tree.show, dir), err))
		return
	}
	ld.trees = append(ld.trees, t)
	c.mod.tree, c.mod.real = t, realPath(t.show)
	if chain := c.mod.recursion(); chain != "" {
		ld.add(problem(at, "Module inside itself", "This directory is read again by a module in it: %s.", chain))
		return
	}
	if ld.modules++; ld.modules > maxModules || c.mod.depth > maxModuleDepth {
		ld.add(problem(at, "Too many modules", "A recipe has at most %d modules, nested at most %d deep.", maxModules, maxModuleDepth))
		return
	}
	ld.declare(c.mod)
}

// moduleDir evaluates the source of a module, which must be literal: what a
// recipe consists of is known before anything is evaluated.
func (ld *loader) moduleDir(c *call) (string, bool) {
	at := c.source.Expr.Range()
	v, diags := c.source.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || v.Type() != cty.String {
		ld.add(problem(at, "Invalid module source", "The source of a module is a literal string, such as \"./guest\", without variables and functions."))
		return "", false
	}
	dir := v.AsString()
	if !strings.HasPrefix(dir, "./") && !strings.HasPrefix(dir, "../") || strings.ContainsFunc(dir, isControl) {
		ld.add(problem(at, "Invalid module source", "The source of a module is a relative path that begins with ./ or ../, such as \"./guest\". Modules are never downloaded."))
		return "", false
	}
	return path.Clean(dir), true
}

// recursion gives the chain of modules when one of them has the same directory.
func (m *module) recursion() string {
	chain := m.shown()
	for p := m.parent; p != nil; p = p.parent {
		chain = p.shown() + " → " + chain
		if p.real == m.real {
			return chain
		}
	}
	return ""
}

func realPath(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return dir
}

// checkInputs compares the inputs of a module block with the module's variables.
func (ld *loader) checkInputs(c *call) {
	if c.mod.broken {
		return
	}
	for _, name := range sortedKeys(c.mod.inputs) {
		if c.mod.variables[name] == nil {
			ld.add(problem(c.mod.inputs[name].attr.NameRange, "Unknown input",
				"The module declares no variable %q.%s", name, didYouMean(name, sortedKeys(c.mod.variables))))
		}
	}
	for _, name := range sortedKeys(c.mod.variables) {
		_, given := c.mod.inputs[name]
		if v := ld.variable(c.mod, c.mod.variables[name]); !given && v.fallback == nil {
			ld.add(problem(c.at, "Missing input", "The module's variable %q has no default: give it a value, %s = ….", name, name))
		}
	}
}

// noRecipe refuses a recipe block in a module.
func (ld *loader) noRecipe(m *module) {
	for _, name := range sortedKeys(m.blocks["recipe"]) {
		ld.add(problem(m.blocks["recipe"][name].at, "Recipe block in a module",
			"Only the recipe itself has a recipe block. Move the blocks that both need to a directory of their own."))
	}
}

// child finds the module of a reference such as module.guest.package.kernel.
func (ld *loader) child(m *module, name string, at hcl.Range) (*module, bool) {
	c := m.modules[name]
	if c == nil {
		ld.add(problem(at, "Unknown module", "There is no module %q in %s.%s", name, m.shown(), didYouMean(name, sortedKeys(m.modules))))
		return nil, false
	}
	return c.mod, true
}
