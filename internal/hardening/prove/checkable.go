package prove

// kindOf says how a function of the C library is checked under
// _FORTIFY_SOURCE, see the bits/*2.h headers of glibc.
type kindOf int

const (
	// sized functions are called unchecked when the compiler sees that they fit
	// or cannot see how much space there is.
	sized kindOf = iota + 1
	// always functions are called checked in every case from level 2.
	always
	// onlyChecked are names that stand in no program unchecked.
	onlyChecked
)

// checkable are the functions with a checked form, "__" + name + "_chk".
var checkable = func() map[string]kindOf {
	kinds := map[string]kindOf{"__longjmp": onlyChecked, "fdelt": onlyChecked}
	for _, name := range []string{
		"asprintf", "dprintf", "fprintf", "fwprintf", "obstack_printf", "obstack_vprintf", "printf", "syslog",
		"vasprintf", "vdprintf", "vfprintf", "vfwprintf", "vprintf", "vsyslog", "vwprintf", "wprintf",
	} {
		kinds[name] = always
	}
	for _, name := range []string{
		"confstr", "explicit_bzero", "fgets", "fgets_unlocked", "fgetws", "fgetws_unlocked", "fread", "fread_unlocked",
		"getcwd", "getdomainname", "getgroups", "gethostname", "getlogin_r", "gets", "getwd", "inet_ntop", "inet_pton",
		"mbsnrtowcs", "mbsrtowcs", "mbstowcs", "memcpy", "memmove", "mempcpy", "memset", "poll", "ppoll", "pread",
		"pread64", "ptsname_r", "read", "readlink", "readlinkat", "realpath", "recv", "recvfrom", "snprintf", "sprintf",
		"stpcpy", "stpncpy", "strcat", "strcpy", "strlcat", "strlcpy", "strncat", "strncpy", "swprintf", "ttyname_r",
		"vsnprintf", "vsprintf", "vswprintf", "wcpcpy", "wcpncpy", "wcrtomb", "wcscat", "wcscpy", "wcslcat", "wcslcpy",
		"wcsncat", "wcsncpy", "wcsnrtombs", "wcsrtombs", "wcstombs", "wctomb", "wmemcpy", "wmemmove", "wmempcpy", "wmemset",
	} {
		kinds[name] = sized
	}
	return kinds
}()
