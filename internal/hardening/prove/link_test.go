package prove

import (
	"strings"
	"testing"
)

func TestLinked(t *testing.T) {
	tests := []struct {
		name, link string
		typ        Type
		want       string
	}{
		{"hardened", "-pie -Wl,-z,relro,-z,now,-z,noexecstack", PIE,
			"pie=proved~DF_1_PIE relro=proved now=proved~DF_1_NOW nx=proved no-rwx=proved no-textrel=proved rpath=proved build-id=proved"},
		{"now without relro", "-Wl,-z,now,-z,norelro", PIE, "relro=refuted now=proved"},
		{"relro without now", "-Wl,-z,lazy,-z,relro", PIE, "relro=proved now=refuted"},
		{"no-pie", "-no-pie", Executable, "pie=refuted~ET_EXEC now=refuted"},
		{"static", "-static", Static, "pie=refuted now=not-applicable no-textrel=not-applicable rpath=not-applicable relro=proved"},
		{"static without relro", "-static -Wl,-z,norelro", Static, "relro=refuted"},
		{"static-pie", "-static-pie", StaticPIE, "pie=proved~static-pie now=not-applicable no-textrel=proved"},
		{"static-pie with now", "-static-pie -Wl,-z,now", StaticPIE, "now=proved"},
		{"dso", "-shared -fPIC", DSO, "pie=not-applicable now=refuted nx=proved"},
		{"dso with now", "-shared -fPIC -Wl,-z,now", DSO, "pie=not-applicable now=proved"},
		{"dso with interp", "-shared -fPIC -Wl,-soname,l.so -Wl,--dynamic-linker=/lib64/ld-linux-x86-64.so.2 -Wl,-e,main", DSO, "pie=not-applicable"},
		{"execstack", "-z execstack", PIE, "nx=refuted~executable"},
		{"no build-id", "-Wl,--build-id=none", PIE, "build-id=refuted"},
		{"rpath outside", "-Wl,--disable-new-dtags,-rpath,/home/me/lib", PIE, "rpath=refuted~RPATH"},
		{"runpath outside", "-Wl,--enable-new-dtags,-rpath,/usr/lib/x:/opt/x", PIE, "rpath=refuted~/opt/x"},
		{"runpath climbs out", "-Wl,-rpath,/usr/lib/../../tmp", PIE, "rpath=refuted"},
		{"runpath empty", "-Wl,-rpath,/usr/lib/x::/usr/lib/y", PIE, "rpath=refuted~empty"},
		{"runpath relative", "-Wl,-rpath,lib", PIE, "rpath=refuted~relative"},
		{"runpath origin", "-Wl,-rpath,$ORIGIN/../lib", PIE, "rpath=proved~$ORIGIN"},
		{"runpath inside", "-Wl,-rpath,/usr/lib/private", PIE, "rpath=proved~/usr/lib/private"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", helloC)
			b.run("gcc -O2 a.c -o a " + tt.link)
			expect(t, b.prove("a", Options{}), tt.typ, strings.Fields(tt.want)...)
			b.run("strip a")
			expect(t, b.prove("a", Options{}), tt.typ, strings.Fields(tt.want)...)
		})
	}
}

func TestTextrel(t *testing.T) {
	b := newBench(t)
	b.write("t.s", ".text\n.globl f\nf: movabs $g, %rax\n ret\n.data\n.globl g\ng: .quad 0\n.section .note.GNU-stack,\"\",@progbits\n")
	b.run("gcc -c t.s\ngcc -shared -nostdlib -Wl,-z,notext t.o -o t.so")
	expect(t, b.prove("t.so", Options{}), DSO, "no-textrel=refuted~TEXTREL", "nx=proved")
}

// TestStackOfAssembler drops .note.GNU-stack from one file of assembler.
func TestStackOfAssembler(t *testing.T) {
	b := newBench(t)
	b.write("a.c", helloC)
	b.write("s.s", ".text\n.globl f\nf: ret\n")
	b.run("gcc -O2 -c a.c\ngcc -c s.s\ngcc -o a a.o s.o\nar rc lib.a a.o s.o\ngcc -o b -z noexecstack a.o s.o")
	expect(t, b.prove("a", Options{}), PIE, "nx=refuted")
	expect(t, b.prove("b", Options{}), PIE, "nx=proved")
	expect(t, b.prove("a.o", Options{}), Relocatable, "nx=proved", "no-rwx=proved", "pie=not-applicable", "relro=not-applicable")
	expect(t, b.prove("s.o", Options{}), Relocatable, "nx=refuted~no .note.GNU-stack")
	lib := b.prove("lib.a", Options{})
	expect(t, lib, Archive, "nx=refuted~s.o", "no-rwx=proved")
	if c, _ := lib.Check("nx"); len(c.Units) != 1 || c.Units[0].Member != "s.o" {
		t.Errorf("units %+v do not name s.o alone", c.Units)
	}
}

func TestWritableCodeInObject(t *testing.T) {
	b := newBench(t)
	b.write("w.s", ".section .hot,\"awx\",@progbits\nnop\n.section .note.GNU-stack,\"\",@progbits\n")
	b.run("gcc -c w.s")
	expect(t, b.prove("w.o", Options{}), Relocatable, "no-rwx=refuted~.hot", "nx=proved")
}

