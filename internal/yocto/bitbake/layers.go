package bitbake

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// newSeries is the first release that writes overrides with ":". Names of
// releases are no numbers: those before it are listed.
var oldSeries = []string{"danny", "dylan", "dora", "daisy", "dizzy", "fido", "jethro", "krogoth", "morty", "pyro", "rocko", "sumo", "thud", "warrior", "zeus", "dunfell", "gatesgarth", "hardknott"}

// release is a version of BitBake: 204 is 2.4. Zero is the newest.
type release int

// series are the releases since the first that is told apart, 1.48.
var series = map[string]release{
	"gatesgarth": 148, "hardknott": 150, "honister": 152, "kirkstone": 200, "langdale": 202, "mickledore": 204, "nanbield": 206,
	"scarthgap": 208, "styhead": 210, "walnascar": 212, "whinlatter": 216, "wrynose": 218,
}

// releaseOf is the oldest of the releases named, or the version of BitBake that
// was set.
func releaseOf(names []string, version string) release {
	var oldest release
	for _, n := range names {
		r := series[n]
		if r == 0 && slices.Contains(oldSeries, n) {
			r = 146
		}
		if r > 0 && (oldest == 0 || r < oldest) {
			oldest = r
		}
	}
	major, rest, _ := strings.Cut(version, ".")
	minor, _, _ := strings.Cut(rest, ".")
	x, err := strconv.Atoi(major)
	if y, err2 := strconv.Atoi(minor); err == nil && err2 == nil {
		oldest = release(100*x + y)
	}
	return oldest
}

// before is whether a release is older than another.
func (r release) before(other release) bool { return r > 0 && r < other }

// detectOld decides whether overrides are written with "_": the core layer's
// release says so; without one, the releases that the layers name.
func (w *Workspace) detectOld() {
	d := w.conf
	names := strings.Fields(d.get("LAYERSERIES_CORENAMES").text)
	if len(names) == 0 {
		for _, l := range w.layers {
			names = append(names, strings.Fields(d.get("LAYERSERIES_COMPAT_"+l.Name).text)...)
		}
	}
	isOld := func(n string) bool { return slices.Contains(oldSeries, n) }
	w.env.release = releaseOf(names, w.env.forced["BB_VERSION"])
	w.env.old = len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return !isOld(n) })
	if len(names) == 0 {
		w.env.old = w.usesOldOperators()
	}
	if w.env.old {
		d.oldNames()
		d.errors = slices.DeleteFunc(d.errors, func(e *SyntaxError) bool { return strings.HasPrefix(e.Text, oldOperator) })
	}
}

// usesOldOperators looks into the layer.conf files, when no release is named.
func (w *Workspace) usesOldOperators() bool {
	for _, dir := range w.env.layers {
		if src, err := w.env.load(filepath.Join(dir, "conf/layer.conf")); err == nil && src.old {
			return true
		}
	}
	return false
}

// oldNames reads the names anew that were read before it was known that the
// operators are written with "_".
func (d *Data) oldNames() {
	cells, symbols := d.cells, d.names.ownList
	d.names, d.cells, d.braced = names{}, nil, nil
	d.recent, d.varied = recentSymbols{}, nil
	d.overrideVar, d.resolved = nil, false
	d.forgetAll()
	for _, old := range symbols {
		if old.id >= len(cells) || cells[old.id] == nil {
			continue
		}
		s, v := d.symbol(old.name), cells[old.id].variable
		at := s
		if s.base != nil && v != nil && v.set {
			at = s.base
			d.operate(at, operation{s.op, v.value, s.overrides, nil})
		} else if v != nil {
			*d.ownSymbol(s) = *v
			d.addVariants(s)
		}
		for e := cells[old.id].history; e != nil; e = e.before {
			c := d.change(at)
			c.history = &event{e.seq, e.name, e.st, c.history}
		}
	}
}

// describeLayers fills in what layer.conf says of each layer.
func (w *Workspace) describeLayers() {
	d := w.conf
	for i := range w.layers {
		l := &w.layers[i]
		l.Compat = strings.Fields(d.get("LAYERSERIES_COMPAT_" + l.Name).text)
		l.Version = d.get("LAYERVERSION_" + l.Name).text
		l.OldStyle = w.env.old
		l.Priority, _ = strconv.Atoi(strings.TrimSpace(d.get("BBFILE_PRIORITY_" + l.Name).text))
	}
	lowest := 0
	for _, l := range w.layers {
		if l.Priority != 0 && (lowest == 0 || l.Priority < lowest) {
			lowest = l.Priority
		}
	}
	for i := range w.layers {
		w.priority(&w.layers[i], lowest, 0)
		w.patterns = append(w.patterns, layerPattern{&w.layers[i], d.get("BBFILE_PATTERN_" + w.layers[i].Name).text, nil})
	}
	for i := range w.patterns {
		if text := w.patterns[i].text; text != "" {
			w.patterns[i].re, _ = regexp.Compile("^(?:" + text + ")")
		}
	}
	slices.SortStableFunc(w.patterns, func(a, b layerPattern) int { return cmp.Compare(b.text, a.text) })
}

