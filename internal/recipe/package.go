package recipe

import (
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

func (d decoder) pkg(i instance) Package {
	out := Package{Address: i.addr, Name: i.name, Range: d.at}
	out.Toolchain, _ = d.reference("toolchain", "toolchain")
	out.Sources = d.sources()
	out.Inputs = d.inputs(i.addr)
	out.Hardening = d.hardening()
	out.Script, out.ScriptRange = d.script()
	out.Environment = d.environment(out.Hardening.Profile)
	out.Outputs = d.outputs()
	for _, b := range blocksOf(d.body, "kconfig") {
		out.Kconfig = append(out.Kconfig, d.inner(b).kconfig(out.Outputs))
	}
	return out
}

// sources reads source, one block, or sources, a list of them.
func (d decoder) sources() []Address {
	one, many := d.body.Attributes["source"], d.body.Attributes["sources"]
	if one != nil && many != nil {
		d.add(problem(one.NameRange, "Two attributes", "A package has either source or sources."))
	}
	if many != nil {
		list := d.references("sources", "source", false)
		d.checkNames("sources", list)
		return addresses(list)
	}
	if a, ok := d.reference("source", "source"); ok {
		return []Address{a}
	}
	return nil
}

func (d decoder) inputs(self Address) []Address {
	list := d.references("inputs", "package", false)
	d.checkNames("inputs", list)
	at := map[Address]hcl.Range{}
	for _, r := range list {
		at[r.addr] = r.at
	}
	d.ld.inputsAt[self] = at
	out := addresses(list)
	slices.Sort(out)
	return out
}

// script reads the text of the script and finds where it begins.
func (d decoder) script() (string, hcl.Range) {
	v, _, ok := d.get("script", cty.String)
	if !ok {
		return "", d.at
	}
	expr, text := d.body.Attributes["script"].Expr, v.AsString()
	switch {
	case strings.TrimSpace(text) == "":
		d.add(problem(expr.Range(), "Empty script", "The script of %s is empty; a package that only copies sources needs at least the command true.", d.what))
	case strings.ContainsRune(text, 0):
		d.add(problem(expr.Range(), "Invalid value", "The script contains a NUL byte."))
	}
	return text, d.scriptRange(expr, text)
}

// scriptRange points to the script's own file if the text is that of a file
// that was read, else to the first line of the text in the recipe.
func (d decoder) scriptRange(expr hclsyntax.Expression, text string) hcl.Range {
	for _, name := range sortedKeys(d.mod.scripts) {
		if string(d.mod.scripts[name]) != text {
			continue
		}
		shown := filepath.Join(d.mod.tree.show, filepath.FromSlash(name))
		d.ld.texts[shown] = d.mod.scripts[name]
		return whole(shown, text)
	}
	if t, ok := expr.(*hclsyntax.TemplateExpr); ok && len(t.Parts) > 0 {
		return hcl.RangeBetween(t.Parts[0].Range(), t.Parts[len(t.Parts)-1].Range())
	}
	return expr.Range()
}

// whole is the range of a whole text.
func whole(name, text string) hcl.Range {
	lines := strings.Count(text, "\n")
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return hcl.Range{
		Filename: name,
		Start:    hcl.InitialPos,
		End:      hcl.Pos{Line: 1 + lines, Column: 1 + len(last), Byte: len(text)},
	}
}

var validEnv = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// reservedEnv are the variables that dombuild sets, in every step or in that of
// a second build. The seeds of hashes are not among them: a build may need one.
var reservedEnv = []string{
	"BUILD", "BUILD_NUMBER", "CI", "DISPLAY", "EMAIL", "HOME", "HOSTNAME", "INPUTS", "JOBS", "LANG", "LANGUAGE", "LC_ALL", "LD_PRELOAD",
	"LOCPATH", "LOGNAME", "MAKEFLAGS", "OMP_NUM_THREADS", "OUT", "PATH", "PWD", "SOURCES", "SOURCE_DATE_EPOCH", "TERM", "TMPDIR", "TZ", "USER",
}

// flagEnv are the variables that a hardening profile sets.
var flagEnv = []string{
	"CFLAGS", "CPPFLAGS", "CXXFLAGS", "LDFLAGS", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS",
	"GOFLAGS", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN", "GO_EXTLINK_ENABLED", "RUSTFLAGS",
}

func (d decoder) environment(used string) map[string]string {
	v, expr, ok := d.raw("environment")
	if !ok {
		return nil
	}
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		d.add(problem(expr.Range(), "Wrong type", "environment is an object: write environment = { NAME = \"value\" }."))
		return nil
	}
	out := map[string]string{}
	d.entries("environment", v, expr, func(key, value item) {
		switch {
		case !validEnv.MatchString(key.text):
			d.add(problem(key.at, "Invalid name", "The name of an environment variable consists of letters, digits and _, and does not begin with a digit."))
		case slices.Contains(reservedEnv, key.text) || strings.HasPrefix(key.text, "LC_"):
			d.add(problem(key.at, "Reserved variable", "dombuild sets %s itself, and differently in a check. If the build needs another value, set it in the script.", key.text))
		case slices.Contains(flagEnv, key.text) && setsFlags(used):
			d.add(problem(key.at, "Reserved variable", "%s comes from the hardening profile %s. To add flags, write in the script: export %s=\"$%s …\".", key.text, used, key.text, key.text))
		case strings.ContainsRune(value.text, 0):
			d.add(problem(value.at, "Invalid value", "The value of %s contains a NUL byte.", key.text))
		default:
			out[key.text] = value.text
		}
	})
	return out
}

