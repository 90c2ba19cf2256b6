package hardening

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// Calls that link, strip or copy objects say nothing of flags, but they can put
// other bytes in the place of what was compiled.

// rewriting are options by which objcopy writes what was not in its input, or
// turns what was data into code, or leaves out what it does not name.
var rewriting = []string{"--update-section", "--add-section", "--rename-section", "--set-section-flags", "--add-symbol", "--binary-architecture",
	"--only-section", "-j", "--set-start", "--change-start", "--adjust-start"}

// harmless are sections that are never loaded.
var harmless = []string{".gnu_debuglink", ".gnu_debugaltlink", ".comment", ".debug_", ".note.dlopen", ".note.package"}

// replaced says by which argument a link, strip or objcopy may have put
// something else into the file than what it says that it read; "" if by none.
func replaced(c *wrapper.Call) string {
	if why := steering(c); why != "" {
		return why
	}
	args := c.Executed()
	for i, a := range args {
		option, value, joined := strings.Cut(a, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		switch c.Kind {
		case wrapper.KindLink, wrapper.KindPartialLink:
			if (option == "-plugin" || option == "--plugin") && !pinned(value) {
				return fmt.Sprintf("%s has the linker load %s", a, value)
			}
		case wrapper.KindStrip, wrapper.KindObjcopy:
			if why := rewrites(a, option, value); why != "" {
				return why
			}
		}
	}
	return ""
}

// rewrites says what one option of strip or objcopy changes that the compiler
// had decided; "" if nothing.
func rewrites(arg, option, value string) string {
	section := value
	switch {
	case slices.Contains(rewriting, option):
		section, _, _ = strings.Cut(value, "=")
		if !slices.ContainsFunc(harmless, func(h string) bool { return strings.HasPrefix(section, h) }) {
			return fmt.Sprintf("%s changes what the compiler wrote", arg)
		}
		return ""
	case strings.HasPrefix(arg, "-R") && len(arg) > 2:
		section = arg[2:]
	case option != "--remove-section" && arg != "-R":
		return ""
	}
	if matched, err := path.Match(section, ".note.gnu.property"); matched || err != nil {
		return fmt.Sprintf("%s %s takes away what the object says of IBT and SHSTK", option, section)
	}
	return ""
}
