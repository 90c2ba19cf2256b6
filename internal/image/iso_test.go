package image

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestISO(t *testing.T) {
	dir := sampleTree(t)
	deep := filepath.Join(dir, "1/2/3/4/5/6/7/8/9/10/11")
	must(t, os.MkdirAll(deep, 0o750))
	must(t, os.WriteFile(filepath.Join(deep, "x"), []byte("deep"), 0o640))
	out := t.TempDir()
	whole := func(all []shown) []shown { return edit(all, func(s *shown) { s.ModTime = s.ModTime.Truncate(1e9) }) }
	want := whole(openAll(t, dir, Options{}))
	plain := func(s *shown) { s.Xattrs = nil }
	apart := func(s *shown) { // no serial numbers tell which paths are of one file
		if s.Type == HardLink {
			s.Path = ""
		}
		s.Xattrs = nil
	}
	t.Run("genisoimage", func(t *testing.T) {
		p := filepath.Join(out, "g.iso")
		run(t, ".", "genisoimage", "-quiet", "-R", "-o", p, dir)
		links := map[string]bool{}
		for _, s := range want {
			if s.Type == HardLink {
				links[s.Path] = true
			}
		}
		got := edit(openAll(t, p, Options{}), func(s *shown) {
			if links[s.Path] || s.Path == "rr_moved" {
				s.Path = ""
			}
		})
		diffShown(t, got, edit(want, apart))
	})
	t.Run("xorriso", func(t *testing.T) {
		p := filepath.Join(out, "x.iso")
		run(t, ".", "xorriso", "-outdev", p, "-volid", "X", "-hardlinks", "on", "-acl", "off", "-xattr", "any", "-map", dir, "/")
		diffShown(t, edit(whole(openAll(t, p, Options{})), func(s *shown) { delete(s.Xattrs, "isofs.di") }), want)
	})
	t.Run("xorriso without deep directories", func(t *testing.T) {
		p := filepath.Join(out, "y.iso")
		run(t, ".", "xorriso", "-outdev", p, "-volid", "X", "-hardlinks", "on", "-xattr", "off", "-rr_reloc_dir", "moved", "-compliance", "deep_paths_off", "-map", dir, "/")
		got := edit(whole(openAll(t, p, Options{})), func(s *shown) {
			plain(s)
			if s.Path == "moved" {
				s.Path = ""
			}
		})
		diffShown(t, got, edit(want, plain))
	})
}

// TestISONames reads images that have no Rock Ridge, and a file of two parts.
func TestISONames(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "Directory"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "Directory", "a long näme.txt"), []byte("text"), 0o644))
	for args, want := range map[string]string{"-J": "Directory/a long näme.txt", "-l": "directory/a_long_n__me.txt", "": "director/a_long_n.txt"} {
		p := filepath.Join(t.TempDir(), "x.iso")
		run(t, ".", "genisoimage", append(strings.Fields("-quiet -input-charset utf-8 -o "+p+" "+args), dir)...)
		all := openAll(t, p, Options{})
		if len(all) != 2 || !strings.EqualFold(strings.ReplaceAll(all[1].Path, "__", "_"), strings.ReplaceAll(want, "__", "_")) || all[1].Sum != sumOf("text") {
			t.Errorf("%q: %+v", args, all)
		}
	}
}

// TestISOBoot has an EFI partition that no directory names.
func TestISOBoot(t *testing.T) {
	dir, out := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "x"), []byte("text"), 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "boot.img"), noise(2, 4096), 0o644))
	efi := filepath.Join(out, "efi.img")
	must(t, os.WriteFile(efi, makeFAT(t, 12, map[string]string{"::/BOOTX64.EFI": "efi"}), 0o644))
	p := filepath.Join(out, "x.iso")
	run(t, ".", "xorriso", "-as", "mkisofs", "-quiet", "-R", "-o", p, "-b", "boot.img", "-no-emul-boot", "-boot-load-size", "4", "-eltorito-alt-boot",
		"-append_partition", "2", "0xef", efi, "-e", "--interval:appended_partition_2:all::", "-no-emul-boot", dir)
	all := openAll(t, p, Options{Descend: func(_ Entry, f Format) bool { return f == FAT }})
	var found bool
	for _, s := range all {
		found = found || strings.HasPrefix(s.Path, "[BOOT]/") && strings.HasSuffix(s.Path, "!/BOOTX64.EFI") && s.Sum == sumOf("efi")
	}
	if !found {
		t.Errorf("%q", paths(all))
	}
}

func smallISO(t testing.TB, args ...string) []byte {
	dir := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(dir, "sub"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "sub/x"), []byte("text"), 0o644))
	must(t, os.Symlink("../"+strings.Repeat("long/", 40), filepath.Join(dir, "y")))
	p := filepath.Join(t.TempDir(), "x.iso")
	run(t, ".", "genisoimage", append(append([]string{"-quiet", "-no-pad", "-o", p}, args...), dir)...)
	return readFile(t, p)
}

func TestISORefused(t *testing.T) {
	data := smallISO(t, "-R")
	damage := func(at int, v ...byte) []byte {
		b := bytes.Clone(data)
		copy(b[at:], v)
		return b
	}
	root := int(le.Uint32(data[16*2048+158:])) * 2048
	sub := root + int(data[root]) // ".."
	sub += int(data[sub])         // "sub"
	for name, c := range map[string]struct {
		data  []byte
		place string
	}{
		"cut":       {data[:len(data)-2048], "t"},
		"no end":    {damage(17*2048, make([]byte, 7)...), "t"},
		"loop":      {damage(sub+2, data[root+2:root+6]...), "t!/sub"},
		"outside":   {damage(sub+2, 0xff, 0xff, 0xff, 0x7f), "t!/sub"},
		"record":    {damage(sub, 0xff), "t"},
		"interlace": {damage(sub+26, 1), "t"},
	} {
		_, err := tryRead("t", c.data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, c.place) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzISO(f *testing.F) {
	fuzzFormat(f, ISO9660, smallISO(f, "-R"), smallISO(f, "-J"))
}
