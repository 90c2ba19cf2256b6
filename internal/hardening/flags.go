package hardening

import (
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// wrapperRules are the rules that the wrapper has another name for.
var wrapperRules = map[string]string{"cet": "ibt", "branch-protection": "bti"}

// lacks says why a compiler's call does not carry a rule's flags, "" if it
// does, and whether the rule concerns what it compiled. It looks at what the
// real compiler was given, not at what the wrapper says that it did.
func lacks(c *wrapper.Call, r profile.Rule) (why string, concerned bool) {
	if r.Language == "c++" && !isCXX(c) {
		return "", false
	}
	id := r.ID
	if name, ok := wrapperRules[id]; ok {
		id = name
	}
	for _, o := range c.Omitted {
		switch {
		case o.Rule != id:
		case o.Condition == wrapper.Hosted:
			return "it is compiled for no operating system", true
		case o.Condition == wrapper.Optimised:
			return "it is compiled without optimisation", true
		case o.Condition == wrapper.CXX || o.Condition == wrapper.GCC || o.Condition == wrapper.Clang:
			return "", false
		default:
			return "", true // there is a stronger flag
		}
	}
	args := c.Executed()
	if why := fromFile(args); why != "" {
		return why, true
	}
	for _, flag := range slices.Concat(r.Compile, r.Define) {
		if why := undone(args, flag); why != "" {
			return why, true
		}
	}
	return undermined(args, r.ID), true
}

// isCXX reports whether a call compiles C++: by the compiler's name, by -x, or
// by a source.
func isCXX(c *wrapper.Call) bool {
	if strings.Contains(path.Base(c.Name), "++") || slices.Contains(c.Executed(), "c++") {
		return true
	}
	return slices.ContainsFunc(c.Inputs, func(in wrapper.Input) bool {
		return in.Role == wrapper.RoleSource && slices.Contains([]string{".cc", ".cp", ".cpp", ".CPP", ".cxx", ".c++", ".C"}, path.Ext(in.Path))
	})
}

// undone says why a flag has no effect: it is not there, or one of the same
// family stands behind it. -U of a rule's own -D is part of that definition.
func undone(args []string, flag string) string {
	if strings.HasPrefix(flag, "-U") {
		return ""
	}
	at := -1
	for i, a := range args {
		if a == flag {
			at = i
		}
	}
	if at < 0 {
		return "the flag is not there"
	}
	for _, a := range args[at+1:] {
		if a != flag && family(a) == family(flag) {
			return a + " stands behind it"
		}
	}
	return ""
}

// family is what a flag and those that change it have in common:
// "-fno-stack-clash-protection" and "-fstack-clash-protection",
// "-D_FORTIFY_SOURCE=3" and "-U_FORTIFY_SOURCE".
func family(flag string) string {
	flag, _, _ = strings.Cut(flag, "=")
	switch {
	case strings.HasPrefix(flag, "-fno-"):
		return "-f" + flag[len("-fno-"):]
	case strings.HasPrefix(flag, "-Wno-"):
		return "-W" + flag[len("-Wno-"):]
	case strings.HasPrefix(flag, "-U"):
		return "-D" + flag[2:]
	case strings.HasPrefix(flag, "-fstack-protector"):
		return "-fstack-protector"
	}
	return flag
}
