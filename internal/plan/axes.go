package plan

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// axis is one way in which the second build of a check differs from the first.
type axis struct {
	name  string // what --vary takes
	about string // for people
	vary  func(e *Environment, run int)
	value func(e Environment) string
	sees  []facet // how the canary proves that it reached a step
	off   string  // why it is not varied unless asked for
}

// facet is one thing in which an axis shows inside a step: shell commands that
// print it, the same whenever the axis is not varied. They fail where the
// toolchain lacks the program.
type facet struct {
	name  string
	shell string
}

// axes lists every axis in the order in which they are shown. Values follow
// from the number of the run alone. The clock runs ahead, not behind, so that
// no file is younger than the clock and make does not wait.
var axes = []axis{
	{
		name: "build-path", about: "the directory that a step works in",
		vary:  func(e *Environment, run int) { e.BuildDir = numbered("/check/build", run) },
		value: func(e Environment) string { return e.BuildDir },
		sees:  []facet{{"working directory", `pwd`}},
	}, {
		name: "output-path", about: "the directory that a step leaves its output in",
		vary:  func(e *Environment, run int) { e.OutDir = numbered("/check/out", run) },
		value: func(e Environment) string { return e.OutDir },
		sees:  []facet{{"$OUT", `cd "$OUT" && pwd`}},
	}, {
		name: "host-name", about: "the name of the machine, and its domain",
		vary: func(e *Environment, run int) {
			e.Hostname, e.Domain = numbered("second-builder", run), numbered("check", run)+".invalid"
		},
		value: func(e Environment) string { return strings.TrimSuffix(e.Hostname+"."+e.Domain, ".") },
		sees: []facet{
			{"host", `read -r name < /proc/sys/kernel/hostname && echo "$name"`},
			{"hosts", `while read -r address names; do case $address in 127.*) echo "$names";; esac; done < /etc/hosts`},
			{"hostname -f", `hostname -f`},
			{"dnsdomainname", `dnsdomainname`},
		},
	}, {
		name: "user-id", about: "the user and the group that scripts run as",
		vary:  func(e *Environment, run int) { e.UID, e.GID = 1000+run, 2000+run },
		value: func(e Environment) string { return fmt.Sprintf("%d:%d", e.UID, e.GID) },
		sees:  []facet{{"uid", status("Uid:")}, {"gid", status("Gid:")}},
	}, {
		name: "umask", about: "the mode bits that new files lack",
		vary:  func(e *Environment, run int) { e.Umask = []uint32{0o077, 0o027}[run%2] },
		value: func(e Environment) string { return fmt.Sprintf("0%o", e.Umask) },
		sees:  []facet{{"umask", `umask`}},
	}, {
		name: "time-zone", about: "TZ; half a day to the east, in the next run to the west",
		vary: func(e *Environment, run int) {
			e.Timezone = fmt.Sprintf("DMB%s:%d", []string{"+11", "-13"}[run%2], 36+run%20)
		},
		value: func(e Environment) string { return e.Timezone },
		sees:  []facet{{"offset", `date +%z || perl -MPOSIX -e 'print strftime("%z", localtime)'`}},
	}, {
		name: "locale", about: "LC_ALL: another order of letters, decimal point, names of months and days",
		vary:  func(e *Environment, _ int) { e.Locale = varyLocale },
		value: func(e Environment) string { return e.Locale },
		sees: []facet{
			{"order", `printf '%s\n' b B a A > "$TMPDIR/letters" && sort "$TMPDIR/letters"`},
			{"decimal point", `env printf %.1f 1`},
			{"month", `date -u -d @0 +%B`},
		},
	}, {
		name: "clock", about: "the date that programs see, also as the time of files that they write",
		vary:  func(e *Environment, run int) { e.ClockOffset = int64(run) * (400*24*3600 + 5*3600 + 7) },
		value: func(e Environment) string { return "+" + strconv.FormatInt(e.ClockOffset, 10) + "s" },
		sees: []facet{
			{"days ahead of the kernel", daysAhead(`date +%s || perl -e 'print time'`)},
			{"fresh file", `[ "$(getconf LONG_BIT)" != 32 ] && : > "$TMPDIR/fresh"
` + daysAhead(`date -r "$TMPDIR/fresh" +%s || perl -e 'print((stat shift)[9])' "$TMPDIR/fresh"`)},
		},
	}, {
		name: "variables", about: "HOME, PATH, USER, LOGNAME, TERM, LANGUAGE and stray variables",
		vary: func(e *Environment, run int) {
			e.Home, e.First, e.User, e.Terminal = numbered("check-home", run), numbered("check-first", run), numbered("second", run), []string{"vt100", "xterm-256color"}[run%2]
			e.Stray = []string{"BUILD_NUMBER=" + strconv.Itoa(41+run), "CI=true", "DISPLAY=:" + strconv.Itoa(run), "EMAIL=" + e.User + "@check.invalid",
				"LANGUAGE=" + []string{"fr", "de"}[run%2]}
		},
		value: func(e Environment) string {
			return strings.Join(append([]string{"HOME=" + e.Home, "PATH=" + cmp.Or(e.First, "usr/sbin"), "USER=" + e.User, "TERM=" + e.Terminal}, e.Stray...), " ")
		},
		sees: []facet{
			{"HOME", `echo "${HOME#"$BUILD"/}"`},
			{"PATH", `first=${PATH%%:*} && echo "${first#"$BUILD"/}"`},
			{"USER", `echo "$USER $LOGNAME"`},
			{"TERM", `echo "=${TERM-}"`},
			{"stray", `echo "=${BUILD_NUMBER-}${CI-}${DISPLAY-}${EMAIL-}${LANGUAGE-}"`},
		},
	}, {
		name: "hash-seed", about: "PYTHONHASHSEED, PERL_HASH_SEED and PERL_PERTURB_KEYS",
		vary:  func(e *Environment, run int) { e.HashSeed = uint32(run) * 104729 },
		value: func(e Environment) string { return strconv.FormatUint(uint64(e.HashSeed), 10) },
		sees: []facet{
			{"variables", `echo "$PYTHONHASHSEED $PERL_HASH_SEED"`},
			{"python", `python3 -c 'print(hash("dombuild"))'`},
			{"perl", `perl -e 'my %h = map { $_ => 1 } "a" .. "z"; print keys %h'`},
		},
	}, {
		name: "shell", about: "which shell /bin/sh is, where a toolchain has dash and bash",
		vary:  func(e *Environment, _ int) { e.OtherShell = true },
		value: func(e Environment) string { return choose(e.OtherShell, "the other", "the toolchain's") },
		sees: []facet{
			{"bash", `echo "=${BASH_VERSION-}"`},
			{"echo", `echo 'a\tb'`},
		},
	}, {
		name: "directory-order", about: "the order in which directories are read",
		vary:  func(e *Environment, run int) { e.DirectoryOrder = uint32(run) },
		value: func(e Environment) string { return seed(e.DirectoryOrder, "the file system's") },
		sees: []facet{{"listing", `mkdir "/tmp/canary"; n=64
while [ $n -gt 0 ]; do n=$((n - 1)); : > "/tmp/canary/$n"; done
cd /tmp/canary && set -- $(ls -U || find . -type f || perl -e 'opendir D, "/tmp/canary"; print grep { !/^\./ } map { "$_ " } readdir D')
[ $# -eq 64 ] && echo "$1 $2 $3 $4 $5 $6 $7 $8"`}},
	}, {
		name: "cpu-count", about: "the processors that programs see, JOBS and make's -j",
		vary:  func(e *Environment, run int) { e.Jobs += 2 + run; e.Processors = 2 + run },
		value: func(e Environment) string { return fmt.Sprintf("%d jobs, %d processors more", e.Jobs, e.Processors) },
		sees: []facet{
			{"jobs", `echo "$JOBS $MAKEFLAGS"`},
			{"nproc", `nproc --all || getconf _NPROCESSORS_CONF`},
			{"cpuinfo", `n=0; while read -r word rest; do case $word in processor) n=$((n + 1));; esac; done < /proc/cpuinfo; echo $n`},
		},
	}, {
		name: "kernel", about: "release and version of the kernel in uname",
		vary: func(e *Environment, run int) {
			e.KernelRelease, e.KernelVersion = fmt.Sprintf("5.%d.0-%d-check", 10+run, run), fmt.Sprintf("#%d SMP check 5.%d.%d (1998-07-0%d)", run, 10+run, run, 1+run%9)
		},
		value: func(e Environment) string { return cmp.Or(e.KernelRelease, "the machine's") },
		sees:  []facet{{"release", `uname -r`}, {"version", `uname -v`}},
	}, {
		name: "machine", about: "the machine string of uname",
		off:   "configure scripts rightly choose by it what they build",
		vary:  func(e *Environment, run int) { e.Machine = []string{"i586", "i686"}[run%2] },
		value: func(e Environment) string { return cmp.Or(e.Machine, "the machine's") },
		sees:  []facet{{"machine", `uname -m`}},
	}, {
		name: "aslr", about: "whether the addresses of programs are randomized",
		vary:  func(e *Environment, _ int) { e.FixedAddresses = true },
		value: func(e Environment) string { return choose(e.FixedAddresses, "fixed", "the kernel's") },
		sees: []facet{{"addresses", `stack='while read -r at rest; do case $rest in *"[stack]") echo $at;; esac; done < /proc/self/maps'
one=$(/bin/sh -c "$stack") && two=$(/bin/sh -c "$stack") && three=$(/bin/sh -c "$stack") && [ -n "$one" ]
if [ "$one" = "$two" ] && [ "$two" = "$three" ]; then echo fixed; else echo random; fi`}},
	}, {
		name: "file-system", about: "the file system of the build and output directories, and its inode numbers",
		vary:  func(e *Environment, _ int) { e.InMemory = true },
		value: func(e Environment) string { return choose(e.InMemory, "tmpfs", "the engine's") },
		sees:  []facet{{"build directory", mounted("BUILD")}, {"output directory", mounted("OUT")}},
	}, {
		name: AxisPackageOrder, about: "the order in which the packages of a toolchain are unpacked",
		vary:  func(e *Environment, run int) { e.PackageOrder = uint32(run) },
		value: func(e Environment) string { return seed(e.PackageOrder, "the largest first") },
	},
}

