package prove

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

var flagRules = []struct{ rule, on, off string }{
	{"stack-protector", "-fstack-protector-strong", "-fno-stack-protector"},
	{"stack-clash", "-fstack-clash-protection", "-fno-stack-clash-protection"},
	{"auto-var-init", "-ftrivial-auto-var-init=zero", "-ftrivial-auto-var-init=uninitialized"},
	{"zero-call-used-regs", "-fzero-call-used-regs=used-gpr", "-fzero-call-used-regs=skip"},
	{"no-strict-overflow", "-fno-strict-overflow", "-fstrict-overflow"},
}

const (
	unitA = "int b(int); int c(int);\nint main(int n, char **v) { return b(n) + c(n); }\n"
	unitB = "void use(char *); int b(int n) { char x[64]; for (int i = 0; i < n; i++) x[i & 63] = i; return x[n & 63]; }\n"
	unitC = "int c(int n) { return n + 1; }\n"
)

// TestOneUnit compiles three units and leaves a flag out of one of them, by
// its opposite and by its absence, in a program and in a member of an archive.
func TestOneUnit(t *testing.T) {
	for _, r := range flagRules {
		for _, bad := range []string{r.off, ""} {
			t.Run(r.rule+bad, func(t *testing.T) {
				b := newBench(t)
				b.write("a.c", unitA)
				b.write("b.c", unitB)
				b.write("c.c", unitC)
				b.run(fmt.Sprintf(`gcc -O2 -g %[1]s -c a.c
gcc -O2 -g %[1]s -c b.c -o good.o
gcc -O2 -g %[1]s %[2]s -c b.c
gcc -O2 -g %[1]s -c c.c
gcc a.o good.o c.o -o good
gcc a.o b.o c.o -o bad
ar rc good.a good.o c.o
ar rc bad.a b.o c.o`, strings.ReplaceAll(r.on, " ", ""), bad))
				if bad == "" {
					b.run("gcc -O2 -g -c b.c\ngcc a.o b.o c.o -o bad\nar rc bad.a b.o c.o")
				}
				expect(t, b.prove("good", Options{}), PIE, r.rule+"=proved~all 3 compilation units")
				expect(t, b.prove("good.a", Options{}), Archive, r.rule+"=proved~all 2 members")
				for _, name := range []string{"bad", "bad.a"} {
					f := b.prove(name, Options{})
					c, _ := f.Check(r.rule)
					if c.Status != Refuted || len(c.Units) != 1 || c.Units[0].Name != "b.c" || !strings.HasPrefix(c.Units[0].Producer, "GNU C") {
						t.Errorf("%s: %+v does not name b.c and its producer", name, c)
					}
					if f.Type == Archive && c.Units[0].Member != "b.o" {
						t.Errorf("%s: %+v does not name the member b.o", name, c.Units)
					}
				}
				expect(t, b.prove("bad", Options{SkipUnits: true}), PIE, r.rule+"=unknown")
				b.run("strip bad")
				expect(t, b.prove("bad", Options{}), PIE, r.rule+"=unknown~no debug information")
			})
		}
	}
}

// TestEncodings reads the same units however they are written down.
func TestEncodings(t *testing.T) {
	for _, how := range []string{
		"-gdwarf-2 -gstrict-dwarf", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5", "-gdwarf-5 -gdwarf64", "-gz=zlib", "-gz=zlib-gnu", "-gz=zlib -gdwarf-4",
		"-g3", "-g1", "-gdwarf-4 -fdebug-types-section", "-gdwarf-5 -fdebug-types-section", "-ffunction-sections", "-m32 -ffreestanding",
	} {
		t.Run(how, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", unitA)
			b.write("b.c", unitB)
			b.write("c.c", unitC)
			b.run(fmt.Sprintf(`gcc -O2 -g %[1]s -fstack-protector-strong -c a.c
gcc -O2 -g %[1]s -fno-stack-protector -c b.c
gcc -O2 -g %[1]s -fstack-protector-strong -c c.c
gcc -O2 -g %[1]s -r -nostdlib -o all.o a.o b.o c.o`, how))
			files := []string{"all.o"}
			if !strings.Contains(how, "-m32") {
				b.run("gcc " + how + " a.o b.o c.o -o all")
				files = append(files, "all")
			}
			for _, name := range files {
				f := b.prove(name, Options{})
				c, _ := f.Check("stack-protector")
				if c.Status != Refuted || len(c.Units) != 1 || c.Units[0].Name != "b.c" {
					t.Errorf("%s: %+v does not name b.c alone", name, c)
				}
			}
			if strings.Contains(how, "-gdwarf-2") { // main is in a section of its own, and this version has no ranges
				expect(t, b.prove("a.o", Options{}), Relocatable, "stack-protector=unknown~main")
			} else {
				expect(t, b.prove("a.o", Options{}), Relocatable, "stack-protector=proved")
			}
			expect(t, b.prove("b.o", Options{}), Relocatable, "stack-protector=refuted")
		})
	}
}

