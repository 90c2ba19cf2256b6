package finding

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Tool is what judged.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Verb    string `json:"verb,omitempty"` // "harden", "audit yocto": keeps the reports of one tool apart
}

// Content is what a report is made of.
type Content struct {
	Tool       Tool
	Rules      []Rule            // those the findings name, and those that were checked and held
	Findings   []Finding         // in any order
	Properties map[string]string // of the invocation: what was judged, with which profile
	Sections   []Section         // tables of the HTML page, in this order

	Waivers  []Waiver  // applied at Now
	Now      time.Time // needed when there are waivers
	Baseline *Baseline // nil: none
}

// Report is a checked and sorted content. It is not changed after New.
type Report struct {
	Tool       Tool              `json:"tool"`
	Properties map[string]string `json:"properties,omitempty"`
	Summary    Summary           `json:"summary"`
	Rules      []Rule            `json:"rules"`          // by id
	Gone       []Entry           `json:"gone,omitempty"` // what the baseline knows and nothing was found of
	Findings   []Finding         `json:"findings"`       // see Finding.Compare
	Sections   []Section         `json:"-"`
}

// Summary counts findings. Those that are suppressed or known are in no
// severity's count.
type Summary struct {
	Critical   int `json:"critical"`
	High       int `json:"high"`
	Medium     int `json:"medium"`
	Low        int `json:"low"`
	Note       int `json:"note"`
	Suppressed int `json:"suppressed"`
	Known      int `json:"known"` // by the baseline
	Gone       int `json:"gone"`  // of the baseline's entries
}

// Count returns how many active findings have a severity.
func (s Summary) Count(v Severity) int {
	return [...]int{Note: s.Note, Low: s.Low, Medium: s.Medium, High: s.High, Critical: s.Critical}[v]
}

// Active returns how many findings count.
func (s Summary) Active() int { return s.Critical + s.High + s.Medium + s.Low + s.Note }

// New checks a content, applies its waivers and baseline and puts it in order.
// What waivers are expired or unused become findings. All errors are returned
// at once.
func New(c Content) (*Report, error) {
	if c.Tool.Name == "" {
		return nil, errors.New("making a report: the tool has no name")
	}
	marked, problems, err := Waive(c.Findings, c.Waivers, c.Now)
	if err != nil {
		return nil, err
	}
	findings := append(append([]Finding{}, marked...), problems...)
	rules, err := sortedRules(c.Rules, findings)
	if err != nil {
		return nil, fmt.Errorf("making a report: %w", err)
	}
	if err := complete(findings, rules); err != nil {
		return nil, fmt.Errorf("making a report: %w", err)
	}
	for _, s := range c.Sections {
		if err := s.check(); err != nil {
			return nil, fmt.Errorf("making a report: %w", err)
		}
	}
	number(findings)
	r := &Report{Tool: c.Tool, Properties: validProperties(c.Properties), Rules: rules, Sections: c.Sections}
	r.Findings, r.Gone = c.Baseline.apply(findings)
	slices.SortStableFunc(r.Findings, Finding.Compare)
	r.Summary = summarise(r.Findings)
	r.Summary.Gone = len(r.Gone)
	return r, nil
}

// Failing returns the active findings at or above a severity, and always those
// about waivers.
func (r *Report) Failing(threshold Severity) []Finding {
	var out []Finding
	for _, f := range r.Findings {
		if f.Active() && (f.Severity >= threshold || aboutWaivers(f.Rule)) {
			out = append(out, f)
		}
	}
	return out
}

func (r *Report) rule(id string) (int, Rule) {
	i, _ := slices.BinarySearchFunc(r.Rules, id, func(r Rule, id string) int { return strings.Compare(r.ID, id) })
	return i, r.Rules[i]
}