// entries goes through an object of strings, with the place of each key and
// value where the object is written out.
func (d decoder) entries(name string, v cty.Value, expr hclsyntax.Expression, each func(key, value item)) {
	keys, values := placesOf(expr)
	for it := v.ElementIterator(); it.Next(); {
		k, e := it.Element()
		key := item{k.AsString(), at(keys, k.AsString(), expr)}
		place := at(values, key.text, expr)
		if !e.IsKnown() {
			continue
		}
		if e.IsNull() || !e.Type().IsPrimitiveType() {
			d.add(problem(place, "Wrong type", "The values of %s are strings.", name))
			continue
		}
		each(key, item{text(e), place})
	}
}

// placesOf finds the keys and values of an object that is written out.
func placesOf(expr hclsyntax.Expression) (keys, values map[string]hcl.Range) {
	obj, ok := expr.(*hclsyntax.ObjectConsExpr)
	if !ok {
		return nil, nil
	}
	keys, values = map[string]hcl.Range{}, map[string]hcl.Range{}
	for _, i := range obj.Items {
		if k, diags := i.KeyExpr.Value(nil); !diags.HasErrors() && k.IsKnown() && !k.IsNull() && k.Type() == cty.String {
			keys[k.AsString()], values[k.AsString()] = i.KeyExpr.Range(), i.ValueExpr.Range()
		}
	}
	return keys, values
}

func at(places map[string]hcl.Range, key string, expr hclsyntax.Expression) hcl.Range {
	if r, ok := places[key]; ok {
		return r
	}
	return expr.Range()
}

// outputs reads a list of paths, or an object of paths and where they come from.
func (d decoder) outputs() []Output {
	v, expr, ok := d.raw("outputs")
	if !ok {
		return nil
	}
	var list []Output
	places := map[string]hcl.Range{}
	add := func(path item, from string) {
		if d.outputPath("An output", path) {
			list = append(list, Output{Path: path.text, From: from})
			places[path.text] = path.at
		}
	}
	if v.Type().IsObjectType() || v.Type().IsMapType() {
		d.entries("outputs", v, expr, func(key, value item) {
			if d.outputPath("The origin of an output", value) && strings.HasSuffix(key.text, "/") != strings.HasSuffix(value.text, "/") {
				d.add(problem(value.at, "Invalid path", "%q and %q are both files or both directories; a directory ends in a slash.", key.text, value.text))
			}
			add(key, value.text)
		})
		d.notEmpty("outputs", v.LengthInt() == 0)
	} else {
		for _, o := range d.strings("outputs", true) {
			add(o, "")
		}
	}
	slices.SortFunc(list, func(a, b Output) int { return strings.Compare(a.Path, b.Path) })
	d.overlaps(list, places)
	return list
}