func TestUnitsNotJudged(t *testing.T) {
	b := newBench(t)
	b.write("a.c", helloC)
	b.write("f.s", ".text\n.globl f\nf: ret\n.section .note.GNU-stack,\"\",@progbits\n")
	b.run(`gcc -O2 -g -fstack-protector-strong -c a.c
gcc -g -c f.s
gcc a.o f.o -o a
gcc -O2 -g -gno-record-gcc-switches -fstack-protector-strong -c a.c -o mute.o
gcc mute.o -o mute
gcc -O2 -g -gsplit-dwarf -fstack-protector-strong a.c -o split
gcc -O2 -g -flto -fstack-protector-strong -c a.c -o lto.o
gcc -O2 -g -flto -fstack-protector-strong lto.o -o lto
gcc -O2 -g -flto -fno-stack-protector -c a.c -o nolto.o
gcc -O2 -g -flto -fstack-protector-strong nolto.o -o nolto
gcc -O2 -fstack-protector-strong -frecord-gcc-switches a.c -o recorded
gcc -O2 -fno-stack-protector -frecord-gcc-switches a.c -o norecorded`)
	expect(t, b.prove("a", Options{}), PIE, "stack-protector=proved~1 units are not judged: assembler")
	expect(t, b.prove("f.o", Options{}), Relocatable, "stack-protector=not-applicable~assembler", "fortify=not-applicable")
	expect(t, b.prove("mute", Options{}), PIE, "stack-protector=unknown~records no switches")
	expect(t, b.prove("split", Options{}), PIE, "stack-protector=unknown~.dwo")
	expect(t, b.prove("lto.o", Options{}), Relocatable, "stack-protector=proved")
	expect(t, b.prove("lto", Options{}), PIE, "stack-protector=proved~link-time")
	expect(t, b.prove("nolto.o", Options{}), Relocatable, "stack-protector=refuted")
	expect(t, b.prove("nolto", Options{}), PIE, "stack-protector=refuted~-fno-stack-protector")
	expect(t, b.prove("recorded", Options{}), PIE, "stack-protector=unknown~recorded command lines")
	expect(t, b.prove("norecorded", Options{}), PIE, "stack-protector=refuted~-fno-stack-protector")
}

// TestCanary: what a C library has in it proves nothing about the program.
func TestCanary(t *testing.T) {
	b := newBench(t)
	b.write("a.c", helloC)
	b.run(`gcc -O2 -fno-stack-protector -static a.c -o static
gcc -O2 -g -fstack-protector-strong -static a.c -o some
gcc -O2 -fstack-protector-strong a.c -o canary
gcc -O2 -fno-stack-protector a.c -o none`)
	expect(t, b.prove("static", Options{}), Static, "stack-protector=unknown", "fortify=unknown~static")
	expect(t, b.prove("some", Options{}), Static, "stack-protector=unknown~without a compilation unit")
	expect(t, b.prove("canary", Options{}), PIE, "stack-protector=unknown~is imported: at least one")
	expect(t, b.prove("none", Options{}), PIE, "stack-protector=unknown~is not imported")
}

func TestSwitches(t *testing.T) {
	tests := []struct {
		flag     *flag
		switches string
		on       bool
		by       string
	}{
		{&stackProtector, "-fstack-protector-strong", true, "-fstack-protector-strong"},
		{&stackProtector, "-fstack-protector-all", true, "-fstack-protector-all"},
		{&stackProtector, "-fstack-protector", false, "-fstack-protector"},
		{&stackProtector, "-fstack-protector-strong -fno-stack-protector", false, "-fno-stack-protector"},
		{&stackProtector, "-fno-stack-protector -fstack-protector-strong", true, "-fstack-protector-strong"},
		{&stackProtector, "-O2 -g", false, ""},
		{&autoVarInit, "-ftrivial-auto-var-init=pattern", true, "-ftrivial-auto-var-init=pattern"},
		{&autoVarInit, "-ftrivial-auto-var-init=zero -ftrivial-auto-var-init=uninitialized", false, "-ftrivial-auto-var-init=uninitialized"},
		{&zeroCallUsedRegs, "-fzero-call-used-regs=skip", false, "-fzero-call-used-regs=skip"},
		{&noStrictOverflow, "-fwrapv", false, "-fwrapv"},
		{&noStrictOverflow, "-fwrapv -fwrapv-pointer", true, "-fwrapv-pointer"},
		{&noStrictOverflow, "-fno-strict-overflow -fno-wrapv", false, "-fno-wrapv"},
		{&noStrictOverflow, "-fno-strict-overflow -fstrict-overflow", false, "-fstrict-overflow"},
	}
	for _, tt := range tests {
		if on, by := tt.flag.state(strings.Fields(tt.switches)); on != tt.on || by != tt.by {
			t.Errorf("%s with %q is %v by %q, not %v by %q", tt.flag.name, tt.switches, on, by, tt.on, tt.by)
		}
	}
}

