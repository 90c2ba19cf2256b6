package yocto

import (
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Origins says where the variables of a recipe come from.
type Origins interface {
	Names() []string
	Flags(name string) []string
	History(name string) []bitbake.Assignment // of "SRC_URI", and of "SRC_URI[sha256sum]"
}

// Code is the code of a recipe: tasks and anonymous python.
type Code interface {
	Tasks() []string
	Function(name string) (bitbake.Function, bool)
	Anonymous() []bitbake.Function
}

// Metadata is what rules ask of an evaluated recipe or of the configuration.
type Metadata interface {
	source.Variables
	Origins
	Code
}

// recipe is one recipe that rules look at.
type recipe struct {
	*bitbake.Recipe
	data    Metadata
	release source.Release
	files   *files
	code    *code
	doubt   *bitbake.Unknown // why nothing is proven

	sources  []*Source
	others   []Inactive
	findings []finding.Finding
	texts    *sourceTexts        // of SRC_URI, once they were asked for
	dirs     []string            // in which its files are looked for, likewise
	tasks    []task              // in whose bodies something was found, likewise
	found    map[string][]string // of a path: where it was found in those directories
}

// last returns the last assignment to a variable for which is holds. The
// variable's name may have a flag.
func last(o Origins, name string, is func(bitbake.Assignment) bool) (bitbake.Assignment, bool) {
	h := o.History(name)
	for _, a := range slices.Backward(h) {
		if is(a) {
			return a, true
		}
	}
	return bitbake.Assignment{}, false
}

// placeOf returns where a variable got its value: the last assignment that is
// not a default, else the last one. The zero place: it has none.
func placeOf(o Origins, name string) bitbake.Place {
	firm := func(a bitbake.Assignment) bool { return a.Op != "?=" && a.Op != "??=" }
	if a, ok := last(o, name, firm); ok {
		return a.Place
	}
	a, _ := last(o, name, func(bitbake.Assignment) bool { return true })
	return a.Place
}

// unescape joins the lines of a value that backslashes continue.
func unescape(text string) string { return strings.ReplaceAll(text, "\\\n", " ") }

// truth is BitBake's to_boolean of a value that is certain.
func truth(v bitbake.Value) bool {
	return slices.Contains([]string{"y", "yes", "1", "true", "t"}, strings.ToLower(v.Text))
}
