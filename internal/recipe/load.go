package recipe

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

// loader is one run of Load.
type loader struct {
	vars       map[string]string
	diags      hcl.Diagnostics
	files      map[string]*hcl.File
	texts      map[string][]byte
	trees      []*tree
	modules    int
	meter      *meter
	exhausted  bool
	incomplete bool // an attribute stayed unknown
	stack      []frame
	recipe     *Recipe
	inputsAt   map[Address]map[Address]hcl.Range // where a package names its inputs
	asked      map[Address][]item                // what toolchains ask for
}

func (ld *loader) add(diags ...*hcl.Diagnostic) { ld.diags = append(ld.diags, diags...) }

// Load reads the recipe in a directory and evaluates it with the variables
// given. The error is an *Error that holds every diagnostic.
func Load(dir string, vars map[string]string) (*Recipe, error) {
	ld := &loader{
		vars:     vars,
		files:    map[string]*hcl.File{},
		texts:    map[string][]byte{},
		meter:    &meter{left: meterBudget},
		inputsAt: map[Address]map[Address]hcl.Range{}, asked: map[Address][]item{},
		recipe: &Recipe{},
	}
	defer ld.close()
	ld.load(dir)
	if len(ld.diags) > 0 {
		return nil, &Error{Diags: arrange(ld.diags), Files: ld.files}
	}
	return ld.recipe, nil
}

func (ld *loader) close() {
	for _, t := range ld.trees {
		t.root.Close()
	}
}

func (ld *loader) load(dir string) {
	abs, err := filepath.Abs(dir)
	if err == nil {
		dir = filepath.Clean(dir)
		var t *tree
		if t, err = openTree(dir, "."); err == nil {
			ld.trees = append(ld.trees, t)
			ld.recipe.Dir = abs
			ld.root(&module{tree: t, real: realPath(abs)})
			return
		}
	}
	ld.add(problem(hcl.Range{}, "No recipe", "Reading directory %s: %s. To start a recipe: dombuild init.", dir, err))
}

// root reads the recipe's own directory and everything it names.
func (ld *loader) root(m *module) {
	ld.declare(m)
	if m.broken {
		return
	}
	ld.checkVars(m)
	ld.decodeRecipe(m)
	ld.module(m)
	ld.variables(m)
	ld.recipe.Texts = ld.texts
	ld.sort()
	ld.checkCycles()
	ld.checkProfiles()
	ld.checkDistributions()
	ld.checkImageNames()
	ld.checkLockfile()
	if ld.incomplete && len(ld.diags) == 0 {
		ld.add(problem(hcl.Range{}, "Unknown value", "A value stayed unknown although nothing failed. This is a mistake in dombuild; please report it with the recipe."))
	}
}

// module evaluates everything that a module declares, used or not.
func (ld *loader) module(m *module) {
	for _, name := range sortedKeys(m.variables) {
		ld.nameOf("variable", name, m.variables[name])
		ld.force(m, m.variables[name], name)
	}
	for _, name := range sortedKeys(m.locals) {
		ld.force(m, m.locals[name], name)
	}
	for _, kind := range kinds {
		for _, name := range sortedKeys(m.blocks[kind]) {
			ld.block(m.blocks[kind][name])
		}
	}
	for _, name := range sortedKeys(m.modules) {
		c := m.modules[name]
		ld.checkInputs(c)
		if !c.mod.broken {
			ld.noRecipe(c.mod)
			ld.module(c.mod)
		}
	}
}

// nameOf refuses a variable whose name a module block uses for itself.
func (ld *loader) nameOf(what, name string, n *node) {
	if name == "source" {
		ld.add(problem(n.at, "Invalid name", "A %s cannot be called source: in a module block that names the directory.", what))
	}
}

// block evaluates the instances of a block.
func (ld *loader) block(b *block) {
	d := decoder{env{ld: ld, mod: b.mod}, b.kind, b.what(), b.at, b.body}
	instances := ld.expand(b)
	for _, i := range instances {
		d.each = i.each
		ld.instance(d, i)
	}
	if b.unknown || len(instances) == 0 {
		d.each = cty.UnknownVal(cty.Object(map[string]cty.Type{"key": cty.String, "value": cty.DynamicPseudoType}))
		ld.dryRun(d, instance{addr: Address(b.address()), name: b.name})
	}
}

