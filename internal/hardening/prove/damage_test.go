package prove

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func proveBytes(b []byte) File { return Prove("x", bytes.NewReader(b), int64(len(b)), Options{}) }

// sound says what every verdict must be like, whatever the bytes.
func sound(t *testing.T, f File) {
	t.Helper()
	if len(f.Checks) != len(rules) || f.Type == "" {
		t.Fatalf("%q with %d checks", f.Type, len(f.Checks))
	}
	for _, c := range f.Checks {
		if !slices.Contains([]Status{Proved, Refuted, Unknown, NotApplicable}, c.Status) || len(c.Evidence) == 0 || c.Evidence[0] == "" {
			t.Errorf("%s: %+v", c.Rule, c)
		}
		if c.Status != Refuted && len(c.Units) > 0 {
			t.Errorf("%s is %s with units %+v", c.Rule, c.Status, c.Units)
		}
	}
}

// TestTruncated cuts a file whose every compiler rule is refuted by its last
// unit: no cut may make a proof of it.
func TestTruncated(t *testing.T) {
	b := newBench(t)
	b.write("a.c", unitA)
	b.write("b.c", unitB)
	b.write("c.c", unitC)
	b.run("gcc " + full + " -c a.c\ngcc " + full + " -c c.c\ngcc -g -O0 -c b.c\ngcc a.o c.o b.o -o a\nar rc l.a a.o c.o b.o")
	for _, name := range []string{"a", "b.o", "l.a"} {
		whole, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(whole); n += 1 + len(whole)/700 {
			f := proveBytes(whole[:n])
			sound(t, f)
			for _, r := range flagRules {
				if c, _ := f.Check(r.rule); c.Status == Proved {
					t.Fatalf("%s cut at %d of %d: %s is proved: %q", name, n, len(whole), r.rule, c.Evidence)
				}
			}
		}
	}
}

