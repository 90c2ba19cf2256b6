package finding

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// BaselineSchema names the format of baselines.
const BaselineSchema = "dombuild/baseline/v1"

// maxBaseline bounds a baseline in bytes: some 300,000 findings.
const maxBaseline = 64 << 20

// Entry is one finding that a baseline knows. Rule and Path are for people; the
// fingerprint decides, and the severity: what became worse is new.
type Entry struct {
	Path        string   `json:"path"` // without line, control characters escaped
	Rule        string   `json:"rule"`
	Severity    Severity `json:"severity"`
	Fingerprint string   `json:"fingerprint"`
}

func (e Entry) compare(f Entry) int {
	return cmp.Or(strings.Compare(e.Path, f.Path), strings.Compare(e.Rule, f.Rule), strings.Compare(e.Fingerprint, f.Fingerprint))
}

func (e Entry) check() error {
	switch {
	case len(e.Fingerprint) != 64 || strings.Trim(e.Fingerprint, "0123456789abcdef") != "":
		return fmt.Errorf("fingerprint %q is not 64 hexadecimal digits", e.Fingerprint)
	case !e.Severity.valid():
		return errors.New("has no severity")
	case e.Rule == "":
		return errors.New("has no rule")
	case aboutWaivers(e.Rule):
		return fmt.Errorf("no baseline can know findings of %s", e.Rule)
	}
	return nil
}

// Baseline is a set of findings that are known.
type Baseline struct{ entries []Entry }

type baselineJSON struct {
	Schema   string  `json:"schema"`
	Findings []Entry `json:"findings"`
}

// NewBaseline returns what makes the report's active findings known. Suppressed
// findings are left out: should their waiver go, they are new.
func NewBaseline(r *Report) *Baseline {
	b := &Baseline{}
	for _, f := range r.Findings {
		if f.Suppressed == nil && !aboutWaivers(f.Rule) {
			p := Place{File: f.Place.File, Inside: f.Place.Inside, Unit: f.Place.Unit}
			b.entries = append(b.entries, Entry{p.String(), f.Rule, f.Severity, f.Fingerprint})
		}
	}
	slices.SortFunc(b.entries, Entry.compare)
	return b
}

// Entries returns what the baseline knows, by path, rule and fingerprint.
func (b *Baseline) Entries() []Entry { return slices.Clone(b.entries) }

// Write writes the baseline in its one form, so that version control shows
// nothing but changes.
func (b *Baseline) Write(w io.Writer) error {
	return writeDocument(w, baselineJSON{BaselineSchema, append([]Entry{}, b.entries...)})
}

// ReadBaseline reads what Write writes and nothing else: a text that is not in
// canonical form is an error, so that no reader of it can see something else.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return nil, fmt.Errorf("reading baseline: %w", err)
	}
	if len(text) > maxBaseline {
		return nil, fmt.Errorf("reading baseline: more than %d bytes", maxBaseline)
	}
	b, err := parseBaseline(text)
	if err != nil {
		return nil, fmt.Errorf("reading baseline: %w", err)
	}
	return b, nil
}

func parseBaseline(text []byte) (*Baseline, error) {
	var doc baselineJSON
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, atLine(text, err)
	}
	if doc.Schema != BaselineSchema {
		return nil, fmt.Errorf("schema is %q, not %q", doc.Schema, BaselineSchema)
	}
	seen := map[string]bool{}
	for _, e := range doc.Findings {
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("finding of %q at %s: %w", e.Rule, Visible(e.Path), err)
		}
		if seen[e.Fingerprint] {
			return nil, fmt.Errorf("finding of %q at %s: fingerprint %s is there twice", e.Rule, Visible(e.Path), e.Fingerprint)
		}
		seen[e.Fingerprint] = true
	}
	b := &Baseline{doc.Findings}
	slices.SortFunc(b.entries, Entry.compare)
	return b, b.checkCanonical(text)
}

func (b *Baseline) checkCanonical(text []byte) error {
	var canonical bytes.Buffer
	if err := b.Write(&canonical); err != nil {
		return err
	}
	want, got := canonical.Bytes(), text
	if bytes.Equal(want, got) {
		return nil
	}
	n := 0
	for n < len(want) && n < len(got) && want[n] == got[n] {
		n++
	}
	return fmt.Errorf("line %d: not in canonical form; write the baseline anew", 1+bytes.Count(got[:n], []byte("\n")))
}

// atLine adds the line to an error of package json.
func atLine(text []byte, err error) error {
	var offset int64
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		offset = syntax.Offset
	case errors.As(err, &kind):
		offset = kind.Offset
	default:
		return err
	}
	offset = min(max(offset, 0), int64(len(text)))
	return fmt.Errorf("line %d: %w", 1+bytes.Count(text[:offset], []byte("\n")), err)
}

// apply marks findings as known or new and returns the entries that no finding
// has. A nil baseline marks nothing.
func (b *Baseline) apply(findings []Finding) ([]Finding, []Entry) {
	if b == nil {
		return findings, nil
	}
	unseen := make(map[string]Entry, len(b.entries))
	for _, e := range b.entries {
		unseen[e.Fingerprint] = e
	}
	for i := range findings {
		f := &findings[i]
		e, known := unseen[f.Fingerprint]
		delete(unseen, f.Fingerprint)
		f.Baseline = StateNew
		if known && f.Severity <= e.Severity && !aboutWaivers(f.Rule) {
			f.Baseline = StateKnown
		}
	}
	gone := slices.DeleteFunc(b.Entries(), func(e Entry) bool { _, is := unseen[e.Fingerprint]; return !is })
	return findings, gone
}
