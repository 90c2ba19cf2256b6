package wrapper

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkMany builds a program of 2,000 small files with make -j2, by the
// wrapper and, with the same flags, by the real compiler, in turns (real,
// wrapped, wrapped, real), and reports what the wrapper adds to the whole build,
// in per cent of processor time and of time on the clock.
//
//	go test -run '^$' -bench Many -benchtime 1x -timeout 40m ./internal/hardening/wrapper
func BenchmarkMany(b *testing.B) {
	const units = 2000
	files := map[string]string{"main.c": "int main(void) { return 0; }\n",
		"Makefile": "p: main.o $(patsubst %.c,%.o,$(wildcard u/*.c))\n\t$(CC) $(FLAGS) $^ -o p\n%.o: %.c\n\t$(CC) $(FLAGS) -c $< -o $@\n"}
	for i := range units {
		files[fmt.Sprintf("u/%d.c", i)] = fmt.Sprintf("int f%d(int x) { return x + %d; }\n", i, i)
	}
	c := userspace()
	var added []string
	for _, a := range (root{config: c, files: files}).run(b, "gcc -c main.c").log.Calls[0].Args {
		if a.Action == Added {
			added = append(added, a.Text)
		}
	}
	for b.Loop() {
		// as and ld stand for the wrapped ones, which the real compiler would
		// otherwise find
		r := root{config: c, files: files}.run(b, fmt.Sprintf(`real=$(readlink -f /usr/bin/gcc); real=${real%%/*}/.dombuild-${real##*/}
mkdir real; for p in as ld; do f=$(readlink -f /usr/bin/$p); ln -s ${f%%/*}/.dombuild-${f##*/} real/$p; done
cat > one <<'EOT'
rm -f p u/*.o *.o; TIMEFORMAT='%%U %%S %%R'
if [ $1 = real ]; then PATH=/build/real:$PATH; run="make -s -j2 CC=$2"; else run="make -s -j2 CC=/usr/bin/gcc"; fi
time $run "FLAGS=$3" >/dev/null
test -x p
EOT
make -s -j2 CC=/usr/bin/gcc >/dev/null
for way in real wrapped wrapped real; do bash one $way $real "%s"; done`, strings.Join(added, " ")))
		reportMany(b, r.output)
	}
}

// reportMany reads four lines of user, system and clock time in seconds.
func reportMany(b *testing.B, output string) {
	b.Helper()
	lines := strings.Split(strings.TrimSpace(output), "\n")
	if len(lines) != 4 {
		b.Fatalf("no measurements in %q", output)
	}
	var cpu, wall [4]float64
	for i, l := range lines {
		var user, system float64
		if n, err := fmt.Sscan(l, &user, &system, &wall[i]); n != 3 {
			b.Fatalf("%q: %v", l, err)
		}
		cpu[i] = user + system
	}
	add := func(name string, v [4]float64) {
		b.ReportMetric((v[0]+v[3])/2, "s-real-"+name)
		b.ReportMetric(100*(v[1]+v[2]-v[0]-v[3])/(v[0]+v[3]), "%"+name)
		b.ReportMetric(100*(v[0]-v[3])/(v[0]+v[3]), "%drift-"+name)
	}
	add("cpu", cpu)
	add("wall", wall)
}
