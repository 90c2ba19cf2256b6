package yocto

import (
	"slices"
	"strings"

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
	files   files
	sources []*Source
	others  []Inactive
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

// origin finds the assignment that brought a URI into SRC_URI: the last one
// with a word that may expand to it.
func origin(o Origins, uri string) (bitbake.Assignment, bool) {
	return last(o, "SRC_URI", func(a bitbake.Assignment) bool {
		return a.Op != ":remove" && slices.ContainsFunc(source.Split(unescape(a.Text)), func(word string) bool { return mayExpandTo(word, uri) })
	})
}

// unescape joins the lines of a value that backslashes continue.
func unescape(text string) string { return strings.ReplaceAll(text, "\\\n", " ") }

// mayExpandTo says whether a word is a text once its ${…} are expanded: each
// stands for anything, but a word of nothing else is no match.
func mayExpandTo(word, text string) bool {
	parts := literals(word)
	if len(strings.Join(parts, "")) == 0 {
		return false
	}
	if len(parts) == 1 {
		return word == text
	}
	first, end := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(end) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, end) {
		return false
	}
	text = text[len(first) : len(text)-len(end)]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return true
}

// literals returns the texts before, between and after the ${…} of a word.
func literals(word string) []string {
	var out []string
	for {
		start := strings.Index(word, "${")
		if start < 0 {
			return append(out, word)
		}
		out = append(out, word[:start])
		depth, end := 0, len(word)
		for i := start; i < len(word) && end == len(word); i++ {
			switch word[i] {
			case '{':
				depth++
			case '}':
				if depth--; depth == 0 {
					end = i + 1
				}
			}
		}
		word = word[end:]
	}
}

// truth is BitBake's to_boolean of a value that is certain.
func truth(v bitbake.Value) bool {
	return slices.Contains([]string{"y", "yes", "1", "true", "t"}, strings.ToLower(v.Text))
}
