package plan

import (
	_ "embed"
	"slices"
	"strconv"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// clockDir is where a step finds the preloaded clock.
const clockDir = "/check/clock"

//go:embed clock/clock.c
var clockSource string

// clocks adds, for an environment with another clock, one step per
// distribution that compiles the clock in a toolchain that has a C compiler.
// It is preloaded into every step of that distribution: programs that are
// linked statically keep the real clock.
func (b *builder) clocks() error {
	if b.env.ClockOffset == 0 {
		return nil
	}
	for _, d := range b.recipe.Distributions {
		root, ok := b.compilerOf(d.Address)
		if !ok {
			b.notices = append(b.notices, "clock: no toolchain of "+string(d.Address)+" has a C compiler, its steps keep the real clock")
			continue
		}
		s := Step{
			Name: clockStep(d.Address), Kind: KindClock, Address: d.Address,
			Root: string(root), Place: d.Range, Host: b.env,
			Outputs: []recipe.Output{{Path: "clock.so"}},
			Env:     b.variables(nil, nil),
		}
		s.Files = append(b.scripts("clock", "", clockScript, ""), InlineFile{Path: ToolsDir + "/clock.c", Content: clockSource})
		if err := b.add(s); err != nil {
			return err
		}
	}
	return nil
}

const clockScript = `gcc -shared -fPIC -O2 -Wall -Werror -Wno-nonnull-compare -fno-delete-null-pointer-checks -o "$OUT/clock.so" ` + ToolsDir + `/clock.c
chmod 755 "$OUT/clock.so"
`

func clockStep(distribution recipe.Address) string { return "clock." + string(distribution) }

func (b *builder) compilerOf(distribution recipe.Address) (recipe.Address, bool) {
	for _, t := range b.recipe.Toolchains {
		if t.From != distribution {
			continue
		}
		debs, err := b.lock.Toolchain(t.Address)
		isCompiler := func(d lockfile.Deb) bool { return d.Name == "gcc" }
		if err == nil && slices.ContainsFunc(debs, isCompiler) {
			return t.Address, true
		}
	}
	return "", false
}

// setClock preloads the clock into a step, when the environment has one.
func (b *builder) setClock(s *Step) {
	for _, t := range b.recipe.Toolchains {
		if string(t.Address) != s.Root {
			continue
		}
		name := clockStep(t.From)
		if _, ok := b.steps[name]; !ok {
			return
		}
		s.Trees = append(s.Trees, TreeMount{name, clockDir})
		s.Env = append(s.Env, "DOMBUILD_CLOCK="+strconv.FormatInt(b.env.ClockOffset, 10), "LD_PRELOAD="+clockDir+"/clock.so")
		slices.Sort(s.Env)
	}
}
