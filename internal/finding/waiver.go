package finding

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Waiver accepts findings of one rule. All fields but Place are needed.
type Waiver struct {
	Rule    string
	Paths   []string  // patterns (see Glob) of Place.Path
	Reason  string    // why this is acceptable
	Expires time.Time // the last day on which it holds, in UTC; see ParseDate
	Place   Place     // where it is written down
}

// Rules about waivers. Findings of them always fail: nothing waives them, no
// baseline knows them, no threshold is above them.
const (
	WaiverUnused  = "waiver-unused"
	WaiverExpired = "waiver-expired"
)

// WaiverRules returns the rules about waivers.
func WaiverRules() []Rule {
	return []Rule{
		{ID: WaiverExpired, Name: "Expired waiver", Severity: High, Tags: []string{"waiver"},
			Summary: "A waiver is past its last day and accepts nothing any more.",
			Help:    "Mend what it accepted, or decide again and give it a new date and reason."},
		{ID: WaiverUnused, Name: "Unused waiver", Severity: High, Tags: []string{"waiver"},
			Summary: "A waiver, or one of its paths, matches no finding.",
			Help:    "What nobody needs could accept something else tomorrow. Remove it."},
	}
}

func aboutWaivers(rule string) bool { return rule == WaiverUnused || rule == WaiverExpired }

const dateLayout = "2006-01-02"

// ParseDate reads a day such as 2027-06-30.
func ParseDate(s string) (time.Time, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a date such as 2027-06-30", s)
	}
	return t, nil
}

// Waive returns the findings with those marked that a waiver accepts, and
// findings about the waivers that are expired or match nothing. The first
// waiver that accepts a finding is the one it is marked with; findings that are
// suppressed already are passed by. All errors of the waivers are returned at once.
func Waive(findings []Finding, waivers []Waiver, now time.Time) (marked, problems []Finding, err error) {
	if len(waivers) > 0 && now.IsZero() {
		return nil, nil, errors.New("applying waivers: without a time nobody knows which are expired")
	}
	compiled, err := compile(waivers, now)
	if err != nil {
		return nil, nil, err
	}
	byRule := map[string][]*compiledWaiver{}
	for _, w := range compiled {
		byRule[w.Rule] = append(byRule[w.Rule], w)
	}
	marked = slices.Clone(findings)
	for i := range marked {
		if f := &marked[i]; f.Suppressed == nil && !aboutWaivers(f.Rule) {
			f.Suppressed = accept(byRule[f.Rule], f.Place.Path())
		}
	}
	for _, w := range compiled {
		problems = append(problems, w.problems()...)
	}
	return marked, problems, nil
}

// accept asks every waiver, so that each knows whether it was used.
func accept(waivers []*compiledWaiver, name string) *Suppression {
	var s *Suppression
	for _, w := range waivers {
		if w.accepts(name) && s == nil {
			s = &Suppression{By: ByWaiver, Reason: w.Reason, Expires: w.Expires.UTC().Format(dateLayout), Place: w.Place}
		}
	}
	return s
}

// compiledWaiver is a waiver at work.
type compiledWaiver struct {
	Waiver
	globs   []Glob
	used    []bool // by glob
	expired bool
}

func compile(waivers []Waiver, now time.Time) ([]*compiledWaiver, error) {
	var out []*compiledWaiver
	var errs []error
	for _, w := range waivers {
		c, err := w.compile(now)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: waiver of %q: %w", w.Place, w.Rule, err))
		}
		out = append(out, c)
	}
	return out, errors.Join(errs...)
}

func (w Waiver) compile(now time.Time) (*compiledWaiver, error) {
	switch {
	case w.Rule == "":
		return nil, errors.New("names no rule")
	case aboutWaivers(w.Rule):
		return nil, errors.New("this rule cannot be waived")
	case len(w.Paths) == 0:
		return nil, errors.New("names no path")
	case strings.TrimSpace(w.Reason) == "":
		return nil, errors.New("has no reason")
	case w.Expires.IsZero():
		return nil, errors.New("has no expiry date")
	}
	if err := w.Place.check(); err != nil {
		return nil, err
	}
	y, m, d := w.Expires.UTC().Date()
	c := &compiledWaiver{Waiver: w, used: make([]bool, len(w.Paths)), expired: !now.Before(time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC))}
	for _, p := range w.Paths {
		g, err := ParseGlob(p)
		if err != nil {
			return nil, err
		}
		c.globs = append(c.globs, g)
	}
	return c, nil
}

// accepts says whether the waiver covers a path, and remembers which of its
// patterns did.
func (c *compiledWaiver) accepts(name string) bool {
	accepted := false
	for i, g := range c.globs {
		if !c.expired && g.Match(name) {
			c.used[i], accepted = true, true
		}
	}
	return accepted
}

// problems returns what is wrong with the waiver after all findings were seen.
func (c *compiledWaiver) problems() []Finding {
	if c.expired {
		day := c.Expires.UTC().Format(dateLayout)
		return []Finding{{Rule: WaiverExpired, Severity: High, Place: c.Place, Subject: c.Rule + ": " + strings.Join(c.Paths, " "),
			Message:  fmt.Sprintf("the waiver of %s at %s expired on %s", c.Rule, strings.Join(c.Paths, ", "), day),
			Remedy:   "mend what it accepted, or decide again and give it a new date and reason",
			Evidence: []string{"reason given: " + c.Reason}}}
	}
	var out []Finding
	for i, g := range c.globs {
		if !c.used[i] {
			out = append(out, Finding{Rule: WaiverUnused, Severity: High, Place: c.Place, Subject: c.Rule + ": " + g.String(),
				Message:  fmt.Sprintf("the waiver of %s matches no finding at %s", c.Rule, g),
				Remedy:   "remove this path, or the waiver",
				Evidence: []string{"reason given: " + c.Reason}})
		}
	}
	return out
}
