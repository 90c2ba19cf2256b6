package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// makeDisk writes a partition table with sfdisk, and file systems into it.
func makeDisk(t testing.TB, script string, at map[int64][]byte) []byte {
	t.Helper()
	p := filepath.Join(t.TempDir(), "disk")
	must(t, os.WriteFile(p, make([]byte, 8<<20), 0o644))
	shell(t, ".", "printf '"+script+"' | sfdisk --quiet "+p)
	data := readFile(t, p)
	for sector, content := range at {
		copy(data[sector*512:], content)
	}
	return data
}

func TestPartitions(t *testing.T) {
	system := makeFAT(t, 12, map[string]string{"::/x": "efi"})
	archive := smallTar(t)
	all := func(Entry, Format) bool { return true }
	data := makeDisk(t, `label: gpt\n2048,4096,U\n,4096,L\n`, map[int64][]byte{2048: system, 6144: archive})
	if f := Detect(bytes.NewReader(data), int64(len(data))); f != GPT {
		t.Errorf("it is %s", f)
	}
	got := readAll(t, "t", data, Options{Descend: all})
	if d := cmp.Diff([]string{"p1", "p1!/x", "p2", "p2!/a", "p2!/dir/b"}, paths(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	data = makeDisk(t, `label: dos\n2048,1024,c\n4096,8192,E\n6144,1024,L\n9216,1024,L\n`, map[int64][]byte{2048: system, 6144: archive, 9216: archive})
	got = readAll(t, "t", data, Options{Descend: func(_ Entry, f Format) bool { return f == Tar }})
	if d := cmp.Diff([]string{"p1", "p5", "p5!/a", "p5!/dir/b", "p6", "p6!/a", "p6!/dir/b"}, paths(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestPartitionsRefused(t *testing.T) {
	gpt := makeDisk(t, `label: gpt\n2048,4096,U\n`, nil)
	mbr := makeDisk(t, `label: dos\n2048,1024,L\n4096,8192,E\n6144,1024,L\n`, nil)
	for name, c := range map[string]struct {
		data  []byte
		place string
	}{
		"header":    {damage(gpt, 512+40, 0xff), "t"},
		"table":     {damage(gpt, 1024+33, 0xff), "t"},
		"cut":       {gpt[:4096*512], "t!/p1"},
		"chain":     {damage(mbr, 4096*512+510, 0), "t"},
		"circle":    {damage(mbr, 4096*512+446+16, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1), "t"},
		"too large": {damage(mbr, 446+12, 0, 0, 0, 0x10), "t!/p1"},
	} {
		_, err := tryRead("t", c.data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, c.place) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// makePE makes a file of the sections, a long name and one without content.
func makePE(sections map[string]string, order ...string) []byte {
	const headers = 0x400
	b := make([]byte, headers)
	copy(b, "MZ")
	b[peOffset] = 0x80
	copy(b[0x80:], "PE\x00\x00")
	binary.LittleEndian.PutUint16(b[0x84+2:], uint16(len(order)))
	var names []byte
	names = append(names, 0, 0, 0, 0)
	for i, name := range order {
		s := b[0x84+coffHeader+i*sectionEntry:]
		short := name
		if len(name) > 8 {
			short = "/" + itoa(int64(len(names)))
			names = append(append(names, name...), 0)
		}
		copy(s[:8], short)
		text := sections[name]
		padded := text + strings.Repeat("\x00", 512-len(text)%512)
		binary.LittleEndian.PutUint32(s[8:], uint32(len(text)))
		binary.LittleEndian.PutUint32(s[16:], uint32(len(padded)))
		binary.LittleEndian.PutUint32(s[20:], uint32(len(b)))
		b = append(b, padded...)
	}
	binary.LittleEndian.PutUint32(names, uint32(len(names)))
	binary.LittleEndian.PutUint32(b[0x84+8:], uint32(len(b)))
	return append(b, names...)
}

func TestPE(t *testing.T) {
	all := func(Entry, Format) bool { return true }
	data := makePE(map[string]string{".linux": "kernel", ".initrd": string(smallCPIO()), ".a-long-name": "long"}, ".linux", ".initrd", ".a-long-name", ".linux")
	want := []string{"t", "t!/(DOS header)", "t!/(header)", "t!/(symbols)", "t!/.a-long-name", "t!/.initrd", "t!/.initrd!/a", "t!/.initrd!/b", "t!/.initrd!/c", "t!/.linux", "t!/.linux#2"}
	got := readAll(t, "t", data, Options{Descend: all})
	if d := cmp.Diff(want, paths(got)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got[9].Size != 6 || got[9].Sum != sumOf("kernel") {
		t.Errorf("%+v", got[9])
	}
	if got := readAll(t, "t", data, Options{}); len(got) != 1 || got[0].Path != "t" || got[0].Size != int64(len(data)) {
		t.Errorf("%+v", got)
	}
	for name, data := range map[string][]byte{"cut": data[:0x500], "no table of names": data[:len(data)-6], "sections": bytes.Replace(data, []byte(".linux\x00\x00"), []byte("/nolinux"), 1)} {
		_, err := tryRead("t", data, Options{Descend: all})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, "t!/t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzPE(f *testing.F) {
	fuzzFormat(f, PE, makePE(map[string]string{".linux": "kernel", ".a-long-name": "long"}, ".linux", ".a-long-name"))
}

func FuzzGPT(f *testing.F) {
	fuzzFormat(f, GPT, makeDisk(f, `label: gpt\nfirst-lba: 34\n34,10,U\n`, nil)[:64<<10])
}

func FuzzMBR(f *testing.F) {
	fuzzFormat(f, MBR, makeDisk(f, `label: dos\n10,20,L\n40,60,E\n50,10,L\n`, nil)[:64<<10])
}

// damage returns a copy with other bytes at a place.
func damage(data []byte, at int, v ...byte) []byte {
	b := bytes.Clone(data)
	copy(b[at:], v)
	return b
}
