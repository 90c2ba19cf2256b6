package explain

import (
	"regexp"
	"slices"
	"strings"
)

// uuidPattern is the text form of RFC 9562.
var uuidPattern = regexp.MustCompile(`[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}`)

// fixedUUIDs are constants that say what a thing is, not which one: the types of
// GPT partitions.
var fixedUUIDs = []string{
	"c12a7328-f81f-11d2-ba4b-00a0c93ec93b", // EFI system
	"21686148-6449-6e6f-744e-656564454649", // BIOS boot
	"0fc63daf-8483-4772-8e79-3d69d8477de4", // Linux data
	"4f68bce3-e8cd-4db1-96e7-fbcaf984b709", // root, x86-64
	"b921b045-1df0-41c3-af44-4c6f280d3fae", // root, arm64
	"0657fd6d-a4ab-43c4-84e5-0933c84b4f4f", // swap
	"933ac7e1-2eb4-4f13-b844-0e14e2aef915", // home
	"ebd0a0a2-b9e5-4433-87c0-68b6b72699c7", // basic data
	"bc13c2ff-59e6-4262-a352-b275fd6f7172", // extended boot
}

// judgeUUID believes in those that are made by chance (versions 4 and 7). Those
// of names follow from the names; those of a clock are mostly constants of EFI.
func judgeUUID(c clue) (Cause, string) {
	for _, s := range []string{c.left, c.right} {
		s = strings.ToLower(s)
		if !strings.ContainsRune("47", rune(s[14])) || !strings.ContainsRune("89ab", rune(s[19])) || slices.Contains(fixedUUIDs, s) {
			return "", ""
		}
	}
	return UUID, "UUIDs"
}

// tempPattern: names by mktemp(1), mkstemp(3) as gcc calls it, Python's tempfile.
var tempPattern = regexp.MustCompile(`((/var)?/tmp/[\w.@+-]*[A-Za-z0-9_]{6}[\w./-]*|\b(tmp\.[A-Za-z0-9]{6,12}|cc[A-Za-z0-9]{6}\.(o|s|i|ii|c|cc|res|ld|le|ltrans\d+\.l?trans\.o|ltrans\d+\.o)|tmp[a-z0-9_]{8}))(/[\w./-]*)?`)

// judgeTemp wants one random part of six to twelve characters, of the same
// length on both sides, that does not look like a word.
func judgeTemp(c clue) (Cause, string) {
	if len(c.left) != len(c.right) {
		return "", ""
	}
	l, r := strings.Split(c.left, "/"), strings.Split(c.right, "/")
	if len(l) != len(r) {
		return "", ""
	}
	differ := 0
	for i := range l {
		if l[i] == r[i] {
			continue
		}
		differ++
		if !randomPart(l[i], r[i]) {
			return "", ""
		}
	}
	if differ != 1 {
		return "", ""
	}
	return Random, "names of temporary files"
}

func randomPart(l, r string) bool {
	a, b := []byte(l), []byte(r)
	p := commonPrefix(a, b)
	s := commonSuffix(a[p:], b[p:])
	l, r = l[p:len(l)-s], r[p:len(r)-s]
	return len(l) >= 4 && len(l) <= 12 && mixed(l) && mixed(r)
}

// mixed says whether letters are mixed with digits, or capitals stand among
// small letters: a word is neither.
func mixed(s string) bool {
	var digit, lower, upper int
	for i := range len(s) {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			digit++
		case b >= 'a' && b <= 'z', b == '_':
			lower++
		case b >= 'A' && b <= 'Z' && i > 0:
			upper++
		case b >= 'A' && b <= 'Z':
			lower++
		default:
			return false
		}
	}
	letters := lower + upper
	return upper > 0 && lower > 0 || digit > 0 && letters > 0 && letters+digit == len(s) && !trailingDigits(s)
}

// trailingDigits: config1 is a numbered word.
func trailingDigits(s string) bool {
	return !strings.ContainsAny(strings.TrimRight(s, "0123456789"), "0123456789")
}

// variablePattern is a line of env, export -p or a header that configure made.
var variablePattern = regexp.MustCompile(`^\s*(?:(?:export |declare -x |set )?([A-Z_][A-Z0-9_]*)=.*|#define\s+([A-Z_][A-Z0-9_]*)\s+".*)$`)

