package repro

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// TestBeyondALimit: that two outputs differ is told also when one of their files is
// a bomb, which is not looked into.
func TestBeyondALimit(t *testing.T) {
	b := newBench(t)
	left, right := b.step("a", entry{path: "f", text: "x"}), b.step("a", entry{path: "f", text: "yy"})
	s := Search{Store: b.store, Explain: func(context.Context, Artifact, Artifact) ([]explain.Difference, error) {
		return nil, fmt.Errorf("comparing: %w", &image.LimitError{Place: "first/a!/f", Limit: "Bytes", Max: 1})
	}}
	list, err := s.explained(b.Context(), left, right)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 1 || list[0].Path[0] != "f" || !strings.Contains(list[0].Detail, "; no file was opened: first/a!/f: more than the limit Bytes=1 allows") {
		t.Errorf("%+v", list)
	}
}
