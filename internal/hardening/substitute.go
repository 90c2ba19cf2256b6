package hardening

import (
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// substitutes are options by which a compiler driver runs, or loads into the
// compiler, what stands behind them: whatever its flags are, they say nothing of
// what was compiled then. What lies in the toolchain is pinned and harmless.
var substitutes = []string{"-wrapper", "-B", "--prefix", "-specs", "--specs", "-fplugin", "-fpass-plugin", "-load", "--config"}

// substituted says by which argument a call may have had something else than
// the toolchain's compiler compile; "" if by none.
func substituted(c *wrapper.Call) string {
	if why := steering(c); why != "" {
		return why
	}
	args := c.Executed()
	for i, a := range args {
		for _, option := range substitutes {
			value, ok := strings.CutPrefix(a, option)
			switch {
			case !ok, value != "" && value[0] != '=' && option != "-B":
				continue
			case value == "" && i+1 < len(args):
				value = args[i+1]
				if value == "-Xclang" && i+2 < len(args) { // -Xclang -load -Xclang FILE
					value = args[i+2]
				}
			}
			value = strings.TrimPrefix(value, "=")
			if option == "-wrapper" || !pinned(value) {
				return a + " has the compiler run or load " + value
			}
		}
	}
	return ""
}

// steering says by which variable a call ran what its command does not name, or
// that it was no call of the toolchain's program; "" if neither.
func steering(c *wrapper.Call) string {
	if why := own(c); why != "" {
		return why
	}
	for _, v := range c.Environment {
		if leadsOut(v) {
			return v.Name + "=" + v.Value + " has the compiler run what the command does not name"
		}
	}
	return ""
}

// leadsOut tells that a variable has a driver do something that lies in no
// toolchain: run programs of another directory (an empty one is the current
// directory), or edit its arguments.
func leadsOut(v wrapper.Variable) bool {
	if v.Name == "CCC_OVERRIDE_OPTIONS" {
		return true
	}
	return slices.ContainsFunc(strings.Split(v.Value, ":"), func(dir string) bool { return !pinned(dir) })
}

// pinned tells that a path leads into the toolchain's own files.
func pinned(name string) bool {
	name = path.Clean(name) + "/"
	return slices.ContainsFunc([]string{"/usr/", "/lib/", "/lib64/"}, func(dir string) bool { return strings.HasPrefix(name, dir) })
}