// dryRun checks a block that has no instances, as far as that is possible.
func (ld *loader) dryRun(d decoder, i instance) {
	kept, incomplete := *ld.recipe, ld.incomplete
	ld.instance(d, i)
	*ld.recipe, ld.incomplete = kept, incomplete
	delete(ld.inputsAt, i.addr)
}

func (ld *loader) instance(d decoder, i instance) {
	r := ld.recipe
	switch d.kind {
	case "distribution":
		r.Distributions = append(r.Distributions, d.distribution(i))
	case "toolchain":
		r.Toolchains = append(r.Toolchains, d.toolchain(i))
	case "source":
		r.Sources = append(r.Sources, d.source(i))
	case "profile":
		r.Profiles = append(r.Profiles, d.profile(i))
	case "package":
		r.Packages = append(r.Packages, d.pkg(i))
	case "image":
		r.Images = append(r.Images, d.image(i))
	}
}

// variables notes the values that the recipe's variables have.
func (ld *loader) variables(m *module) {
	for _, name := range sortedKeys(m.variables) {
		if ld.recipe.Variables == nil {
			ld.recipe.Variables = map[string]string{}
		}
		ld.recipe.Variables[name] = text(m.variables[name].value)
	}
}

func (ld *loader) sort() {
	r := ld.recipe
	sortBy(r.Distributions, func(d Distribution) Address { return d.Address })
	sortBy(r.Toolchains, func(t Toolchain) Address { return t.Address })
	sortBy(r.Sources, func(s Source) Address { return s.Address })
	sortBy(r.Profiles, func(p Profile) Address { return p.Address })
	sortBy(r.Packages, func(p Package) Address { return p.Address })
	sortBy(r.Images, func(i Image) Address { return i.Address })
}

func sortBy[T any](list []T, of func(T) Address) {
	slices.SortStableFunc(list, func(a, b T) int { return strings.Compare(string(of(a)), string(of(b))) })
}

// checkImageNames refuses images whose artifacts would have the same name.
func (ld *loader) checkImageNames() {
	by := map[string]Image{}
	for _, i := range ld.recipe.Images {
		if first, ok := by[i.Name]; ok {
			ld.add(problem(i.Range, "Same name", "The artifacts of %s and %s would both be called %q. Rename one.", first.Address, i.Address, i.Name))
		}
		by[i.Name] = i
	}
}

// checkLockfile refuses a lockfile inside a local source: each would contain
// the digest of the other.
func (ld *loader) checkLockfile() {
	r := ld.recipe
	for _, s := range r.Sources {
		if s.Local == nil || s.Local.Path == "" || r.Lockfile == "" {
			continue
		}
		dir := filepath.Join(r.Dir, filepath.FromSlash(s.Local.Path))
		if r.Lockfile == dir || strings.HasPrefix(r.Lockfile, dir+string(filepath.Separator)) {
			ld.add(problem(s.Range, "Lockfile in a source", "The lockfile %s lies in the local source %s. Move one of them.", r.Lockfile, s.Local.Path))
		}
	}
}

// checkCycles finds packages that need themselves through their inputs.
func (ld *loader) checkCycles() {
	inputs := map[Address][]Address{}
	for _, p := range ld.recipe.Packages {
		inputs[p.Address] = p.Inputs
	}
	const visiting, visited = 1, 2
	state := map[Address]int{}
	var path []Address
	var visit func(Address)
	visit = func(a Address) {
		switch state[a] {
		case visited:
			return
		case visiting:
			ld.reportCycle(path[slices.Index(path, a):])
			return
		}
		state[a] = visiting
		path = append(path, a)
		for _, in := range inputs[a] {
			visit(in)
		}
		path = path[:len(path)-1]
		state[a] = visited
	}
	for _, a := range slices.Sorted(maps.Keys(inputs)) {
		visit(a)
	}
}

func (ld *loader) reportCycle(path []Address) {
	var names []string
	for _, a := range append(slices.Clone(path), path[0]) {
		names = append(names, string(a))
	}
	at := ld.inputsAt[path[len(path)-1]][path[0]]
	ld.add(problem(at, "Dependency cycle", "%s. A package cannot need its own output.", strings.Join(names, " → ")))
}
