package repro

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro/bisect"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// tell puts what a search found into words.
func (h *hunt) tell(ctx context.Context, p *plan.Plan, res bisect.Result, seen build.Step) ([]Cause, error) {
	var causes []Cause
	add := func(c Cause, of build.Step) error {
		list, err := h.explained(ctx, h.first, of)
		if err != nil {
			return err
		}
		c.Differences = only(list, c.Files)
		h.classify(&c)
		causes = append(causes, c)
		return nil
	}
	for _, set := range res.Sets {
		c := h.cause(p, ByAxes, set.Paths)
		c.Axes = axesOf(h.verdict.axes(), set.Axes)
		c.Evidence = evidenceOf(set, res)
		if err := add(c, h.madeWith(set.Axes, seen)); err != nil {
			return nil, err
		}
	}
	if len(res.Itself) > 0 {
		c := h.cause(p, ByItself, res.Itself)
		c.Evidence = "in the same conditions it differs in some builds and not in others"
		if res.Differed > 0 {
			c.Evidence = fmt.Sprintf("with nothing varied it differed in %d of %d builds", res.Differed, res.Plain)
		}
		c.Evidence += "; whether conditions matter too shows when this is mended"
		if err := add(c, h.madeWith(nil, seen)); err != nil {
			return nil, err
		}
	}
	if len(res.Unknown) > 0 {
		c := h.cause(p, Unknown, res.Unknown)
		c.Axes = axesOf(h.verdict.axes(), res.Narrowed)
		c.Evidence = fmt.Sprintf("it was not found within %d builds", res.Builds)
		if err := add(c, seen); err != nil {
			return nil, err
		}
	}
	return causes, nil
}

// madeWith returns the last output that differed with these axes varied.
func (h *hunt) madeWith(axes []string, otherwise build.Step) build.Step {
	if made, ok := h.made[strings.Join(axes, " ")]; ok {
		return made
	}
	return otherwise
}

func evidenceOf(set bisect.Set, res bisect.Result) string {
	text := "each build with " + strings.Join(set.Axes, " and ") + " varied differs, each with nothing varied is equal"
	if len(set.Axes) > 1 {
		text += "; one of them alone is not enough"
	}
	if set.Unstable {
		text += "; it differs in another way each time"
	}
	if res.Limited {
		return text + "; the limit of builds ended the search for further causes"
	}
	return text
}

// only keeps the differences in these files.
func only(list []explain.Difference, files []string) []explain.Difference {
	return slices.DeleteFunc(list, func(d explain.Difference) bool {
		return len(d.Path) == 0 || !slices.Contains(files, d.Path[0])
	})
}

// classify sets the class of a cause and what helps.
func (s Search) classify(c *Cause) {
	var names []string
	for _, a := range c.Axes {
		names = append(names, a.Name)
	}
	switch c.By {
	case ByAxes:
		c.Cause = classOf(names, c.Differences)
		c.Remedy = cmp.Or(s.remedy(c), remedyOf(names, c.Cause), "let the output not depend on "+strings.Join(names, " and "))
	case ByItself:
		c.Cause = common(c.Differences)
		c.Remedy = cmp.Or(s.remedy(c), remedies[c.Cause], noCause)
	default:
		c.Cause = common(c.Differences)
		c.Remedy = "look further with a larger --bisect-limit"
	}
}

// remedy asks whoever explains, for the difference that the class comes from.
func (s Search) remedy(c *Cause) string {
	if s.Remedy == nil || c.Cause == "" || len(c.Differences) == 0 {
		return ""
	}
	i := max(slices.IndexFunc(c.Differences, func(d explain.Difference) bool { return d.Cause == c.Cause }), 0)
	return s.Remedy(c.Cause, c.Differences[i])
}

// remedyOf is what is known of the axis that a class comes from.
func remedyOf(axes []string, class explain.Cause) string {
	for _, n := range axes {
		if f := factOf(n); f.cause == class {
			return f.remedy
		}
	}
	return ""
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
