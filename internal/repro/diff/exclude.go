package diff

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// Exclusion says which differences do not count, and why. It changes nothing of
// what is compared.
type Exclusion struct {
	Pattern string       `json:"pattern"`        // of paths, as finding.Glob has them: "rootfs.tar!/etc/**"
	Kind    explain.Kind `json:"kind,omitempty"` // only differences of this kind; empty: of all
	Reason  string       `json:"reason"`         // never empty
}

// Excluded is an exclusion with the differences it matched. One that matched
// none is unused, which is an error of whoever wrote it down.
type Excluded struct {
	Exclusion
	Differences []explain.Difference `json:"differences"`
}

// ParseExclusion reads "PATTERN=REASON" and "KIND:PATTERN=REASON". A pattern
// that holds "=" writes it as "[=]".
func ParseExclusion(s string) (Exclusion, error) {
	end := strings.IndexByte(strings.ReplaceAll(s, "[=]", "[-]"), '=')
	if end < 0 {
		return Exclusion{}, errors.New("there is no reason")
	}
	pattern := s[:end]
	e := Exclusion{Pattern: pattern, Reason: strings.TrimSpace(s[end+1:])}
	if kind, rest, ok := strings.Cut(pattern, ":"); ok && slices.Contains(Kinds(), explain.Kind(kind)) {
		e.Kind, e.Pattern = explain.Kind(kind), rest
	}
	_, err := e.compile()
	return e, err
}

// Kinds returns the kinds of differences.
func Kinds() []explain.Kind {
	return []explain.Kind{explain.OnlyLeft, explain.OnlyRight, explain.TypeOf, explain.Mode, explain.Owner, explain.ModTime, explain.LinkTarget,
		explain.Device, explain.Xattr, explain.Field, explain.Order, explain.Layout, explain.Section, explain.Symbol, explain.Text, explain.Bytes}
}

// exclusion is an exclusion at work.
type exclusion struct {
	Exclusion
	glob finding.Glob
}

func (e Exclusion) compile() (*exclusion, error) {
	if strings.TrimSpace(e.Reason) == "" {
		return nil, fmt.Errorf("the exclusion of %q has no reason", e.Pattern)
	}
	if e.Kind != "" && !slices.Contains(Kinds(), e.Kind) {
		return nil, fmt.Errorf("the exclusion of %q: there is no kind %q", e.Pattern, e.Kind)
	}
	g, err := finding.ParseGlob(e.Pattern)
	if err != nil {
		return nil, err
	}
	return &exclusion{e, g}, nil
}

func compileExclusions(all []Exclusion) ([]*exclusion, error) {
	var out []*exclusion
	for _, e := range all {
		c, err := e.compile()
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Place is the path of a difference as patterns see it.
func Place(path []string) string { return strings.Join(path, "!/") }

func (e *exclusion) matches(d explain.Difference) bool {
	return (e.Kind == "" || e.Kind == d.Kind) && e.glob.Match(Place(d.Path))
}

// exclude takes out the differences that exclusions match. Each is shown with
// all exclusions that match it, so that none is unused because of another.
func exclude(found []explain.Difference, rules []*exclusion) (rest []explain.Difference, out []Excluded) {
	for _, e := range rules {
		out = append(out, Excluded{Exclusion: e.Exclusion})
	}
	for _, d := range found {
		matched := false
		for i, e := range rules {
			if e.matches(d) {
				out[i].Differences = append(out[i].Differences, d)
				matched = true
			}
		}
		if !matched {
			rest = append(rest, d)
		}
	}
	return rest, out
}

// Unused returns the exclusions that matched nothing.
func (r *Result) Unused() []Exclusion {
	var out []Exclusion
	for _, e := range r.Excluded {
		if len(e.Differences) == 0 {
			out = append(out, e.Exclusion)
		}
	}
	return out
}
