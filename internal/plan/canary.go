package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

// canaries adds, for each toolchain, the step that looks at the environment
// from inside. It is run only when it is asked for by name: see Canaries.
func (b *builder) canaries() error {
	for _, t := range b.recipe.Toolchains {
		s := Step{
			Name: canaryStep(t.Address), Kind: KindCanary, Address: t.Address,
			Root: string(t.Address), Place: t.Range, Host: b.env, Env: b.variables(nil, nil),
		}
		s.Files = b.scripts(s, "canary", "", canaryScript(), "")
		b.vary(&s)
		if !b.twoShells(t.Address) {
			s.Exempt = map[string]string{"shell": "has not both dash and bash"}
		}
		if err := b.add(s); err != nil {
			return err
		}
	}
	return nil
}

func canaryStep(toolchain recipe.Address) string { return "canary." + string(toolchain) }

// canaryScript leaves a file for each axis with a line for each facet that
// could be seen: its name, a tab, and what was seen, in one line.
func canaryScript() string {
	var sh strings.Builder
	sh.WriteString(`set -f
see() {
	file=$1 name=$2
	shift 2
	printf '%s\t%s\n' "$name" "$*" >> "$OUT/$file"
}
`)
	for _, x := range axes {
		for _, f := range x.sees {
			fmt.Fprintf(&sh, "if seen=$(\n%s\n) 2> /dev/null; then see %s %s $seen; fi\n", f.shell, quote(x.name), quote(f.name))
		}
	}
	return sh.String()
}

// Sees says whether canaries look at an axis, rather than what unpacks the
// toolchain.
func Sees(name string) bool {
	return slices.ContainsFunc(axes, func(x axis) bool { return x.name == name && len(x.sees) > 0 })
}

// Canaries names the canaries of the roots that the steps in the closure of
// the named steps run in.
func (p *Plan) Canaries(names ...string) ([]string, error) {
	steps, err := p.Closure(names...)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, s := range steps {
		if s.Root != "" && s.Kind != KindVary { // which runs in the standard environment
			list = append(list, canaryStep(recipe.Address(s.Root)))
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
