package resolve

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/recipe"
)

// BenchmarkSolve reads an index as large as a distribution's and closes a
// toolchain of some hundred packages.
func BenchmarkSolve(b *testing.B) {
	var text strings.Builder
	description := "Description: " + strings.Repeat("words ", 80)
	for i := range 60000 {
		depends := fmt.Sprintf("Depends: p%d (>= 1.0), p%d | p%d, virtual%d", i/2, i/3, i/5, i%100)
		text.WriteString(stanza(fmt.Sprintf("p%d 1.%d-1", i, i), depends, fmt.Sprintf("Provides: virtual%d (= 1.0)", i%100),
			fmt.Sprintf("Breaks: p%d (<< 1.0)", i+1), description))
	}
	index := text.String()
	asked := recipe.Toolchain{Address: "toolchain.t"}
	for i := range 40 {
		asked.Packages = append(asked.Packages, fmt.Sprintf("p%d", 50000+i*97))
	}
	b.SetBytes(int64(len(index)))
	for b.Loop() {
		u, err := newUniverse("amd64", []string{index})
		if err != nil {
			b.Fatal(err)
		}
		s := &solver{u: u, learned: map[string][]relation{}}
		closures, err := s.solve([]recipe.Toolchain{asked})
		if err != nil || len(closures[0]) < 100 {
			b.Fatal(len(closures[0]), err)
		}
		b.ReportMetric(float64(len(closures[0])), "packages")
	}
}