// variables are what each one tells. Those with BuildPath hold paths of the build.
var variables = map[string]Cause{
	"PWD": BuildPath, "OLDPWD": BuildPath, "TMPDIR": BuildPath, "BUILD_DIR": BuildPath, "DESTDIR": BuildPath,
	"HOME": User, "USER": User, "LOGNAME": User, "UID": User, "MAIL": User, "SUDO_USER": User, "SUDO_UID": User, "SUDO_GID": User,
	"LINUX_COMPILE_BY": User, "KBUILD_BUILD_USER": User, "XEN_WHOAMI": User, "BUILD_USER": User,
	"HOSTNAME": Hostname, "LINUX_COMPILE_HOST": Hostname, "KBUILD_BUILD_HOST": Hostname, "BUILD_HOST": Hostname, "XEN_DOMAIN": Hostname,
	"LINUX_COMPILE_DOMAIN": Hostname, "XEN_COMPILE_HOST": Hostname,
	"TZ": Timezone, "LANG": Locale, "LANGUAGE": Locale, "LC_ALL": Locale, "LC_COLLATE": Locale, "LC_CTYPE": Locale, "LC_MESSAGES": Locale,
	"LC_NUMERIC": Locale, "LC_TIME": Locale,
	"MAKEFLAGS": Parallelism, "NPROC": Parallelism, "JOBS": Parallelism, "OMP_NUM_THREADS": Parallelism, "CMAKE_BUILD_PARALLEL_LEVEL": Parallelism,
	"PYTHONHASHSEED": Random, "PERL_HASH_SEED": Random, "RANDOM": Random,
	"TERM": Environment, "SHELL": Environment, "SHLVL": Environment, "PATH": Environment, "DISPLAY": Environment, "COLUMNS": Environment,
	"LINES": Environment, "EDITOR": Environment, "PAGER": Environment, "SSH_CONNECTION": Environment, "SSH_CLIENT": Environment, "SSH_TTY": Environment,
	"INVOCATION_ID": Environment, "XDG_SESSION_ID": Environment, "XDG_RUNTIME_DIR": Environment, "DBUS_SESSION_BUS_ADDRESS": Environment,
}

func judgeVariable(c clue) (Cause, string) {
	l, r := variablePattern.FindStringSubmatch(c.left), variablePattern.FindStringSubmatch(c.right)
	if l == nil || r == nil || l[1]+l[2] != r[1]+r[2] || variables[l[1]+l[2]] == "" {
		return "", ""
	}
	return variables[l[1]+l[2]], "the value of " + l[1] + l[2]
}

// bannerPattern is user@host as Linux and Xen put it into their banners; an
// address of mail has no parentheses and no compiler behind it.
var bannerPattern = regexp.MustCompile(`\(([\w.-]+)@([\w.-]+)\) ?(?:\(|gcc|clang|[\w-]+-gcc)`)

func judgeBanner(c clue) (Cause, string) {
	l, r := bannerPattern.FindStringSubmatch(c.left), bannerPattern.FindStringSubmatch(c.right)
	switch {
	case l == nil || r == nil:
		return "", ""
	case l[1] == r[1] && l[2] != r[2]:
		return Hostname, "the host that compiled"
	case l[1] != r[1] && l[2] == r[2]:
		return User, "the user that compiled"
	}
	return "", "" // both: neither name alone is the cause
}

// unamePattern is what uname -a, -sr or -srm print, with the version as
// distributions name it or with a machine: Linux 5.10 alone is prose. "Linux version" begins the
// banner of a kernel that is in the artifact, not of the one below the build.
var unamePattern = regexp.MustCompile(`\b(Linux|GNU/Linux)[ -]([\w.-]+ )?\d+\.\d+(\.\d+)?(-[\w.+~-]+( #\d+[^"]*)?( ` + machines + `)*|( ` + machines + `)+)`)

const machines = `(x86_64|i[3-6]86|aarch64|armv\w+|riscv64|ppc64le|ppc64|ppc|s390x)`

func judgeUname(c clue) (Cause, string) {
	if strings.HasPrefix(c.left, "Linux version") || strings.HasPrefix(c.right, "Linux version") {
		return "", ""
	}
	return Uname, "the kernel below the build, as uname tells"
}
