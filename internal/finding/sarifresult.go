package finding

import (
	"fmt"
)

func (l *logicals) finding(f Finding, rule int) sarifResult {
	out := sarifResult{
		RuleID: f.Rule, RuleIndex: rule, Level: sarifLevel(f.Severity),
		Message:             plainText(sarifMessage(f)),
		PartialFingerprints: sarifFingerprints{f.Fingerprint, f.Fingerprint + ":1"},
		BaselineState:       map[State]string{StateNew: "new", StateKnown: "unchanged"}[f.Baseline],
		Suppressions:        []sarifSuppression{},
		Properties:          sarifProperties{f.Severity, Visible(f.Subject), Visible(f.Remedy), nil},
	}
	if at, ok := l.place(f.Place); ok {
		out.Locations = []sarifLocation{at}
	}
	for i, r := range f.Related {
		at, _ := l.place(r.Place)
		at.ID = &i
		if r.Message != "" {
			text := plainText(r.Message)
			at.Message = &text
		}
		out.RelatedLocations = append(out.RelatedLocations, at)
	}
	if f.Suppressed != nil {
		out.Suppressions = append(out.Suppressions, l.suppression(*f.Suppressed))
	}
	for _, e := range f.Evidence {
		out.Properties.Evidence = append(out.Properties.Evidence, Visible(e))
	}
	return out
}

// sarifMessage says in the message itself what many viewers do not show.
func sarifMessage(f Finding) string {
	text := f.Message
	if f.Place.Inside != "" || f.Place.Unit != "" {
		text = fmt.Sprintf("%s: %s", f.Place, text)
	}
	if f.Remedy != "" {
		text += "; remedy: " + f.Remedy
	}
	return text
}

func (l *logicals) suppression(s Suppression) sarifSuppression {
	out := sarifSuppression{Kind: "external", Status: "accepted", Justification: Visible(s.Reason), Properties: map[string]any{"by": Visible(s.By)}}
	if s.By == BySource {
		out.Kind = "inSource"
	}
	if s.Expires != "" {
		out.Properties["expires"] = s.Expires
	}
	if at, ok := l.place(s.Place); ok {
		out.Location = &at
	}
	return out
}
