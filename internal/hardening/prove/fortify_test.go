package prove

import (
	"fmt"
	"testing"
)

func TestFortifySymbols(t *testing.T) {
	tests := []struct {
		name, flags string
		opt         Options
		want        string
	}{
		{"level 0", "-O2 -U_FORTIFY_SOURCE", Options{}, "fortify=refuted~printf"},
		{"level 2", "-O2 -D_FORTIFY_SOURCE=2", Options{}, "fortify=proved~levels 2 and 3 look alike"},
		{"level 3", "-O2 -D_FORTIFY_SOURCE=3", Options{}, "fortify=proved~__strcpy_chk"},
		{"level 3 wanted", "-O2 -D_FORTIFY_SOURCE=3", Options{Fortify: 3}, "fortify=unknown~levels 2 and 3 look alike"},
		{"not optimised", "-O0 -g", Options{}, "fortify=refuted~without optimisation"},
		{"static", "-O2 -D_FORTIFY_SOURCE=3 -static", Options{}, "fortify=unknown~static"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", helloC)
			b.run("gcc a.c -o a " + tt.flags)
			typ := PIE
			if tt.name == "static" {
				typ = Static
			}
			expect(t, b.prove("a", tt.opt), typ, tt.want)
		})
	}
}

func TestFortifyNothingToCheck(t *testing.T) {
	b := newBench(t)
	b.write("a.c", "int main(void) { return 0; }\n")
	b.write("m.c", "#include <string.h>\nint main(int c, char **v) { char *p = v[0]; memcpy(p, v[1], c); return 0; }\n")
	b.run("gcc -O2 a.c -o a\ngcc -O2 -D_FORTIFY_SOURCE=2 m.c -o m")
	expect(t, b.prove("a", Options{}), PIE, "fortify=not-applicable")
	expect(t, b.prove("m", Options{}), PIE, "fortify=unknown~memcpy")
}

// TestFortifyForeign needs nothing but the file: the libraries it names are
// not there.
func TestFortifyForeign(t *testing.T) {
	b := newBench(t)
	b.write("libc.c", "int __printf_chk(int f, const char *s, ...) { return f; }\nint printf(const char *s, ...) { return 0; }\n")
	b.write("a.c", "int printf(const char *, ...);\nvoid _start(void) { printf(\"%d\", 1); }\n")
	b.run("gcc -fno-builtin -shared -fPIC -nostdlib -Wl,-soname,libc.musl-x86_64.so.1 libc.c -o musl.so\ngcc -fno-builtin -nostdlib a.c musl.so -o a\ngcc -fno-builtin -shared -fPIC -nostdlib -Wl,-soname,libc.so.6 libc.c -o glibc.so\ngcc -fno-builtin -nostdlib a.c glibc.so -o g")
	expect(t, b.prove("a", Options{}), PIE, "fortify=unknown~musl")
	expect(t, b.prove("g", Options{}), PIE, "fortify=refuted~printf")
}

func TestFortifyMember(t *testing.T) {
	b := newBench(t)
	for _, n := range []string{"a", "b"} {
		b.write(n+".c", fmt.Sprintf("#include <stdio.h>\nvoid %s(int n) { printf(\"%%d\", n); }\n", n))
	}
	b.run("gcc -O2 -D_FORTIFY_SOURCE=3 -c a.c\ngcc -O2 -c b.c\nar rc l.a a.o b.o\nar rc good.a a.o\nar rc after.a b.o a.o\nar rc alone.a b.o")
	expect(t, b.prove("a.o", Options{}), Relocatable, "fortify=proved")
	expect(t, b.prove("b.o", Options{}), Relocatable, "fortify=unknown~printf")
	expect(t, b.prove("good.a", Options{}), Archive, "fortify=proved")
	expect(t, b.prove("alone.a", Options{}), Archive, "fortify=unknown")
	for _, name := range []string{"l.a", "after.a"} {
		f := b.prove(name, Options{})
		expect(t, f, Archive, "fortify=refuted~b.o: imports unchecked: printf")
		if c, _ := f.Check("fortify"); len(c.Units) != 1 || c.Units[0].Member != "b.o" {
			t.Errorf("%s: units %+v do not name b.o", name, c.Units)
		}
	}
}

// TestFortifyMacros reads the level of each unit from what -g3 records.
func TestFortifyMacros(t *testing.T) {
	for _, how := range []string{"-g3", "-g3 -gdwarf-4", "-g3 -gz"} {
		t.Run(how, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", "#include <string.h>\nint b(int); char x[9];\nint main(int n, char **v) { memcpy(x, v[0], n); return b(n); }\n")
			b.write("b.c", "#include <string.h>\nstatic char x[9];\nint b(int n) { memset(x, n, n); return x[0]; }\n")
			b.run(fmt.Sprintf(`gcc -O2 %[1]s -D_FORTIFY_SOURCE=3 -c a.c
gcc -O2 %[1]s -D_FORTIFY_SOURCE=3 -c b.c -o b3.o
gcc -O2 %[1]s -D_FORTIFY_SOURCE=2 -c b.c -o b2.o
gcc -O2 %[1]s -c b.c -o b0.o
gcc -O0 %[1]s -w -D_FORTIFY_SOURCE=3 -c b.c -o slow.o
gcc a.o b3.o -o three
gcc a.o b2.o -o two
gcc a.o b0.o -o zero
gcc -static a.o b3.o -o static`, how))
			expect(t, b.prove("three", Options{}), PIE, "fortify=proved~level 3")
			expect(t, b.prove("three", Options{Fortify: 3}), PIE, "fortify=proved~level 3")
			expect(t, b.prove("two", Options{}), PIE, "fortify=proved~level 2")
			expect(t, b.prove("two", Options{Fortify: 3}), PIE, "fortify=refuted~b.c: level 2, not 3")
			expect(t, b.prove("zero", Options{}), PIE, "fortify=refuted~b.c: level 0")
			expect(t, b.prove("a.o", Options{Fortify: 3}), Relocatable, "fortify=proved~level 3")
			expect(t, b.prove("b2.o", Options{Fortify: 3}), Relocatable, "fortify=refuted~level 2")
			expect(t, b.prove("b0.o", Options{}), Relocatable, "fortify=refuted~level 0")
			expect(t, b.prove("slow.o", Options{}), Relocatable, "fortify=refuted~without optimisation")
			expect(t, b.prove("static", Options{}), Static, "fortify=unknown~without a compilation unit")
			c, _ := b.prove("zero", Options{}).Check("fortify")
			if len(c.Units) != 1 || c.Units[0].Name != "b.c" {
				t.Errorf("units %+v do not name b.c", c.Units)
			}
		})
	}
}
