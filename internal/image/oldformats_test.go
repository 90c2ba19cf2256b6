package image

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ulikunitz/xz/lzma"
)

// oldCPIO is an entry of the binary format.
func oldCPIO(order binary.AppendByteOrder, name string, mode uint16, links uint16, content string) []byte {
	even := func(s string) string { return s + strings.Repeat("\x00", len(s)%2) }
	var h []byte
	for _, n := range []int{0o70707, 8, 5, int(mode), 1000, 2000, int(links), 0x0801, 1700000000 >> 16, 1700000000 & 0xffff, len(name) + 1, len(content) >> 16, len(content) & 0xffff} {
		h = order.AppendUint16(h, uint16(n))
	}
	return append(h, even(name+"\x00")+even(content)...)
}

func oldCPIOSample(order binary.AppendByteOrder) []byte {
	return concat(oldCPIO(order, "a", 0o100644, 1, "odd"), oldCPIO(order, "d", 0o40755, 2, ""), oldCPIO(order, "d/link", 0o120777, 1, "a"),
		oldCPIO(order, "null", 0o20666, 1, ""), oldCPIO(order, "TRAILER!!!", 0, 1, ""), make([]byte, 200))
}

func TestOldCPIO(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		data := oldCPIOSample(order)
		if f := Detect(bytes.NewReader(data), int64(len(data))); f != CPIO {
			t.Errorf("%v is taken for %s", order, f)
		}
		var got []string
		for _, s := range readAll(t, "x", data, Options{}) {
			got = append(got, fmt.Sprint(s.Path, " ", s.Type, " ", s.Link, s.Size, " ", s.UID, ":", s.GID, " ", s.ModTime.Unix(), " ", s.Major, ":", s.Minor))
		}
		want := []string{"a file 3 1000:2000 1700000000 0:0", "d directory 0 1000:2000 1700000000 0:0", "d/link symlink a0 1000:2000 1700000000 0:0",
			"null character-device 0 1000:2000 1700000000 8:1"}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
		if _, err := tryRead("t", data[:60], Options{}); err == nil {
			t.Error("a cut archive was accepted")
		}
	}
	data := sampleOf(t, "cpio", "find a d | cpio --quiet -o -H bin > OUT")
	if got := strings.Join(paths(readAll(t, "x", data, Options{})), " "); got != "a d d/b" {
		t.Errorf("of cpio -H bin: %s", got)
	}
}

// lzipped is a member of lzip.
func lzipped(t testing.TB, content string) []byte {
	var raw bytes.Buffer
	z, err := lzma.WriterConfig{Properties: &lzma.Properties{LC: 3, LP: 0, PB: 2}, DictCap: 1 << 16, EOSMarker: true}.NewWriter(&raw)
	must(t, err)
	_, err = z.Write([]byte(content))
	must(t, err)
	must(t, z.Close())
	b := append([]byte("LZIP\x01\x10"), raw.Bytes()[13:]...)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE([]byte(content)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(content)))
	return binary.LittleEndian.AppendUint64(b, uint64(len(b)+8))
}

func TestLzip(t *testing.T) {
	text := strings.Repeat("some text that is packed\n", 3000)
	one, two := lzipped(t, text), lzipped(t, "more")
	for name, data := range map[string][]byte{"one": one, "two": concat(one, two), "zeros": concat(one, two, make([]byte, 100)), "empty": concat(lzipped(t, ""), one, two)} {
		want := text
		if name != "one" {
			want += "more"
		}
		got := readAll(t, "x.lz", data, Options{Inside: true})
		if len(got) != 1 || got[0].Path != "x" || got[0].Sum != sumOf(want) {
			t.Errorf("%s: %+v", name, got)
		}
		i, err := Read("x.lz", bytes.NewReader(data), int64(len(data)), Options{})
		must(t, err)
		fields, err := i.FieldsInside(t.Context())
		if err != nil || len(fields) != 2 {
			t.Errorf("%s: %v %v", name, fields, err)
		}
	}
	for at := range one {
		damaged := bytes.Clone(one)
		damaged[at] ^= 1
		if got, err := tryRead("x.lz", damaged, Options{Inside: true, Format: Lzip}); err == nil && at != 5 { // a larger dictionary does no harm
			t.Fatalf("damage at %d was not seen: %+v", at, got)
		}
	}
	for _, end := range []int{3, 6, 20, len(one) - 30, len(one) - 1} {
		if _, err := tryRead("x.lz", one[:end], Options{Inside: true, Format: Lzip}); err == nil {
			t.Errorf("cut at %d", end)
		}
	}
	if _, err := tryRead("x.lz", concat(one, []byte("junk")), Options{Inside: true}); err == nil {
		t.Error("junk was accepted")
	}
}

