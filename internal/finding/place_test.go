package finding

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

func TestPlaceString(t *testing.T) {
	for want, p := range map[string]Place{
		"":                              {},
		"usr/bin/x":                     {File: "usr/bin/x"},
		"a.hcl:3":                       {File: "a.hcl", Line: 3, EndLine: 9},
		"a.hcl:3:7":                     {File: "a.hcl", Line: 3, Column: 7},
		"a.iso!/boot/initrd!/bin/x":     {File: "a.iso", Inside: "boot/initrd!/bin/x"},
		"a.iso!/bin/x (src/main.c:12)":  {File: "a.iso", Inside: "/bin/x", Unit: "src/main.c", Line: 12},
		"(a.c:1)":                       {Unit: "a.c", Line: 1},
		`a\n\x1b[31m\\\u202e (b\t\xff)`: {File: "a\n\x1b[31m\\\u202e", Unit: "b\t\xff"},
	} {
		if got := p.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// FuzzPlace: JSON loses nothing, and what is shown to people has no character
// that acts on a terminal and is never the same for different names.
func FuzzPlace(f *testing.F) {
	for _, s := range []string{ansiName, bidiName, bytesName, slashedName, invisible, markupName, "", `\`, "\\\xff", "é\u0085\U0001f600\U000e0001"} {
		f.Add(s, "x")
		f.Add("a", s)
	}
	f.Fuzz(func(t *testing.T, file, unit string) {
		p := Place{File: file, Unit: unit, Line: 1}
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		var got Place
		if err := json.Unmarshal(b, &got); err != nil || got != p {
			t.Errorf("%#v is %s and then %#v, %v", p, b, got, err)
		}
		if raw, err := unescape(visibleName(file)); raw != file || err != nil {
			t.Errorf("%q is shown as %s, which is %q, %v", file, visibleName(file), raw, err)
		}
		for _, s := range []string{p.String(), Visible(file)} {
			if !utf8.ValidString(s) || !plainRunes(s) {
				t.Errorf("%q is shown as %q", file, s)
			}
		}
		if escaped := string(escapeJSON(b)); !json.Valid([]byte(escaped)) || !plainRunes(escaped) {
			t.Errorf("%s is escaped as %s", b, escaped)
		}
		if !utf8.ValidString(validText(file)) {
			t.Errorf("%q is not UTF-8", validText(file))
		}
	})
}

func plainRunes(s string) bool {
	for _, r := range s {
		if !shows(r) {
			return false
		}
	}
	return true
}
