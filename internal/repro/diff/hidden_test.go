package diff

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The content of the file x of every artifact, and what it becomes.
var (
	contentOfX = []byte("this is the content of x, number 1\n")
	otherOfX   = []byte("this is the content of x, number 2\n")
)

// made is what a script makes as "out" of the directory "tree", in which x is.
func made(t *testing.T, script string, programs ...string) []byte {
	t.Helper()
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "tree"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "tree/x"), contentOfX, 0o644))
	must(t, os.WriteFile(filepath.Join(dir, "tree/y"), []byte("y"), 0o644))
	shell(t, dir, script, programs...)
	b, err := os.ReadFile(filepath.Join(dir, "out"))
	must(t, err)
	return b
}

// edit is a change that no entry of an artifact shows.
type edit func(b []byte) []byte

func appended(text string) edit { return func(b []byte) []byte { return append(b, text...) } }

func flipped(at int) edit {
	return func(b []byte) []byte {
		if at < 0 {
			b[len(b)+at] ^= 1
		} else {
			b[at] ^= 1
		}
		return b
	}
}

// flippedAfter changes a byte at a distance from where something stands.
func flippedAfter(mark string, distance int) edit {
	return func(b []byte) []byte {
		i := bytes.Index(b, []byte(mark))
		if i < 0 {
			panic("there is no " + mark)
		}
		b[i+distance] ^= 1
		return b
	}
}

// disguise is an artifact with changes that hide in it.
type disguise struct {
	data []byte
	// inPlace says that x is known to stand there as it is, so that another content
	// of it can be excluded without anything else.
	inPlace bool
	edits   map[string]edit
}

func archives(t *testing.T) map[string]disguise {
	x := file("x", string(contentOfX))
	global := item{tar.Header{Typeflag: tar.TypeXGlobalHeader, Name: "pax", PAXRecords: map[string]string{"comment": "hidden"}, Format: tar.FormatPAX}, ""}
	return map[string]disguise{
		"tar": {makeTar(t, x), true, map[string]edit{
			"behind the end": appended("hidden"), "zeros behind the end": appended(strings.Repeat("\x00", 512)), "after the content": flipped(512 + 100),
			"in the zeros at the end": flipped(-1), "a global header": func(b []byte) []byte { return append(makeTar(t, global)[:1024:1024], b...) },
			"a second entry": func(b []byte) []byte { return append(b[:len(b)-1024:len(b)-1024], makeTar(t, x)...) },
		}},
		"cpio": {makeCPIO(x), true, map[string]edit{
			"behind the trailer": appended("hidden"), "zeros behind the trailer": appended("\x00\x00\x00\x00"), "another archive": appended(string(makeCPIO())),
			"the inode": flipped(13), "after the content": func(b []byte) []byte {
				return flippedAfter(string(contentOfX), len(contentOfX))(b)
			},
		}},
		"ar": {makeAr(x), true, map[string]edit{
			"behind the end": appended("\n"), "the padding": func(b []byte) []byte { return flippedAfter(string(contentOfX), len(contentOfX))(b) },
			"a second entry": func(b []byte) []byte { return append(b, makeAr(x)[8:]...) },
		}},
		"zip": {storedZip(t), false, map[string]edit{
			"before the archive": func(b []byte) []byte { return append([]byte("hidden"), b...) }, "behind the end": appended("hidden"),
			"the time of the local header": flipped(10), "a comment": func(b []byte) []byte { b[len(b)-2] = 6; return append(b, "hidden"...) },
			"a file that the directory does not name": hiddenInZip,
		}},
	}
}

func storedZip(t *testing.T) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.CreateHeader(&zip.FileHeader{Name: "x", Method: zip.Store, Modified: when})
	must(t, err)
	_, err = f.Write(contentOfX)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// hiddenInZip puts bytes between the last file and the central directory.
