package recipe

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// pureFunctions are the functions of the language that do not read files. None
// of them depends on anything but its arguments.
func pureFunctions() map[string]function.Function {
	return map[string]function.Function{
		"basename":   onString(path.Base),
		"ceil":       stdlib.CeilFunc,
		"coalesce":   stdlib.CoalesceFunc,
		"concat":     stdlib.ConcatFunc,
		"contains":   stdlib.ContainsFunc,
		"dirname":    onString(path.Dir),
		"distinct":   stdlib.DistinctFunc,
		"endswith":   onStrings(strings.HasSuffix),
		"flatten":    stdlib.FlattenFunc,
		"floor":      stdlib.FloorFunc,
		"format":     stdlib.FormatFunc,
		"formatlist": stdlib.FormatListFunc,
		"join":       stdlib.JoinFunc,
		"jsonencode": stdlib.JSONEncodeFunc,
		"keys":       stdlib.KeysFunc,
		"length":     length,
		"lookup":     stdlib.LookupFunc,
		"lower":      stdlib.LowerFunc,
		"max":        stdlib.MaxFunc,
		"merge":      stdlib.MergeFunc,
		"min":        stdlib.MinFunc,
		"range":      stdlib.RangeFunc,
		"regex":      stdlib.RegexFunc,
		"replace":    stdlib.ReplaceFunc,
		"reverse":    stdlib.ReverseListFunc,
		"sort":       stdlib.SortFunc,
		"split":      stdlib.SplitFunc,
		"startswith": onStrings(strings.HasPrefix),
		"tolist":     stdlib.MakeToFunc(cty.List(cty.DynamicPseudoType)),
		"tomap":      stdlib.MakeToFunc(cty.Map(cty.DynamicPseudoType)),
		"tonumber":   stdlib.MakeToFunc(cty.Number),
		"toset":      stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)),
		"tostring":   stdlib.MakeToFunc(cty.String),
		"trimprefix": stdlib.TrimPrefixFunc,
		"trimspace":  stdlib.TrimSpaceFunc,
		"trimsuffix": stdlib.TrimSuffixFunc,
		"upper":      stdlib.UpperFunc,
		"values":     stdlib.ValuesFunc,
	}
}

// functionsOf gives the functions as they are in a module: files are read below
// its directory.
func (ld *loader) functionsOf(m *module) map[string]function.Function {
	all := pureFunctions()
	for name, f := range all {
		all[name] = ld.meter.limit(f, preconditions[name])
	}
	all["file"] = ld.meter.limit(m.fileFunc(), nil)
	inside := make(map[string]function.Function, len(all)) // a template does not evaluate templates
	for name, f := range all {
		inside[name] = f
	}
	all["templatefile"] = ld.meter.limit(ld.templateFunc(m, inside), nil)
	return all
}

// impure are functions that people look for and that a recipe cannot have.
var impure = map[string]string{
	"env": "environment", "getenv": "environment", "timestamp": "clock", "timeadd": "clock", "formatdate": "clock",
	"uuid": "random", "bcrypt": "random", "http": "network", "abspath": "host", "pathexpand": "host", "fileset": "host",
}

// checkCalls reports calls of functions that do not exist.
func (ld *loader) checkCalls(n hclsyntax.Node, functions map[string]function.Function) hcl.Diagnostics {
	diags := hclsyntax.VisitAll(n, func(n hclsyntax.Node) hcl.Diagnostics {
		call, ok := n.(*hclsyntax.FunctionCallExpr)
		if !ok {
			return nil
		}
		if _, ok := functions[call.Name]; ok {
			return nil
		}
		detail := fmt.Sprintf("There is no function %q.%s", call.Name, didYouMean(call.Name, sortedKeys(functions)))
		if what, ok := impure[call.Name]; ok {
			detail = fmt.Sprintf("There is no function %q: a recipe cannot depend on the %s. Declare a variable and set it with --var.", call.Name, what)
		}
		return hcl.Diagnostics{problem(call.NameRange, unknownCall, "%s", detail)}
	})
	return diags
}

