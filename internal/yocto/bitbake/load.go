package bitbake

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Load reads the configuration of a build directory or of layers, and finds
// their recipes. It fails when there is nothing to read; places that BitBake
// would refuse are Workspace.Errors.
func Load(ctx context.Context, opt Options) (*Workspace, error) {
	if (opt.BuildDir == "") == (len(opt.Layers) == 0) {
		return nil, errors.New("either a build directory or layers are needed, and not both")
	}
	w := &Workspace{opt: opt}
	w.env = &environment{limits: opt.Limits.withDefaults(), forced: opt.Set}
	if err := w.begin(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ahead := w.env.readAhead()
	defer ahead.stop()
	if err := w.configure(ahead.allClasses); err != nil {
		return nil, err
	}
	w.recipes = w.collect()
	if len(w.recipes) > w.env.limits.Recipes {
		return nil, fmt.Errorf("the layers hold %d recipes, more than %d", len(w.recipes), w.env.limits.Recipes)
	}
	return w, ctx.Err()
}

// begin reads the layers' own configuration, and again when it says that the
// operators are written with "_": what was read has other names, then. Nothing
// else runs before it is known.
func (w *Workspace) begin() error {
	if err := w.readLayers(); err != nil || !w.detectOld() {
		return err
	}
	return w.readLayers()
}

// readLayers finds the layers and reads the layer.conf of each.
func (w *Workspace) readLayers() error {
	if err := w.findLayers(); err != nil {
		return err
	}
	w.layers = nil
	for _, dir := range w.env.layers {
		if err := w.readLayer(dir); err != nil {
			return err
		}
	}
	return nil
}

// findLayers finds the layers and prepares the variables with which the
// configuration begins.
func (w *Workspace) findLayers() error {
	top, dirs := "", []string{}
	for _, dir := range w.opt.Layers {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return fmt.Errorf("finding layer %s: %w", dir, err)
		}
		if !isRegular(filepath.Join(abs, "conf/layer.conf")) {
			return fmt.Errorf("the directory %s is no layer: it has no conf/layer.conf", dir)
		}
		dirs = append(dirs, abs)
	}
	if w.opt.BuildDir != "" {
		abs, err := filepath.Abs(w.opt.BuildDir)
		if err != nil {
			return fmt.Errorf("finding the build directory: %w", err)
		}
		if !isRegular(filepath.Join(abs, "conf/bblayers.conf")) {
			return fmt.Errorf("the directory %s is no build directory: it has no conf/bblayers.conf", w.opt.BuildDir)
		}
		top = abs
	}
	d := newData(w.env)
	d.recipe = w.state()
	w.conf = d
	w.env.root = w.opt.Root
	w.cover(append(slices.Clone(dirs), top))
	if top == "" {
		top = filepath.Join(commonDir(dirs), "build")
		d.setWeak("MACHINE", "qemux86-64", nil)
		d.setWeak("DISTRO", "nodistro", nil)
	}
	d.setVar("TOPDIR", top, true, nil)
	d.setVar("BB_CURRENT_MC", w.opt.MultiConfig, true, nil)
	for _, name := range []string{"HOME", "LOGNAME", "USER", "SHELL", "PWD", "PATH", "BB_ORIGENV"} {
		d.taintVar(name, []Unknown{{Place: Place{}, Expression: name, Reason: "the value comes from the environment of the build"}})
	}
	if w.opt.BuildDir != "" {
		d.setVar("BBPATH", top, true, nil)
		if err := w.read(filepath.Join(top, "conf/bblayers.conf")); err != nil {
			return fmt.Errorf("reading %s: %w", filepath.Join(w.opt.BuildDir, "conf/bblayers.conf"), err)
		}
		dirs = strings.Fields(d.get("BBLAYERS").text)
	} else {
		d.setVar("BBLAYERS", strings.Join(dirs, " "), true, nil)
	}
	if len(dirs) == 0 {
		return errors.New("BBLAYERS in conf/bblayers.conf names no layer")
	}
	for i, dir := range dirs {
		dirs[i] = strings.TrimRight(dir, "/")
	}
	w.cover(append(slices.Clone(dirs), top))
	w.env.layers = dirs
	return nil
}

func isRegular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// cover sets the root of places and the directories that may be read.
func (w *Workspace) cover(dirs []string) {
	dirs = slices.DeleteFunc(dirs, func(d string) bool { return d == "" })
	if w.opt.Root == "" {
		w.env.root = commonDir(dirs)
	} else if abs, err := filepath.Abs(w.opt.Root); err == nil {
		w.env.root = abs
	}
	w.env.within = nil
	all := dirs
	if w.env.root != "/" {
		all = append(all, w.env.root)
	}
	for _, dir := range all {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			w.env.within = append(w.env.within, real)
		}
	}
}

// commonDir is the deepest directory that holds all of them; the parent of a
// single one.
func commonDir(dirs []string) string {
	if len(dirs) == 0 {
		return "/"
	}
	common := filepath.Dir(dirs[0])
	for _, dir := range dirs[1:] {
		for common != "/" && !strings.HasPrefix(dir+"/", common+"/") {
			common = filepath.Dir(common)
		}
	}
	return common
}