// sortedRules returns the rules by id, with those about waivers if a finding
// names them.
func sortedRules(rules []Rule, findings []Finding) ([]Rule, error) {
	out := append([]Rule{}, rules...)
	for _, w := range WaiverRules() {
		if slices.ContainsFunc(findings, func(f Finding) bool { return f.Rule == w.ID }) {
			out = append(out, w)
		}
	}
	slices.SortFunc(out, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	var errs []error
	for i := range out {
		r := &out[i]
		r.Tags = slices.Clone(r.Tags)
		slices.Sort(r.Tags)
		r.Tags = slices.Compact(r.Tags)
		if err := r.check(); err != nil {
			errs = append(errs, fmt.Errorf("rule %q: %w", r.ID, err))
		}
		if i > 0 && out[i-1].ID == r.ID {
			errs = append(errs, fmt.Errorf("rule %q: is there twice", r.ID))
		}
	}
	return out, errors.Join(errs...)
}

func (r Rule) check() error {
	switch {
	case r.ID == "" || r.ID != visibleName(r.ID) || strings.ContainsAny(r.ID, " /"):
		return errors.New("an id has printable characters without spaces and slashes")
	case !r.Severity.valid():
		return fmt.Errorf("%s is not a severity", r.Severity)
	case strings.TrimSpace(r.Summary) == "":
		return errors.New("has no summary")
	}
	return nil
}

// complete fills in what findings take from their rules and checks them.
func complete(findings []Finding, rules []Rule) error {
	var errs []error
	severities := map[string]Severity{}
	for _, r := range rules {
		severities[r.ID] = r.Severity
	}
	for i := range findings {
		f := &findings[i]
		if _, known := severities[f.Rule]; !known {
			errs = append(errs, fmt.Errorf("finding of %q at %s: no such rule", f.Rule, f.Place))
			continue
		}
		f.Severity = cmp.Or(f.Severity, severities[f.Rule])
		f.toValidText()
		if err := f.check(); err != nil {
			errs = append(errs, fmt.Errorf("finding of %q at %s: %w", f.Rule, f.Place, err))
		}
	}
	return errors.Join(errs...)
}

// toValidText escapes what is not UTF-8 in everything but the names of places.
func (f *Finding) toValidText() {
	f.Subject, f.Message, f.Remedy = validText(f.Subject), validText(f.Message), validText(f.Remedy)
	f.Evidence, f.Related = slices.Clone(f.Evidence), slices.Clone(f.Related)
	for i := range f.Evidence {
		f.Evidence[i] = validText(f.Evidence[i])
	}
	for i := range f.Related {
		f.Related[i].Message = validText(f.Related[i].Message)
	}
	if f.Suppressed != nil {
		s := *f.Suppressed
		s.By, s.Reason, s.Expires = validText(s.By), validText(s.Reason), validText(s.Expires)
		f.Suppressed = &s
	}
}

func validProperties(in map[string]string) map[string]string {
	out := make(map[string]string, len(in))
	for k, v := range in {
		out[validText(k)] = validText(v)
	}
	return out
}

// number gives each finding its fingerprint. Equal identities are told apart by
// their order among themselves, which does not depend on severity.
func number(findings []Finding) {
	type numbered struct {
		*Finding
		id [sha256.Size]byte
	}
	all := make([]numbered, len(findings))
	for i := range findings {
		all[i] = numbered{&findings[i], findings[i].identity()}
	}
	slices.SortStableFunc(all, func(a, b numbered) int {
		if c := cmp.Or(bytes.Compare(a.id[:], b.id[:]), a.Place.Compare(b.Place)); c != 0 {
			return c
		}
		return strings.Compare(a.rest(), b.rest())
	})
	n := uint64(0)
	for i, f := range all {
		if i > 0 && all[i-1].id == f.id {
			n++
		} else {
			n = 0
		}
		f.Fingerprint = fingerprint(f.id, n)
	}
}

func summarise(findings []Finding) Summary {
	var s Summary
	count := map[Severity]*int{Critical: &s.Critical, High: &s.High, Medium: &s.Medium, Low: &s.Low, Note: &s.Note}
	for _, f := range findings {
		switch {
		case f.Suppressed != nil:
			s.Suppressed++
		case f.Baseline == StateKnown:
			s.Known++
		default:
			*count[f.Severity]++
		}
	}
	return s
}