// TestProducers judges one unit by the producers that compilers write.
func TestProducers(t *testing.T) {
	debian := &vendors{[]string{"GCC: (Debian 12.2.0-14+deb12u1) 12.2.0"}}
	arch := &vendors{[]string{"GCC: (GNU) 12.2.0"}}
	both := &vendors{append(slices.Clone(debian.lines), arch.lines...)}
	const gnu = "GNU C17 12.2.0 -mtune=generic -march=x86-64 -g -O2"
	tests := []struct {
		producer string
		v        *vendors
		flag     *flag
		want     Status
	}{
		{gnu, debian, &stackProtector, Refuted},
		{gnu, arch, &stackProtector, Unknown},
		{gnu, both, &stackProtector, Unknown},
		{gnu, &vendors{}, &stackClash, Unknown},
		{gnu, arch, &autoVarInit, Refuted},
		{gnu + " -fno-stack-protector", arch, &stackProtector, Refuted},
		{gnu + " -fstack-protector-strong", arch, &stackProtector, Proved},
		{"GNU C17 13.2.0 -g", debian, &stackProtector, Unknown},
		{"GNU C17 14.2.0 -g -fhardened", arch, &stackProtector, Proved},
		{"GNU C17 14.2.0 -g -fhardened -fno-stack-protector", arch, &stackProtector, Refuted},
		{"GNU C17 14.2.0 -g -fhardened", arch, &zeroCallUsedRegs, Refuted},
		{"GNU C17 12.2.0", debian, &stackProtector, Unknown},
		{"GNU AS 2.40", debian, &stackProtector, NotApplicable},
		{"GNU GIMPLE 12.2.0 -g -fltrans", debian, &stackProtector, NotApplicable},
		{"Debian clang version 14.0.6", debian, &stackProtector, Unknown},
		{"clang version 17.0.1 /usr/bin/clang -c -O2 a.c", &vendors{}, &stackProtector, Refuted},
		{"clang version 17.0.1 /usr/bin/clang -c -O2 -fstack-protector-strong a.c", &vendors{}, &stackProtector, Proved},
		{"clang LLVM (rustc version 1.72.0 (5680fa18f 2023-08-23))", debian, &stackProtector, Unknown},
		{"clang LLVM (rustc version 1.72.0 (5680fa18f 2023-08-23))", debian, &autoVarInit, NotApplicable},
		{"Go cmd/compile go1.26.8; regabi", debian, &stackProtector, NotApplicable},
		{"tcc 0.9.27", debian, &stackProtector, Unknown},
	}
	for _, tt := range tests {
		ta := &tally{}
		u := &unit{name: "a.c", producer: tt.producer}
		ta.add(tt.flag, u, parseProducer(u), tt.v)
		got := Unknown
		switch {
		case ta.no == 1:
			got = Refuted
		case ta.yes == 1:
			got = Proved
		case ta.neutral == 1:
			got = NotApplicable
		}
		if got != tt.want {
			t.Errorf("%q with %q is %s for %s, not %s", tt.producer, tt.v.lines, got, tt.flag.name, tt.want)
		}
	}
}

// TestUnitWithoutDebug links an object that was compiled without -g and
// without the flag: the units that are there must not speak for it.
func TestUnitWithoutDebug(t *testing.T) {
	for _, how := range []string{"-gdwarf-5", "-gdwarf-4", "-gdwarf-5 -ffunction-sections -freorder-blocks-and-partition", "-gdwarf-4 -ffunction-sections", "-gdwarf-5 -gz"} {
		t.Run(how, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", unitA)
			b.write("b.c", unitB)
			b.write("c.c", unitC+"__attribute__((cold)) int cold(int n) { return n; }\n__attribute__((section(\".far\"))) int far(int n) { return n; }\n")
			b.run(fmt.Sprintf(`gcc -O2 -g %[1]s -fstack-protector-strong -c a.c
gcc -O2 -g0 -fno-stack-protector -c b.c
gcc -O2 -g %[1]s -fstack-protector-strong -c b.c -o good.o
gcc -O2 -g %[1]s -fstack-protector-strong -c c.c
gcc a.o b.o c.o -o a
gcc a.o good.o c.o -o good
gcc -no-pie -Wl,--gc-sections a.o good.o c.o -o exec
gcc -r -nostdlib a.o b.o c.o -o r.o
gcc -r -nostdlib a.o good.o c.o -o good-r.o`, how))
			expect(t, b.prove("good", Options{}), PIE, "stack-protector=proved~start files are not judged")
			expect(t, b.prove("exec", Options{}), Executable, "stack-protector=proved~start files are not judged")
			expect(t, b.prove("good-r.o", Options{}), Relocatable, "stack-protector=proved")
			expect(t, b.prove("a", Options{}), PIE, "stack-protector=unknown~1 without a compilation unit: b")
			expect(t, b.prove("r.o", Options{}), Relocatable, "stack-protector=unknown~1 without a compilation unit: b")
			b.run("strip --strip-debug a.o")
			expect(t, b.prove("a.o", Options{}), Relocatable, "stack-protector=unknown~no debug information")
		})
	}
}
