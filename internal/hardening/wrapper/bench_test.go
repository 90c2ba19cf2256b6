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
// flags, by the real compiler, in turns, and reports what the wrapper adds, in
// per cent of time on the clock and of processor time, and the noise of the same
// measurement between two calls of the real compiler: what the wrapper adds to a
// build of thousands of small files.
//
//	go test -run '^$' -bench Overhead -benchtime 1x ./internal/hardening/wrapper
func BenchmarkOverhead(b *testing.B) {
	const calls = 1000 // and as many of the real compiler, twice
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

// report reads pairs' output: a line for wall clock and one for processor time,
// of the real compiler, the noise and the wrapper's addition.
func report(b *testing.B, output string) {
	b.Helper()
	units := []string{"wall", "cpu"}
	lines := slices.Collect(strings.Lines(output))
	if len(lines) != len(units) {
		b.Fatalf("no measurements in %q", output)
	}
	for i, l := range lines {
		var real, noise, added float64
		if n, err := fmt.Sscan(l, &real, &noise, &added); n != 3 {
			b.Fatalf("%q: %v", l, err)
		}
		b.ReportMetric(real/1000, "ms-real-"+units[i])
		b.ReportMetric(100*noise/real, "%noise-"+units[i])
		b.ReportMetric(100*added/real, "%"+units[i])
	}
}