// AxisPackageOrder is the axis that happens outside steps: build says in which order it unpacked.
const AxisPackageOrder = "package-order"

// daysAhead prints how many days the time that commands print, in seconds since
// 1970, is ahead of the kernel's clock.
func daysAhead(commands string) string {
	return `read -r up idle < /proc/uptime
while read -r name since; do case $name in btime) started=$since;; esac; done < /proc/stat
now=$(` + commands + `) && [ -n "$now" ]
echo $(((now - started - ${up%.*} + 43200) / 86400))`
}

// status prints the first number of a line of the shell's own status.
func status(label string) string {
	return `while read -r word id rest; do case $word in ` + label + `) echo "$id";; esac; done < /proc/self/status`
}

// mounted prints the type of the file system that is mounted at a directory.
func mounted(variable string) string {
	return `while read -r id parent device root point rest; do
	if [ "$point" = "$` + variable + `" ]; then rest=${rest#* - }; echo "${rest%% *}"; fi
done < /proc/self/mountinfo`
}

// numbered tells the values of later runs from that of the first.
func numbered(s string, run int) string {
	if run == 1 {
		return s
	}
	return s + "-" + strconv.Itoa(run)
}

func choose(varied bool, yes, no string) string {
	if varied {
		return yes
	}
	return no
}

func seed(n uint32, none string) string {
	if n == 0 {
		return none
	}
	return "shuffled, seed " + strconv.FormatUint(uint64(n), 10)
}
