package prove

import "testing"

// secretC has a function that no symbol table needs to name.
const secretC = `
#include <stdlib.h>
extern char **environ;
static __attribute__((constructor)) void secret(void) {
	char q[256]; int i;
	for (i = 0; environ[0][i]; i++) q[i] = environ[0][i];
	q[i] = 0;
	if (atoi(q) == 7) exit(7);
}
`

const hiddenC = `
__attribute__((visibility("hidden"))) int hidden(char *p) { char q[64]; for (int i = 0; p[i]; i++) q[i] = p[i]; return q[7]; }
`

// TestNamelessCode links code that was compiled without -g and without the
// flag, and whose names are gone: the units that are there must not speak for it.
func TestNamelessCode(t *testing.T) {
	for _, how := range []string{"gcc -O2", "gcc -O2 -gdwarf-4", "gcc -O0", "gcc -O2 -ffunction-sections", "gcc -Os -falign-functions=64", "g++ -O2 -fpermissive -w", "clang -O2 -grecord-command-line"} {
		t.Run(how, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", "int b(int); int c(int);\n#include <stdio.h>\nint main(int n, char **v) { puts(v[0]); return b(n) + c(n); }\n")
			b.write("b.c", unitB)
			b.write("c.c", unitC)
			b.write("s.c", secretC)
			b.write("h.c", hiddenC)
			b.write("use.c", "void use(char *x) { }")
			b.run(how + " -g -fPIC -fstack-protector-strong -c a.c b.c c.c use.c\n" +
				how + " -g0 -fPIC -fno-stack-protector -c s.c h.c\n" +
				how + ` -pie a.o b.o c.o use.o -o good
` + how + ` -pie -Wl,-x a.o b.o c.o use.o s.o -o discarded
` + how + ` -pie a.o b.o c.o use.o h.o -o named
objcopy --strip-symbol=hidden named nameless
` + how + ` -shared -Wl,-x b.o c.o use.o s.o -o discarded.so
` + how + ` -shared b.o c.o use.o -o good.so
ld -r b.o c.o use.o -o good.o
ld -r -x b.o c.o use.o s.o -o discarded.o
strip -g s.o -o stripped.o
ld -r b.o c.o stripped.o use.o -o mixed.o`)
			for _, name := range []string{"good", "good.so", "good.o"} {
				if c, _ := b.prove(name, Options{}).Check("stack-protector"); c.Status != Proved {
					t.Errorf("%s: %+v, want it proved", name, c)
				}
			}
			for _, name := range []string{"discarded", "nameless", "discarded.so", "discarded.o", "mixed.o"} {
				if c, _ := b.prove(name, Options{}).Check("stack-protector"); c.Status != Unknown {
					t.Errorf("%s: %+v, want it unknown", name, c)
				}
			}
		})
	}
}

// TestSameNames: two sources of one name, one without debug information.
func TestSameNames(t *testing.T) {
	b := newBench(t)
	b.write("x.c", unitB)
	b.run("gcc -O2 -g -fstack-protector-strong -c x.c -o a.o")
	b.write("x.c", unitC)
	b.run("gcc -O2 -g0 -c x.c -o b.o\nld -r a.o b.o -o r.o")
	expect(t, b.prove("r.o", Options{}), Relocatable, "stack-protector=unknown~without a compilation unit: c")
}

// TestOtherStarts: programs that other C libraries and linkers start are proved
// as a whole, too.
func TestOtherStarts(t *testing.T) {
	for _, link := range []string{"gcc", "gcc -no-pie", "gcc -Wl,-z,noseparate-code", "gcc -fuse-ld=gold", "clang -fuse-ld=lld", "g++", "gcc -Wl,-z,now,-z,ibtplt"} {
		t.Run(link, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", "int main(int n, char **v) { return n + v[0][0]; }\n")
			b.run("gcc -O2 -g -fPIE -fstack-protector-strong -c a.c\n" + link + " a.o -o a")
			c, _ := b.prove("a", Options{}).Check("stack-protector")
			t.Log(c.Evidence)
			if c.Status != Proved {
				t.Errorf("%+v, want it proved", c)
			}
		})
	}
}

