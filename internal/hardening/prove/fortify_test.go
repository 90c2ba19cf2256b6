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
	b.run("gcc -O2 -D_FORTIFY_SOURCE=3 -c a.c\ngcc -O2 -c b.c\nar rc l.a a.o b.o\nar rc good.a a.o")
	expect(t, b.prove("a.o", Options{}), Relocatable, "fortify=proved")
	expect(t, b.prove("b.o", Options{}), Relocatable, "fortify=unknown~printf")
	expect(t, b.prove("good.a", Options{}), Archive, "fortify=proved")
}