// zipped is a zip archive of two files; its directory and end are returned
// apart.
func zipped(t testing.TB) (files, directory, end []byte) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range []string{"a", "d/b"} {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		must(t, err)
		_, err = w.Write([]byte("text of " + name))
		must(t, err)
	}
	must(t, z.Close())
	data := out.Bytes()
	at, last := bytes.Index(data, []byte(zipCentral)), len(data)-22
	return data[:at], data[at:last], data[last:]
}

// mozilla arranges an archive with its directory first.
func mozilla(t testing.TB) []byte {
	files, directory, end := zipped(t)
	directory, end = bytes.Clone(directory), bytes.Clone(end)
	le.PutUint32(end[16:], 4)
	for at := 0; at < len(directory); at += 46 + int(le.Uint16(directory[at+28:])) {
		le.PutUint32(directory[at+42:], le.Uint32(directory[at+42:])+uint32(4+len(directory)+len(end)))
	}
	return concat([]byte{9, 0, 0, 0}, directory, end, files, end)
}

func TestZipLayouts(t *testing.T) {
	files, directory, end := zipped(t)
	for name, data := range map[string][]byte{
		"plain": concat(files, directory, end), "module": concat([]byte(jmodMagic), files, directory, end), "Mozilla": mozilla(t),
	} {
		if f := Detect(bytes.NewReader(data), int64(len(data))); f != Zip {
			t.Errorf("%s is taken for %s", name, f)
		}
		got := readAll(t, "x", data, Options{})
		if strings.Join(paths(got), " ") != "a d/b" || got[1].Sum != sumOf("text of d/b") {
			t.Errorf("%s: %+v", name, got)
		}
	}
	other := mozilla(t)
	other[4+len(directory)+10]++ // the inner end
	for name, data := range map[string][]byte{"junk before": concat([]byte("junk"), files, directory, end), "two ends": other} {
		if got, err := tryRead("x", data, Options{Format: Zip}); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if a, err := recorded(mozilla(t), Zip); err != nil {
		t.Error(err)
	} else {
		data := mozilla(t)
		data[0]++
		if b, _ := recorded(data, Zip); a == b {
			t.Error("how much to read ahead is not told")
		}
	}
}

// TestUndecoded: what cannot be unpacked is an error, or is shown as it stands
// to those who want it so.
func TestUndecoded(t *testing.T) {
	files, directory, end := zipped(t)
	for name, change := range map[string]func(b []byte){
		"encrypted": func(b []byte) { b[8] |= 1 }, "method": func(b []byte) { b[10] = 93 },
	} {
		directory := bytes.Clone(directory)
		change(directory)
		data := concat(files, directory, end)
		_, err := tryRead("x", data, Options{})
		var format *FormatError
		if !errors.As(err, &format) || format.Place != "x!/a" {
			t.Errorf("%s: %v", name, err)
		}
		got := readAll(t, "x", data, Options{Undecoded: true})
		if len(got) != 2 || got[0].Sum != sumOf("text of a") {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func FuzzLzip(f *testing.F) {
	fuzzFormat(f, Lzip, lzipped(f, "text"), concat(lzipped(f, ""), lzipped(f, "x"), make([]byte, 9)))
}

func FuzzOldCPIO(f *testing.F) {
	fuzzFormat(f, CPIO, oldCPIOSample(binary.LittleEndian), oldCPIOSample(binary.BigEndian))
}

func FuzzZipLayout(f *testing.F) {
	files, directory, end := zipped(f)
	fuzzFormat(f, Zip, concat([]byte(jmodMagic), files, directory, end), mozilla(f))
}