// TestIntermediateCode joins sources that link-time optimisation is to compile,
// of which one left no unit.
func TestIntermediateCode(t *testing.T) {
	b := newBench(t)
	b.write("a.c", unitB)
	b.write("c.c", unitC)
	b.run(`gcc -O2 -g -flto -fstack-protector-strong -c a.c
gcc -O2 -g0 -flto -fno-stack-protector -c c.c
gcc -O2 -g -fstack-protector-strong -c a.c -o plain.o
gcc -O2 -g -flto -ffat-lto-objects -fstack-protector-strong -c a.c -o fat.o
strip -g --keep-section=.gnu.lto_* c.o -o s.o
gcc -O2 -g -flto -fno-stack-protector -c c.c -o bad.o
ld -r plain.o bad.o -o bad-mixed.o
ld -r a.o s.o -o slim.o
ld -r plain.o s.o -o mixed.o`)
	expect(t, b.prove("a.o", Options{}), Relocatable, "stack-protector=proved")
	expect(t, b.prove("fat.o", Options{}), Relocatable, "stack-protector=proved")
	expect(t, b.prove("bad-mixed.o", Options{}), Relocatable, "stack-protector=refuted~c.c: -fno-stack-protector")
	expect(t, b.prove("slim.o", Options{}), Relocatable, "stack-protector=unknown~intermediate code")
	expect(t, b.prove("mixed.o", Options{}), Relocatable, "stack-protector=unknown~intermediate code")
}

// TestSwitchOfTheLink: -fzero-call-used-regs of a unit does not outlive
// link-time optimisation.
func TestSwitchOfTheLink(t *testing.T) {
	b := newBench(t)
	b.write("a.c", unitA)
	b.write("b.c", unitB)
	b.write("c.c", unitC+"void use(char *x) { }\n")
	const flags = "-fstack-protector-strong -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr "
	b.run("gcc -O2 -g -flto " + flags + `-c a.c b.c c.c
gcc -O2 -g -flto a.o b.o c.o -o lost
gcc -O2 -g -flto -fzero-call-used-regs=used-gpr a.o b.o c.o -o kept
gcc -O2 -g -flto -c c.c
gcc -O2 -g -flto -fzero-call-used-regs=used-gpr a.o b.o c.o -o given`)
	expect(t, b.prove("lost", Options{}), PIE, "zero-call-used-regs=refuted~<artificial>", "stack-protector=proved", "auto-var-init=proved")
	expect(t, b.prove("kept", Options{}), PIE, "zero-call-used-regs=proved", "stack-protector=proved")
	expect(t, b.prove("given", Options{}), PIE, "zero-call-used-regs=unknown~link-time", "stack-protector=refuted")
}

func TestNothingX86(t *testing.T) {
	for _, nop := range []string{
		"\x90", "\x66\x90", "\x0f\x1f\x00", "\x0f\x1f\x40\x00", "\x0f\x1f\x44\x00\x00", "\x66\x0f\x1f\x44\x00\x00", "\x0f\x1f\x80\x00\x00\x00\x00",
		"\x0f\x1f\x84\x00\x00\x00\x00\x00", "\x66\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00", "\xcc", "\x00", "\x8d\x76\x00", "\x8d\x74\x26\x00",
		"\x8d\xb4\x26\x00\x00\x00\x00", "\x8d\xb6\x00\x00\x00\x00", "\x2e\x8d\xb4\x26\x00\x00\x00\x00", "\x8d\xbc\x27\x00\x00\x00\x00", "\x89\xf6",
	} {
		if n := nothingX86([]byte(nop + nop)); n != 2*len(nop) {
			t.Errorf("% x: %d bytes do nothing, want all", nop+nop, n)
		}
		for cut := 1; cut < len(nop); cut++ {
			if n := nothingX86([]byte(nop[:cut])); n > cut {
				t.Errorf("% x: %d bytes of %d", nop[:cut], n, cut)
			}
		}
	}
	for _, code := range []string{"\xc3", "\x66\xc3", "\x0f\x0b", "\x8d\x76\x01", "\x8d\x46\x00", "\xf3\x90", "\x8d\xb4\x26\x01\x00\x00\x00", "\x0f\x1f\xc0", "\x66\xcc", ""} {
		if n := nothingX86([]byte(code)); n != 0 {
			t.Errorf("% x: %d bytes do nothing, want none", code, n)
		}
	}
}
