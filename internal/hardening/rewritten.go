package hardening

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// Calls that link, strip or copy objects say nothing of flags, but they can put
// other code in the place of what was compiled.

// property is where an object says whether it takes part in IBT and SHSTK.
const property = ".note.gnu.property"

// executed are the beginnings of the names by which linkers know code, with
// those of .init and .fini.
var executed = []string{".text", ".plt", ".gnu.linkonce.t."}

// unexecuted are the beginnings of the names of what is never code.
var unexecuted = []string{".rodata", ".data", ".bss", ".note", ".comment", ".debug_", ".gnu_debug", ".sbat"}

// replaced says by which argument a link, strip or objcopy may have put
// something else into the file than what it says that it read; "" if by none.
func replaced(c *wrapper.Call) string {
	if why := steering(c); why != "" {
		return why
	}
	args := c.Executed()
	rewriting := c.Kind == wrapper.KindStrip || c.Kind == wrapper.KindObjcopy
	if rewriting && selectsCode(args) {
		return "-j leaves out what the object says of IBT and SHSTK"
	}
	for i, a := range args {
		option, value, joined := strings.Cut(a, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		links := c.Kind == wrapper.KindLink || c.Kind == wrapper.KindPartialLink
		if links && (option == "-plugin" || option == "--plugin") && !pinned(value) {
			return fmt.Sprintf("%s has the linker load %s", option, value)
		}
		if !rewriting {
			continue
		}
		if why := rewrites(a, option, value); why != "" {
			return why
		}
	}
	return ""
}

// rewrites says what one option of strip or objcopy changes of the code that a
// compiler wrote, or of what the compiler says of it; "" if nothing. Data may be
// put in, replaced and renamed.
func rewrites(arg, option, value string) string {
	name, to, _ := strings.Cut(value, "=") // SECTION=FILE, OLD=NEW[,FLAGS] or SECTION=FLAGS
	to, flags, _ := strings.Cut(to, ",")
	code := false
	switch {
	case abbreviates(option, "--update-section"):
		code = !begins(name, unexecuted) || name == property
	case abbreviates(option, "--add-section"):
		code = isCode(name) || name == property
	case abbreviates(option, "--rename-section"):
		code = hasCode(flags) || isCode(to) && !isCode(name) || name == property || to == property
	case abbreviates(option, "--set-section-flags"):
		code = hasCode(to+","+flags) && !isCode(name)
	case strings.HasPrefix(arg, "-R") && len(arg) > 2:
		return removes(arg[2:])
	case arg == "-R", abbreviates(option, "--remove-section"):
		return removes(value)
	}
	if code {
		return fmt.Sprintf("%s %s changes the code that was compiled, or what its compiler says of it", option, value)
	}
	return ""
}

// removes says that a pattern of sections has the one that tells of IBT and
// SHSTK. What cannot be understood has it.
func removes(pattern string) string {
	matched, err := path.Match(strings.ReplaceAll(pattern, "[!", "[^"), property)
	if matched || err != nil {
		return fmt.Sprintf("removing %s takes away what the object says of IBT and SHSTK", pattern)
	}
	return ""
}

// selectsCode reports whether only some sections are copied, into an ELF file,
// without the one that tells of IBT and SHSTK.
func selectsCode(args []string) bool {
	only, told := false, false
	for i, a := range args {
		option, value, joined := strings.Cut(a, "=")
		if !joined && i+1 < len(args) {
			value = args[i+1]
		}
		if strings.HasPrefix(a, "-j") && len(a) > 2 {
			option, value = "-j", a[2:]
		}
		switch {
		case option == "-j", abbreviates(option, "--only-section"):
			matched, err := path.Match(value, property)
			only, told = true, told || matched && err == nil
		case option == "-O", option == "--target", abbreviates(option, "--output-target"):
			if !strings.HasPrefix(value, "elf") {
				return false
			}
		}
	}
	return only && !told
}

// abbreviates tells that an option is a long one, written out or cut short as
// getopt_long allows.
func abbreviates(option, long string) bool {
	return len(option) > len("--xx") && strings.HasPrefix(long, option)
}

func isCode(section string) bool {
	return section == ".init" || section == ".fini" || begins(section, executed)
}

func hasCode(flags string) bool { return slices.Contains(strings.Split(flags, ","), "code") }

func begins(s string, with []string) bool {
	return slices.ContainsFunc(with, func(w string) bool { return strings.HasPrefix(s, w) })
}
