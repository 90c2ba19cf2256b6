package wrapper

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
)

//go:embed testdata/pairs.c
var pairs string

// BenchmarkOverhead compiles a small file by the wrapper and, with the same
// flags, by the real compiler, in turns, and reports what the wrapper adds to
// the median call, in per cent of time on the clock and of processor time, and
// the real compile's median.
//
//	go test -run '^$' -bench Overhead -benchtime 1x ./internal/hardening/wrapper
func BenchmarkOverhead(b *testing.B) {
	const calls = 300
	for _, source := range []struct{ name, text string }{
		{"small", "int f(int x) { return x + 1; }\n"},
		{"headers", "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nint f(char *s) { char b[64]; strcpy(b, s); return printf(\"%s\", b); }\n"},
	} {
		b.Run(source.name, func(b *testing.B) {
			c, files := userspace(), map[string]string{"u.c": source.text, "pairs.c": pairs}
			var added []string
			for _, a := range (root{config: c, files: files}).run(b, "gcc -c u.c").log.Calls[0].Args {
				if a.Action == Added {
					added = append(added, a.Text)
				}
			}
			for b.Loop() {
				// as stands for the wrapped assembler, which the real compiler
				// would otherwise find
				r := root{config: c, files: files}.run(b, fmt.Sprintf(`gcc -w pairs.c -o pairs
real=$(readlink -f /usr/bin/gcc); real=${real%%/*}/.dombuild-${real##*/}
mkdir as; ln -s $(readlink -f /usr/lib/dombuild/as) as/as; PATH=/build/as:/usr/bin:/bin
./pairs %d u.o u.c $real /usr/bin/gcc %s`, calls, strings.Join(added, " ")))
				report(b, r.output)
			}
		})
	}
}

// report reads pairs' output: wall and processor time of the real compiler,
// then of the wrapper, each the median and the least.
func report(b *testing.B, output string) {
	b.Helper()
	var median, least [4]float64
	lines := slices.Collect(strings.Lines(output))
	if len(lines) != 4 {
		b.Fatalf("no measurements in %q", output)
	}
	for i, l := range lines {
		if n, err := fmt.Sscan(l, &median[i], &least[i]); n != 2 {
			b.Fatalf("%q: %v", l, err)
		}
	}
	over := func(t [4]float64, i int) float64 { return 100 * (t[i+2]/t[i] - 1) }
	b.ReportMetric(over(median, 0), "%wall")
	b.ReportMetric(over(median, 1), "%cpu")
	b.ReportMetric(over(least, 0), "%wall-least")
	b.ReportMetric(over(least, 1), "%cpu-least")
	b.ReportMetric(median[1]/1000, "ms-cpu/compile")
}