func TestSegmentRWX(t *testing.T) {
	b := newBench(t)
	b.write("a.c", freeC)
	b.run("gcc -ffreestanding -nostdlib -static -Wl,-N,--no-warn-rwx-segments a.c -o a")
	expect(t, b.prove("a", Options{}), Static, "no-rwx=refuted~writable and executable", "relro=refuted")
}

func Test32Bit(t *testing.T) {
	b := newBench(t)
	b.write("a.c", freeC)
	b.run("gcc -O2 -m32 -ffreestanding -nostdlib -static -no-pie a.c -o a32\ngcc -O2 -m32 -ffreestanding -fPIC -nostdlib -shared a.c -o l32.so")
	expect(t, b.prove("a32", Options{}), Static, "pie=refuted", "nx=proved", "no-rwx=proved", "bti=not-applicable")
	expect(t, b.prove("l32.so", Options{}), DSO, "pie=not-applicable", "now=refuted")
}

func TestProperty(t *testing.T) {
	b := newBench(t)
	b.write("a.c", freeC)
	b.write("n.s", ".text\n.globl f\nf: ret\n.section .note.GNU-stack,\"\",@progbits\n")
	b.run(`gcc -c n.s
gcc -O2 -g -ffreestanding -fcf-protection -c a.c -o full.o
gcc -O2 -g -ffreestanding -fcf-protection=branch -c a.c -o branch.o
gcc -O2 -g -ffreestanding -fcf-protection=return -c a.c -o return.o
gcc -O2 -g -ffreestanding -fcf-protection=none -c a.c -o none.o
gcc -nostdlib -static full.o -o full
gcc -nostdlib -static branch.o -o branch
gcc -nostdlib -static full.o n.o -o mixed
gcc -nostdlib -static none.o -o none
gcc -nostdlib -static -Wl,-z,x86-64-v2 full.o -o several
gcc -O2 -m32 -ffreestanding -fno-pie -fcf-protection -nostdlib -static a.c -o full32`)
	expect(t, b.prove("full.o", Options{}), Relocatable, "ibt=proved", "shstk=proved", "bti=not-applicable")
	expect(t, b.prove("branch.o", Options{}), Relocatable, "ibt=proved", "shstk=refuted")
	expect(t, b.prove("return.o", Options{}), Relocatable, "ibt=refuted", "shstk=proved")
	expect(t, b.prove("none.o", Options{}), Relocatable, "ibt=refuted", "shstk=refuted")
	expect(t, b.prove("n.o", Options{}), Relocatable, "ibt=refuted~no property note")
	expect(t, b.prove("full", Options{}), Static, "ibt=proved", "shstk=proved")
	expect(t, b.prove("branch", Options{}), Static, "ibt=proved", "shstk=refuted")
	expect(t, b.prove("several", Options{}), Static, "ibt=proved", "shstk=proved")
	expect(t, b.prove("full32", Options{}), Static, "ibt=proved", "shstk=proved")
	mixed := b.prove("mixed", Options{})
	expect(t, mixed, Static, "ibt=refuted~all 1 compilation units", "shstk=refuted")
	if c, _ := mixed.Check("ibt"); len(c.Units) != 0 || !strings.Contains(strings.Join(c.Evidence, "\n"), "endbr64") {
		t.Errorf("got %+v, want no unit and the landing pad", c)
	}
	if c, _ := b.prove("none", Options{}).Check("ibt"); len(c.Units) != 1 || c.Units[0].Name != "a.c" {
		t.Errorf("units %+v do not name a.c", c.Units)
	}
}

func TestForbidden(t *testing.T) {
	b := newBench(t)
	b.write("a.c", "#include <stdlib.h>\nint main(int c, char **v) { return mktemp(v[0]) == 0; }\n")
	b.run("gcc -O2 a.c -o a\ngcc -O2 -c a.c\ngcc -static a.o -o s")
	expect(t, b.prove("a", Options{}), PIE, "forbidden-symbols=refuted~mktemp")
	expect(t, b.prove("a", Options{Forbidden: []string{"gets"}}), PIE, "forbidden-symbols=proved")
	expect(t, b.prove("a.o", Options{}), Relocatable, "forbidden-symbols=refuted~mktemp")
	expect(t, b.prove("s", Options{}), Static, "forbidden-symbols=unknown")
}

func TestSeparateDebug(t *testing.T) {
	b := newBench(t)
	b.write("a.c", helloC)
	b.run(`gcc -g -O2 -fstack-protector-strong a.c -o a
gcc -g -O2 -Wl,--build-id=none a.c -o none
strip none
objcopy --only-keep-debug a a.debug
objcopy --strip-debug --add-gnu-debuglink=a.debug a a.stripped`)
	expect(t, b.prove("a", Options{}), PIE, "separate-debug=refuted")
	expect(t, b.prove("a.stripped", Options{}), PIE, "separate-debug=proved~a.debug", "stack-protector=unknown")
	expect(t, b.prove("none", Options{}), PIE, "separate-debug=unknown")
	expect(t, b.prove("a.debug", Options{}), Other, "stack-protector=proved", "relro=not-applicable", "nx=not-applicable", "separate-debug=not-applicable", "build-id=proved")
}
