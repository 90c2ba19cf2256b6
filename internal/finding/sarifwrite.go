package finding

import (
	"cmp"
	"io"
	"strings"
)

// WriteSARIF writes the report as a SARIF 2.1.0 log with one run.
//
// Severities become levels: critical and high error, medium warning, low and
// note note; rules carry the property security-severity (9.5, 8.0, 5.5, 2.5; a
// note has none), which code scanning viewers rank by. A physical location is
// the file on disk; what lies inside it, and the compilation unit, are logical
// locations, and a line there is a property of the location. Paths are
// relative to the base SRCROOT, or file: URIs.
func (r *Report) WriteSARIF(w io.Writer) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: Visible(r.Tool.Name), Version: Visible(r.Tool.Version), Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{ExecutionSuccessful: true, Properties: r.Properties}},
		ColumnKind:  "unicodeCodePoints",
		Results:     []sarifResult{},
	}
	if r.Tool.Verb != "" {
		run.AutomationDetails = &sarifAutomationDetails{Visible(r.Tool.Name + "/" + r.Tool.Verb + "/")}
	}
	for _, rule := range r.Rules {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifOfRule(rule))
	}
	l := logicals{index: map[string]int{}}
	result := func(i int) any {
		rule, _ := r.rule(r.Findings[i].Rule)
		return l.finding(r.Findings[i], rule)
	}
	for _, f := range r.Findings { // all of them stand before the results
		l.of(f.Place)
		for _, related := range f.Related {
			l.of(related.Place)
		}
		if f.Suppressed != nil {
			l.of(f.Suppressed.Place)
		}
	}
	run.LogicalLocations = l.all
	if len(r.Gone) > 0 {
		run.Properties = map[string]any{"goneSinceBaseline": r.Gone}
	}
	return writeList(w, sarifLog{sarifSchema, "2.1.0", []sarifRun{run}}, "\n    }\n  ]\n}\n", len(r.Findings), result)
}

func sarifLevel(s Severity) string {
	switch s {
	case Critical, High:
		return "error"
	case Medium:
		return "warning"
	}
	return "note"
}

// securitySeverity returns a figure in the middle of the range that viewers
// give the same name: over 9.0 critical, 7.0 high, 4.0 medium, 0.1 low.
func securitySeverity(s Severity) string {
	return [...]string{Note: "", Low: "2.5", Medium: "5.5", High: "8.0", Critical: "9.5"}[s]
}

var (
	doubleBraces   = strings.NewReplacer("{", "{{", "}", "}}")
	escapeBrackets = strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`)
)

// sarifString makes a message string of text: braces are doubled (3.11.5), and
// brackets are escaped where they would make a link (3.11.6).
func sarifString(s string) string {
	if strings.Contains(s, "](") {
		s = escapeBrackets.Replace(s)
	}
	return doubleBraces.Replace(s)
}

func plainText(s string) sarifText { return sarifText{Text: sarifString(Visible(s))} }

func sarifOfRule(r Rule) sarifRule {
	out := sarifRule{
		ID: r.ID, Name: Visible(r.Name),
		ShortDescription:     plainText(cmp.Or(r.Name, r.Summary)),
		FullDescription:      plainText(r.Summary),
		DefaultConfiguration: sarifConfiguration{sarifLevel(r.Severity)},
		Properties:           map[string]any{},
	}
	tags := r.Tags
	if s := securitySeverity(r.Severity); s != "" {
		out.Properties["security-severity"] = s
		tags = withTag(tags, "security")
	}
	if len(tags) > 0 {
		out.Properties["tags"] = tags
	}
	out.Help = out.FullDescription // viewers ask for some help
	if r.Help != "" {
		text := doubleBraces.Replace(visibleLines(r.Help))
		out.Help = sarifText{Text: text, Markdown: text}
	}
	return out
}

func withTag(tags []string, tag string) []string {
	out := []string{tag}
	for _, t := range tags {
		if t != tag {
			out = append(out, t)
		}
	}
	return out
}
