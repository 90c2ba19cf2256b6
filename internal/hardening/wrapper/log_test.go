package wrapper

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestParallel: 2,000 calls by make -j8, of the compiler and of the quicker
// assembler, which crowds the log more, leave 2,000 records, each whole.
func TestParallel(t *testing.T) {
	const compiled, units = 400, 2000
	r := root{config: userspace()}.run(t, fmt.Sprintf(`i=0; while [ $i -lt %d ]; do
	if [ $((i %% 5)) = 0 ]; then echo "int f$i(void){return $i;}" > $i.c; else echo ".globl f$i" > $i.s; fi
	i=$((i+1))
done
printf 'all: $(addsuffix .o,$(basename $(wildcard *.[cs])))\n' > Makefile
make -s -j8 CFLAGS=-O0`, units))
	kinds, seen := map[Kind]int{}, map[string]bool{}
	for i := range r.log.Calls {
		c := &r.log.Calls[i]
		if !c.OK() || len(c.Outputs) != 1 {
			t.Fatalf("call %d: %+v", i, c)
		}
		kinds[c.Kind]++
		seen[c.Outputs[0].Path] = true
	}
	if want := map[Kind]int{KindCompile: compiled, KindAssemble: units - compiled}; !maps.Equal(kinds, want) || len(seen) != units {
		t.Fatalf("records %v of %d outputs, want %v of %d", kinds, len(seen), want, units)
	}
	for name, source := range map[string]string{"0.o": "0.c", "1999.o": "1999.s"} {
		if calls := r.index.ByOutput(r.digestOf(t, name)); len(calls) != 1 || calls[0].Inputs[0].Path != source {
			t.Errorf("%s: %v", name, calls)
		}
	}
}

// TestCanonical: the same build in another directory and with other jobs gives
// the same canonical log; another flag in one unit does not.
func TestCanonical(t *testing.T) {
	var logs [3][]byte
	for i, v := range []struct{ build, make, cflags string }{{"/build", "make -j1", ""}, {"/other/place", "make -j7", ""}, {"/build", "make -j1", "-DX"}} {
		files := program()
		files["Makefile"] = `all: x y z l w
main.o add.o: %.o: %.c
	$(CC) -g -ffile-prefix-map=$(PWD)=. -I$(PWD)/include -c $(PWD)/$< -o $@
lto.o: add.c
	$(CC) -flto -frandom-seed=$@ -c add.c -o $@
x: main.o add.o
	$(CC) $(EXTRA) $(PWD)/main.o add.o -Wl,-rpath,$(PWD) -Wl,-rpath,. -o $(PWD)/$@
y: main.c add.c
	$(CC) main.c add.c -o $@
z: main.o lto.o
	$(CC) -flto main.o lto.o -o $@
l: main.o add.o
	ar rcD liba.a add.o && $(CC) main.o liba.a -o $@
w: main.o add.c
	cp main.c $$(mktemp -d)/main.c && d=$$(mktemp -d /tmp/tmp.XXXXXXXX) && cp add.c $$d && $(CC) -c $$d/add.c -o $$d/add.o && $(CC) -frandom-seed=1 main.o $$d/add.o -o w
`
		files["include/a.h"] = ""
		c := userspace()
		c.Base = v.build
		r := root{config: c, files: files, build: v.build}.run(t, v.make+" EXTRA="+v.cflags)
		canonical := r.log.Canonical(v.build, "", "/tmp")
		logs[i] = withoutLinkedPath(canonical.Format())
		again, err := Parse(bytes.NewReader(canonical.Format()))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(again.Format(), canonical.Format()) {
			t.Error("the canonical log is not read back as it was")
		}
		for _, s := range []string{"/build", "/other/place", "/tmp/ccA"} {
			if bytes.Contains(canonical.Format(), []byte(s)) {
				t.Errorf("%s is in the canonical log", s)
			}
		}
		x := canonical.Index()
		units, _, ok := x.Units(r.digestOf(t, "y"))
		if got := describe(slices.DeleteFunc(units, func(u Unit) bool { return u.Origin == Toolchain })); !ok || len(got) != 2 || got[0] != "compiled cc.o" || !strings.HasPrefix(got[1], "compiled cc.o") {
			t.Errorf("units by the canonical log: %q", got)
		}
	}
	if !bytes.Equal(logs[0], logs[1]) {
		t.Errorf("two builds differ:\n%s", firstDifference(logs[0], logs[1]))
	}
	if bytes.Equal(logs[0], logs[2]) {
		t.Error("another flag in one unit is not seen")
	}
}

// withoutLinkedPath blanks the hashes that must differ: x holds the build path as
// its run path, and gcc writes the current directory into lto.o.
func withoutLinkedPath(log []byte) []byte {
	lines := strings.SplitAfter(string(log), "\n")
	for i, l := range lines {
		key, _, _ := strings.Cut(l, " ")
		path := l[strings.LastIndex(l, " ")+1:]
		differs := path == "./x\n" || path == "lto.o\n" || path == "z\n" || strings.Contains(path, "ltrans")
		if (key == "in" || key == "out") && differs || key == "id" || key == "parent" {
			lines[i] = key + "\n"
		}
	}
	return []byte(strings.Join(lines, ""))
}

