package recipe

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// text reads a file as a string and remembers it as a possible script.
func (m *module) text(name string) (cty.Value, error) {
	content, ok := m.scripts[path.Clean(name)]
	if !ok {
		var err error
		if content, err = m.tree.read(name, maxFile); err != nil {
			return cty.NilVal, function.NewArgErrorf(0, "reading %q: %w", name, err)
		}
	}
	v := cty.StringVal(string(content))
	if !utf8.Valid(content) || v.AsString() != string(content) {
		return cty.NilVal, function.NewArgErrorf(0, "%q is not text in UTF-8 and Unicode normal form C, so its bytes could not be kept; use a local source", name)
	}
	m.scripts[path.Clean(name)] = content
	return v, nil
}

func (m *module) fileFunc() function.Function {
	return function.New(&function.Spec{
		Description: "Returns the content of a file beside the recipe or module.",
		Params:      []function.Parameter{{Name: "path", Type: cty.String}},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			return m.text(args[0].AsString())
		},
	})
}

func (ld *loader) templateFunc(m *module, functions map[string]function.Function) function.Function {
	return function.New(&function.Spec{
		Description: "Renders a template beside the recipe or module with the variables given.",
		Params:      []function.Parameter{{Name: "path", Type: cty.String}, {Name: "vars", Type: cty.DynamicPseudoType}},
		Type:        function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			ty := args[1].Type()
			if !ty.IsObjectType() && !ty.IsMapType() {
				return cty.NilVal, function.NewArgErrorf(1, "needs an object of variables, such as { version = \"1\" }")
			}
			v, err := m.text(args[0].AsString())
			if err != nil {
				return cty.NilVal, err
			}
			shown := filepath.Join(m.tree.show, filepath.FromSlash(path.Clean(args[0].AsString())))
			return ld.render([]byte(v.AsString()), shown, args[1].AsValueMap(), functions)
		},
	})
}

// render evaluates a template; only the variables given are in scope.
func (ld *loader) render(src []byte, shown string, vars map[string]cty.Value, functions map[string]function.Function) (v cty.Value, err error) {
	tokens, _ := hclsyntax.LexTemplate(src, shown, hcl.InitialPos)
	if d := tooDeep(tokens); d != nil {
		return cty.NilVal, errors.New(line(d))
	}
	expr, diags := hclsyntax.ParseTemplate(src, shown, hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, (&Error{Diags: arrange(diags)})
	}
	ld.meter.install(expr)
	diags = ld.checkCalls(expr, functions)
	for _, t := range expr.Variables() {
		if _, ok := vars[t.RootName()]; !ok {
			diags = append(diags, problem(t.SourceRange(), "Unknown reference", "The template is not given %q.%s", t.RootName(), didYouMean(t.RootName(), sortedKeys(vars))))
		}
	}
	if len(diags) == 0 {
		v, diags = ld.evaluate(expr, &hcl.EvalContext{Variables: maps.Clone(vars), Functions: functions})
	}
	if len(diags) > 0 {
		lines := strings.Split((&Error{Diags: arrange(diags)}).Error(), "\n")
		return cty.NilVal, fmt.Errorf("%s", strings.Join(lines, " / "))
	}
	if v.IsNull() || v.Type() != cty.String {
		return cty.NilVal, fmt.Errorf("the template %s does not give a string", shown)
	}
	return v, nil
}
