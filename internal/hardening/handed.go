package hardening

import (
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// handing are the options by which a driver hands one argument on to the
// compiler or the preprocessor.
var handing = []string{"-Xpreprocessor", "-Xclang"}

// handedOn returns the arguments that a driver hands on (-Wp,A,B,
// -Xpreprocessor A), as the compiler is given them, and those of its own.
func handedOn(args []string) (handed, own []string) {
	for i := 0; i < len(args); i++ {
		group, isGroup := strings.CutPrefix(args[i], "-Wp,")
		switch {
		case isGroup:
			handed = append(handed, strings.Split(group, ",")...)
		case i+1 < len(args) && slices.Contains(handing, args[i]):
			i++
			handed = append(handed, args[i])
		default:
			own = append(own, args[i])
		}
	}
	return handed, own
}

// fromFile says which argument has the compiler read more arguments from a file;
// "" if none. The wrapper reads those that the driver would, and no others.
func fromFile(args []string) string {
	handed, _ := handedOn(args)
	for _, a := range handed {
		if strings.HasPrefix(a, "@") {
			return "the arguments in " + a[1:] + " are not recorded"
		}
	}
	return ""
}

// regenerated are the rules whose flags gcc's link-time optimisation takes from
// the link and not from the objects: they are no options of single functions.
var regenerated = map[string]bool{"zero-call-used-regs": true}

// own says why a call is none of the toolchain's program; "" if it is. A copy of
// the wrapper records as well, and runs what lies beside it.
func own(c *wrapper.Call) string {
	if name := path.Clean(c.Program); pinned(name) && name != "/usr" || strings.HasPrefix(name, "/bin/") {
		return ""
	}
	return c.Program + " is no program of the toolchain"
}
