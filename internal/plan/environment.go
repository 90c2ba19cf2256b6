package plan

import (
	"strconv"

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

// Varied is the environment of the second build of a check: it differs from
// Standard in every field. The clock runs ahead, not behind, so that no file
// is younger than the clock and make does not wait.
func Varied(r *recipe.Recipe) Environment {
	return Environment{
		BuildDir:    "/check/build",
		OutDir:      "/check/out",
		Hostname:    "second-builder",
		Timezone:    "DMB-13:37",
		Locale:      "C.UTF-8",
		Umask:       0o027,
		Jobs:        r.Jobs + 3,
		UID:         1001,
		ClockOffset: 400*24*3600 + 5*3600 + 7,
	}
}

// Axis names one field of an environment with its two values.
type Axis struct {
	Name   string `json:"name"`
	First  string `json:"first"`
	Second string `json:"second"`
}

// Axes lists what differs between two environments, in a fixed order.
func Axes(a, b Environment) []Axis {
	octal := func(u uint32) string { return "0" + strconv.FormatUint(uint64(u), 8) }
	all := []Axis{
		{"build path", a.BuildDir, b.BuildDir},
		{"output path", a.OutDir, b.OutDir},
		{"host name", a.Hostname, b.Hostname},
		{"time zone", a.Timezone, b.Timezone},
		{"locale", a.Locale, b.Locale},
		{"umask", octal(a.Umask), octal(b.Umask)},
		{"CPU count", strconv.Itoa(a.Jobs), strconv.Itoa(b.Jobs)},
		{"user id", strconv.Itoa(a.UID), strconv.Itoa(b.UID)},
		{"clock", offset(a.ClockOffset), offset(b.ClockOffset)},
	}
	var differ []Axis
	for _, x := range all {
		if x.First != x.Second {
			differ = append(differ, x)
		}
	}
	return differ
}

func offset(seconds int64) string { return "+" + strconv.FormatInt(seconds, 10) + "s" }
