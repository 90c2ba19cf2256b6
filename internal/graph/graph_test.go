package graph

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func diamond(t *testing.T) *Graph {
	t.Helper()
	g, err := New([]Node{
		{Name: "image", Class: "image", Needs: []string{"linux", "xen"}},
		{Name: "xen", Class: "package", Needs: []string{"base"}},
		{Name: "linux", Class: "package", Needs: []string{"base"}},
		{Name: "base", Class: "toolchain"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name  string
		nodes []Node
		want  string
	}{
		{"an unknown need", []Node{{Name: "a", Needs: []string{"b"}}}, `a needs "b", which is no node`},
		{"a cycle", []Node{{Name: "a", Needs: []string{"b"}}, {Name: "b", Needs: []string{"a"}}}, "a needs itself"},
		{"a repeated name", []Node{{Name: "a"}, {Name: "a"}}, `two nodes are named "a"`},
	}
	for _, tt := range tests {
		if _, err := New(tt.nodes); err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestTree(t *testing.T) {
	var out bytes.Buffer
	g := diamond(t)
	g.WriteTree(&out, g.Roots())
	want := "image\n├── linux\n│   └── base\n└── xen\n    └── base\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestTreeShowsASubtreeOnce(t *testing.T) {
	g, err := New([]Node{{Name: "a", Needs: []string{"b", "c"}}, {Name: "b", Needs: []string{"c"}}, {Name: "c", Needs: []string{"d"}}, {Name: "d"}})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	g.WriteTree(&out, []string{"a"})
	want := "a\n├── b\n│   └── c\n│       └── d\n└── c (above)\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestPathsShortestFirst(t *testing.T) {
	g, _ := New([]Node{{Name: "a", Needs: []string{"b", "c"}}, {Name: "b", Needs: []string{"c"}}, {Name: "c"}})
	want := [][]string{{"a", "c"}, {"a", "b", "c"}}
	if diff := cmp.Diff(want, g.Paths("a", "c", 9)); diff != "" {
		t.Error(diff)
	}
	if got := g.Paths("a", "c", 1); len(got) != 1 {
		t.Errorf("asked for one path, got %d", len(got))
	}
	if got := g.Paths("c", "a", 9); got != nil {
		t.Errorf("a path against the arrows: %v", got)
	}
}

func TestDOTQuotesNames(t *testing.T) {
	g, _ := New([]Node{{Name: `package.tool["a"]`}})
	var out bytes.Buffer
	g.WriteDOT(&out)
	if !strings.Contains(out.String(), `"package.tool[\"a\"]"`) {
		t.Error(out.String())
	}
}

func TestSVGIsWellFormedAndOrdersColumns(t *testing.T) {
	g := diamond(t)
	var out bytes.Buffer
	g.WriteSVG(&out)
	dec := xml.NewDecoder(bytes.NewReader(out.Bytes()))
	for {
		if _, err := dec.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in:\n%s", err, &out)
		}
	}
	boxes, _, _ := g.layout()
	if !(boxes["base"].x < boxes["xen"].x && boxes["xen"].x < boxes["image"].x && boxes["xen"].x == boxes["linux"].x) {
		t.Errorf("columns are out of order: %v", boxes)
	}
}