func (w *Workspace) state() *recipeState {
	return &recipeState{steps: 10 * w.env.limits.Steps, files: w.env.limits.Files, class: "global"}
}

// read evaluates a file of the configuration.
func (w *Workspace) read(path string) error {
	return w.conf.evaluateFile(path, Place{})
}

// configure reads bitbake.conf and the classes that every recipe inherits.
func (w *Workspace) configure(classes func() []*source) error {
	d := w.conf
	d.delVar("LAYERDIR")
	d.delVar("LAYERDIR_RE")
	w.describeLayers()
	w.dynamicFiles()
	st := &statement{kind: kindRequire, line: 1, name: "conf/bitbake.conf", file: &source{name: "BBPATH"}}
	if path := w.env.which(d.get("BBPATH").text, "conf/bitbake.conf"); path == "" {
		d.refuse(st, "conf/bitbake.conf is not found", "add the layer openembedded-core (meta)")
	} else {
		w.nameMultiConfig(path)
		d.failed(st, st.name, w.read(path), true)
	}
	d.inherit("base", st, false)
	for _, class := range strings.Fields(d.get("INHERIT").text) {
		d.inherit(class, st, false)
	}
	d.tainted = mergeUnknown(d.tainted, d.get("INHERIT").unknown)
	d.tainted = mergeUnknown(d.tainted, w.env.checkModules())
	d.fire("ConfigParsed")
	d.recipe.class = "recipe"
	w.errors = d.errors
	d.errors = nil
	d.expandAhead(w.state())
	d.nameSymbols(classes())
	d.placeVariants()
	d.names.share()
	d.sortBraced()
	w.view = d.copyIn(&room{})
	w.view.recipe = w.state()
	return nil
}

// nameMultiConfig sets the name of the default configuration:
// "default" in releases whose bitbake.conf includes a file by that name, empty
// in later ones.
func (w *Workspace) nameMultiConfig(path string) {
	if w.opt.MultiConfig != "" {
		return
	}
	src, err := w.env.load(path)
	if err != nil {
		return // reported when it is read
	}
	for _, st := range src.statements {
		if st.kind == kindRequire && st.name == "conf/multiconfig/${BB_CURRENT_MC}.conf" {
			w.conf.setVar("BB_CURRENT_MC", "default", true, nil)
		}
	}
}

func (w *Workspace) readLayer(dir string) error {
	d := w.conf
	path := filepath.Join(dir, "conf/layer.conf")
	if !isRegular(path) {
		return fmt.Errorf("the layer %s of BBLAYERS does not exist, or has no conf/layer.conf", dir)
	}
	d.setVar("LAYERDIR", dir, true, nil)
	d.setVar("LAYERDIR_RE", regexEscape(dir), true, nil)
	known := strings.Fields(d.get("BBFILE_COLLECTIONS").text)
	if err := w.read(path); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	d.replaceReference("LAYERDIR", dir)
	d.replaceReference("LAYERDIR_RE", regexEscape(dir))
	for _, name := range strings.Fields(d.get("BBFILE_COLLECTIONS").text) {
		if !slices.Contains(known, name) {
			w.layers = append(w.layers, Layer{Name: name, Dir: dir})
			known = append(known, name)
		}
	}
	return nil
}

// replaceReference writes the value of a variable wherever it is referred to,
// as BitBake does after each layer.conf: what was appended to such a variable
// becomes part of its value, and what was to be removed from it, or is appended
// under an override, is forgotten.
func (d *Data) replaceReference(name, value string) {
	ref := "${" + name + "}"
	var list []*symbol
	d.names.each(func(s *symbol) {
		if v := d.at(s).variable; v != nil && v.mentions(ref) {
			list = append(list, s)
		}
	})
	for _, s := range list {
		if _, forced := d.env.forced[s.name]; forced {
			continue
		}
		if e := d.getRaw(s.name); strings.Contains(e.raw, ref) {
			d.setSymbol(s, strings.ReplaceAll(e.raw, ref, value), false, e.unknown)
		}
	}
	d.forgetAll()
}

// mentions is whether the value of a variable, or what is added to it, may hold
// a text.
func (v *variable) mentions(text string) bool {
	return strings.Contains(v.value, text) || strings.Contains(v.weak, text) ||
		slices.ContainsFunc(v.operations, func(o operation) bool { return strings.Contains(o.text, text) })
}

// dynamicFiles adds the files of BBFILES_DYNAMIC whose layer is there, or,
// with "!", is not.
func (w *Workspace) dynamicFiles() {
	d := w.conf
	have := strings.Fields(d.get("BBFILE_COLLECTIONS").text)
	for _, entry := range strings.Fields(d.get("BBFILES_DYNAMIC").text) {
		layer, pattern, ok := strings.Cut(entry, ":")
		if !ok {
			continue
		}
		layer, not := strings.CutPrefix(layer, "!")
		if slices.Contains(have, layer) != not {
			d.addOperation("BBFILES", operation{op: ":append", text: " " + pattern})
		}
	}
}
