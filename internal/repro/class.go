package repro

import (
	"cmp"
	"slices"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// classOf is the class that a measured set of axes and the explained
// differences have: the axes decide, of several the one that was explained.
func classOf(names []string, list []explain.Difference) explain.Cause {
	var measured []explain.Cause
	for _, n := range names {
		measured = append(measured, factOf(n).cause)
	}
	for _, d := range list {
		if slices.Contains(measured, d.Cause) && d.Cause != "" {
			return d.Cause
		}
	}
	if len(measured) > 0 {
		return measured[0]
	}
	return common(list)
}

// common is the class that the explained differences have in common. What only
// follows from others does not count beside them.
func common(list []explain.Difference) explain.Cause {
	var one explain.Cause
	for _, d := range list {
		if d.Cause == "" || d.Cause == explain.BuildID {
			continue
		}
		if one != "" && one != d.Cause {
			return ""
		}
		one = cmp.Or(one, d.Cause)
	}
	return one
}
