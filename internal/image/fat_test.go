package image

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// makeFAT makes a file system of the given bits; directories end in "/".
func makeFAT(t testing.TB, bits int, files map[string]string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "x.fat")
	run(t, ".", "mkfs.vfat", "-C", "-F", fmt.Sprint(bits), "-n", "LABEL", "-i", "12345678", "-s", "1", out, map[int]string{12: "1000", 16: "5000", 32: "34000"}[bits])
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if dir, ok := strings.CutSuffix(name, "/"); ok {
			run(t, ".", "mmd", "-i", out, dir)
			continue
		}
		from := filepath.Join(t.TempDir(), "from")
		must(t, os.WriteFile(from, []byte(files[name]), 0o644))
		run(t, ".", "mcopy", "-i", out, from, name)
	}
	return readFile(t, out)
}

func TestFAT(t *testing.T) {
	large := string(noise(5, 300000))
	files := map[string]string{"::/EFI/": "", "::/EFI/BOOT/": "", "::/EFI/BOOT/BOOTX64.EFI": large, "::/a rather long name with ünicode ж.conf": "text",
		"::/lower.txt": "lower", "::/EMPTY": "", "::/many/": ""}
	for n := range 100 {
		files[fmt.Sprintf("::/many/file with number %d", n)] = fmt.Sprint(n)
	}
	for _, bits := range []int{12, 16, 32} {
		got := map[string]string{}
		for _, s := range readAll(t, "t", makeFAT(t, bits, files), Options{}) {
			if s.Type == Directory {
				s.Path += "/"
			}
			got["::/"+s.Path] = s.Sum
		}
		for name, text := range files {
			want := sumOf(text)
			if strings.HasSuffix(name, "/") {
				want = ""
			}
			if sum, ok := got[name]; !ok || sum != want {
				t.Errorf("FAT%d: %s: %q, want %q", bits, name, sum, want)
			}
			delete(got, name)
		}
		if len(got) > 0 {
			t.Errorf("FAT%d: %v", bits, got)
		}
	}
}

func TestFATRefused(t *testing.T) {
	data := makeFAT(t, 16, map[string]string{"::/dir/": "", "::/x": string(noise(1, 5000))})
	sector := int(le.Uint16(data[11:]))
	table := int(le.Uint16(data[14:])) * sector
	root := table + 2*int(le.Uint16(data[22:]))*sector
	entry := func(name string) int { return root + bytes.Index(data[root:], []byte(name)) }
	x, dir := entry("X          "), entry("DIR        ")
	if x < root || dir < root {
		t.Fatal("no entries")
	}
	first := int(le.Uint16(data[x+26:]))
	damage := func(at int, v ...byte) []byte {
		b := bytes.Clone(data)
		copy(b[at:], v)
		return b
	}
	for name, c := range map[string]struct {
		data  []byte
		place string
	}{
		"cut":        {data[:len(data)/2], "t"},
		"short":      {damage(table+2*first, 0xff, 0xff), "t!/x"},
		"nowhere":    {damage(x+26, 0xf0, 0xff), "t!/x"},
		"free":       {damage(table+2*first, 0, 0), "t!/x"},
		"circle":     {damage(table+2*int(le.Uint16(data[dir+26:])), data[dir+26], data[dir+27]), "t!/dir"},
		"same twice": {damage(x+11, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, data[dir+26], data[dir+27]), "t!/"},
		"table":      {damage(22, 1, 0), "t"},
	} {
		_, err := tryRead("t", c.data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(strings.ToLower(format.Place), c.place) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzFAT(f *testing.F) {
	data := makeFAT(f, 12, map[string]string{"::/dir/": "", "::/a long name here": "text"})
	f.Add(data[:40<<10])
	small := bytes.Clone(data[:40<<10])
	small[19], small[20] = 80, 0 // sectors
	fuzzFormat(f, FAT, small)
}
