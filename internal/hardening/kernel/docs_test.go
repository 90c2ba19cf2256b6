package kernel

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/kernel-rules.md")

const (
	docsFile  = "../../../docs/kernel-rules.md"
	docsBegin = "<!-- begin rules -->\n"
	docsEnd   = "<!-- end rules -->\n"
)

// TestDocs holds the tables of the documentation equal to the rules.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), docsBegin)
	_, after, ok2 := strings.Cut(rest, docsEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no marks", docsFile)
	}
	want := before + docsBegin + table(Linux) + table(Xen) + parameterTables() + docsEnd + after
	if *update {
		if err := os.WriteFile(docsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(text) {
		t.Errorf("%s is not what the rules say; run this test with -update", docsFile)
	}
}

func table(kind Kind) string {
	rules := Rules(kind)
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s: %d rules\n\n", kind.title(), len(rules))
	b.WriteString("| option | wanted | architectures | versions | source | severity | what it gains |\n|---|---|---|---|---|---|---|\n")
	for _, r := range rules {
		// A table has one line for each rule and no escape for a bar but this.
		cells := []string{"`" + r.Option + "`", r.Wanted(), archCell(r), versionCell(r), string(r.Source), string(r.Severity), r.Reason}
		for i := range cells {
			cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	b.WriteString("\n")
	return b.String()
}

func archCell(r Rule) string {
	var names []string
	for _, a := range r.Arch {
		names = append(names, string(a))
	}
	if len(names) == 0 {
		return "all"
	}
	return strings.Join(names, ", ")
}

func versionCell(r Rule) string {
	var parts []string
	if r.Since != "" {
		parts = append(parts, "from ≥ "+r.Since)
	}
	for _, o := range r.SinceOn {
		parts = append(parts, fmt.Sprintf("%s ≥ %s", o.Arch, o.Version))
	}
	if r.Until != "" {
		parts = append(parts, "to < "+r.Until)
	}
	if len(r.Stable) > 0 {
		parts = append(parts, "stable "+strings.Join(r.Stable, ", "))
	}
	return strings.Join(parts, "; ")
}

// parameterTables are those of command lines and sysctls.
func parameterTables() string {
	var b strings.Builder
	for _, set := range []struct {
		title string
		rules []Parameter
	}{{"Command line of Linux", Parameters(Linux)}, {"Command line of Xen", Parameters(Xen)}, {"Sysctls", Sysctls()}} {
		fmt.Fprintf(&b, "\n### %s: %d rules\n\n| parameter | wanted | when it is not set | source | severity | what it gains |\n|---|---|---|---|---|---|\n", set.title, len(set.rules))
		for _, p := range set.rules {
			unset := string(p.Unset)
			if !p.Config.isZero() {
				unset = "by the configuration: " + p.Config.String()
			}
			if !p.Needs.isZero() {
				unset += "; not applicable without " + p.Needs.String()
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", p.Name, p.Wanted(), unset, p.Source, p.Severity, p.Reason)
		}
		b.WriteString("\n")
	}
	return b.String()
}