// outputPath checks a path in a package's tree.
func (d decoder) outputPath(what string, p item) bool {
	name := strings.TrimSuffix(p.text, "/")
	why := ""
	switch {
	case strings.ContainsFunc(p.text, isControl):
		why = "contains control characters"
	case path.IsAbs(p.text):
		why = "is absolute; leave out the first slash"
	case name == "" || name == ".":
		why = "names the whole tree; name the directories in it, such as \"usr/\""
	case !filepath.IsLocal(name):
		why = "leads out of the tree"
	case path.Clean(name) != name:
		why = "is not in its shortest form; write \"" + path.Clean(name) + "\""
	default:
		return true
	}
	d.add(problem(p.at, "Invalid path", "%s is a relative path such as \"usr/bin/hello\"; %q %s.", what, p.text, why))
	return false
}

// overlaps reports outputs that lie below others; the list is sorted.
func (d decoder) overlaps(list []Output, places map[string]hcl.Range) {
	byName := map[string]string{}
	for _, o := range list {
		name := strings.TrimSuffix(o.Path, "/")
		if other, ok := byName[name]; ok {
			second := places[o.Path]
			if first := places[other]; first.Start.Byte > second.Start.Byte {
				second = first
			}
			d.add(problem(second, "Duplicate output", "%q and %q are the same path.", other, o.Path))
		}
		byName[name] = o.Path
	}
	for _, o := range list {
		for dir := path.Dir(strings.TrimSuffix(o.Path, "/")); dir != "."; dir = path.Dir(dir) {
			if other, ok := byName[dir]; ok {
				d.add(problem(places[o.Path], "Overlapping outputs", "%q lies below the output %q. Keep one of them.", o.Path, other))
				break
			}
		}
	}
}

func (d decoder) kconfig(outputs []Output) Kconfig {
	out := Kconfig{Range: d.at}
	for _, name := range d.strings("requested", true) {
		if f, ok := d.file(name); ok {
			out.Requested = append(out.Requested, f)
		}
	}
	p, at, ok := d.str("output", "")
	if out.Output = p; ok && d.outputPath("output", item{p, at}) && !covered(p, outputs) {
		var names []string
		for _, o := range outputs {
			names = append(names, o.Path)
		}
		d.add(problem(at, "Unknown output", "%q is not among the outputs of the package, so the configuration could not be read back.%s", p, didYouMean(p, names)))
	}
	return out
}

// covered says whether a file is an output or lies in one that is a directory.
func covered(p string, outputs []Output) bool {
	for _, o := range outputs {
		if p == o.Path || strings.HasSuffix(o.Path, "/") && strings.HasPrefix(p, o.Path) {
			return true
		}
	}
	return false
}

// Defaults of the boot block.
const (
	defaultTimeout = 120 * time.Second
	defaultMemory  = 1 << 30
	minMemory      = 64 << 20
)

func (d decoder) boot() *Boot {
	out := &Boot{
		Timeout: d.duration("timeout", defaultTimeout),
		Memory:  d.size("memory", defaultMemory),
		Range:   d.at,
	}
	out.HypervisorOptions, _, _ = d.str("hypervisor", "")
	out.KernelOptions, _, _ = d.str("kernel", "")
	marker, at, ok := d.str("marker", "")
	if out.Marker = marker; ok && strings.TrimSpace(marker) == "" {
		d.add(problem(at, "Empty marker", "marker is the text on the serial console that ends a good boot; it cannot be empty."))
	}
	if out.Memory < minMemory {
		d.add(problem(d.body.Attributes["memory"].Expr.Range(), "Value out of range", "memory is at least %d MiB.", minMemory>>20))
	}
	for _, e := range d.strings("expect", false) {
		if _, err := regexp.Compile(e.text); err != nil {
			d.add(problem(e.at, "Invalid expression", "expect is a list of regular expressions (RE2): %s.", err))
			continue
		}
		out.Expect = append(out.Expect, e.text)
	}
	return out
}
