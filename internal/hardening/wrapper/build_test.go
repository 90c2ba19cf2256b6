package wrapper

import (
	"crypto/sha256"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

const mainC = `#include <stdio.h>
#include <string.h>
int add(int a, int b);
int main(int argc, char **argv) { char b[64]; strcpy(b, argv[0]); printf("%s %d\n", b, add(argc, 2)); return 0; }
`

const addC = "int add(int a, int b) { volatile char s[16]; s[a & 15] = b; return a + s[b & 15]; }\n"

func program() map[string]string {
	return map[string]string{"main.c": mainC, "add.c": addC}
}

// digestOf hashes a file that the build left.
func (r *result) digestOf(t testing.TB, name string) digest.Digest {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return digest.NewDigestFromBytes(digest.SHA256, sum(data))
}

func sum(data []byte) []byte { s := sha256.Sum256(data); return s[:] }

// units are the parts of a file that the build left, without the toolchain's.
func (r *result) units(t testing.TB, name string) []Unit {
	t.Helper()
	units, _, ok := r.index.Units(r.digestOf(t, name))
	if !ok {
		t.Fatalf("no call wrote %s\n%s", name, r.raw)
	}
	return slices.DeleteFunc(units, func(u Unit) bool { return u.Origin == Toolchain })
}

// describe is one line per unit: origin, base name of path, source.
func describe(units []Unit) []string {
	var list []string
	for _, u := range units {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", u.Origin, filepath.Base(u.Path), u.Source)))
	}
	slices.Sort(list)
	return list
}

// hardened fails unless every unit was compiled with the flags.
func hardened(t testing.TB, units []Unit) {
	t.Helper()
	if len(units) == 0 {
		t.Error("no units")
	}
	for _, u := range units {
		if u.Origin == Script || u.Origin == LTO {
			continue
		}
		if u.Origin != Compiled {
			t.Errorf("%s: %s: %s", u.Path, u.Origin, u.Reason)
			continue
		}
		args := u.Call.Executed()
		for _, want := range []string{"-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=3", "-fcf-protection"} {
			if !slices.Contains(args, want) {
				t.Errorf("%s: compiled without %s: %q", u.Path, want, args)
			}
		}
		for _, never := range []string{"-fno-stack-protector", "-fno-pic", "-D_FORTIFY_SOURCE=0", "-fcf-protection=none"} {
			if slices.Contains(args, never) {
				t.Errorf("%s: compiled with %s: %q", u.Path, never, args)
			}
		}
	}
}

func open(t testing.TB, r *result, name string) *elf.File {
	t.Helper()
	f, err := elf.Open(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// protected fails unless the file has RELRO, NOW, a stack that is not
// executable and, if pie, is position independent.
func protected(t testing.TB, f *elf.File, pie bool) {
	t.Helper()
	if pie && f.Type != elf.ET_DYN {
		t.Errorf("type is %v", f.Type)
	}
	relro, stack := false, false
	for _, p := range f.Progs {
		relro = relro || p.Type == elf.PT_GNU_RELRO
		stack = stack || p.Type == elf.PT_GNU_STACK && p.Flags&elf.PF_X == 0
	}
	flags, err := f.DynValue(elf.DT_FLAGS)
	if err != nil {
		t.Error(err)
	}
	now := len(flags) > 0 && flags[0]&uint64(elf.DF_BIND_NOW) != 0
	if static := f.Section(".interp") == nil && f.Section(".dynamic") == nil; !relro || !stack || !now && !static {
		t.Errorf("relro %v, stack not executable %v, now %v", relro, stack, now)
	}
}

// TestWays builds the same program in every way that goes around variables.
func TestWays(t *testing.T) {
	for _, test := range []struct {
		name, script string
		needs        []string
		output       string // default x
		want         []string
		files        map[string]string
		noPIE        bool
	}{
		{name: "plain", script: "cc -c main.c && cc -c add.c && cc main.o add.o -o x"},
		{name: "absolute path", script: "for f in main add; do $(readlink -f /usr/bin/gcc) -c $f.c; done; /usr/bin/gcc main.o add.o -o x"},
		{name: "empty environment", script: "env -i PATH=/usr/bin sh -c 'gcc -c main.c && gcc -c add.c && gcc main.o add.o -o x'"},
		{name: "no PATH", script: "env -i /usr/bin/gcc -c main.c; env -i /usr/bin/gcc -c add.c; gcc main.o add.o -o x"},
		{name: "ccache", needs: []string{"ccache"},
			script: "export CCACHE_DIR=/tmp/ccache; for i in 1 2; do ccache gcc -c main.c -o main.o; ccache gcc -c add.c -o add.o; done; ccache gcc main.o add.o -o x; ccache -s | grep -i hit"},
		{name: "response files", script: `echo "-fno-stack-protector @inner -D 'A=\"b c\"'" > outer; echo '-no-pie -U_FORTIFY_SOURCE "-DX=1 2"' > inner
gcc @outer -c main.c -o main.o; gcc @outer -c add.c -o add.o; echo main.o add.o > objects; gcc @objects @outer -o x`},
		{name: "multiple sources", script: "gcc main.c add.c -o x", want: []string{"compiled ccTEMP.o", "compiled ccTEMP.o"}},
		{name: "one call -c of two", script: "gcc -c main.c add.c; gcc main.o add.o -o x"},
		{name: "by way of -S", script: "gcc -S main.c add.c; gcc -c main.s; as add.s -o add.o; gcc main.o add.o -o x"},
		{name: "by way of -E", script: "gcc -E main.c -o main.i; gcc -E add.c > add.i; gcc -c main.i; gcc -c add.i; gcc main.o add.o -o x",
			want: []string{"compiled add.o add.i", "compiled main.o main.i"}},
		{name: "standard input", script: "gcc -xc - -c -o main.o < main.c; gcc -x c -c -o add.o - < add.c; gcc main.o add.o -o x",
			want: []string{"compiled add.o -", "compiled main.o -"}},
		{name: "cmake's way", script: "for f in main add; do /usr/bin/cc -MD -MT $f.o -MF $f.d -o $f.o -c $PWD/$f.c; done; /usr/bin/cc -rdynamic main.o add.o -o x",
			want: []string{"compiled add.o /build/add.c", "compiled main.o /build/main.c"}},
		{name: "libtool's way", script: `mkdir .libs; gcc -c add.c -fPIC -DPIC -o .libs/add.o; gcc -c add.c -o add.o >/dev/null 2>&1
mv -f .libs/add.o .libs/add.lo; ar cr .libs/libadd.a add.o; ranlib .libs/libadd.a; gcc -c main.c; gcc main.o ./.libs/libadd.a -o x`,
			want: []string{"compiled libadd.a(add.o) add.c", "compiled main.o main.c"}},
		{name: "archive with long names", script: `cp add.c a_very_long_name_of_a_source.c; gcc -c a_very_long_name_of_a_source.c; ar rc libz.a a_very_long_name_of_a_source.o; gcc -c main.c; gcc main.o -L. -lz -o x`,
			want: []string{"compiled libz.a(a_very_long_name_of_a_source.o) a_very_long_name_of_a_source.c", "compiled main.o main.c"}},
		{name: "thin archive", script: "mkdir d; gcc -c add.c -o d/add.o; ar rcT libt.a d/add.o; gcc -c main.c; gcc main.o libt.a -o x",
			want: []string{"compiled add.o) add.c", "compiled main.o main.c"}},
		{name: "partial link", script: "gcc -c main.c add.c; ld -r main.o add.o -o both.o; gcc both.o -o x"},
		{name: "partial link by the driver", script: "gcc -c main.c add.c; gcc -r main.o add.o -o both.o; gcc both.o -o x"},
		{name: "strip and objcopy", script: "gcc -g -c main.c add.c; objcopy --weaken-symbol=add add.o add2.o; strip -g main.o; gcc main.o add2.o -o y; strip y -o x; strip x",
			want: []string{"compiled add2.o add.c", "compiled main.o main.c"}},
		{name: "stripped archive", script: "gcc -g -c main.c add.c; ar rc liba.a add.o; strip -g liba.a; gcc main.o liba.a -o x",
			want: []string{"compiled liba.a(add.o) add.c", "compiled main.o main.c"}},
		{name: "lto", script: "gcc -flto -c main.c add.c; gcc -flto main.o add.o -o x",
			want: []string{"compiled add.o add.c", "compiled main.o main.c", "lto ccTEMP.ltrans0.ltrans.o"}},
		{name: "lto in one call", script: "gcc -O2 -flto main.c add.c -o x",
			want: []string{"compiled ccTEMP.o", "compiled ccTEMP.o", "lto ccTEMP.ltrans0.ltrans.o"}},
		{name: "gold", needs: []string{"ld.gold"}, script: "gcc -c main.c add.c; gcc -fuse-ld=gold main.o add.o -o x"},
		{name: "lld", needs: []string{"ld.lld"}, script: "gcc -c main.c add.c; gcc -fuse-ld=lld main.o add.o -o x"},
		{name: "static", script: "gcc -c main.c add.c; gcc -static main.o add.o -o x"},
		{name: "shared", script: "gcc -fPIC -c add.c; gcc -shared add.o -o libadd.so; gcc main.c -L. -ladd -o x", output: "libadd.so",
			want: []string{"compiled add.o add.c"}},
		{name: "shared in one call", script: "gcc -fPIC -shared add.c -o libadd.so", output: "libadd.so", want: []string{"compiled ccTEMP.o"}},
		{name: "c++", script: "mv main.c main.cc; sed -i 's/^int add/extern \"C\" int add/' main.cc; g++ -c main.cc; gcc -c add.c; c++ main.o add.o -o x",
			want: []string{"compiled add.o add.c", "compiled main.o main.cc"}},
		{name: "clang", needs: []string{"clang"}, script: "clang -c main.c; clang -c -- add.c; clang main.o add.o -o x"},
		{name: "clang with lld", needs: []string{"clang", "ld.lld"}, script: "clang -Werror -c main.c add.c; clang -Werror -fuse-ld=lld main.o add.o -o x"},
		{name: "clang in one call", needs: []string{"clang"}, script: "clang -Werror main.c add.c -o x", want: []string{"compiled add-TEMP.o", "compiled main-TEMP.o"}},
		{name: "musl", needs: []string{"musl-gcc"}, script: "musl-gcc -c main.c add.c; musl-gcc main.o add.o -o x"},
		{name: "old-fashioned make", script: "printf 'CC=cc\\nCFLAGS=-O0\\nx: main.o add.o\\n\\t$(CC) -o $@ $^\\n' > Makefile; make CFLAGS='-fno-stack-protector -no-pie'"},
		{name: "directory with blanks", script: `mkdir 'a b'; cp main.c add.c 'a b'; cd 'a b'; gcc -c main.c add.c; cd ..; gcc 'a b/main.o' 'a b/add.o' -o x`},
		{name: "linker script", script: "gcc -c main.c add.c; echo 'INPUT(add.o)' > in.ld; gcc main.o in.ld -o x",
			want: []string{"compiled add.o add.c", "compiled main.o main.c", "script in.ld"}},
		{name: "many arguments", script: `i=0; while [ $i -lt 2500 ]; do echo "-DA_RATHER_LONG_NAME_OF_A_MACRO_$i=$i"; i=$((i+1)); done > defs; echo -fno-stack-protector >> defs
gcc @defs -c main.c; gcc @defs -c add.c; gcc main.o add.o -o x`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			need(t, test.needs...)
			r := root{config: userspace(), files: program()}.run(t, test.script)
			want := test.want
			if want == nil {
				want = []string{"compiled add.o add.c", "compiled main.o main.c"}
			}
			output := test.output
			if output == "" {
				output = "x"
			}
			units := r.units(t, output)
			if got := temporaryNames(describe(units)); !slices.Equal(got, want) {
				t.Errorf("got %q\nwant %q\n%s", got, want, r.raw)
			}
			hardened(t, units)
			protected(t, open(t, r, output), true)
		})
	}
}

// temporaryNames makes the random parts of names equal.
func temporaryNames(list []string) []string {
	for i, s := range list {
		origin, name, _ := strings.Cut(s, " ")
		switch {
		case ccTemp.MatchString(name):
			list[i] = origin + " ccTEMP" + name[8:]
		case clangTemp.MatchString(name):
			list[i] = origin + " " + clangTemp.ReplaceAllString(name, "$1-TEMP$2")
		}
	}
	slices.Sort(list)
	return list
}
