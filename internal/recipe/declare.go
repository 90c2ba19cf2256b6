package recipe

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// module is the recipe's directory, or one that a module block names: what its
// files declare, not yet evaluated.
type module struct {
	tree      *tree
	path      string // "" or "module.guest."
	parent    *module
	depth     int
	real      string // directory without symbolic links, to notice a module inside itself
	broken    bool   // it could not be read: references into it stay unknown
	variables map[string]*node
	locals    map[string]*node
	blocks    map[string]map[string]*block // by kind and name; also "recipe"
	modules   map[string]*call
	inputs    map[string]input
	functions map[string]function.Function
	scripts   map[string][]byte // what file() and templatefile() have read, by path
}

// kinds are the blocks that references can name, in the order they are evaluated.
var kinds = []string{"distribution", "toolchain", "source", "profile", "package", "image"}

// node is a variable or local: a value that is evaluated at most once.
type node struct {
	name  string // as diagnostics show it: "local.x", "module.guest.var.y"
	at    hcl.Range
	body  *hclsyntax.Body      // of a variable
	expr  hclsyntax.Expression // of a local
	state                      // of its evaluation
	spec  *variable            // of a variable, once it was read
	value cty.Value
}

// state of something that is evaluated lazily.
type state int

const (
	untouched state = iota
	running
	done
)

// block is a distribution, toolchain, source, package or image.
type block struct {
	mod  *module
	kind string
	name string
	at   hcl.Range
	body *hclsyntax.Body

	state     // of instances
	instances []instance
	each      bool      // it has for_each
	unknown   bool      // for_each could not be evaluated
	byKey     cty.Value // the references to all instances, once they were needed
}

// instance is one of the blocks that a block with for_each stands for, or the
// block itself.
type instance struct {
	addr Address
	name string // name, or name-key
	key  string
	each cty.Value // object of key and value; nil without for_each
}

// call is a module block.
type call struct {
	at     hcl.Range
	source *hclsyntax.Attribute
	mod    *module
}

// input is a value given to a module's variable, evaluated where it is written.
type input struct {
	env  env
	attr *hclsyntax.Attribute
}

func (b *block) what() string { return fmt.Sprintf("%s %q", b.kind, b.name) }

func (b *block) address() string { return b.mod.path + b.kind + "." + b.name }

// declare reads the files of a directory into a module, and those of its
// modules.
func (ld *loader) declare(m *module) {
	m.variables, m.locals, m.modules = map[string]*node{}, map[string]*node{}, map[string]*call{}
	m.blocks, m.scripts = map[string]map[string]*block{}, map[string][]byte{}
	for _, kind := range append([]string{"recipe"}, kinds...) {
		m.blocks[kind] = map[string]*block{}
	}
	bodies, diags := ld.parse(m.tree)
	ld.add(diags...)
	if m.broken = diags.HasErrors(); m.broken {
		return
	}
	m.functions = ld.functionsOf(m)
	for _, body := range bodies {
		ld.meter.install(body)
		ld.checkBody("", "a recipe", body, body.SrcRange)
		for _, b := range body.Blocks {
			ld.declareBlock(m, b)
		}
	}
	for _, name := range sortedKeys(m.modules) {
		ld.enter(m.modules[name])
	}
}

func (ld *loader) declareBlock(m *module, b *hclsyntax.Block) {
	n, ok := shapes[""].blocks[b.Type]
	if !ok || len(b.Labels) != n.labels {
		return // reported by checkBody
	}
	what, name := b.Type, ""
	if n.labels == 1 {
		name = b.Labels[0]
		what = fmt.Sprintf("%s %q", b.Type, name)
	}
	ld.checkBody(b.Type, what, b.Body, b.DefRange())
	ld.checkBlockCalls(b, m.functions)
	switch b.Type {
	case "locals":
		ld.declareLocals(m, b.Body)
	case "variable":
		if first := m.variables[name]; first != nil {
			ld.duplicate(what, b.DefRange(), first.at)
			return
		}
		m.variables[name] = &node{name: m.path + "var." + name, at: b.DefRange(), body: b.Body}
	case "module":
		if first := m.modules[name]; first != nil {
			ld.duplicate(what, b.DefRange(), first.at)
			return
		}
		m.modules[name] = ld.declareModule(m, b)
	default:
		if first := m.blocks[b.Type][name]; first != nil {
			ld.duplicate(what, b.DefRange(), first.at)
			return
		}
		m.blocks[b.Type][name] = &block{mod: m, kind: b.Type, name: name, at: b.DefRange(), body: b.Body}
	}
}

func (ld *loader) declareLocals(m *module, body *hclsyntax.Body) {
	for _, a := range ordered(body) {
		if first := m.locals[a.Name]; first != nil {
			ld.duplicate(fmt.Sprintf("local %q", a.Name), a.NameRange, first.at)
			continue
		}
		m.locals[a.Name] = &node{name: m.path + "local." + a.Name, at: a.NameRange, expr: a.Expr}
	}
}

func (ld *loader) duplicate(what string, at, first hcl.Range) {
	ld.add(problem(at, "Duplicate name", "There is already a %s, at %s. Give this one another name.", what, place(first)))
}

// ordered gives the attributes of a body as they are written.
func ordered(body *hclsyntax.Body) []*hclsyntax.Attribute {
	var list []*hclsyntax.Attribute
	for _, name := range sortedKeys(body.Attributes) {
		list = append(list, body.Attributes[name])
	}
	slices.SortFunc(list, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	return list
}

// only returns the nested blocks of a type.
func blocksOf(body *hclsyntax.Body, kind string) []*hclsyntax.Block {
	var list []*hclsyntax.Block
	for _, b := range body.Blocks {
		if b.Type == kind {
			list = append(list, b)
		}
	}
	return list
}

// shown is the module's path without the trailing dot, for details.
func (m *module) shown() string {
	if m.path == "" {
		return "the recipe"
	}
	return strings.TrimSuffix(m.path, ".")
}
