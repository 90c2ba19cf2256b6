package prove

import (
	"debug/elf"
	"encoding/binary"
	"strings"
	"testing"
)

// TestForcedProperty: the linker can be told to set a property that not all
// objects have.
func TestForcedProperty(t *testing.T) {
	b := newBench(t)
	b.write("a.c", freeC)
	b.write("b.c", "int thrice(int n) { return 3 * n; }\n")
	b.run(`gcc -O2 -g -ffreestanding -fcf-protection -c a.c
gcc -O2 -g -ffreestanding -fcf-protection=none -c b.c
gcc -O2 -g -ffreestanding -c b.c -o silent.o
gcc -nostdlib -static -Wl,-z,ibt,-z,shstk a.o b.o -o forced
gcc -nostdlib -static -Wl,-z,ibt,-z,shstk a.o silent.o -o silent
gcc -nostdlib -static a.o -o whole`)
	for _, name := range []string{"forced", "silent"} {
		f := b.prove(name, Options{})
		expect(t, f, Static, "ibt=refuted~told to set it", "shstk=refuted~1 compilation units")
		if c, _ := f.Check("ibt"); len(c.Units) != 1 || c.Units[0].Name != "b.c" {
			t.Errorf("%s: units %+v do not name b.c alone", name, c.Units)
		}
	}
	expect(t, b.prove("whole", Options{}), Static, "ibt=proved", "shstk=proved")
}

// TestLoadedByPath: libraries need no RPATH to come from elsewhere.
func TestLoadedByPath(t *testing.T) {
	for _, tt := range []struct{ link, want string }{
		{"-Wl,--no-as-needed ./nosoname.so", `rpath=refuted~NEEDED "./nosoname.so": relative`},
		{"-Wl,--no-as-needed lib/origin.so", "rpath=proved~NEEDED $ORIGIN/../lib/o.so"},
		{"-Wl,--audit=/tmp/a.so", `rpath=refuted~AUDIT "/tmp/a.so"`},
		{"-Wl,--depaudit=x/a.so:/usr/lib/a.so", `rpath=refuted~AUDIT "x/a.so"`},
		{"-Wl,--audit=/usr/lib/a.so", "rpath=proved~AUDIT /usr/lib/a.so"},
		{"-shared -Wl,-f,/opt/a.so", `rpath=refuted~FILTER "/opt/a.so"`},
		{"-shared -Wl,-F,a.so", "rpath=proved~neither"},
		{"-Wl,--dynamic-linker,/tmp/ld.so", `rpath=refuted~dynamic linker "/tmp/ld.so"`},
		{"-Wl,--dynamic-linker,ld.so", `rpath=refuted~relative`},
	} {
		t.Run(tt.link, func(t *testing.T) {
			b := newBench(t)
			b.write("a.c", helloC)
			b.write("l.c", unitC)
			b.run("gcc -shared -fPIC l.c -o nosoname.so\nmkdir lib\ngcc -shared -fPIC l.c -Wl,-soname,$ORIGIN/../lib/o.so -o lib/origin.so\ngcc -O2 -fPIC a.c -o a " + tt.link)
			f := b.prove("a", Options{})
			expect(t, f, f.Type, tt.want)
		})
	}
}

// TestMultibootWords: a program of an operating system does not become a kernel
// by two words at its begin.
func TestMultibootWords(t *testing.T) {
	b := newBench(t)
	b.write("a.c", `__attribute__((section(".note.x"), used)) const unsigned note[7] = {4, 12, 1, 'X', 0x1badb002, 0, -0x1badb002};`+helloC)
	b.run("gcc -O2 -static a.c -o a")
	expect(t, b.prove("a", Options{}), Static, "pie=refuted", "relro=proved")
}

// TestSegmentsTwice: loaders do not agree on which of two segments of one kind
// counts.
func TestSegmentsTwice(t *testing.T) {
	m := image{wide: true, machine: elf.EM_X86_64, typ: elf.ET_DYN, interp: true, relro: true, stack: int(elf.PF_R | elf.PF_W), loadFlags: elf.PF_R,
		dynamic: []uint64{uint64(elf.DT_FLAGS_1), uint64(elf.DF_1_PIE | elf.DF_1_NOW)}}
	whole := m.make()
	f := Prove("once", strings.NewReader(string(whole)), int64(len(whole)), Options{})
	expect(t, f, PIE, "nx=proved", "relro=proved", "now=proved")
	for _, tt := range []struct {
		typ  elf.ProgType
		want string
	}{{elf.PT_GNU_STACK, "nx=refuted"}, {elf.PT_GNU_RELRO, "relro=unknown~several"}, {elf.PT_DYNAMIC, "now=unknown~several"}} {
		b := m.make()
		const header, size = 64, 56
		// PT_INTERP, the first, becomes one more of the other kind
		binary.LittleEndian.PutUint32(b[header:], uint32(tt.typ))
		binary.LittleEndian.PutUint32(b[header+4:], uint32(elf.PF_R|elf.PF_W|elf.PF_X))
		f := Prove("twice", strings.NewReader(string(b)), int64(len(b)), Options{})
		expect(t, f, f.Type, tt.want)
	}
}

// TestRelroWithoutPage: loaders protect whole pages only.
func TestRelroWithoutPage(t *testing.T) {
	m := image{wide: true, machine: elf.EM_X86_64, typ: elf.ET_EXEC, relro: true, stack: -1, loadFlags: elf.PF_R}
	b := m.make()
	const header, memsz = 64, 40
	for size, want := range map[uint64]string{0: "relro=refuted~empty", 8: "relro=refuted~no whole page", smallestPage: "relro=proved"} {
		binary.LittleEndian.PutUint64(b[header+memsz:], size)
		expect(t, Prove("a", strings.NewReader(string(b)), int64(len(b)), Options{}), Static, want)
	}
}