func hiddenInZip(b []byte) []byte {
	end := bytes.LastIndex(b, []byte("PK\x05\x06"))
	at := int(binary.LittleEndian.Uint32(b[end+16:]))
	out := append(append(append([]byte{}, b[:at]...), "PK\x03\x04hidden"...), b[at:]...)
	binary.LittleEndian.PutUint32(out[end+10+16:], uint32(at+10))
	return out
}

func compressions(t *testing.T) map[string]disguise {
	inner := makeTar(t, file("x", string(contentOfX)))
	member := func(text string, change ...func(*gzip.Header)) string {
		return string(gzipped([]byte(text), change...))
	}
	packed := func(program, of string) string {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "in"), []byte(of), 0o644))
		shell(t, dir, program+" -c <in >out", program)
		b, err := os.ReadFile(filepath.Join(dir, "out"))
		must(t, err)
		return string(b)
	}
	const skippable = "\x50\x2a\x4d\x18\x06\x00\x00\x00hidden"
	return map[string]disguise{
		"gzip": {gzipped(inner), false, map[string]edit{
			"an empty member": appended(member("")), "an empty member with a comment": appended(member("", func(h *gzip.Header) { h.Comment = "hidden" })),
			"garbage": appended("hidden"), "zeros": appended("\x00\x00\x00\x00"), "the time": flipped(4), "the system": flipped(9),
			"an extra field": func([]byte) []byte { return gzipped(inner, func(h *gzip.Header) { h.Extra = []byte("hidden") }) },
		}},
		"xz":    {[]byte(packed("xz", string(inner))), false, map[string]edit{"an empty stream": appended(packed("xz", "")), "padding": appended("\x00\x00\x00\x00"), "garbage": appended("hidden")}},
		"zstd":  {[]byte(packed("zstd", string(inner))), false, map[string]edit{"an empty frame": appended(packed("zstd", "")), "a frame to skip": appended(skippable), "one before": func(b []byte) []byte { return append([]byte(skippable), b...) }, "garbage": appended("hidden")}},
		"lz4":   {[]byte(packed("lz4", string(inner))), false, map[string]edit{"an empty frame": appended(packed("lz4", "")), "a frame to skip": appended(skippable), "garbage": appended("hidden")}},
		"bzip2": {[]byte(packed("bzip2", string(inner))), false, map[string]edit{"an empty stream": appended(packed("bzip2", "")), "garbage": appended("hidden")}},
	}
}