// priority is computed from the layers it depends on when none is set.
func (w *Workspace) priority(l *Layer, lowest, depth int) int {
	if l.Priority != 0 || depth > len(w.layers) {
		return l.Priority
	}
	best := lowest
	for _, dep := range explodeDeps(w.conf.get("LAYERDEPENDS_" + l.Name).text) {
		for i := range w.layers {
			if w.layers[i].Name == dep {
				best = max(best, w.priority(&w.layers[i], lowest, depth+1))
			}
		}
	}
	l.Priority = best + 1
	return l.Priority
}

// layerPattern says which files belong to a layer.
type layerPattern struct {
	layer *Layer
	text  string
	re    *regexp.Regexp
}

// layerOf is the layer of a file, nil when no pattern matches.
func (w *Workspace) layerOf(path string) *Layer {
	for _, p := range w.patterns {
		if p.re != nil && p.re.MatchString(path) {
			return p.layer
		}
	}
	return nil
}

func (w *Workspace) priorityOf(path string) int {
	if l := w.layerOf(path); l != nil {
		return l.Priority
	}
	return 0
}

// recipeFile is a recipe with the appends that belong to it.
type recipeFile struct {
	path    string
	appends []string
}

// collect finds the recipes of BBFILES, without those that BBMASK hides, and
// their appends. Recipes are sorted by path.
func (w *Workspace) collect() []recipeFile {
	patterns := strings.Fields(w.view.get("BBFILES").text)
	slices.SortStableFunc(patterns, func(a, b string) int { return w.priorityOf(a) - w.priorityOf(b) })
	seen := map[string]bool{}
	var recipes, appends []string
	mask := w.mask()
	for _, pattern := range patterns {
		for _, path := range expandPattern(pattern) {
			if seen[path] || mask != nil && mask.MatchString(path) {
				continue
			}
			seen[path] = true
			switch filepath.Ext(path) {
			case ".bb":
				recipes = append(recipes, path)
			case ".bbappend":
				appends = append(appends, path)
			}
		}
	}
	slices.Sort(recipes)
	return w.withAppends(recipes, appends)
}

// appendFile is a bbappend file.
type appendFile struct {
	path string
	name string // of the recipe it is for, maybe with "%"
	wild int    // where "%" is, -1 when there is none
	used bool
}

// withAppends finds the appends of each recipe, in their order, and reports
// those without one.
func (w *Workspace) withAppends(recipes, appends []string) []recipeFile {
	files := make([]appendFile, len(appends))
	for i, path := range appends {
		name := strings.ReplaceAll(filepath.Base(path), ".bbappend", ".bb")
		files[i] = appendFile{path: path, name: name, wild: strings.IndexByte(name, '%')}
	}
	list := make([]recipeFile, len(recipes))
	for i, path := range recipes {
		list[i].path = path
		base := filepath.Base(path)
		for k := range files {
			if a := &files[k]; a.appliesTo(base) {
				a.used = true
				list[i].appends = append(list[i].appends, a.path)
			}
		}
	}
	for _, a := range files {
		if !a.used {
			w.errors = append(w.errors, &SyntaxError{Place: Place{File: w.env.relative(a.path)}, Text: "no recipe is there for the append " + filepath.Base(a.path),
				Remedy: "rename it after the recipe's version, end its name in _%.bbappend, or hide it with BBMASK"})
		}
	}
	return list
}

// appliesTo is whether an append belongs to a recipe: the same name, or the
// same beginning up to "%".
func (a *appendFile) appliesTo(recipe string) bool {
	return a.name == recipe || a.wild >= 0 && strings.HasPrefix(a.name, recipe[:min(a.wild, len(recipe))])
}

// expandPattern lists the files of an entry of BBFILES: of a directory all
// recipes below it.
func expandPattern(pattern string) []string {
	if info, err := os.Stat(pattern); err == nil && info.IsDir() {
		var list []string
		filepath.WalkDir(pattern, func(path string, e os.DirEntry, err error) error {
			if err == nil && !e.IsDir() && (strings.HasSuffix(path, ".bb") || strings.HasSuffix(path, ".bbappend")) {
				list = append(list, path)
			}
			return nil
		})
		return list
	}
	list, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	slices.Sort(list)
	return list
}

// mask is BBMASK: paths that any of its expressions matches are hidden.
func (w *Workspace) mask() *regexp.Regexp {
	var parts []string
	for _, m := range strings.Fields(w.view.get("BBMASK").text) {
		m = strings.TrimPrefix(m, "|")
		if _, err := regexp.Compile(m); err == nil {
			parts = append(parts, m)
			continue
		}
		w.errors = append(w.errors, &SyntaxError{Place: w.view.lastPlace("BBMASK"), Text: "BBMASK has an expression that is not read: " + m, Remedy: "write it without look-ahead"})
	}
	if len(parts) == 0 {
		return nil
	}
	re, _ := regexp.Compile(strings.Join(parts, "|"))
	return re
}

func (d *Data) lastPlace(name string) Place {
	if e := d.events(name); len(e) > 0 {
		return e[len(e)-1].st.place()
	}
	return Place{}
}
