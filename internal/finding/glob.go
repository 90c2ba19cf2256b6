package finding

import (
	"errors"
	"fmt"
	"path"
	"strings"
)

// maxGlob bounds a pattern in bytes. Matching takes at most the product of the
// lengths of pattern and path.
const maxGlob = 4096

// Glob is a pattern of paths. "**" as a whole segment stands for any number of
// segments, none too; within a segment the syntax is that of path.Match: "*"
// and "?" do not match a slash, "[a-z]" is a class, "\" takes the next character
// as it is. A path inside an artifact continues after "!/":
// "out/*.iso!/boot/**". Only "**" goes into an artifact without saying so: "*/x"
// is no x in an artifact, and "*!/x" none in a directory whose name ends in "!",
// which paths have as "\!" and patterns as "\\\!". There is no other magic:
// "bin" is not "usr/bin", "**/x" is any x, inside artifacts too.
type Glob struct {
	text     string
	segments []string
}

// ParseGlob checks a pattern.
func ParseGlob(text string) (Glob, error) {
	g := Glob{text, strings.Split(text, "/")}
	if err := g.check(); err != nil {
		return Glob{}, fmt.Errorf("path pattern %q: %w", text, err)
	}
	return g, nil
}

func (g Glob) check() error {
	if g.text == "" {
		return errors.New("is empty")
	}
	if len(g.text) > maxGlob {
		return fmt.Errorf("is longer than %d bytes", maxGlob)
	}
	for i, s := range g.segments {
		switch {
		case s == "" && (i > 0 || len(g.segments) == 1):
			return errors.New("has an empty segment")
		case s == "." || s == "..":
			return fmt.Errorf("has the segment %q, which no path has", s)
		case s != "**" && strings.Contains(s, "**"):
			return errors.New("** has to be a whole segment")
		}
		if _, err := path.Match(s, ""); err != nil {
			return fmt.Errorf("segment %q: %w", s, err)
		}
	}
	return nil
}

func (g Glob) String() string { return g.text }

// Match says whether the pattern covers the whole path.
func (g Glob) Match(name string) bool {
	segments := strings.Split(name, "/")
	p, s := 0, 0
	star, from := -1, 0 // last ** and the first segment after what it took
	for s < len(segments) {
		switch {
		case p < len(g.segments) && g.segments[p] == "**":
			star, from = p, s
			p++
		case p < len(g.segments) && matchSegment(g.segments[p], p < len(g.segments)-1, segments[s], s < len(segments)-1):
			p++
			s++
		case star >= 0:
			from++
			p, s = star+1, from
		default:
			return false
		}
	}
	for p < len(g.segments) && g.segments[p] == "**" {
		p++
	}
	return p == len(g.segments)
}

// matchSegment matches one segment, which is an artifact's only if the pattern's
// is too. That may be said of those that others follow.
func matchSegment(pattern string, patternInner bool, segment string, segmentInner bool) bool {
	pattern, into := cutArtifact(pattern, patternInner)
	segment, inside := cutArtifact(segment, segmentInner)
	ok, err := path.Match(pattern, segment)
	return ok && into == inside && err == nil // check has seen the pattern: err is nil
}

// cutArtifact cuts the "!" off the name of an artifact that something is in:
// one with an even number of backslashes before it, none as a rule.
func cutArtifact(segment string, inner bool) (string, bool) {
	name, ok := strings.CutSuffix(segment, "!")
	escapes := len(name) - len(strings.TrimRight(name, `\`))
	if !inner || !ok || escapes%2 == 1 {
		return segment, false
	}
	return name, true
}
