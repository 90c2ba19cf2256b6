package wrapper

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// BenchmarkOverhead compiles small files with the wrapper and, with the same
// flags, with the real compiler, in turns, and reports what the wrapper adds in
// per cent: the median of the rounds, and the best round of each against the
// other, which other work on the machine disturbs least.
//
//	go test -run '^$' -bench Overhead -benchtime 1x ./internal/hardening/wrapper
func BenchmarkOverhead(b *testing.B) {
	need(b, "bash")
	const rounds = 15
	for _, source := range []struct{ name, text string }{
		{"small", "int f%d(int x) { return x + %d; }\n"},
		{"headers", "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nint f%d(char *s) { char b[64]; strcpy(b, s); return printf(\"%%s %d\", b); }\n"},
	} {
		b.Run(source.name, func(b *testing.B) {
			c, files := userspace(), map[string]string{}
			for i := range units {
				files[fmt.Sprintf("u%d.c", i)] = fmt.Sprintf(source.text, i, i)
			}
			var added []string
			for _, a := range (root{config: c, files: files}).run(b, "gcc -c u0.c").log.Calls[0].Args {
				if a.Action == Added {
					added = append(added, a.Text)
				}
			}
			for b.Loop() {
				files["bench.sh"] = fmt.Sprintf(`real=$(readlink -f /usr/bin/gcc); real=${real%%/*}/.dombuild-${real##*/}
mkdir /tmp/as; ln -s $(readlink -f /usr/lib/dombuild/as) /tmp/as/as
TIMEFORMAT='%%R %%U %%S'
for r in $(seq %d); do
  echo real; time (export PATH=/usr/sbin:/tmp/as:/usr/bin; for f in u*.c; do $real -c $f %s; done)
  echo wrapped; time (for f in u*.c; do /usr/bin/gcc -c $f; done)
done
`, rounds, strings.Join(added, " "))
				report(b, root{config: c, files: files}.run(b, "bash bench.sh").output)
			}
		})
	}
}

const units = 100 // of one round

func report(b *testing.B, output string) {
	b.Helper()
	var kind string
	wall, cpu := map[string][]float64{}, map[string][]float64{}
	for l := range strings.Lines(output) {
		var w, u, s float64
		if n, _ := fmt.Sscan(l, &w, &u, &s); n == 3 {
			wall[kind], cpu[kind] = append(wall[kind], w), append(cpu[kind], u+s)
			continue
		}
		kind = strings.TrimSpace(l)
	}
	if len(wall["real"]) == 0 || len(wall["real"]) != len(wall["wrapped"]) {
		b.Fatalf("no measurements in %q", output)
	}
	median := func(m map[string][]float64) float64 {
		var ratios []float64
		for i := range m["wrapped"] {
			ratios = append(ratios, 100*(m["wrapped"][i]/m["real"][i]-1))
		}
		slices.Sort(ratios)
		return ratios[len(ratios)/2]
	}
	best := func(m map[string][]float64) float64 {
		return 100 * (slices.Min(m["wrapped"])/slices.Min(m["real"]) - 1)
	}
	b.ReportMetric(median(wall), "%wall")
	b.ReportMetric(median(cpu), "%cpu")
	b.ReportMetric(best(wall), "%wall-best")
	b.ReportMetric(best(cpu), "%cpu-best")
	b.ReportMetric(1000*slices.Min(cpu["real"])/units, "ms-cpu/compile")
}
