package plan

import (
	"maps"
	"path"
	"slices"
	"strconv"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
	"github.com/dombuild/dombuild/internal/recipe"
)

const (
	wrapperDir = ToolsDir + "/wrapper"
	// callsDir holds the wrapper's log, below $BUILD; CallsOutput is where the
	// step leaves it among its outputs, which it is then taken out of.
	callsDir    = ".dombuild-calls"
	callsTaken  = ".dombuild"
	CallsOutput = callsTaken + "/" + wrapper.LogName
)

// wrappers adds, for each toolchain that has a compiler, the step that
// compiles the wrapper there and makes the tree that lies over the root: every
// compiler, linker and assembler replaced, the real ones beside them.
func (b *builder) wrappers() error {
	for _, t := range b.recipe.Toolchains {
		c, err := b.compiler(t.Address)
		if err != nil {
			return err
		}
		if c.GCC == 0 && c.Clang == 0 {
			continue
		}
		s := Step{
			Name: wrapperStep(t.Address), Kind: KindWrapper, Address: t.Address,
			Root: string(t.Address), Place: t.Range, Host: b.env, Env: b.variables(nil, nil),
		}
		if c.GCC == 0 {
			s.Env = b.variables(nil, []string{"CC=clang-" + strconv.Itoa(c.Clang)})
		}
		s.Files = b.scripts(s, "wrapper", "", wrapperScript, "")
		sources, err := wrapper.Sources()
		if err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(sources)) {
			s.Files = append(s.Files, InlineFile{Path: path.Join(wrapperDir, "src", name), Content: sources[name]})
		}
		s.Files = append(s.Files,
			InlineFile{Path: wrapperDir + "/build.sh", Content: wrapper.BuildScript},
			InlineFile{Path: wrapperDir + "/install.sh", Content: wrapper.InstallScript})
		b.vary(&s)
		if err := b.add(s); err != nil {
			return err
		}
	}
	return nil
}

// The modes of directories are those of the root that the tree lies over.
const wrapperScript = `umask 022
sh ` + wrapperDir + `/build.sh ` + wrapperDir + `/src "$TMPDIR/wrapper"
sh ` + wrapperDir + `/install.sh "$TMPDIR/wrapper" / "$OUT"
`

func wrapperStep(toolchain recipe.Address) string { return "wrapper." + string(toolchain) }

// makeCalls and takeCalls are what the frame does with the wrapper's log: it
// lies in the build directory, where no script that walks through $OUT meets it.
const (
	makeCalls = `mkdir "$BUILD/` + callsDir + `"
`
	takeCalls = `mkdir "$OUT/` + callsTaken + `"
if [ -f "$BUILD/` + callsDir + `/` + wrapper.LogName + `" ]; then cp "$BUILD/` + callsDir + `/` + wrapper.LogName + `" "$OUT/` + CallsOutput + `"; fi
`
)

// wraps reports whether a toolchain can be wrapped.
func (b *builder) wraps(toolchain recipe.Address) bool {
	_, ok := b.steps[wrapperStep(toolchain)]
	return ok
}

// wrap has a step run in the wrapped toolchain, if it can be wrapped.
func (b *builder) wrap(s *Step, toolchain recipe.Address, enforced profile.Profile) error {
	if !b.wraps(toolchain) {
		return nil
	}
	config, err := wrapperConfig(enforced, s.Compiler, b.env.BuildDir)
	if err != nil {
		return err
	}
	s.Over = wrapperStep(toolchain)
	s.Files = append(s.Files, InlineFile{Path: wrapper.ConfigPath, Content: string(config)})
	s.Links = map[string]string{wrapper.LogDir: path.Join(b.env.BuildDir, callsDir)}
	return nil
}

// exceptedEverywhere are the rules that the recipe excepts for all files of a
// package: their flags are not given.
func exceptedEverywhere(list []recipe.Exception) []string {
	var rules []string
	for _, e := range list {
		if len(e.Paths) == 0 {
			rules = append(rules, e.Rule)
		}
	}
	return rules
}

// wrapperConfig enforces the rules of a profile that the compiler knows.
func wrapperConfig(p profile.Profile, c profile.Compiler, base string) ([]byte, error) {
	f := wrapper.Flags{Compile: slices.Clone(p.Compile), Link: slices.Clone(p.Link)}
	active, _ := p.Active(c)
	for _, r := range active {
		if r.ID == profile.PIE {
			f.PIE, f.StaticPIE = true, true
		}
		f.Compile, f.Define, f.Link = append(f.Compile, r.Compile...), append(f.Define, r.Define...), append(f.Link, r.Link...)
	}
	for _, e := range p.Equivalences(c) {
		f.NoFHardened = len(e.Without) == 0
	}
	if p.SetsFlags() {
		f.Compile = append(f.Compile, profile.PrefixMap(base))
	}
	return wrapper.Config{
		Base: base, Toolchain: []string{"/usr/", "/lib/", "/lib64/"}, Optimise: wrapper.Optimise(p.Compile), Rules: wrapper.Rules(f),
	}.Format()
}
