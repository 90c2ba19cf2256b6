package plan

import (
	"embed"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

const (
	// varyDir is where a step of a varied environment finds what it runs under:
	// the preloaded library, the launcher and the locale.
	varyDir = "/check/vary"
	// preloadFile makes the dynamic linker load the library into every program,
	// also one that is started with an empty environment.
	preloadFile = "/etc/ld.so.preload"
	// varyLocale is the locale that dombuild.locale defines.
	varyLocale = "xx_DB.UTF-8"
)

//go:embed vary/*.c vary/*.h vary/dombuild.locale vary/utf8.charmap
var varySources embed.FS

// library lists the sources of the preloaded library.
var library = []string{"clock.c", "directory.c", "machine.c", "processors.c", "times.c", "wait.c"}

// help is what an environment needs compiled.
type help struct {
	config   string // config.h; "": no library is needed
	launcher bool
	locale   bool
}

func (e Environment) help() help {
	var define strings.Builder
	set := func(ok bool, name, format string, value any) {
		if ok {
			fmt.Fprintf(&define, "#define VARY_%s "+format+"\n", name, value)
		}
	}
	set(e.ClockOffset != 0, "CLOCK", "%dL", e.ClockOffset)
	set(e.DirectoryOrder != 0, "ORDER", "%d", e.DirectoryOrder)
	set(e.Processors != 0, "PROCESSORS", "%d", e.Processors)
	set(e.KernelRelease != "", "RELEASE", "%q", e.KernelRelease)
	set(e.KernelRelease != "", "VERSION", "%q", e.KernelVersion)
	set(e.Machine != "", "MACHINE", "%q", e.Machine)
	return help{config: define.String(), launcher: e.FixedAddresses, locale: e.Locale == varyLocale}
}

func (h help) needed() bool { return h.config != "" || h.launcher || h.locale }

// helpers adds, for an environment that needs it, one step per distribution
// that compiles what the steps of that distribution run under. It runs in the
// standard environment, in a toolchain that has a C compiler; of several, in
// one that has localedef as well.
func (b *builder) helpers() error {
	b.helped = map[recipe.Address]help{}
	h := b.env.help()
	if !h.needed() {
		return nil
	}
	for _, d := range b.recipe.Distributions {
		root, has, ok := b.compilerOf(d.Address)
		if !ok {
			b.notices = append(b.notices, fmt.Sprintf("no toolchain of %s has a C compiler: the axes that need a library or a locale of dombuild's own do not reach its steps", d.Address))
			continue
		}
		own := h
		if own.locale = h.locale && has; h.locale && !has {
			b.notices = append(b.notices, fmt.Sprintf("no toolchain of %s that has a C compiler has libc-bin: there is no locale other than C", d.Address))
		}
		if !own.needed() {
			continue
		}
		s, err := b.helperStep(d, root, own)
		if err != nil {
			return err
		}
		if err := b.add(s); err != nil {
			return err
		}
		b.helped[d.Address] = own
	}
	return nil
}

func (b *builder) helperStep(d recipe.Distribution, root recipe.Address, h help) (Step, error) {
	plain := &builder{recipe: b.recipe, lock: b.lock, env: Standard(b.recipe)}
	s := Step{
		Name: helperStep(d.Address), Kind: KindVary, Address: d.Address,
		Root: string(root), Place: d.Range, Host: plain.env, Env: plain.variables(nil, nil),
	}
	var script strings.Builder
	add := func(names ...string) error {
		for _, n := range names {
			text, err := varySources.ReadFile("vary/" + n)
			if err != nil {
				return err
			}
			s.Files = append(s.Files, InlineFile{Path: path.Join(ToolsDir, n), Content: string(text)})
		}
		return nil
	}
	var err error
	if h.config != "" {
		err = add(append([]string{"vary.h"}, library...)...)
		s.Files = append(s.Files, InlineFile{Path: ToolsDir + "/config.h", Content: h.config})
		fmt.Fprintf(&script, libraryScript, strings.Join(library, " "))
		s.Outputs = append(s.Outputs, recipe.Output{Path: "vary.so"})
	}
	if h.launcher && err == nil {
		err = add("launch.c")
		script.WriteString(launchScript)
		s.Outputs = append(s.Outputs, recipe.Output{Path: "launch"})
	}
	if h.locale && err == nil {
		err = add("dombuild.locale", "utf8.charmap")
		fmt.Fprintf(&script, localeScript, varyLocale)
		s.Outputs = append(s.Outputs, recipe.Output{Path: "locale/"})
	}
	s.Files = append(plain.scripts(s, "vary", "", script.String(), ""), s.Files...)
	return s, err
}

const libraryScript = `(cd ` + ToolsDir + ` && gcc -shared -fPIC -O2 -Wall -Wextra -Werror -Wno-nonnull-compare -fno-delete-null-pointer-checks -o "$OUT/vary.so" %s -ldl -lpthread)
chmod 755 "$OUT/vary.so"
`

// launchScript links statically, so that the launcher also starts the programs
// of a toolchain without a C library.
const launchScript = `gcc -static -O2 -Wall -Wextra -Werror -o "$OUT/launch" ` + ToolsDir + `/launch.c
chmod 755 "$OUT/launch"
`

const localeScript = `mkdir -p "$OUT/locale"
localedef --no-archive -f ` + ToolsDir + `/utf8.charmap -i ` + ToolsDir + `/dombuild.locale "$OUT/locale/%s"
chmod -R a+rX "$OUT/locale"
`

func helperStep(distribution recipe.Address) string { return "vary." + string(distribution) }

// compilerOf finds a toolchain of a distribution that has a C compiler, and
// says whether it has localedef as well.
func (b *builder) compilerOf(distribution recipe.Address) (root recipe.Address, localedef, ok bool) {
	for _, t := range b.recipe.Toolchains {
		if t.From != distribution || !b.has(t.Address, "gcc") {
			continue
		}
		if both := b.has(t.Address, "libc-bin"); !ok || both && !localedef {
			root, localedef, ok = t.Address, both, true
		}
	}
	return root, localedef, ok
}

// has says whether a package is in a toolchain.
func (b *builder) has(toolchain recipe.Address, name string) bool {
	debs, err := b.lock.Toolchain(toolchain)
	return err == nil && slices.ContainsFunc(debs, func(d lockfile.Deb) bool { return d.Name == name })
}

// helpOf is what the steps of a root run under.
func (b *builder) helpOf(root string) (help, recipe.Address) {
	for _, t := range b.recipe.Toolchains {
		if string(t.Address) == root {
			return b.helped[t.From], t.From
		}
	}
	return help{}, ""
}

// vary has a step run in the varied environment.
func (b *builder) vary(s *Step) {
	h, distribution := b.helpOf(s.Root)
	if h.needed() {
		s.Trees = append(s.Trees, TreeMount{helperStep(distribution), varyDir})
	}
	if h.config != "" {
		s.Files = append(s.Files, InlineFile{Path: preloadFile, Content: varyDir + "/vary.so\n"})
	}
	if b.env.Locale == varyLocale {
		s.Env = slices.DeleteFunc(s.Env, func(kv string) bool { return strings.HasPrefix(kv, "LC_ALL=") })
		if h.locale {
			s.Env = append(s.Env, "LC_ALL="+varyLocale, "LOCPATH="+varyDir+"/locale")
		} else {
			s.Env = append(s.Env, "LC_ALL=C.UTF-8")
		}
		slices.Sort(s.Env)
	}
	if b.env.OtherShell && b.twoShells(recipe.Address(s.Root)) {
		if s.Links == nil {
			s.Links = map[string]string{}
		}
		s.Links["/usr/bin/sh"] = "bash"
	}
}

// twoShells says whether a toolchain has a second shell for /bin/sh: in
// Debian's packages sh is dash.
func (b *builder) twoShells(toolchain recipe.Address) bool {
	return b.has(toolchain, "dash") && b.has(toolchain, "bash")
}
