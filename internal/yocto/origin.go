package yocto

import (
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// sourceTexts are the words that the files say of SRC_URI, for finding those
// that became a URI: a recipe may have a thousand of either.
type sourceTexts struct {
	assignments []bitbake.Assignment
	words       [][]string     // of each assignment
	plain       map[string]int // word without ${…} → the last assignment that has it
	patterns    []pattern      // words with ${…}, the last first
}

// pattern is a word with ${…} of an assignment.
type pattern struct {
	literals   []string
	assignment int
}

// sourceTexts reads the history of SRC_URI once.
func (r *recipe) sourceTexts() *sourceTexts {
	if r.texts == nil {
		r.texts = textsOf(r.data.History("SRC_URI"))
	}
	return r.texts
}

func textsOf(history []bitbake.Assignment) *sourceTexts {
	t := &sourceTexts{assignments: history, words: make([][]string, len(history)), plain: map[string]int{}}
	for i := len(history) - 1; i >= 0; i-- {
		t.words[i] = source.Split(unescape(history[i].Text))
		if history[i].Op == ":remove" {
			continue
		}
		for _, word := range t.words[i] {
			if _, later := t.plain[word]; later {
				continue
			}
			if parts := literals(word); len(parts) > 1 {
				t.patterns = append(t.patterns, pattern{parts, i})
			} else {
				t.plain[word] = i
			}
		}
	}
	return t
}

// origin finds the assignment that brought a URI into SRC_URI: the last one
// with a word that may expand to it.
func (t *sourceTexts) origin(uri string) (bitbake.Assignment, bool) {
	at, ok := t.plain[uri]
	if !ok {
		at = -1
	}
	for _, p := range t.patterns {
		if p.assignment <= at {
			break
		}
		if joins(p.literals, uri) {
			at = p.assignment
			break
		}
	}
	if at < 0 {
		return bitbake.Assignment{}, false
	}
	return t.assignments[at], true
}

// mayExpandTo says whether a word is a text once its ${…} are expanded.
func mayExpandTo(word, text string) bool { return joins(literals(word), text) }

// joins says whether literals with anything between them make a text. Nothing
// but ${…} makes none.
func joins(parts []string, text string) bool {
	empty := true
	for _, part := range parts {
		empty = empty && part == ""
	}
	if empty {
		return false
	}
	if len(parts) == 1 {
		return parts[0] == text
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
