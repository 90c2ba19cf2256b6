package image

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// newc is an entry of a cpio archive.
func newc(name string, mode uint32, ino, links int, content string) []byte {
	h := fmt.Sprintf("070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X", ino, mode, 1, 2, links, 1700000000, len(content), 8, 1, 4, 64, len(name)+1, 0)
	h += name + "\x00"
	h += strings.Repeat("\x00", (4-len(h)%4)%4) + content
	return []byte(h + strings.Repeat("\x00", (4-len(content)%4)%4))
}

func trailer() []byte { return newc("TRAILER!!!", 0, 0, 1, "") }

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestCPIOTools(t *testing.T) {
	dir := sampleTree(t)
	want := edit(openAll(t, dir, Options{}), func(s *shown) { s.Xattrs = nil })
	for _, format := range []string{"newc", "crc", "odc"} {
		data := shell(t, dir, "find . | cpio --quiet -o -H "+format)
		want := want
		if format == "odc" { // which holds a content with each path, and 18 bits of owners and devices
			all := canonicalLinks(want)
			byPath := map[string]shown{}
			for _, s := range all {
				byPath[s.Path] = s
			}
			want = edit(all, func(s *shown) {
				if s.Type == HardLink {
					path := s.Path
					*s = byPath[s.Link]
					s.Path = path
				}
				if s.Path == "disk" {
					s.Major, s.Minor = 0, 0
				}
			})
		}
		got := edit(readAll(t, format, data, Options{}), func(s *shown) {
			if format == "odc" && s.Path == "disk" {
				s.Major, s.Minor = 0, 0
			}
		})
		diffShown(t, got, want)
	}
}

// TestInitramfs is what the kernel takes: microcode, zeros, then compressed
// archives, one after the other.
func TestInitramfs(t *testing.T) {
	early := concat(newc("kernel/x86/microcode/GenuineIntel.bin", 0o100644, 1, 1, "microcode"), trailer())
	main := concat(newc(".", 0o40755, 1, 2, ""), newc("init", 0o100755, 2, 1, "#!/bin/sh\n"), newc("bin/sh", 0o120777, 3, 1, "busybox"), trailer(), make([]byte, 300))
	more := concat(newc("etc/more", 0o100600, 9, 1, strings.Repeat("more", 5000)), trailer())
	out := t.TempDir()
	for _, command := range []string{"cat", "gzip -n", "xz --check=crc32", "xz --check=sha256 -T2 --block-size=4096", "zstd -q", "zstd -q --no-check", "lz4 -q -l", "lz4 -q", "lz4 -q --content-size -BX"} {
		must(t, os.WriteFile(filepath.Join(out, "main"), main, 0o644))
		must(t, os.WriteFile(filepath.Join(out, "more"), more, 0o644))
		shell(t, out, command+" < main > main.z; "+command+" < more > more.z")
		packed, err := os.ReadFile(filepath.Join(out, "main.z"))
		must(t, err)
		packedMore, err := os.ReadFile(filepath.Join(out, "more.z"))
		must(t, err)
		pad := func(b []byte) []byte { return concat(b, make([]byte, 512-len(b)%512)) }
		for layout, data := range map[string][]byte{
			"early first":   concat(pad(early), packed, make([]byte, 8), packedMore, make([]byte, 4)),
			"early last":    concat(pad(packed), pad(packedMore), early),
			"no zeros":      concat(early, packed, packedMore),
			"zeros first":   concat(make([]byte, 512), early, packed, packedMore),
			"early between": concat(pad(packed), pad(early), packedMore),
		} {
			if command == "cat" && layout == "no zeros" {
				continue
			}
			got := readAll(t, "initrd.img", data, Options{})
			want := []string{"bin/sh", "etc/more", "init", "kernel/x86/microcode/GenuineIntel.bin"}
			if d := cmp.Diff(want, paths(got)); d != "" {
				t.Fatalf("%s, %s: -want +got:\n%s", command, layout, d)
			}
			if got[1].Sum != sumOf(strings.Repeat("more", 5000)) || got[0].Link != "busybox" {
				t.Errorf("%s, %s: %+v", command, layout, got)
			}
		}
		cut := concat(pad(early), packed[:len(packed)-12])
		if _, err := tryRead("initrd.img", cut, Options{}); command != "cat" && err == nil {
			t.Errorf("%s: a cut member was accepted", command)
		}
		if _, err := tryRead("initrd.img", concat(pad(early), packed, []byte("junk"), packedMore), Options{}); err == nil {
			t.Errorf("%s: junk was accepted", command)
		}
	}
}

func TestCPIOLinks(t *testing.T) {
	data := concat(newc("a", 0o100755, 5, 3, ""), newc("b", 0o100755, 5, 3, "text"), newc("c", 0o100755, 5, 3, ""),
		newc("d", 0o100644, 6, 2, ""), newc("e", 0o100644, 6, 2, ""), trailer(), newc("f", 0o100644, 5, 2, ""), trailer())
	var got []string
	for _, s := range readAll(t, "x", data, Options{}) {
		got = append(got, fmt.Sprint(s.Path, " ", s.Type, " ", s.Link, s.Size))
	}
	want := []string{"a hardlink b0", "b file 4", "c hardlink b0", "d file 0", "e hardlink d0", "f file 0"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestCPIORefused(t *testing.T) {
	good := concat(newc("a", 0o100644, 1, 1, "text"), newc("b", 0o40755, 2, 2, ""), trailer())
	badSum := bytes.Clone(good)
	copy(badSum, "070702")
	for name, data := range map[string][]byte{
		"no trailer":     newc("a", 0o100644, 1, 1, "text"),
		"cut":            newc("a", 0o100644, 1, 1, strings.Repeat("text", 100))[:200],
		"number":         bytes.Replace(good, []byte("070701"), []byte("070701zz"), 1),
		"sum":            badSum,
		"parent":         concat(newc("a/../../b", 0o100644, 1, 1, ""), trailer()),
		"type":           concat(newc("a", 0o130644, 1, 1, ""), trailer()),
		"full directory": concat(newc("a", 0o40644, 1, 1, "text"), trailer()),
		"behind":         concat(good, []byte("something else")),
		"long link":      concat(newc("a", 0o120777, 1, 1, strings.Repeat("x", 70000)), trailer()),
		"packed twice":   gzipped(concat(trailer(), gzipped(good))),
	} {
		_, err := tryRead("t", data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, "t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