// TestScrambled changes bytes at random, with a seed that makes a failure
// come back.
func TestScrambled(t *testing.T) {
	b := newBench(t)
	b.write("a.c", helloC)
	b.run("gcc " + full + " -g3 a.c -o a\ngcc " + full + " -gz -c a.c\nar rc l.a a.o")
	for _, name := range []string{"a", "a.o", "l.a"} {
		whole, err := os.ReadFile(filepath.Join(b.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(300) {
			random := rand.New(rand.NewPCG(seed, 1))
			bad := bytes.Clone(whole)
			for range 1 + random.IntN(30) {
				at := random.IntN(len(bad))
				if random.IntN(2) == 0 { // where the tables are
					at = random.IntN(1024)
					if random.IntN(2) == 0 {
						at = len(bad) - 1 - at
					}
				}
				bad[at] = byte(random.Uint32())
			}
			sound(t, proveBytes(bad))
		}
	}
}

func TestHugeSizes(t *testing.T) {
	info, abbrevs := dwarf4("GNU C17 12.2.0 -O2 -fstack-protector-strong")
	good := debugFile(elf.ET_DYN, info, abbrevs, []byte{0})
	expect(t, proveBytes(good), DSO, "stack-protector=unknown~no symbol table")
	o := binary.LittleEndian
	tests := []struct {
		name string
		harm func(b []byte)
		want string
	}{
		{"segments", func(b []byte) { o.PutUint64(b[32:], 64); o.PutUint16(b[56:], 0xfffe) }, "relro=unknown~program headers"},
		{"sections", func(b []byte) { o.PutUint16(b[60:], 0xfeff) }, "stack-protector=unknown~section headers"},
		{"section count in section", func(b []byte) {
			o.PutUint16(b[60:], 0)
			o.PutUint64(b[o.Uint64(b[40:])+32:], 1<<40)
		}, "stack-protector=unknown~section headers"},
		{"names", func(b []byte) { o.PutUint16(b[62:], 0x1234) }, "stack-protector=unknown~section 4660"},
		{"entry size", func(b []byte) { o.PutUint16(b[58:], 0) }, "stack-protector=unknown~0 bytes"},
		{"section size", func(b []byte) { o.PutUint64(b[o.Uint64(b[40:])+2*64+32:], 1<<50) }, "stack-protector=unknown~beyond the end"},
		{"unit size", func(b []byte) { o.PutUint32(b[65:], 0x7fffffff) }, "stack-protector=unknown~the unit at 0x0"},
		{"unit version", func(b []byte) { b[69] = 9 }, "stack-protector=unknown~version 9"},
		{"reserved length", func(b []byte) { o.PutUint32(b[65:], 0xfffffff1) }, "stack-protector=unknown~reserved"},
		{"class", func(b []byte) { b[4] = 9 }, "relro=unknown~class 9"},
		{"order", func(b []byte) { b[5] = 9 }, "relro=unknown~byte order 9"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			bad := bytes.Clone(good)
			tt.harm(bad)
			f := proveBytes(bad)
			sound(t, f)
			expect(t, f, f.Type, tt.want)
		})
	}
}

func TestCompressionBomb(t *testing.T) {
	o := binary.LittleEndian
	for _, size := range []uint64{1 << 20, 1 << 33, 1 << 63} {
		for _, kind := range []uint32{1, 2, 7} {
			head := o.AppendUint32(nil, kind)
			head = o.AppendUint64(append(head, 0, 0, 0, 0), size)
			head = o.AppendUint64(head, 1)
			b := sectioned(elf.ET_DYN, body{".debug_info", elf.SHT_PROGBITS, elf.SHF_COMPRESSED, append(head, "not compressed at all"...)})
			f := proveBytes(b)
			sound(t, f)
			expect(t, f, DSO, "stack-protector=unknown~damaged")
		}
	}
}

func TestArchiveDamage(t *testing.T) {
	header := func(name, size string) string {
		return name + strings.Repeat(" ", 16-len(name)) + strings.Repeat("0", 32) + size + strings.Repeat(" ", 10-len(size)) + "`\n"
	}
	object := string(sectioned(elf.ET_REL, body{".note.GNU-stack", elf.SHT_PROGBITS, 0, nil}, body{".text", elf.SHT_PROGBITS, elf.SHF_ALLOC | elf.SHF_EXECINSTR, []byte{0xc3}}))
	size := func(s string) string { return strconv.Itoa(len(s)) }
	tests := []struct{ name, text, want string }{
		{"good", arMagic + header("a.o/", size(object)) + object, "nx=proved~all 1 members"},
		{"bsd name", arMagic + header("#1/8", size(object+"12345678")) + "long.o\x00\x00" + object, "nx=proved"},
		{"gnu name", arMagic + header("//", "10") + "a-name.o/\n" + header("/0", size(object)) + object, "nx=proved"},
		{"beyond", arMagic + header("a.o/", "99999999") + object, "nx=unknown~beyond the end"},
		{"no end mark", arMagic + strings.Repeat("x", 60), "nx=unknown~end mark"},
		{"size", arMagic + header("a.o/", "-1"), "nx=unknown~not a number"},
		{"no names", arMagic + header("/77", size(object)) + object, "nx=unknown~table of names"},
		{"bsd length", arMagic + header("#1/99", "4") + "abcd", "nx=unknown~its name"},
		{"cut header", arMagic + header("a.o/", size(object)) + object + "a.o", "nx=unknown~in a header"},
		{"nested", arMagic + header("l.a/", "8") + arMagic, "nx=unknown~archive in an archive"},
		{"damaged member", arMagic + header("a.o/", "20") + object[:20], "nx=unknown~damaged"},
		{"bitcode", arMagic + header("a.o/", "8") + "BC\xc0\xde1234", "nx=unknown~bitcode"},
		{"text", arMagic + header("README/", "6") + "hello\n", "nx=not-applicable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := proveBytes([]byte(tt.text))
			sound(t, f)
			expect(t, f, Archive, tt.want)
		})
	}
}
