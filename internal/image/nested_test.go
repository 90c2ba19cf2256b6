package image

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNested(t *testing.T) {
	initrd := concat(newc("early", 0o100644, 1, 1, "x"), trailer(), make([]byte, 4),
		gzipped(concat(newc("bin/x", 0o100755, 1, 1, "elf"), newc("lib/m.ko.gz", 0o100644, 2, 1, string(gzipped([]byte("module")))), trailer())))
	outer := gzipped(makeTar(t, file("boot/initrd.img", string(initrd)), file("boot/vmlinuz", "kernel"), file("x.a", "!<arch>\n"+memberOf("m.o", "elf"))))
	all := func(Entry, Format) bool { return true }
	want := []string{"boot/initrd.img", "boot/initrd.img!/bin/x", "boot/initrd.img!/early", "boot/initrd.img!/lib/m.ko.gz", "boot/initrd.img!/lib/m.ko.gz!/m.ko",
		"boot/vmlinuz", "x.a", "x.a!/m.o"}
	got := readAll(t, "outer.tar.gz", outer, Options{Descend: all})
	if d := cmp.Diff(want, paths(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got[4].Sum != sumOf("module") {
		t.Errorf("%+v", got[4])
	}
	var asked []string
	readAll(t, "outer.tar.gz", outer, Options{Descend: func(e Entry, f Format) bool {
		asked = append(asked, e.Path+" "+string(f))
		return f == CPIO
	}})
	if d := cmp.Diff([]string{"boot/initrd.img cpio", "boot/initrd.img!/lib/m.ko.gz gzip", "x.a ar"}, asked); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	damaged := bytes.Replace(initrd, []byte("early\x00"), []byte("../ly\x00"), 1)
	_, err := tryRead("outer.tar", makeTar(t, file("boot/initrd.img", string(damaged))), Options{Descend: all})
	var format *FormatError
	if !errors.As(err, &format) || format.Place != `outer.tar!/boot/initrd.img!/"../ly"` || format.Format != CPIO {
		t.Errorf("%v", err)
	}
}

// TestDamageOutlivesTheCaller is a caller that takes an error of reading for
// the end of a file.
func TestDamageOutlivesTheCaller(t *testing.T) {
	data := gzipped(makeTar(t, file("a", string(noise(3, 200000)))))
	cut := data[:100000]
	i, err := Read("t", bytes.NewReader(cut), int64(len(cut)), Options{})
	must(t, err)
	err = i.Walk(context.Background(), func(_ Entry, c *Content) error {
		c.ReadAt(make([]byte, 1), c.Size()-1)
		return nil
	})
	var format *FormatError
	if !errors.As(err, &format) || format.Place != "t!/a" {
		t.Errorf("%v", err)
	}
}

// TestVerify finds damage that nobody reads.
func TestVerify(t *testing.T) {
	data := smallSquash(t, "-comp", "xz")
	data[squashSuper+30] ^= 0xff // in the content
	if _, err := walkPaths(data, Options{}); err != nil {
		t.Errorf("without: %v", err)
	}
	_, err := walkPaths(data, Options{Verify: true})
	var format *FormatError
	if !errors.As(err, &format) || format.Place != "t!/x" {
		t.Errorf("with: %v", err)
	}
}

func walkPaths(data []byte, opt Options) ([]string, error) {
	i, err := Read("t", bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		return nil, err
	}
	entries, err := i.Index(context.Background())
	var p []string
	for _, e := range entries {
		p = append(p, e.Path)
	}
	return p, err
}

// TestUnsupported are images that must not pass as files of no interest.
func TestUnsupported(t *testing.T) {
	for _, m := range magics {
		switch m.format {
		case Gzip, XZ, Zstandard, Bzip2, LZ4, LZMA, CPIO, Ar, SquashFS, Zip, Tar, Ext, ISO9660, ELF, FDT, RPM, EROFS, Lzip:
			continue
		}
		data := make([]byte, headSize)
		copy(data[m.at:], m.magic)
		_, err := tryRead("t", data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || format.Format != m.format || !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%s: %v", m.format, err)
		}
		if got := readAll(t, "t", data, Options{Format: File}); len(got) != 1 {
			t.Errorf("%s as a file: %+v", m.format, got)
		}
	}
}

// TestFiles are files that look like nothing in particular.
func TestFiles(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "ELF": "\x7fELF\x02\x01\x01", "text": strings.Repeat("text", 20000), "zeros": strings.Repeat("\x00", 70000), "damaged.gz": "\x1f\x8b\x08"} {
		got, err := tryRead(name, []byte(text), Options{})
		if name == "damaged.gz" {
			if err == nil {
				t.Error("a damaged compression is taken for a file")
			}
			continue
		}
		if err != nil || len(got) != 1 || got[0].Path != name || got[0].Sum != sumOf(text) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
