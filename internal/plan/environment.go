package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

// Environment is what a step is told about the machine it runs on. None of it
// may change an output: check builds again with all of it different.
type Environment struct {
	BuildDir    string // $BUILD, holds the working directory
	OutDir      string // $OUT
	Hostname    string
	Timezone    string // TZ, in POSIX form: needs no zone files
	Locale      string // LC_ALL
	Umask       uint32
	Jobs        int   // number of CPUs that make, nproc and OpenMP are told
	UID         int   // user and group the scripts run as
	ClockOffset int64 // seconds that programs see the clock ahead; 0: the real clock
}

// Standard is the environment of every build.
func Standard(r *recipe.Recipe) Environment {
	return Environment{
		BuildDir: "/build",
		OutDir:   "/out",
		Hostname: "dombuild",
		Timezone: "UTC",
		Locale:   "C",
		Umask:    0o022,
		Jobs:     r.Jobs,
		UID:      1000,
	}
}

// axis is one way in which the second build of a check differs from the first.
type axis struct {
	name  string // what --vary takes
	about string // for people
	vary  func(e *Environment, run int)
	value func(e Environment) string
}

// axes lists every axis in the order in which they are shown. The clock runs
// ahead, not behind, so that no file is younger than the clock and make does
// not wait.
var axes = []axis{
	{"build-path", "the directory that a step works in",
		func(e *Environment, run int) { e.BuildDir = numbered("/check/build", run) }, func(e Environment) string { return e.BuildDir }},
	{"output-path", "the directory that a step leaves its output in",
		func(e *Environment, run int) { e.OutDir = numbered("/check/out", run) }, func(e Environment) string { return e.OutDir }},
	{"host-name", "the name of the machine",
		func(e *Environment, run int) { e.Hostname = numbered("second-builder", run) }, func(e Environment) string { return e.Hostname }},
	{"time-zone", "TZ",
		func(e *Environment, run int) { e.Timezone = "DMB-13:" + strconv.Itoa(36+run%20) }, func(e Environment) string { return e.Timezone }},
	{"locale", "LC_ALL",
		func(e *Environment, _ int) { e.Locale = "C.UTF-8" }, func(e Environment) string { return e.Locale }},
	{"umask", "the mode bits that new files lack",
		func(e *Environment, _ int) { e.Umask = 0o027 }, func(e Environment) string { return "0" + strconv.FormatUint(uint64(e.Umask), 8) }},
	{"cpu-count", "the processors that make, nproc and OpenMP are told of",
		func(e *Environment, run int) { e.Jobs += 2 + run }, func(e Environment) string { return strconv.Itoa(e.Jobs) }},
	{"user-id", "the user and group that scripts run as",
		func(e *Environment, run int) { e.UID += run }, func(e Environment) string { return strconv.Itoa(e.UID) }},
	{"clock", "the date that programs see",
		func(e *Environment, run int) { e.ClockOffset = int64(run) * (400*24*3600 + 5*3600 + 7) }, func(e Environment) string { return offset(e.ClockOffset) }},
}

// AxisNames lists the names of all axes, in the order in which they are shown.
func AxisNames() []string {
	var names []string
	for _, x := range axes {
		names = append(names, x.name)
	}
	return names
}

// Vary is Standard with the named axes varied. Runs are counted from 1; each
// has values of its own where an axis has more than one.
func Vary(r *recipe.Recipe, names []string, run int) (Environment, error) {
	e := Standard(r)
	for _, n := range names {
		i := slices.IndexFunc(axes, func(x axis) bool { return x.name == n })
		if i < 0 {
			return Environment{}, fmt.Errorf("there is no axis %q; there are %s", n, strings.Join(AxisNames(), ", "))
		}
		axes[i].vary(&e, run)
	}
	return e, nil
}

// numbered tells the values of later runs from that of the first.
func numbered(s string, run int) string {
	if run == 1 {
		return s
	}
	return s + "-" + strconv.Itoa(run)
}

// Axis names one axis with its values in two builds.
type Axis struct {
	Name   string `json:"name"`
	First  string `json:"first"`
	Second string `json:"second"`
}

// Differ lists the axes in which two environments differ.
func Differ(a, b Environment) []Axis {
	var differ []Axis
	for _, x := range axes {
		if first, second := x.value(a), x.value(b); first != second {
			differ = append(differ, Axis{x.name, first, second})
		}
	}
	return differ
}

func offset(seconds int64) string { return "+" + strconv.FormatInt(seconds, 10) + "s" }
