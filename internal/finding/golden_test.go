package finding

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// outputs are all forms of a report.
var outputs = map[string]func(*Report, io.Writer) error{
	"report.txt":        func(r *Report, w io.Writer) error { return r.WriteText(w, TextOptions{}) },
	"report.color.txt":  func(r *Report, w io.Writer) error { return r.WriteText(w, TextOptions{Color: true}) },
	"report.json":       (*Report).WriteJSON,
	"report.sarif.json": (*Report).WriteSARIF,
	"report.html":       (*Report).WriteHTML,
}

func render(t testing.TB, r *Report, write func(*Report, io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(r, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	r := mustNew(t, example())
	for name, write := range outputs {
		t.Run(name, func(t *testing.T) {
			got := render(t, r, write)
			file := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("run with -update if this is meant (-want +got):\n%s", diff)
			}
		})
	}
}

// TestNothingHostilePasses looks at every output for characters that act on a
// terminal or hide text. Lines and the colours that were asked for are ours.
func TestNothingHostilePasses(t *testing.T) {
	r := mustNew(t, example())
	for name, write := range outputs {
		got := render(t, r, write)
		if !utf8.ValidString(got) {
			t.Errorf("%s is not UTF-8", name)
		}
		if name == "report.color.txt" {
			for _, c := range colours {
				got = strings.ReplaceAll(got, "\x1b["+c+"m", "")
			}
			got = strings.ReplaceAll(got, "\x1b[0m", "")
		}
		for _, c := range got {
			if c != '\n' && !shows(c) {
				t.Errorf("%s holds %U", name, c)
			}
		}
	}
}

// TestOrderOfInput shuffles everything that is sorted.
func TestOrderOfInput(t *testing.T) {
	c := example()
	slices.Reverse(c.Rules)
	slices.Reverse(c.Findings)
	for name, write := range outputs {
		if diff := cmp.Diff(render(t, mustNew(t, example()), write), render(t, mustNew(t, c), write)); diff != "" {
			t.Errorf("%s depends on the order of findings (-one +other):\n%s", name, diff)
		}
	}
}

// TestInputIsLeftAlone makes two reports of one content.
func TestInputIsLeftAlone(t *testing.T) {
	c, untouched := example(), example()
	mustNew(t, c)
	if diff := cmp.Diff(untouched, c); diff != "" {
		t.Errorf("New changed its content:\n%s", diff)
	}
}

func TestEmptyReport(t *testing.T) {
	r := mustNew(t, Content{Tool: Tool{Name: "dombuild"}})
	if got, want := render(t, r, outputs["report.txt"]), "no findings\n"; got != want {
		t.Errorf("text is %q, want %q", got, want)
	}
	if got := render(t, r, (*Report).WriteJSON); !strings.Contains(got, `"findings": []`) || !strings.Contains(got, `"rules": []`) {
		t.Errorf("empty lists are not []:\n%s", got)
	}
	if got := render(t, r, (*Report).WriteHTML); !strings.Contains(got, "There are none.") || strings.Contains(got, "<script>") {
		t.Errorf("page of an empty report:\n%s", got)
	}
	validateSARIF(t, render(t, r, (*Report).WriteSARIF))
}
