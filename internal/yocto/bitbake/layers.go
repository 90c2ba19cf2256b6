package bitbake

import (
	"cmp"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldSeries are the releases that write overrides with "_". Names of
// releases are no numbers: they are listed.
var oldSeries = []string{"danny", "dylan", "dora", "daisy", "dizzy", "fido", "jethro", "krogoth", "morty", "pyro", "rocko", "sumo", "thud", "warrior", "zeus", "dunfell", "gatesgarth", "hardknott"}

// release is a version of BitBake: 204 is 2.4. Zero is the newest.
type release int

// series are the releases since the first that is told apart, 1.48.
var series = map[string]release{
	"gatesgarth": 148, "hardknott": 150, "honister": 152, "kirkstone": 200, "langdale": 202, "mickledore": 204, "nanbield": 206,
	"scarthgap": 208, "styhead": 210, "walnascar": 212, "whinlatter": 216, "wrynose": 218,
}

// releaseOfSeries is the version of BitBake that goes with a release of the
// Yocto Project, zero when its name is not known. Those before dunfell count as
// dunfell.
func releaseOfSeries(name string) release {
	if slices.Contains(oldSeries, name) {
		return max(series[name], 146)
	}
	return series[name]
}

// SeriesVersion is the version of BitBake that goes with a release of the Yocto
// Project, and whether its name is known. Those before dunfell count as dunfell.
func SeriesVersion(name string) (major, minor int, known bool) {
	r := releaseOfSeries(name)
	return int(r / 100), int(r % 100), r > 0
}

// releaseOf is the oldest of the releases named, or the version of BitBake that
// was set.
func releaseOf(names []string, version string) release {
	var oldest release
	for _, n := range names {
		r := releaseOfSeries(n)
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
// release says so; without one, the releases that the layers name. It gives
// what it decides.
func (w *Workspace) detectOld() bool {
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
	return w.env.old
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

// describeLayers fills in what layer.conf says of each layer.
func (w *Workspace) describeLayers() {
	d := w.conf
	for i := range w.layers {
		l := &w.layers[i]
		l.Compat = strings.Fields(d.get("LAYERSERIES_COMPAT_" + l.Name).text)
		l.Version = d.get("LAYERVERSION_" + l.Name).text
		l.OldStyle = w.env.old
		l.Priority, _ = w.setPriority(l.Name)
	}
	lowest := w.lowestPriority()
	for i := range w.layers {
		w.priority(&w.layers[i], lowest, 0)
		w.patterns = append(w.patterns, layerPattern{&w.layers[i], d.get("BBFILE_PATTERN_" + w.layers[i].Name).text, nil})
	}
	for i := range w.patterns {
		if text := w.patterns[i].text; text != "" {
			w.patterns[i].re = d.layerRegexp("BBFILE_PATTERN_"+w.patterns[i].layer.Name, text)
		}
	}
	slices.SortStableFunc(w.patterns, func(a, b layerPattern) int { return cmp.Compare(b.text, a.text) })
}

// layerRegexp is the expression of the files of a layer, nil when it is not
// read.
func (d *Data) layerRegexp(name, text string) *regexp.Regexp {
	re, err := regexp.Compile("^(?:" + text + ")")
	if err != nil {
		d.errors = append(d.errors, &SyntaxError{Place: d.lastPlace(name), Text: name + " is an expression that is not read: " + text,
			Remedy: "write it without look-ahead: without it, the layer's priority is not known"})
	}
	return re
}

// setPriority is the priority that layer.conf sets; none is 0, as is a zero.
func (w *Workspace) setPriority(layer string) (priority int, set bool) {
	text := w.conf.get("BBFILE_PRIORITY_" + layer).text
	priority, _ = strconv.Atoi(strings.TrimSpace(text))
	return priority, text != ""
}

// lowestPriority is the lowest one that is set. As in BitBake, what comes after
// a zero begins anew.
func (w *Workspace) lowestPriority() int {
	lowest := 0
	for _, l := range w.layers {
		if p, set := w.setPriority(l.Name); set && (lowest == 0 || p < lowest) {
			lowest = p
		}
	}
	return lowest
}

// priority is computed from the layers it depends on, or recommends, when none
// is set.
func (w *Workspace) priority(l *Layer, lowest, depth int) int {
	if l.Priority != 0 || depth > len(w.layers) {
		return l.Priority
	}
	best := lowest
	above := explodeDeps(w.conf.get("LAYERDEPENDS_"+l.Name).text + " " + w.conf.get("LAYERRECOMMENDS_"+l.Name).text)
	for _, dep := range above {
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
