package recipe

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// didYouMean gives ` Did you mean "x"?` when one of the candidates is close to
// the name, else nothing.
func didYouMean(name string, candidates []string) string {
	if best := nearest(name, candidates); best != "" {
		return fmt.Sprintf(" Did you mean %q?", best)
	}
	return ""
}

// nearest gives the candidate that is the closest to a name, if one is close.
// Among equally close ones the first in order wins.
func nearest(name string, candidates []string) string {
	const longest = 64 // the distance takes quadratic time
	best, distance := "", max(2, len(name)/3)+1
	if len(name) < 4 {
		distance = 2
	}
	for _, c := range slices.Sorted(slices.Values(candidates)) {
		if len(name) > longest || len(c) > longest {
			continue
		}
		if d := levenshtein.Distance(strings.ToLower(name), strings.ToLower(c), nil); d < distance {
			best, distance = c, d
		}
	}
	return best
}

// oneOf lists names for a sentence: "a, b and c".
func oneOf(names []string) string {
	switch len(names) {
	case 0:
		return "none"
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
