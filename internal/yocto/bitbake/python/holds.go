package python

import "slices"

// Holds says whether a value, or one that a list, tuple, dict or set holds at
// any depth, is one of a kind. What lies deeper than 16 counts as one.
func Holds(v Value, is func(Value) bool) bool { return holds(v, is, 16) }

func holds(v Value, is func(Value) bool, depth int) bool {
	if depth == 0 || is(v) {
		return true
	}
	each := func(v Value) bool { return holds(v, is, depth-1) }
	switch v := v.(type) {
	case *List:
		return slices.ContainsFunc(v.Items, each)
	case *Tuple:
		return slices.ContainsFunc(v.Items, each)
	case *Dict:
		for _, k := range v.keys {
			if x, _ := v.get(k); each(x) {
				return true
			}
		}
	}
	return false
}
