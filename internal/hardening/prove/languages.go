package prove

import (
	"debug/buildinfo"
	"fmt"
	"slices"
	"strings"
)

// The languages of Compiler.
const (
	Go   = "go"
	Rust = "rust"
)

// Compiler is a compiler of another language than those of gcc and clang that
// made parts of a file, as the file tells: by the units of its debug
// information, for Go also by its build information.
type Compiler struct {
	Language string   `json:"language"`
	Version  string   `json:"version"` // as the compiler gives it, such as "1.63.0"; "" if it cannot be read
	Units    int      `json:"units"`   // of the debug information; 0: the build information alone tells
	Whole    bool     `json:"whole"`   // every function of the file belongs to one of its units
	Crates   []string `json:"-"`       // Rust: beginnings of the names of its units, such as "main.0ed1f30b-cgu."
}

// maxCompilers and maxCrates bound what a file can make a reader keep.
const (
	maxCompilers = 16
	maxCrates    = 1 << 12
)

// Compilers returns those of one language.
func (f File) CompilersOf(language string) []Compiler {
	return slices.DeleteFunc(slices.Clone(f.Compilers), func(c Compiler) bool { return c.Language != language })
}

// readCompilers finds the compilers of Go and Rust in a linked file.
func (o *object) readCompilers() []Compiler {
	if !o.linked() || o.opt.SkipUnits {
		return nil
	}
	var list []Compiler
	neutral := 0
	for _, u := range o.readUnits().list {
		p := o.units.producer(u)
		switch p.compiler {
		case golang:
			list = addUnit(list, Go, goVersion(p), "")
		case rust:
			list = addUnit(list, Rust, p.version, crateOf(u.name))
		case assembler:
			neutral++
		}
	}
	if info := o.goBuild(); info != nil && !slices.ContainsFunc(list, func(c Compiler) bool { return c.Language == Go }) {
		version, _, _ := strings.Cut(strings.TrimPrefix(info.GoVersion, "go"), " ")
		list = append(list, Compiler{Language: Go, Version: version})
	}
	if len(list) == 1 && list[0].Units > 0 && list[0].Units+neutral == len(o.units.list) && o.units.err == nil {
		list[0].Whole = o.covered(proved()).Status == Proved
	}
	return list
}

func addUnit(list []Compiler, language, version, crate string) []Compiler {
	i := slices.IndexFunc(list, func(c Compiler) bool { return c.Language == language && c.Version == version })
	if i < 0 {
		if len(list) == maxCompilers {
			return list
		}
		i = len(list)
		list = append(list, Compiler{Language: language, Version: version})
	}
	list[i].Units++
	if crate != "" && len(list[i].Crates) < maxCrates && !slices.Contains(list[i].Crates, crate) {
		list[i].Crates = append(list[i].Crates, crate)
	}
	return list
}

// crateOf is the part of a Rust unit's name that all units of a crate have:
// "main.0ed1f30b-cgu." of "main.rs/@/main.0ed1f30b-cgu.11".
func crateOf(unit string) string {
	_, name, ok := strings.Cut(unit, "/@/")
	if !ok {
		return ""
	}
	i := strings.LastIndex(name, "-cgu.")
	if i < 0 {
		return ""
	}
	return name[:i+len("-cgu.")]
}

// goVersion is "1.19.8" of "Go cmd/compile go1.19.8; -shared regabi".
func goVersion(p *producer) string { return strings.TrimPrefix(p.version, "go") }

// goBuild is what Go's linker says of the build; nil if it is not there or
// cannot be read.
func (o *object) goBuild() *buildinfo.BuildInfo {
	if o.buildInfo == nil && !o.buildInfoRead && o.hasSection(".go.buildinfo") {
		if info, err := buildinfo.Read(o.r); err == nil {
			o.buildInfo = info
		}
	}
	o.buildInfoRead = true
	return o.buildInfo
}

// goSetting is a setting of Go's build information.
func (o *object) goSetting(key string) string {
	if info := o.goBuild(); info != nil {
		for _, s := range info.Settings {
			if s.Key == key {
				return s.Value
			}
		}
	}
	return ""
}

// notGo gives the verdict of a rule about Go on other files.
func (o *object) notGo() (Check, bool) {
	if c, ok := o.outside(); ok {
		return c, true
	}
	if !o.hasSection(".go.buildinfo") && !slices.ContainsFunc(o.readUnits().list, func(u *unit) bool {
		return o.units.producer(u).compiler == golang
	}) {
		return notApplicable("nothing in it is known to be of Go"), true
	}
	return Check{}, false
}

// boundsChecks judges -B of Go's compiler, which its units record.
func (o *object) boundsChecks() Check {
	if c, ok := o.notGo(); ok {
		return c
	}
	t := &tally{}
	for _, u := range o.readUnits().list {
		p := o.units.producer(u)
		switch {
		case u.problem != "":
			t.doubt(u, u.problem)
		case p.compiler != golang:
			t.exclude("not of Go")
		case slices.Contains(p.switches, "-B"):
			t.refute(u, "-B")
		default:
			t.agree(u.producer)
		}
	}
	if t.no == 0 && t.yes == 0 {
		if flags := o.goSetting("-gcflags"); slices.Contains(strings.FieldsFunc(flags, func(r rune) bool { return r == ' ' || r == '=' }), "-B") {
			return refuted("built with -gcflags=" + flags)
		}
		return unknown("no debug information of Go's units, which would show -B")
	}
	if t.no > 0 {
		return o.conclude("bounds checks", t, false)
	}
	if o.units.err != nil {
		return unknown("damaged: " + o.units.err.Error())
	}
	if t.unsure.n > 0 {
		return unknown(t.unsure.after()...)
	}
	return proved(fmt.Sprintf("all %d units of Go: %s", t.yes, strings.Join(capped(t.with), ", ")))
}

// trimpath judges Go's -trimpath by the build information.
func (o *object) trimpath() Check {
	if c, ok := o.notGo(); ok {
		return c
	}
	info := o.goBuild()
	switch {
	case info == nil:
		return unknown("the build information of Go cannot be read")
	case o.goSetting("-trimpath") == "true":
		return proved(info.GoVersion + " -trimpath=true")
	case len(info.Settings) == 0:
		return unknown("the build information of Go has no settings")
	}
	return refuted(info.GoVersion + ": no -trimpath=true among the settings")
}
