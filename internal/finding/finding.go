package finding

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Rule is what findings are judged by.
type Rule struct {
	ID       string   `json:"id"`             // "pie", "Y01": without spaces, stable
	Name     string   `json:"name,omitempty"` // a few words: "position independent executable"
	Summary  string   `json:"summary"`        // one sentence: what is wrong where the rule is broken
	Help     string   `json:"help,omitempty"` // Markdown: why it matters, how it is judged, what to do
	Severity Severity `json:"severity"`       // of a finding that has none of its own
	Tags     []string `json:"tags,omitempty"` // for filters, such as "elf"
}

// Finding is one verdict.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"` // 0: the rule's
	Place    Place    `json:"place"`
	// Subject is what the rule was broken by at this place: a symbol, a URI, an
	// option. It identifies the finding across changes. Without one, the message
	// does, and then should hold no counts or versions.
	Subject  string    `json:"subject,omitempty"`
	Message  string    `json:"message"`            // one line: what is wrong
	Remedy   string    `json:"remedy,omitempty"`   // one line: what to do about it
	Evidence []string  `json:"evidence,omitempty"` // what the verdict rests on, one line each
	Related  []Related `json:"related,omitempty"`
	// Multiconfig are the configurations of a build that it is about; none where
	// it is about the default one.
	Multiconfig []string `json:"multiconfig,omitempty"`

	Suppressed  *Suppression `json:"suppressed,omitempty"`
	Baseline    State        `json:"baseline,omitempty"` // set by New when there is a baseline
	Fingerprint string       `json:"fingerprint"`        // set by New: 64 hexadecimal digits
}

// Related is a further place that explains a finding.
type Related struct {
	Place   Place  `json:"place"`
	Message string `json:"message"` // such as "overridden here"
}

// Suppression says why a finding does not count.
type Suppression struct {
	By      string `json:"by"`                // ByWaiver, BySource, or what else decided, such as "profile"
	Reason  string `json:"reason"`            // never empty
	Expires string `json:"expires,omitempty"` // last day, as 2027-06-30, UTC
	Place   Place  `json:"place,omitzero"`    // where that is written down
}

// Kinds of suppressions.
const (
	ByWaiver = "waiver"
	BySource = "source" // a mark in the judged text itself
)

// State is what a baseline says of a finding.
type State string

// States of a finding where there is a baseline.
const (
	StateNew   State = "new"
	StateKnown State = "known"
)

// Active says whether the finding counts: it is neither suppressed nor known.
func (f Finding) Active() bool { return f.Suppressed == nil && f.Baseline != StateKnown }

// Compare orders findings: worst first, then by rule, place and subject.
func (f Finding) Compare(g Finding) int {
	return cmp.Or(
		cmp.Compare(g.Severity, f.Severity), strings.Compare(f.Rule, g.Rule), f.Place.Compare(g.Place),
		strings.Compare(f.subject(), g.subject()), strings.Compare(f.Message, g.Message), strings.Compare(f.Fingerprint, g.Fingerprint))
}

// rest is what Compare has not looked at yet, with findings that count first.
func (f Finding) rest() string {
	suppression := ""
	if f.Suppressed != nil {
		suppression = "suppressed by " + f.Suppressed.By + ": " + f.Suppressed.String()
	}
	return fmt.Sprintf("%q %q %q %q", suppression, f.Remedy, f.Evidence, f.Related)
}

func (f Finding) subject() string { return cmp.Or(f.Subject, f.Message) }

func (f Finding) check() error {
	switch {
	case f.Rule == "":
		return errors.New("has no rule")
	case !f.Severity.valid():
		return fmt.Errorf("%s is not a severity", f.Severity)
	case strings.TrimSpace(f.Message) == "":
		return errors.New("has no message")
	case f.Suppressed != nil && (f.Suppressed.By == "" || strings.TrimSpace(f.Suppressed.Reason) == ""):
		return errors.New("is suppressed without a reason or by nobody")
	}
	for _, r := range f.Related {
		if err := r.Place.check(); err != nil {
			return fmt.Errorf("related place %s: %w", r.Place, err)
		}
	}
	return f.Place.check()
}

// identity is the fingerprint but for the number that tells equal ones apart.
func (f Finding) identity() [sha256.Size]byte {
	h := sha256.New()
	for _, s := range []string{"dombuild/finding/v1", f.Rule, f.Place.File, f.Place.inside(), f.Place.Unit, f.subject()} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(s)))
		h.Write(n[:])
		h.Write([]byte(s))
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// fingerprint is what tells the nth (from 0) finding of an identity from all others.
func fingerprint(identity [sha256.Size]byte, n uint64) string {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(identity[:], n))
	return hex.EncodeToString(sum[:])
}