// checkBlockCalls does so in a block. The type of a variable looks like calls,
// but is none.
func (ld *loader) checkBlockCalls(b *hclsyntax.Block, functions map[string]function.Function) {
	for _, a := range b.Body.Attributes {
		if b.Type != "variable" || a.Name != "type" {
			ld.add(ld.checkCalls(a, functions)...)
		}
	}
	for _, in := range b.Body.Blocks {
		ld.checkBlockCalls(in, functions)
	}
}

// unknownCall is the summary that package hclsyntax uses, too: its diagnostic
// for the same place, whose suggestion depends on the order of a map, is
// dropped as a repetition.
const unknownCall = "Call to unknown function"

// limit makes a function fail when its result exceeds the budget.
func (m *meter) limit(f function.Function, before func([]cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Description: f.Description(),
		Params:      f.Params(),
		VarParam:    f.VarParam(),
		Type:        f.ReturnTypeForValues,
		Impl: func(args []cty.Value, _ cty.Type) (v cty.Value, err error) {
			if before != nil && allKnown(args) {
				if err := before(args); err != nil {
					return cty.NilVal, err
				}
			}
			if v, err = f.Call(args); err != nil {
				return v, err
			}
			defer func() {
				if recover() != nil {
					v, err = cty.NilVal, errExhausted
				}
			}()
			m.charge(v)
			return v, nil
		},
	})
}

func allKnown(args []cty.Value) bool {
	for _, a := range args {
		if !a.IsWhollyKnown() || a.IsNull() {
			return false
		}
	}
	return true
}

// preconditions refuse calls whose result could be huge before it is made.
var preconditions = map[string]func([]cty.Value) error{
	"format":     func(args []cty.Value) error { return shortWidths(args[0]) },
	"formatlist": func(args []cty.Value) error { return shortWidths(args[0]) },
	"regex":      smallRegex,
	"replace":    smallReplace,
	"join":       smallJoin,
}

const maxText = 64 << 20

var longWidth = regexp.MustCompile(`%[^a-zA-Z%]*[0-9]{4}`)

func shortWidths(f cty.Value) error {
	if f.Type() == cty.String && longWidth.MatchString(f.AsString()) {
		return function.NewArgErrorf(0, "widths have at most three digits")
	}
	return nil
}

func smallRegex(args []cty.Value) error {
	if len(args[0].AsString()) > 1000 || len(args[1].AsString()) > 1<<20 {
		return errors.New("the expression has at most 1000 bytes, the text at most 1 MiB")
	}
	return nil
}

func smallReplace(args []cty.Value) error {
	text, old, with := args[0].AsString(), args[1].AsString(), args[2].AsString()
	if strings.Count(text, old)*len(with) > maxText {
		return errExhausted
	}
	return nil
}

func smallJoin(args []cty.Value) error {
	n := 0
	for _, list := range args[1:] {
		if list.IsKnown() && !list.IsNull() {
			n += list.LengthInt()
		}
	}
	if n*len(args[0].AsString()) > maxText {
		return errExhausted
	}
	return nil
}

func onString(f func(string) string) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.StringVal(f(args[0].AsString())), nil
		},
	})
}

func onStrings(f func(s, part string) bool) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "str", Type: cty.String}, {Name: "part", Type: cty.String}},
		Type:   function.StaticReturnType(cty.Bool),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return cty.BoolVal(f(args[0].AsString(), args[1].AsString())), nil
		},
	})
}

// length counts the elements of a collection, or the characters of a string.
var length = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		ty := args[0].Type()
		switch {
		case ty == cty.String:
			return stdlib.Strlen(args[0])
		case isSequence(ty) || ty.IsMapType() || ty.IsObjectType():
			return cty.NumberIntVal(int64(args[0].LengthInt())), nil
		default:
			return cty.NilVal, function.NewArgErrorf(0, "needs a list, set, map, object or string")
		}
	},
})
