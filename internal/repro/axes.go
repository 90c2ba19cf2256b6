package repro

import (
	"slices"

	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// BuilderAxis stands for building on another builder. It is varied when a
// check was given two.
const BuilderAxis = "builder"

// axisFact is what is known of an axis that made an output differ.
type axisFact struct {
	name   string
	cause  explain.Cause
	remedy string // in terms of the recipe
}

// axisFacts stand in the order in which axes are suspected: what makes builds
// differ most often comes first. An axis that is not here is suspected last.
var axisFacts = []axisFact{
	{"clock", explain.Timestamp, "write $SOURCE_DATE_EPOCH where the script or the program writes the current date: date -u -d @$SOURCE_DATE_EPOCH, gzip -n, ar D, tar --mtime=@$SOURCE_DATE_EPOCH; where it writes a file's time, touch -d @$SOURCE_DATE_EPOCH first"},
	{"build-path", explain.BuildPath, "keep $BUILD out of the output: give the compiler -ffile-prefix-map=$BUILD=. and tools relative paths, or build below a directory that the package's script makes in /tmp"},
	{"directory-order", explain.Ordering, "sort what is listed before it is used: find … | sort -z, tar --sort=name, $(sort $(wildcard …)) in a makefile"},
	{"cpu-count", explain.Parallelism, "let nothing depend on the number of processors: state the missing prerequisite in the makefile or use make -j1 there, and give compressors a fixed number of threads"},
	{"umask", explain.Permissions, "set modes explicitly: install -m 644, or umask 022 at the head of the package's script"},
	{"time-zone", explain.Timezone, "print dates in UTC: date -u, or environment = { TZ = \"UTC\" } in the package"},
	{"locale", explain.Locale, "set the locale where order or language matters: LC_ALL=C sort, or environment = { LC_ALL = \"C\" } in the package"},
	{"host-name", explain.Hostname, "give the build a fixed name instead of the machine's, such as KBUILD_BUILD_HOST or the configure option, in the package's environment"},
	{"user-id", explain.User, "record root instead of the building user: tar --owner=0 --group=0 --numeric-owner, cpio -R 0:0, KBUILD_BUILD_USER in the package's environment"},
	{"output-path", explain.BuildPath, "keep $OUT out of the output: configure with the final prefix and install with DESTDIR=$OUT"},
	{"hash-seed", explain.Ordering, "sort keys before they are written, or set PYTHONHASHSEED=0 and PERL_HASH_SEED=0 in the package's environment"},
	{"variables", explain.Environment, "run the tool with env -i and the variables that it needs, or set the variable in the package's environment"},
	{"kernel", explain.Uname, "tell the build its target instead of asking uname: ARCH=, --build= and --host=, a fixed release"},
	{"machine", explain.Uname, "tell the build its target instead of asking uname -m: ARCH=, --build= and --host="},
	{"shell", explain.Environment, "write what every POSIX shell reads alike (printf for echo), or name the shell: #!/bin/bash"},
	{"aslr", explain.Random, "let no address reach the output: do not print pointers, do not sort or hash by them"},
	{"file-system", explain.Inode, "let no inode number, block count or directory size reach the output: cpio --reproducible, tar --sort=name"},
	{"package-order", explain.Ordering, "let no file of the toolchain depend on the order of unpacking: name each package that must win in the toolchain"},
	{BuilderAxis, "", "the builders differ in something that no axis stands for: compare their kernels, processors and file systems"},
}

func factOf(axis string) axisFact {
	i := slices.IndexFunc(axisFacts, func(f axisFact) bool { return f.name == axis })
	if i < 0 {
		return axisFact{name: axis}
	}
	return axisFacts[i]
}

// suspects orders axes: the likeliest cause first.
func suspects(axes []plan.Axis) []string {
	rank := func(name string) int {
		if i := slices.IndexFunc(axisFacts, func(f axisFact) bool { return f.name == name }); i >= 0 {
			return i
		}
		return len(axisFacts)
	}
	var names []string
	for _, a := range axes {
		names = append(names, a.Name)
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	return names
}

// remedies are for differences whose class is known although no axis made them.
var remedies = map[explain.Cause]string{
	explain.Timestamp:   factOf("clock").remedy,
	explain.BuildPath:   factOf("build-path").remedy,
	explain.User:        factOf("user-id").remedy,
	explain.Permissions: factOf("umask").remedy,
	explain.Ordering:    factOf("directory-order").remedy,
	explain.Locale:      factOf("locale").remedy,
	explain.Timezone:    factOf("time-zone").remedy,
	explain.Uname:       factOf("kernel").remedy,
	explain.Hostname:    factOf("host-name").remedy,
	explain.Parallelism: factOf("cpu-count").remedy,
	explain.Inode:       factOf("file-system").remedy,
	explain.Environment: factOf("variables").remedy,
	explain.BuildID:     "mend the other difference: a build-id follows from the bytes of the file",
	explain.UUID:        "give the tool a UUID made of $SOURCE_DATE_EPOCH or of the content: mkfs.ext4 -U … -E hash_seed=…, mkfs.erofs -U, mkfs.vfat -i",
	explain.Random:      "give the tool a fixed seed (-frandom-seed=$name for the compiler) and temporary files fixed names",
	explain.SigningKey:  "do not make a key in the build: take it as a pinned source, or sign after the build and attach the signature",
	explain.ProfileData: "pin the profile as a source instead of recording it in the build",
	explain.Compression: "fix the compressor's level and threads: xz -T1, zstd -T1, gzip -n",
}

// noCause is the remedy when the class of a difference is not known.
const noCause = "look at the files with --keep DIR: what differs although nothing was varied is a date, a random number, a temporary name or a race"

// axesOf returns the named axes with their values.
func axesOf(varied []plan.Axis, names []string) []plan.Axis {
	var axes []plan.Axis
	for _, n := range names {
		i := slices.IndexFunc(varied, func(a plan.Axis) bool { return a.Name == n })
		if i >= 0 {
			axes = append(axes, varied[i])
		}
	}
	return axes
}
