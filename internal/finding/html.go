package finding

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
)

var (
	//go:embed page/page.html
	pageText string
	//go:embed page/style.css
	pageStyle string
	//go:embed page/script.js
	pageScript string
)

// page is what the template sees.
type page struct {
	Title      string
	Policy     string
	Style      template.CSS
	Script     template.JS
	Report     *Report
	Properties []property
	Chart      chart
	Rules      []ruleGroup // all, by id
	Worst      []ruleGroup // those with findings, the worst first
	Kinds      []string    // of the findings there are, for the filter
}

type property struct{ Name, Value string }

// ruleGroup is a rule with its findings.
type ruleGroup struct {
	Number           int // for links
	Rule             Rule
	Findings         []Finding
	Active, Accepted int
}

// accepted is the kind of findings that do not count; the others' kind is their
// severity.
const accepted = "accepted"

func kind(f Finding) string {
	if !f.Active() {
		return accepted
	}
	return f.Severity.String()
}

// WriteHTML writes the report as one page that needs nothing else: no network,
// no other file. Its Content-Security-Policy allows the one style and the one
// script it holds, by their hashes. Without the script it is whole too; the
// script only filters and opens everything for the printer.
func (r *Report) WriteHTML(w io.Writer) error {
	t, err := template.New("page").Funcs(template.FuncMap{"visible": Visible, "lines": visibleLines, "kind": kind}).Parse(pageText)
	if err != nil {
		return fmt.Errorf("reading the template of the page: %w", err)
	}
	if err := t.Execute(w, r.page()); err != nil {
		return fmt.Errorf("writing HTML: %w", err)
	}
	return nil
}

func (r *Report) page() page {
	p := page{
		Title:  Visible(strings.TrimSpace(r.Tool.Name + " " + r.Tool.Verb)),
		Policy: policy(), Style: template.CSS(pageStyle), Script: template.JS(pageScript),
		Report: r, Chart: newChart(r.Summary), Rules: r.groups(),
	}
	for _, k := range slices.Sorted(maps.Keys(r.Properties)) {
		p.Properties = append(p.Properties, property{k, r.Properties[k]})
	}
	p.Worst = slices.DeleteFunc(slices.Clone(p.Rules), func(g ruleGroup) bool { return len(g.Findings) == 0 })
	slices.SortStableFunc(p.Worst, func(a, b ruleGroup) int { return cmp.Compare(b.worst(), a.worst()) })
	for _, k := range append(severityNamesWorstFirst(), accepted) {
		if slices.ContainsFunc(r.Findings, func(f Finding) bool { return kind(f) == k }) {
			p.Kinds = append(p.Kinds, k)
		}
	}
	return p
}

func severityNamesWorstFirst() []string {
	var out []string
	for _, s := range Severities() {
		out = append(out, s.String())
	}
	return out
}

func (r *Report) groups() []ruleGroup {
	groups := make([]ruleGroup, len(r.Rules))
	for i, rule := range r.Rules {
		groups[i] = ruleGroup{Number: i + 1, Rule: rule}
	}
	for _, f := range r.Findings {
		i, _ := r.rule(f.Rule)
		g := &groups[i]
		g.Findings = append(g.Findings, f)
		if f.Active() {
			g.Active++
		} else {
			g.Accepted++
		}
	}
	return groups
}

// worst returns the worst severity of what counts, or 0.
func (g ruleGroup) worst() Severity {
	var s Severity
	for _, f := range g.Findings {
		if f.Active() {
			s = max(s, f.Severity)
		}
	}
	return s
}

// policy forbids everything but the style and the script of the page.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'", hashSource(pageStyle), hashSource(pageScript))
}

func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// visibleLines is Visible line by line.
func visibleLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i := range lines {
		lines[i] = Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}
