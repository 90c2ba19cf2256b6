package deb822

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func scan(text string) ([]Stanza, error) {
	s := NewScanner(text)
	var out []Stanza
	for s.Next() {
		out = append(out, slices.Clone(s.Stanza()))
	}
	return out, s.Err()
}

func TestScanner(t *testing.T) {
	tests := []struct {
		name, text string
		want       []Stanza
		err        string
	}{
		{"empty", "", nil, ""},
		{"only empty lines", "\n\n\n", nil, ""},
		{"one field", "A: b\n", []Stanza{{{"A", "b"}}}, ""},
		{"no newline at the end", "A: b", []Stanza{{{"A", "b"}}}, ""},
		{"no value", "A:\nB:x\n", []Stanza{{{"A", ""}, {"B", "x"}}}, ""},
		{"two stanzas", "\n\nA: b\n\n\nC: d e \n", []Stanza{{{"A", "b"}}, {{"C", "d e"}}}, ""},
		{"continuation", "SHA256:\n 12 a\n\t34 b\nX: y\n", []Stanza{{{"SHA256", "\n 12 a\n\t34 b"}, {"X", "y"}}}, ""},
		{"a dot for an empty line", "D: x\n .\n y\n", []Stanza{{{"D", "x\n .\n y"}}}, ""},
		{"colon in value", "A: http://x\n", []Stanza{{{"A", "http://x"}}}, ""},
		{"field twice", "A: b\na: c\n", nil, "line 2: field a stands twice"},
		{"no colon", "A: b\nnonsense\n", nil, `line 2: "nonsense" is not a field`},
		{"continuation of nothing", " x: y\n", nil, "is not a field"},
		{"continuation after an empty line", "A: b\n\n x: y\n", []Stanza{{{"A", "b"}}}, "is not a field"},
		{"line of blanks", "A: b\n \nC: d\n", nil, "line 2: a line of blanks"},
		{"blank in the name", "A b: c\n", nil, "is not a field"},
		{"comment", "#A: c\n", nil, "is not a field"},
		{"carriage return", "A: b\r\n", nil, "control character in field A"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := scan(tt.text)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

func TestGetIgnoresCase(t *testing.T) {
	s := Stanza{{"Package", "bc"}}
	if s.Get("package") != "bc" || s.Get("Version") != "" {
		t.Error(s.Get("package"), s.Get("Version"))
	}
}

func FuzzScanner(f *testing.F) {
	f.Add("A: b\nC:\n d\n\nE: f\n")
	f.Add("A: b\n \n\t\n")
	f.Fuzz(func(t *testing.T, text string) {
		stanzas, err := scan(text)
		if err != nil {
			return
		}
		// What was read, written again, says the same.
		var b strings.Builder
		for _, s := range stanzas {
			for _, field := range s {
				fmt.Fprintf(&b, "%s:%s\n", field.Name, field.Value)
			}
			b.WriteByte('\n')
		}
		again, err := scan(b.String())
		if err != nil {
			t.Fatalf("%v in %q", err, b.String())
		}
		if diff := cmp.Diff(stanzas, again); diff != "" {
			t.Error(diff)
		}
	})
}

func BenchmarkScanner(b *testing.B) {
	stanza := "Package: x\nVersion: 1\nDepends: a, b (>= 1), c | d\nDescription: something\n longer\nSHA256: 00\n\n"
	text := strings.Repeat(stanza, 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		s := NewScanner(text)
		for s.Next() {
		}
	}
}
