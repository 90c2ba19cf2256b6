package hardening

import (
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// undermining are arguments that leave a rule's flag in its place and without
// its effect, by the beginning of the argument.
var undermining = []struct{ rule, argument string }{
	// Where it is not defined, features.h of glibc gives no FORTIFY.
	{"fortify", "-U__OPTIMIZE__"}, {"fortify", "-D__OPTIMIZE__"}, {"fortify", "-D__USE_FORTIFY_LEVEL"},
	{"fortify", "-D__builtin_object_size"}, {"fortify", "-D__builtin_dynamic_object_size"},
	{"fortify", "-undef"}, {"fortify", "-U__GNUC_"}, {"fortify", "-D__GNUC_"}, {"fortify", "-U__clang"}, {"fortify", "-U__has_builtin"},
	// Guards of the headers that bring the checked functions.
	{"fortify", "-D_FEATURES_H"}, {"fortify", "-D_BITS_"}, {"fortify", "-D_STRINGS_FORTIFIED"}, {"fortify", "-D__fortify"}, {"fortify", "-D__glibc_"},
	// Without warnings there is no error, and without builtins no format.
	{"format-security", "-w"}, {"format-security", "-fno-builtin"},
	// The compiler leaves the marks of indirect branches to the source.
	{"cet", "-mmanual-endbr"}, {"cet", "-fcf-check-attribute=no"},
	// The canary is a variable of the program's own.
	{"stack-protector", "-mstack-protector-guard=global"}, {"stack-protector", "-mstack-protector-guard-symbol"},
	{"stack-protector", "-mstack-protector-guard-reg"}, {"stack-protector", "-mstack-protector-guard-offset"},
	// Frames below the size of the guard are not probed; it is at least a page.
	{"stack-clash", "--param=stack-clash-protection-guard-size"}, {"stack-clash", "--param=stack-clash-protection-probe-interval"},
	{"stack-clash", "-mstack-probe-size"}, {"stack-clash", "-mno-stack-arg-probe"},
}

// undermined says which argument takes away the effect of a rule's flags; "" if
// none.
func undermined(args []string, rule string) string {
	handed, own := handedOn(args)
	args = slices.Concat(handed, own)
	for i, a := range args {
		switch a {
		case "-U", "-D", "--undefine-macro", "--define-macro", "--param":
			if i+1 < len(args) {
				a = map[string]string{"-U": "-U", "-D": "-D", "--undefine-macro": "-U", "--define-macro": "-D", "--param": "--param="}[a] + args[i+1]
			}
		}
		for _, u := range undermining {
			whole := len(u.argument) == 2 || u.argument == "-fno-builtin" || u.argument == "-undef"
			if u.rule == rule && strings.HasPrefix(a, u.argument) && (!whole || a == u.argument) {
				return a + " takes away its effect"
			}
		}
	}
	return ""
}

// preprocessed says why macros of a rule had no effect on a unit that was
// compiled from preprocessed source; "" if they had, or it was not.
func (j *fileJudge) preprocessed(u wrapper.Unit, r profile.Rule) string {
	for _, in := range u.Call.Inputs {
		if in.Role != wrapper.RolePreprocessed || u.Source != "" && in.Path != u.Source {
			continue
		}
		calls := j.calls.ByOutput(in.Digest)
		i := slices.IndexFunc(calls, func(c *wrapper.Call) bool { return c.Kind == wrapper.KindPreprocess })
		if i < 0 {
			return path.Base(in.Path) + " was preprocessed in no recorded call"
		}
		if why, _ := lacks(calls[i], r); why != "" {
			return path.Base(in.Path) + " was preprocessed without it: " + why
		}
	}
	return ""
}
