package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

// Environment is what a step is told about the machine it runs on. None of it
// may change an output: check builds again with all of it different. The zero
// value of a field that has no counterpart in the recipe leaves things as the
// machine has them.
type Environment struct {
	BuildDir string // $BUILD, holds the working directory
	OutDir   string // $OUT
	Hostname string
	Domain   string // of the host name; "": none
	Timezone string // TZ, in POSIX form: needs no zone files
	Locale   string // LC_ALL
	Umask    uint32
	UID, GID int // user and group the scripts run as

	Home     string   // $HOME, a name below BuildDir
	User     string   // USER and LOGNAME
	Terminal string   // TERM; "": not set
	First    string   // an empty directory in front of PATH, a name below BuildDir; "": none
	Stray    []string // further variables, NAME=VALUE
	HashSeed uint32   // of Python's and Perl's hashes

	Jobs           int    // number of CPUs that make, nproc and OpenMP are told
	Processors     int    // how many more there seem to be than there are
	ClockOffset    int64  // seconds that programs see the clock ahead
	DirectoryOrder uint32 // seed of the order in which directories are read; 0: the file system's
	KernelRelease  string // uname -r; "": the kernel's
	KernelVersion  string // uname -v, with KernelRelease
	Machine        string // uname -m; "": the kernel's
	OtherShell     bool   // /bin/sh is the toolchain's other shell, if it has two
	FixedAddresses bool   // without address space randomization
	InMemory       bool   // BuildDir and OutDir lie on a tmpfs
	PackageOrder   uint32 // seed of the order in which toolchains are unpacked; 0: the largest first
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
		UID:      1000,
		GID:      1000,
		Home:     "home",
		User:     "builder",
		Jobs:     r.Jobs,
	}
}

// AxisNames lists the names of the axes that are varied unless somebody says
// otherwise, in the order in which they are shown.
func AxisNames() []string {
	var names []string
	for _, x := range axes {
		if x.off == "" {
			names = append(names, x.name)
		}
	}
	return names
}

// AxisInfo is what people and verdicts are told of an axis.
type AxisInfo struct {
	Name  string
	About string
	Off   string // why it is not varied unless asked for; "": it is
}

// AllAxes lists every axis, in the order in which they are shown.
func AllAxes() []AxisInfo {
	var list []AxisInfo
	for _, x := range axes {
		list = append(list, AxisInfo{x.name, x.about, x.off})
	}
	return list
}

// UnknownAxisError says that there is no axis of that name.
type UnknownAxisError struct {
	Name string
}

func (e *UnknownAxisError) Error() string { return fmt.Sprintf("there is no axis %q", e.Name) }

// Hint lists the axes that there are.
func (e *UnknownAxisError) Hint() string {
	var names []string
	for _, x := range axes {
		names = append(names, x.name)
	}
	return "the axes are " + strings.Join(names, ", ")
}

// Vary is Standard with the named axes varied. Runs are counted from 1; each
// has values of its own where an axis has more than one. The error is an
// *UnknownAxisError.
func Vary(r *recipe.Recipe, names []string, run int) (Environment, error) {
	e := Standard(r)
	for _, n := range names {
		i := slices.IndexFunc(axes, func(x axis) bool { return x.name == n })
		if i < 0 {
			return Environment{}, &UnknownAxisError{n}
		}
		axes[i].vary(&e, run)
	}
	return e, nil
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
