package diff

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/finding"
)

// sample is a result with everything that outputs show.
func sample(t testing.TB) *Result {
	evil := "<script>\x1b[31m\u202e"
	left := makeTar(t, file("etc/motd", "hello"), file("lib/"+evil, "1"), file("old", "x"))
	right := makeTar(t, file("etc/motd", "hallo").with(func(h *tar.Header) { h.Mode = 0o600 }), file("lib/"+evil, "2"), file("new", "yy"))
	return read(t, "out/a.tar", gzipped(left), gzipped(right), Options{Exclude: []Exclusion{{Pattern: "**/motd", Kind: "mode", Reason: "umask <b>"}}})
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	must(t, sample(t).WriteText(&b, TextOptions{}))
	want := `- out/a.tar
+ out/a.tar
a.tar
  etc/motd
    bytes: first at offset 0x1
      @ offset 0x0
      - 00000000  68 65 6c 6c 6f                                    |hello|
      + 00000000  68 61 6c 6c 6f                                    |hallo|
  "lib/<script>\x1b[31m\u202e"
    bytes: first at offset 0x0
      @ offset 0x0
      - 00000000  31                                                |1|
      + 00000000  32                                                |2|
  new
    only-right
      + file of 2 bytes
  old
    only-left
      - file of 1 byte
excluded: 1 difference: mode:**/motd (umask <b>)
  a.tar > etc/motd: mode (permissions): other mode
different: 4 differences, and 1 excluded; `
	got := b.String()
	if d := cmp.Diff(want, got[:min(len(got), len(want))]); d != "" {
		t.Errorf("-want +got:\n%s\n%s", d, got)
	}
	b.Reset()
	must(t, sample(t).WriteText(&b, TextOptions{Color: true}))
	if !strings.Contains(b.String(), "\x1b[31m- file of 1 byte\x1b[0m\n") {
		t.Errorf("%q", b.String())
	}
}

func TestDocument(t *testing.T) {
	b, err := json.Marshal(sample(t).Document())
	must(t, err)
	var doc struct {
		Schema           string
		Equal, Identical bool
		Differences      []struct {
			Path  []string
			Kind  string
			Lines []struct{ Side, Text string }
		}
		Excluded []struct {
			Pattern, Kind, Reason string
			Differences           []any
		}
		Examined struct {
			Left, Right struct{ Entries, Bytes int64 }
		}
	}
	must(t, json.Unmarshal(b, &doc))
	if doc.Schema != "dombuild/diff/v1" || doc.Equal || doc.Identical || len(doc.Differences) != 4 || doc.Differences[0].Kind != "bytes" ||
		doc.Differences[1].Path[1] != `"lib/<script>\x1b[31m\u202e"` || len(doc.Differences[0].Lines) != 3 ||
		len(doc.Excluded) != 1 || doc.Excluded[0].Reason != "umask <b>" || len(doc.Excluded[0].Differences) != 1 || doc.Examined.Left.Entries != 3 {
		t.Errorf("%+v\n%s", doc, b)
	}
	b, err = json.Marshal(read(t, "a", nil, nil, Options{}).Document())
	must(t, err)
	if !strings.Contains(string(b), `"equal":true,"identical":true,"differences":[],"excluded":[]`) {
		t.Errorf("%s", b)
	}
}

// TestPage looks for what would run or be fetched, and for what names of the
// artifacts could do to the page.
func TestPage(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "report")
	must(t, sample(t).SaveHTML(dir))
	b, err := os.ReadFile(filepath.Join(dir, "index.html"))
	must(t, err)
	page := string(b)
	for _, never := range []string{"<script", "\x1b", "\u202e", "http:", "https:", "<b>", "src=", "ZgotmplZ"} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %q", never)
		}
	}
	for _, want := range []string{"default-src 'none'; style-src 'sha256-", "<details", `<td class="left">00000000  68 65`, `<td class="right">00000000  68 61`, "umask &lt;b&gt;",
		"different: 4 differences, and 1 excluded"} {
		if !strings.Contains(page, want) && !strings.Contains(page, strings.ReplaceAll(want, "'", "&#39;")) {
			t.Errorf("the page does not hold %q:\n%s", want, page)
		}
	}
	if opened, closed := len(regexp.MustCompile(`<details[ >]`).FindAllString(page, -1)), strings.Count(page, "</details>"); opened != closed || opened < 5 {
		t.Errorf("%d details begin, %d end", opened, closed)
	}
}

func TestFindings(t *testing.T) {
	rules, found := sample(t).Findings()
	r, err := finding.New(finding.Content{Tool: finding.Tool{Name: "dombuild"}, Rules: rules, Findings: found})
	must(t, err)
	if r.Summary.Medium != 4 || r.Summary.Suppressed != 1 || len(rules) != len(Kinds()) {
		t.Errorf("%+v", r.Summary)
	}
	for _, f := range r.Findings {
		if f.Rule == "diff-only-left" && (f.Place.File != "out/a.tar" || f.Place.Inside != "old" || f.Evidence[0] != "left: file of 1 byte") {
			t.Errorf("%+v", f)
		}
	}
	for _, rule := range rules {
		if rule.Summary == "" {
			t.Errorf("%s has no summary", rule.ID)
		}
	}
}
