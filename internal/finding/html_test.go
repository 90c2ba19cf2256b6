package finding

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

// nodes returns all elements of a page.
func nodes(t testing.TB, text string) []*html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var out []*html.Node
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func content(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// TestPageIsSelfContained: whatever names say, the page has the elements of
// the template, no attribute that runs or loads something, one style and one
// script, and a policy that allows these two by hash.
func TestPageIsSelfContained(t *testing.T) {
	elements := strings.Fields("html head meta title style body header h1 h2 h3 p main svg line text rect dl dt dd div table thead tbody tr th td a code pre input label span section details summary ul li script")
	attributes := strings.Fields("lang charset http-equiv content name class viewbox viewBox role aria-label aria-live x y x1 x2 y1 y2 width height rx text-anchor scope href type id placeholder value checked hidden data-kind")
	c := example()
	c.Baseline = &Baseline{[]Entry{{markupName, markupName, Low, strings.Repeat("0", 64)}}}
	page := render(t, mustNew(t, c), (*Report).WriteHTML)
	count := map[string]int{}
	policy := ""
	for _, n := range nodes(t, page) {
		count[n.Data]++
		if !slices.Contains(elements, n.Data) {
			t.Errorf("element %s", n.Data)
		}
		for _, a := range n.Attr {
			if !slices.Contains(attributes, a.Key) {
				t.Errorf("attribute %s of %s", a.Key, n.Data)
			}
			if a.Key == "href" && !strings.HasPrefix(a.Val, "#") {
				t.Errorf("a link to %s", a.Val)
			}
		}
		if attribute(n, "http-equiv") != "" {
			policy = attribute(n, "content")
		}
		if (n.Data == "style" || n.Data == "script") && !strings.Contains(policy, n.Data+"-src "+hashSource(content(n))+";") {
			t.Errorf("the policy %s does not allow the page's own %s", policy, n.Data)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "unsafe") || count["style"] != 1 || count["script"] != 1 {
		t.Errorf("policy %s, elements %v", policy, count)
	}
}

// TestPageHasEverything compares what the page says of each finding.
func TestPageHasEverything(t *testing.T) {
	r := mustNew(t, example())
	found := map[string]*html.Node{}
	links, targets := map[string]bool{}, map[string]bool{}
	for _, n := range nodes(t, render(t, r, (*Report).WriteHTML)) {
		if id := attribute(n, "id"); id != "" {
			if targets[id] {
				t.Errorf("the id %s is there twice", id)
			}
			targets[id] = true
		}
		if n.Data == "a" {
			links[strings.TrimPrefix(attribute(n, "href"), "#")] = true
		}
		if n.Data == "details" && attribute(n, "data-kind") != "" {
			found[strings.TrimPrefix(attribute(n, "id"), "f-")] = n
		}
	}
	for l := range links {
		if !targets[l] {
			t.Errorf("the link to %s leads nowhere", l)
		}
	}
	if len(found) != len(r.Findings) {
		t.Fatalf("%d of %d findings", len(found), len(r.Findings))
	}
	for _, f := range r.Findings {
		n := found[f.Fingerprint]
		if got := attribute(n, "data-kind"); got != kind(f) {
			t.Errorf("%s is of kind %s", f.Place, got)
		}
		wanted := append([]string{f.Place.String(), Visible(f.Message), Visible(f.Remedy), f.Rule}, f.Evidence...)
		if f.Suppressed != nil {
			wanted = append(wanted, f.Suppressed.String())
		}
		for _, want := range wanted {
			if !strings.Contains(content(n), Visible(want)) {
				t.Errorf("%s: the page does not say %q", f.Place, want)
			}
		}
	}
}

func TestSave(t *testing.T) {
	r := mustNew(t, example())
	dir := filepath.Join(t.TempDir(), "a", "report")
	for range 2 { // the second replaces the first
		if err := r.SaveHTML(dir); err != nil {
			t.Fatal(err)
		}
	}
	sarif := filepath.Join(dir, "log.sarif")
	if err := r.SaveSARIF(sarif); err != nil {
		t.Fatal(err)
	}
	for file, write := range map[string]func(*Report, io.Writer) error{filepath.Join(dir, PageName): (*Report).WriteHTML, sarif: (*Report).WriteSARIF} {
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(render(t, r, write), string(got)); diff != "" {
			t.Errorf("%s: %s", file, diff)
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode() != 0o644 {
			t.Errorf("%s has mode %v, %v", file, info.Mode(), err)
		}
	}
	noLeftovers(t, dir, 2)
}

// TestSaveFails: what was there stays, nothing half is left.
func TestSaveFails(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, PageName)
	if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	err := SaveFile(file, func(w io.Writer) error {
		if _, err := io.WriteString(w, strings.Repeat("new", 10000)); err != nil {
			return err
		}
		return full
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), file) {
		t.Errorf("error is %v", err)
	}
	if got, err := os.ReadFile(file); string(got) != "old" || err != nil {
		t.Errorf("the file is %.20q, %v", got, err)
	}
	noLeftovers(t, dir, 1)
	if err := mustNew(t, example()).SaveHTML(file); err == nil {
		t.Error("wrote a page into a file as if it were a directory")
	}
	if err := mustNew(t, example()).SaveSARIF(filepath.Join(dir, "none", "x.sarif")); err == nil {
		t.Error("wrote into a directory that is not there")
	}
}

func noLeftovers(t *testing.T, dir string, want int) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != want {
		t.Errorf("%s has %v", dir, entries)
	}
}

func TestChart(t *testing.T) {
	c := newChart(Summary{Critical: 1, High: 100000, Suppressed: 3, Known: 4})
	if c.Label != "1 critical, 100000 high, 0 medium, 0 low, 0 note, 7 accepted" {
		t.Errorf("label is %q", c.Label)
	}
	for _, b := range c.Bars {
		if (b.Width > 0) != (b.Count > 0) || b.Width > barSpace || b.Top+18 > c.Height {
			t.Errorf("bar %+v", b)
		}
	}
}
