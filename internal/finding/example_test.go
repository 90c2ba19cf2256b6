package finding

import (
	"testing"
	"time"
)

// names that do harm where they are not neutralised
const (
	ansiName     = "bin/\x1b[2J\x1b[31mroot\x07"
	newlineName  = "bin/x\ncritical  pie  all is well"
	markupName   = `bin/"><script>alert(1)</script><img src=x onerror=alert(2)>`
	bidiName     = "bin/exe\u202ecod.sh\u2066"
	bytesName    = "bin/latin-\xe9\x80"
	slashedName  = `bin/latin-\xe9\x80`
	schemeName   = "javascript:alert(1)//..?x#y %41"
	invisible    = "a\u200bb\u00adc\ufeffd\u3164e\U000e0041"
	linkMessage  = "see [the remedy](https://evil.example/) for {0} and ${AUTOREV} \\[x\\](y)"
	templateName = `{{.Script}}${x}'"` + "`"
)

// day is when the example is judged.
var day = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// example is a content with everything that a report can hold, out of order.
func example() Content {
	recipe := func(line int) Place { return Place{File: "dom0.hcl", Line: line, Column: 3, EndLine: line + 2} }
	return Content{
		Tool: Tool{"dombuild", "0.1.0", "harden"},
		Rules: []Rule{
			{ID: "relro", Name: "RELRO", Summary: "The relocation table stays writable.", Severity: Medium, Tags: []string{"elf", "link", "elf"}},
			{ID: "pie", Name: "position independent executable", Summary: "The program lies at a fixed address.", Severity: High, Tags: []string{"elf"},
				Help: "An attacker knows where code lies.\n\nBuild with `-fPIE -pie`; see {the manual}.\x1b[0m\n"},
			{ID: "setuid", Summary: "A program gets its owner's rights.", Severity: Low},
			{ID: "nx", Summary: "The stack is executable.", Severity: Critical},
			{ID: "rpath", Summary: "Libraries are looked for in a directory of the build.", Severity: Note},
		},
		Findings: []Finding{
			{Rule: "setuid", Place: Place{File: "a.iso", Inside: "boot/initrd!/bin/su"}, Message: "mode 4755"},
			{Rule: "relro", Place: Place{File: "usr/lib/libx.so"}, Message: "no PT_GNU_RELRO", Remedy: "link with -z relro", Evidence: []string{"program headers: LOAD DYNAMIC", "linked by: gcc -Wl,-z,norelro -DX=\\\"y\\\""}},
			{Rule: "pie", Place: Place{File: "usr/bin/y", Unit: "src/y.c", Line: 3}, Message: "compiled without -fPIE", Related: []Related{{recipe(12), "declared here"}, {Place{File: "/usr/include/y.h", Line: 1}, ""}}},
			{Rule: "pie", Place: Place{File: "usr/bin/legacy"}, Message: "ELF type ET_EXEC"},
			{Rule: "nx", Severity: High, Place: Place{File: "a.iso", Inside: "boot/initrd!/bin/x", Unit: "start.S"}, Message: "no .note.GNU-stack"},
			{Rule: "rpath", Place: Place{File: "usr/bin/z"}, Subject: "/build/lib", Message: "RUNPATH /build/lib"},
			{Rule: "rpath", Place: Place{File: "usr/bin/z"}, Subject: "/build/lib", Message: "RUNPATH /build/lib", Suppressed: &Suppression{By: "profile", Reason: "the profile allows it"}},
			{Rule: "nx", Place: Place{}, Message: linkMessage},
			{Rule: "nx", Place: Place{File: ansiName}, Message: "\x1b]0;owned\x07 " + invisible, Evidence: []string{"a\rb"}, Remedy: "<b>none</b>"},
			{Rule: "nx", Place: Place{File: newlineName}, Message: "two\nlines"},
			{Rule: "nx", Place: Place{File: markupName, Unit: markupName}, Message: markupName, Subject: markupName, Evidence: []string{markupName}, Remedy: markupName},
			{Rule: "nx", Place: Place{File: "a.tar", Inside: bidiName}, Message: bidiName},
			{Rule: "nx", Place: Place{File: bytesName}, Message: "bytes \xff"},
			{Rule: "nx", Place: Place{File: slashedName}, Message: "bytes"},
			{Rule: "nx", Place: Place{File: schemeName}, Message: "a scheme"},
			{Rule: "nx", Place: Place{File: templateName}, Message: templateName},
		},
		Properties: map[string]string{"profile": "userspace", "target": markupName, "escape": "\x1b[1m"},
		Sections: []Section{{Title: "Files " + markupName, Note: "What was looked at.", Columns: []string{"path", "type"},
			Rows: [][]string{{ansiName, "pie"}, {bidiName, markupName}}}},
		Waivers: []Waiver{
			{Rule: "pie", Paths: []string{"usr/bin/leg*", "opt/**"}, Reason: "boot code <b>", Expires: date("2027-06-30"), Place: recipe(40)},
			{Rule: "nx", Paths: []string{"usr/bin/old"}, Reason: "waiting for upstream", Expires: date("2026-06-14"), Place: recipe(50)},
		},
		Now: day,
	}
}

func date(s string) time.Time {
	t, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return t
}

func mustNew(t testing.TB, c Content) *Report {
	t.Helper()
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
