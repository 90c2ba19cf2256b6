package prove

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// compiled returns what gcc makes, as seeds; nothing without gcc.
func compiled(f *testing.F) [][]byte {
	if _, err := exec.LookPath("gcc"); err != nil {
		return nil
	}
	dir := f.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.c"), []byte(freeC), 0o644); err != nil {
		f.Fatal(err)
	}
	var seeds [][]byte
	for _, args := range [][]string{
		{"-c"}, {"-c", "-g"}, {"-c", "-g", "-gdwarf-4", "-gz"}, {"-c", "-g3"}, {"-c", "-m32", "-g"}, {"-c", "-flto", "-g"},
		{"-nostdlib", "-static"}, {"-nostdlib", "-shared", "-g"}, {"-nostdlib", "-static-pie", "-g"},
		{"-c", "-g", "-fstack-protector-strong", "-ffunction-sections"}, {"-c", "-m32", "-g", "-gdwarf-4", "-fstack-protector-strong", "-ffunction-sections"},
		{"-nostdlib", "-shared", "-g", "-fstack-protector-strong"}, {"-c", "-flto", "-ffat-lto-objects", "-g", "-fstack-protector-strong"},
	} {
		cmd := exec.Command("gcc", append(args, "-O2", "-fPIC", "-ffreestanding", "a.c", "-o", "out")...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			f.Fatalf("gcc %q: %v\n%s", args, err, out)
		}
		b, err := os.ReadFile(filepath.Join(dir, "out"))
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, b)
	}
	return seeds
}

func FuzzELF(f *testing.F) {
	for _, b := range compiled(f) {
		f.Add(b)
	}
	for _, m := range machines {
		f.Add(image{wide: m.wide, big: m.big, machine: m.machine, typ: elf.ET_DYN, interp: true, stack: 6, dynamic: []uint64{}, imports: []string{"gets"}}.make())
	}
	f.Fuzz(func(t *testing.T, b []byte) { sound(t, proveBytes(b)) })
}

func FuzzNotes(f *testing.F) {
	m := image{wide: true, machine: elf.EM_X86_64, typ: elf.ET_EXEC, stack: 6}
	f.Add(m.property(8, propertyX86, 3), uint64(8), true)
	f.Add(m.property(4, propertyX86, 3), uint64(4), false)
	f.Add(m.noteOf(noteBuildID, []byte{1, 2, 3, 4}), uint64(4), true)
	f.Fuzz(func(t *testing.T, note []byte, align uint64, wide bool) {
		m := m
		m.wide, m.note, m.noteAlign = wide, note, align
		sound(t, m.prove("x", Options{}))
	})
}

func FuzzDWARF(f *testing.F) {
	info, abbrevs := dwarf4("GNU C17 12.2.0 -O2 -fstack-protector-strong")
	f.Add(info, abbrevs, []byte("x\x00"), true)
	f.Add(info, []byte{1, tagCompileUnit, 0, attrProducer, formStrp, attrMacros, formSecOffset, attrRanges, formSecOffset, 0, 0, 0}, []byte("__USE_FORTIFY_LEVEL 2\x00"), false)
	f.Fuzz(func(t *testing.T, info, abbrevs, str []byte, linked bool) {
		typ := elf.ET_REL
		if linked {
			typ = elf.ET_DYN
		}
		sound(t, proveBytes(debugFile(typ, info, abbrevs, str)))
	})
}

func FuzzArchive(f *testing.F) {
	head := []byte("a.o/            0           0     0     644     64        `\n")
	f.Add(append(bytes.Clone(head), sectioned(elf.ET_REL)[:64]...))
	f.Add([]byte("//                                              10        `\na-name.o/\n"))
	f.Add([]byte("#1/4            0           0     0     644     8         `\nabcd\x7fELF"))
	f.Fuzz(func(t *testing.T, b []byte) { sound(t, proveBytes(append([]byte(arMagic), b...))) })
}