func fileSystems(t *testing.T) map[string]disguise {
	const uuid = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
	return map[string]disguise{
		"ext4": {made(t, "truncate -s 8M out; mkfs.ext4 -q -U "+uuid+" -d tree out", "mkfs.ext4"), false, map[string]edit{
			"the boot block": flipped(100), "a free block": flipped(-1), "the label": flipped(1024 + 120), "the journal": flippedAfter("\xc0\x3b\x39\x98", 900),
			"the slack of x": flippedAfter(string(contentOfX), len(contentOfX)+5), "behind the end": appended("hidden"),
		}},
		"ext2": {made(t, "truncate -s 1M out; mkfs.ext2 -q -U "+uuid+" -d tree out", "mkfs.ext2"), false, map[string]edit{
			"a free block": flipped(-1), "the slack of x": flippedAfter(string(contentOfX), len(contentOfX)+5),
		}},
		"erofs": {made(t, "mkfs.erofs -T 0 -U "+uuid+" out tree >/dev/null", "mkfs.erofs"), false, map[string]edit{
			"the boot block": flipped(100), "behind the superblock": flipped(1024 + 127), "behind the end": appended(strings.Repeat("h", 4096)), "the end": flipped(-1),
		}},
		"squashfs": {made(t, "mksquashfs tree out -quiet -no-progress -noD -noF -all-time 0 -mkfs-time 0 >/dev/null", "mksquashfs"), false, map[string]edit{
			"the padding": flipped(-1), "behind the end": appended("hidden"), "the time": flipped(8), "an export table": func([]byte) []byte {
				return made(t, "mksquashfs tree out -quiet -no-progress -noD -noF -no-exports -all-time 0 -mkfs-time 0 >/dev/null", "mksquashfs")
			},
		}},
		"fat": {made(t, "truncate -s 1M out; mkfs.vfat --invariant out >/dev/null; SOURCE_DATE_EPOCH=1700000000 mcopy -i out tree/x tree/y ::/", "mkfs.vfat", "mcopy"), false, map[string]edit{
			"the boot code": flipped(200), "a free cluster": flipped(-1), "the slack of x": flippedAfter(string(contentOfX), len(contentOfX)+5), "behind the end": appended("hidden"),
			"a deleted entry": func(b []byte) []byte {
				return append(b[:0:0], bytes.Replace(b, []byte("Y          "), []byte("\xe5          "), 1)...)
			},
		}},
		"iso": {made(t, "SOURCE_DATE_EPOCH=1700000000 xorriso -as mkisofs -quiet -R -J --modification-date=2023111422132000 --set_all_file_dates 2023111422132000 -o out tree 2>/dev/null", "xorriso"), false, map[string]edit{
			"the system area": flipped(100), "the end": flipped(-1), "the slack of x": flippedAfter(string(contentOfX), len(contentOfX)+5), "behind the end": appended("hidden"),
			"a name of Joliet": flippedAfter("\x00x", 1),
		}},
		"gpt": {made(t, "truncate -s 4M out; printf 'label: gpt\\nlabel-id: "+uuid+"\\nfirst-lba: 2048\\nstart=2048, size=2048, uuid="+uuid+"\\n' | sfdisk -q out; dd if=tree/x of=out bs=512 seek=2048 conv=notrunc status=none", "sfdisk"), true, map[string]edit{
			"before the partitions": flipped(100 * 512), "behind the partitions": flipped(5000 * 512), "the other header": flipped(-512 + 100), "a table entry that is not used": flipped(1024 + 128*5 + 60),
			"the boot code": flipped(10),
		}},
	}
}

// TestHiddenPlaces changes what no entry shows: it differs, also inside of another
// archive and beside an exclusion of what an entry shows, and the artifact that
// it is in is named.
func TestHiddenPlaces(t *testing.T) {
	for kind, samples := range map[string]map[string]disguise{"archives": archives(t), "compressions": compressions(t), "file systems": fileSystems(t)} {
		for name, s := range samples {
			t.Run(kind+"/"+name, func(t *testing.T) { s.check(t) })
		}
	}
}

func (s disguise) check(t *testing.T) {
	outer := func(b []byte) []byte { return makeTar(t, file("img", string(b))) }
	other := func(b []byte) []byte { return bytes.ReplaceAll(b, contentOfX, otherOfX) }
	exclude := Options{Exclude: []Exclusion{{Pattern: "**/x", Reason: "test"}, {Pattern: "a.tar!/img!/p1", Reason: "test"}}}
	shown := bytes.Contains(s.data, contentOfX) // otherwise x is packed
	if r := read(t, "a.tar", outer(s.data), outer(other(s.data)), exclude); shown && s.inPlace != r.Equal {
		t.Fatalf("x alone: %s: %q", r.Verdict(), tell(r.Differences))
	}
	for name, change := range s.edits {
		hidden := change(bytes.Clone(s.data))
		if bytes.Equal(hidden, s.data) {
			t.Fatalf("%s: nothing was changed", name)
		}
		r := read(t, "a.tar", outer(s.data), outer(hidden), Options{})
		if r.Equal || r.Identical() {
			t.Errorf("%s: %s", name, r.Verdict())
		}
		for _, d := range r.Differences {
			if len(d.Path) < 2 || d.Path[0] != "a.tar" || d.Path[1] != "img" {
				t.Errorf("%s: told of %q", name, d.Path)
			}
		}
		if r := read(t, "a.tar", outer(s.data), outer(other(hidden)), exclude); r.Equal {
			t.Errorf("%s: hidden by an exclusion of x: %q", name, r.Verdict())
		}
	}
}
