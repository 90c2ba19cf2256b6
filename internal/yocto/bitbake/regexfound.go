package bitbake

import (
	"regexp"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// regexFound keeps what regular expressions find in short texts: most are asked
// for the same license or machine again and again.
type regexFound struct {
	answers sync.Map // regexQuestion → bool, or the parts of a split
	kept    atomic.Int64
}

type regexQuestion struct{ kind, pattern, text string }

const (
	mostAnswers   = 1 << 16
	longestAsked  = 256 // bytes of a text
	regexSplitter = "split"
)

// answer is what find gives, which is always the same for a question.
func (f *regexFound) answer(q regexQuestion, find func() any) any {
	if len(q.text) > longestAsked {
		return find()
	}
	if v, ok := f.answers.Load(q); ok {
		return v
	}
	v := find()
	if f.kept.Add(1) <= mostAnswers {
		f.answers.Store(q, v)
	}
	return v
}

// matches is whether an expression is found in a text.
func (e *environment) matches(kind, pattern, text string, re *regexp.Regexp) bool {
	return e.found.answer(regexQuestion{kind, pattern, text}, func() any { return re.MatchString(text) }).(bool)
}

// split cuts a text where an expression is found, with the groups of it between
// the parts. What it gives is the caller's.
func (e *environment) split(pattern, text string, re *regexp.Regexp) []python.Value {
	parts := e.found.answer(regexQuestion{regexSplitter, pattern, text}, func() any { return splitBy(re, text) })
	return slices.Clone(parts.([]python.Value))
}

func splitBy(re *regexp.Regexp, text string) []python.Value {
	var parts []python.Value
	last := 0
	for _, at := range re.FindAllStringSubmatchIndex(text, -1) {
		parts = append(parts, text[last:at[0]])
		for g := 2; g < len(at); g += 2 {
			if at[g] < 0 {
				parts = append(parts, nil)
			} else {
				parts = append(parts, text[at[g]:at[g+1]])
			}
		}
		last = at[1]
	}
	return append(parts, text[last:])
}
