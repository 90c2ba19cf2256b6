package hardening

import (
	"path"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// substitutes are options by which a compiler driver runs, or loads into the
// compiler, what stands behind them: whatever its flags are, they say nothing of
// what was compiled then. What lies in the toolchain is pinned and harmless.
var substitutes = []string{"-wrapper", "-B", "--prefix", "-specs", "--specs", "-fplugin", "-fpass-plugin", "-load"}

// substituted says by which argument a call may have had something else than
// the toolchain's compiler compile; "" if by none.
func substituted(c *wrapper.Call) string {
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
			if option == "-wrapper" || !strings.HasPrefix(path.Clean(value), "/usr/") {
				return a + " has the compiler run or load " + value
			}
		}
	}
	return ""
}
