package wrapper

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

//go:embed testdata/measure.c
var measure string

const (
	manyBatches = 40 // pairs of builds that are compared
	manyUnits   = 50 // files of one build
)

// BenchmarkMany builds programs of small files with make -j2, 2,000 files by the
// wrapper and as many, with the same flags, by the real compiler, and reports
// what the wrapper adds to the whole build. Work of others changes the machine's
// speed, so that two long builds cannot be compared: short ones are, in pairs
// whose order is random, and the median of the pairs' ratios counts. Two real
// builds beside each pair give the same figure for no difference at all: what it
// strays from zero is the noise.
//
//	go test -run '^$' -bench Many -benchtime 1x -timeout 40m ./internal/hardening/wrapper
func BenchmarkMany(b *testing.B) {
	files := map[string]string{"main.c": "int main(void) { return 0; }\n", "measure.c": measure,
		"Makefile": "p: main.o $(patsubst %.c,%.o,$(wildcard u/*.c))\n\t$(CC) $(FLAGS) $^ -o p\n%.o: %.c\n\t$(CC) $(FLAGS) -c $< -o $@\n"}
	for i := range manyUnits {
		files[fmt.Sprintf("u/%d.c", i)] = fmt.Sprintf("int f%d(int x) { return x + %d; }\n", i, i)
	}
	c := userspace()
	flags := strings.Join(addedTo(b, c, "main.c", files), " ")
	for b.Loop() {
		r := root{config: c, files: files}.run(b, realTools+fmt.Sprintf(`gcc -O2 measure.c -o measure
cat > once <<'EOT'
if [ $1 = wrapped ]; then cc=/usr/bin/gcc; else PATH=/build/real:$PATH cc=$2; fi
make -s -j2 CC=$cc "FLAGS=$3" >/dev/null && test -x p
EOT
for way in %s; do rm -f p u/*.o *.o; ./measure bash once $way $real "%s" > took || exit 1; echo $way $(cat took); done`, strings.Join(manyOrder(), " "), flags))
		reportMany(b, r.output)
	}
}

// realTools sets $real to the compiler behind the wrapper, and makes real/as and
// real/ld, which it would otherwise find wrapped.
const realTools = `real=$(readlink -f /usr/bin/gcc); real=${real%/*}/.dombuild-${real##*/}
mkdir real; for p in as ld; do f=$(readlink -f /usr/bin/$p); ln -s ${f%/*}/.dombuild-${f##*/} real/$p; done
`

// addedTo are the arguments that the wrapper adds to a compile.
func addedTo(t testing.TB, c Config, source string, files map[string]string) []string {
	t.Helper()
	var added []string
	for _, a := range (root{config: c, files: files}).run(t, "gcc -c "+source).log.Calls[0].Args {
		if a.Action == Added {
			added = append(added, a.Text)
		}
	}
	return added
}

// manyOrder names, for each batch, the two real builds and the wrapped one in
// random order; what comes first only warms up.
func manyOrder() []string {
	order := []string{"warm"}
	for range manyBatches {
		batch := []string{"real", "again", "wrapped"}
		rand.Shuffle(len(batch), func(i, j int) { batch[i], batch[j] = batch[j], batch[i] })
		order = append(order, batch...)
	}
	return order
}

// reportMany reads lines of a build's name and what measure printed.
func reportMany(b *testing.B, output string) {
	b.Helper()
	took := map[string][][3]float64{}
	for line := range strings.Lines(output) {
		var way string
		var m [3]float64
		if n, err := fmt.Sscan(line, &way, &m[0], &m[1], &m[2]); n != 4 {
			b.Fatalf("%q: %v", line, err)
		}
		took[way] = append(took[way], m)
	}
	if len(took["real"]) != manyBatches || len(took["again"]) != manyBatches || len(took["wrapped"]) != manyBatches {
		b.Fatalf("no measurements in %q", output)
	}
	for i, name := range []string{"cpu", "wall", "instructions"} {
		var added, noise []float64
		for k := range manyBatches {
			real, again, wrapped := took["real"][k][i], took["again"][k][i], took["wrapped"][k][i]
			if real <= 0 || again <= 0 {
				continue // the machine does not count it
			}
			added = append(added, 100*(2*wrapped/(real+again)-1))
			noise = append(noise, 100*(again/real-1))
		}
		if len(added) > 0 {
			b.ReportMetric(quantile(added, 0.5), "%"+name)
			b.ReportMetric(quantile(noise, 0.5), "%noise-"+name)
			// half of the pairs lie between these
			b.ReportMetric(quantile(added, 0.25), "%low-"+name)
			b.ReportMetric(quantile(added, 0.75), "%high-"+name)
		}
	}
}

func quantile(list []float64, q float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[int(q*float64(len(list)-1)+0.5)]
}

// BenchmarkInstructions counts the instructions of one compile and all programs
// that it calls, by the real compiler and by the wrapped one: a figure that no
// other work on the machine changes. What the kernel does is not in it.
func BenchmarkInstructions(b *testing.B) {
	need(b, "valgrind")
	c, files := userspace(), map[string]string{"u.c": "int f(int x) { return x + 1; }\n"}
	flags := strings.Join(addedTo(b, c, "u.c", files), " ")
	for b.Loop() {
		r := root{config: c, files: files}.run(b, realTools+fmt.Sprintf(`
count() { valgrind --tool=callgrind --callgrind-out-file=/dev/null --trace-children=yes "$@" 2>&1 | sed -n 's/.*Collected : //p' | awk '{ n += $1 } END { print n, NR }'; }
(PATH=/build/real:$PATH; count $real -c u.c -o u.o %[1]s); count $(readlink -f /usr/bin/gcc) -c u.c -o u.o %[1]s`, flags))
		var real, wrapped, n, m float64
		if k, err := fmt.Sscan(r.output, &real, &n, &wrapped, &m); k != 4 || m != n+1 {
			b.Fatalf("%q: %v", r.output, err)
		}
		b.ReportMetric(real, "instructions-real")
		b.ReportMetric(100*(wrapped/real-1), "%instructions")
	}
}