func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			from := max(0, i-30)
			return strings.Join(x[from:i+1], "\n") + "\nbut\n" + y[i]
		}
	}
	return fmt.Sprintf("%d and %d lines", len(x), len(y))
}

func TestReplacePath(t *testing.T) {
	for in, want := range map[string]string{
		"/build": ".", "/build/a.c": "./a.c", "-I/build/a": "-I./a", "-Wl,-rpath,/build": "-Wl,-rpath,.", "/build2": "/build2",
		"/x/build": "/x/build", "src/build/a": "src/build/a", "-ffile-prefix-map=/build=.": "-ffile-prefix-map=.=.",
		"-DD=\"/build\"": "-DD=\".\"", "/build/build/x": "./build/x", "-I/x/build": "-I/x/build", "/build:/build": ".:.", "/build-2/x": "/build-2/x",
	} {
		if got := replacePath(in, "/build", "."); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// TestTemporaryNames: only what a tool made up loses its name.
func TestTemporaryNames(t *testing.T) {
	n := normaliser{build: "/b", temps: []string{"/tmp", "./tmp"}}
	for in, want := range map[string]string{
		"/tmp/ccAb12Cd.o": "/tmp/cc.o", "-plugin-opt=-fresolution=/tmp/ccAb12Cd.res": "-plugin-opt=-fresolution=/tmp/cc.res",
		"/b/tmp/ccAb12Cd.ltrans0.o": "./tmp/cc.ltrans0.o", "/src/ccommon1.c": "/src/ccommon1.c", "/tmp/ccommon.c": "/tmp/ccommon.c",
		"/tmp/tmp.AbCdEfGhIj/x.c": "/tmp/tmp/x.c", "/tmp/tmpab_12x34/testfile.c": "/tmp/tmp/testfile.c", "/tmp/main-a1b2c3.o": "/tmp/main-.o",
		"CMakeFiles/cmTC_0a1b2.dir/x.o": "CMakeFiles/cmTC_.dir/x.o", "/tmp/a.o": "/tmp/a.o",
	} {
		if got := n.text(in); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

// TestHash compares the wrapper's SHA-256 with Go's over all padding lengths and
// sizes on both sides of where the processor's instructions are used.
func TestHash(t *testing.T) {
	files := map[string]string{}
	for _, n := range []int{0, 1, 55, 56, 63, 64, 65, 119, 120, 127, 128, 1000, 32767, 32768, 32769, 100001, 1 << 20} {
		files[fmt.Sprintf("%d.s", n)] = strings.Repeat("# 0123456789\n", n/13+1)[:max(n-1, 0)] + strings.Repeat("\n", min(n, 1))
	}
	r := root{config: Config{}, files: files}.run(t, "for f in *.s; do as $f -o ${f%.s}.o; done")
	if len(r.log.Calls) != len(files) {
		t.Fatalf("%d calls, want %d", len(r.log.Calls), len(files))
	}
	for _, c := range r.log.Calls {
		in := c.Inputs[0]
		if want := sha256.Sum256([]byte(files[in.Path])); in.Digest.Encoded() != fmt.Sprintf("%x", want) {
			t.Errorf("%s: got %s, want %x", in.Path, in.Digest, want)
		}
	}
}

// TestLibrary compiles the wrapper as on a processor that it has no entry of its
// own for: with the C library.
func TestLibrary(t *testing.T) {
	need(t, "gcc")
	dir := t.TempDir()
	files, err := Sources()
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, files)
	shell(t, dir, "gcc -std=gnu99 -O2 -Wall -Wextra -Werror -DWITH_LIBC -o wrapper wrapper.c")
	wrapper, err := os.ReadFile(filepath.Join(dir, "wrapper"))
	if err != nil {
		t.Fatal(err)
	}
	r := root{config: userspace(), files: program(), wrapper: wrapper}.run(t, "gcc -c -fno-stack-protector main.c add.c; gcc main.o add.o -o x; strip x")
	hardened(t, r.units(t, "x"))
	protected(t, open(t, r, "x"), true)
}

// TestRefused: without a log or a configuration that it understands the wrapper
// does not let a call pass.
func TestRefused(t *testing.T) {
	for name, test := range map[string]struct{ script, want string }{
		"no configuration": {"rm /dombuild/hardening.conf", "cannot read /dombuild/hardening.conf"},
		"other version":    {"echo dombuild-wrapper 2 > /dombuild/hardening.conf", "cannot understand"},
		"empty":            {"> /dombuild/hardening.conf", "empty"},
		"unknown line":     {"echo 'frobnicate all' >> /dombuild/hardening.conf", "unknown line"},
		"unknown stage":    {"echo 'add bake -O2' >> /dombuild/hardening.conf", "unknown stage"},
		"no log":           {"mount --bind /proc/sys /dombuild-log", "cannot write the log"},
	} {
		t.Run(name, func(t *testing.T) {
			r := root{config: userspace(), files: program(), fails: true}.run(t, test.script+"\ngcc -c main.c && echo passed")
			if strings.Contains(r.output, "passed") || !strings.Contains(r.output, "dombuild-wrapper: "+test.want) {
				t.Errorf("output %q", r.output)
			}
		})
	}
}
