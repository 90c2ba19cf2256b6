package main

// expectation is what check has to say of one fault of recipe.hcl.
type expectation struct {
	name string
	// axis makes it differ, or several joined by "+" together; itself: it differs
	// although nothing is varied.
	axis string
	// also are further axes that may be found to make it differ.
	also []string
	// without is what is to be expected where the axis is not varied: equal, or
	// itself.
	without string
	class   string // of the cause, as package explain names it
	// harmless is a value of the axis that makes no difference; "": there is none.
	harmless string
}

const (
	itself = "by itself"
	equal  = "equal"
)

var expectations = []expectation{
	{"date-in-binary", "clock", []string{"time-zone"}, equal, "timestamp", ""},
	{"year", "clock", nil, equal, "timestamp", ""},
	{"seconds", itself, nil, "", "timestamp", ""},
	{"time-zone", "time-zone", nil, equal, "time-zone", ""},
	{"gzip-time", itself, nil, "", "timestamp", ""},
	{"ar-time", itself, nil, "", "timestamp", ""},
	{"tar-time", itself, nil, "", "timestamp", ""},
	{"ext4-time", itself, nil, "", "timestamp", ""},
	{"source-year", "clock", nil, equal, "timestamp", ""},
	{"written-year", "clock", nil, equal, "timestamp", ""},
	{"listed-year", "clock", []string{"time-zone"}, equal, "timestamp", ""},
	{"zip-zone", "time-zone", nil, equal, "time-zone", ""},

	{"file-macro", "build-path", nil, equal, "build-path", ""},
	{"debug-path", "build-path", nil, equal, "build-path", ""},
	{"build-id", "build-path", nil, equal, "build-path", ""},
	{"output-path", "output-path", nil, equal, "build-path", ""},
	{"temp-name", itself, nil, "", "random-seed", ""},
	{"home", "build-path", []string{"variables"}, equal, "build-path", ""},

	{"listing", "directory-order", []string{"file-system"}, equal, "order", ""},
	{"find", "directory-order", []string{"file-system"}, equal, "order", ""},
	{"zip-order", "directory-order", []string{"file-system"}, equal, "order", ""},
	{"perl-hash", "hash-seed", nil, itself, "order", ""},
	{"python-set", "hash-seed", nil, itself, "order", ""},
	{"make-race", "cpu-count", nil, equal, "parallelism", ""},

	{"host-name", "host-name", nil, equal, "host-name", ""},
	{"user", "user-id", nil, equal, "user", ""},
	{"tar-owner", "user-id", nil, equal, "user", ""},
	{"ar-owner", "user-id", nil, equal, "user", ""},
	{"tar-mode", "umask", nil, equal, "permissions", ""},
	{"variable", "variables", nil, equal, "environment", ""},
	{"charset", "locale", nil, equal, "locale", ""},
	{"sort", "locale", nil, equal, "locale", "C.UTF-8"},
	{"shell", "shell", nil, equal, "environment", ""},

	{"processors", "cpu-count", nil, equal, "parallelism", ""},
	{"xz-threads", "cpu-count", nil, equal, "parallelism", ""},
	{"kernel", "kernel", nil, equal, "uname", ""},
	{"personality", "aslr", nil, equal, "random-seed", ""},
	{"file-system", "file-system", nil, equal, "inode", ""},
	{"cpio-inode", itself, []string{"file-system"}, "", "inode", ""},

	{"address", itself, nil, "", "random-seed", ""},
	{"uuid", itself, nil, "", "uuid", ""},
	{"ext4-uuid", itself, nil, "", "uuid", ""},
	{"key", itself, nil, "", "signing-key", ""},
	{"lto", itself, nil, "", "random-seed", ""},
	{"profile", itself, nil, "", "profile-data", ""},

	{"two-axes", "umask+user-id", nil, equal, "permissions", ""},
	{rarely, itself, nil, "", "uuid", ""},
}

// rarely is the fault that shows in one build of three: it may not be caught, but
// no axis may be blamed for it.
const rarely = "rarely"

// chain are the steps of which each is built on the one before, with what their
// outputs are. The first has the fault, of the axis.
var chain = []struct{ name, file string }{{"early", "f"}, {"late", "g"}, {"last", "h"}}

const chainAxis = "host-name"
