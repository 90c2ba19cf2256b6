package kernel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func find(b []byte) ([]Found, error) { return Find(bytes.NewReader(b), int64(len(b)), Limits{}) }

// sample is an image and what is found in it.
type sample struct {
	name  string
	image []byte
	want  []Found // Text is compared, Where is a prefix
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func samples(t testing.TB) []sample {
	body := vmlinux([]byte(linuxText), ikconfig(t, linuxConfig))
	inside := Found{Kind: Linux, Version: "6.12.5", Arch: X8664, Text: []byte(linuxConfig)}
	armed := Found{Kind: Linux, Version: "6.12.5", Arch: ARM64, Text: []byte(armConfig)}
	xen := Found{Kind: Xen, Version: "4.20.4-pre", Arch: X8664, Text: []byte(xenConfig)}
	at := func(f Found, where string) []Found { f.Where = where; return []Found{f} }
	blob := gzipped(t, []byte(xenConfig))
	bz := bzImage(gzipped(t, body), false)
	// Packed from body with "bzip2" and "lzop -9", for which there is no Go.
	bzip2ed, lzoped := readFile(t, "testdata/vmlinux.bz2"), readFile(t, "testdata/vmlinux.lzo")
	arm := arm64Image([]byte(linuxText), ikconfig(t, armConfig))
	return []sample{
		{"bzImage gzip", bz, at(inside, "bzImage: gzip at 0x500: configuration at ")},
		{"bzImage xz", bzImage(xzed(t, body), true), at(inside, "bzImage: xz at 0x500: ")},
		{"bzImage zstd", bzImage(zstded(t, body), true), at(inside, "bzImage: zstd at 0x500: ")},
		{"bzImage lz4", bzImage(lz4ed(t, body), true), at(inside, "bzImage: lz4 at 0x500: ")},
		{"bzImage lzma", bzImage(lzmaed(t, body), true), at(inside, "bzImage: lzma at 0x500: ")},
		{"bzImage bzip2", bzImage(bzip2ed, true), at(inside, "bzImage: bzip2 at 0x500: ")},
		{"bzImage lzo", bzImage(lzoped, true), at(inside, "bzImage: lzo at 0x500: ")},
		{"bzImage uncompressed", bzImage(body, false), at(inside, "bzImage: payload at 0x500: ")},
		{"vmlinux", body, at(inside, "ELF: configuration at ")},
		{"vmlinux.gz", gzipped(t, body), at(inside, "gzip: ELF: configuration at ")},
		{"configs.ko", elf64(62, 1, 0, 0, ikconfig(t, linuxConfig)), at(inside, "ELF: configuration at ")},
		{"configs.ko.xz", xzed(t, elf64(62, 1, 0, 0, ikconfig(t, linuxConfig))), at(inside, "xz: ELF: configuration at ")},
		{"arm64 Image", arm, at(armed, "Image: configuration at ")},
		{"arm64 Image.gz", gzipped(t, arm), at(armed, "gzip: Image: configuration at ")},
		{"arm64 Image.zst", zstded(t, arm), at(armed, "zstd: Image: configuration at ")},
		{"zboot gzip", zboot(gzipped(t, arm)), at(armed, "zboot: gzip at 0x80: ")},
		{"zboot zstd", zboot(zstded(t, arm)), at(armed, "zboot: zstd at 0x80: ")},
		{"unified kernel image", peFile(0x8664, "MZ", part{".text", []byte("stub")}, part{".cmdline", []byte("quiet")}, part{".linux", bz}),
			withLine(at(inside, "PE: section .linux: bzImage: gzip at 0x500: "), "quiet")},
		{"xen.gz", gzipped(t, xenELF([]byte(xenText), blob)), at(xen, "gzip: ELF: configuration at ")},
		{"xen", xenELF([]byte(xenText), blob), at(xen, "ELF: configuration at ")},
		{"xen-syms", elf64(62, 2, 1, 0xffff82d040200000, []byte(xenText), blob), at(xen, "ELF: configuration at ")},
		{"xen.efi", peFile(0x8664, "MZ", part{".text", make([]byte, 100)}, part{".rodata", blob}), at(xen, "PE: configuration at 0x10c")},
		{"unified Xen image", peFile(0x8664, "MZ", part{".rodata", blob}, part{".config", []byte("[global]")}, part{".kernel", bz}),
			append(at(xen, "PE: configuration at "), at(inside, "PE: section .kernel: bzImage: ")...)},
		{".config", []byte(linuxConfig), at(inside, "text")},
		{"config.gz", gzipped(t, []byte(linuxConfig)), at(inside, "gzip: text")},
		{"Xen's .config", []byte(xenConfig), at(xen, "text")},
	}
}

// withLine is what was found, started with a command line.
func withLine(found []Found, line string) []Found {
	for i := range found {
		found[i].CommandLine, found[i].HasLine = line, true
	}
	return found
}

func TestFind(t *testing.T) {
	for _, s := range samples(t) {
		t.Run(s.name, func(t *testing.T) {
			got, err := find(s.image)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				if i < len(s.want) && strings.HasPrefix(got[i].Where, s.want[i].Where) {
					got[i].Where = s.want[i].Where
				}
			}
			if diff := cmp.Diff(s.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestPlaces follows Where to the bytes of the file.
func TestPlaces(t *testing.T) {
	blob := gzipped(t, []byte(xenConfig))
	image := peFile(0x8664, "MZ", part{".text", make([]byte, 100)}, part{".kernel", make([]byte, 50)}, part{".rodata", append(make([]byte, 7), blob...)})
	got, err := find(image)
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if want := bytes.Index(image, blob); got[0].Where != "PE: configuration at 0x"+hex(want) {
		t.Errorf("got %s, the configuration is at %#x", got[0].Where, want)
	}
	if !strings.Contains(got[1].Missing, "neither an image") {
		t.Errorf("section .kernel: got %+v", got[1])
	}
}

func hex(n int) string {
	const digits = "0123456789abcdef"
	if n < 16 {
		return digits[n : n+1]
	}
	return hex(n/16) + digits[n%16:n%16+1]
}

// TestMissing: what has no configuration that can be relied on is found,
// with the reason.
func TestMissing(t *testing.T) {
	body := vmlinux([]byte(linuxText), ikconfig(t, linuxConfig))
	damaged := bytes.Clone(body)
	damaged[bytes.Index(damaged, []byte("IKCFG_ED"))-8]++ // the sum of the member
	oldProtocol := bzImage(gzipped(t, body), false)
	oldProtocol[0x206] = 7
	long := bzImage(gzipped(t, body), false)
	binary.LittleEndian.PutUint32(long[0x24c:], uint32(len(long)))
	flipped := bzImage(zstded(t, bytes.Repeat(body, 40)), true)
	flipped[len(flipped)-100] ^= 0xff
	packed := gzipped(t, body)
	damagedLZO := readFile(t, "testdata/vmlinux.lzo")
	damagedLZO[len(damagedLZO)-20]++
	other := strings.Replace(linuxConfig, "# CONFIG_KEXEC is not set", "CONFIG_KEXEC=y", 1)
	tests := []struct {
		name    string
		image   []byte
		kind    Kind
		version string
		missing string
	}{
		{"no configuration", bzImage(gzipped(t, vmlinux([]byte(linuxText))), false), Linux, "6.12.5-dombuild", "no configuration is embedded"},
		{"vmlinux without", vmlinux([]byte(linuxText)), Linux, "6.12.5-dombuild", "no configuration is embedded"},
		{"Xen without", gzipped(t, xenELF([]byte(xenText))), Xen, "4.20.4-pre", "CONFIG_HYPFS_CONFIG"},
		{"xen.efi without", peFile(0x8664, "MZ", part{".rodata", []byte(xenText)}), Xen, "4.20.4-pre", "CONFIG_HYPFS_CONFIG"},
		{"not behind its mark", vmlinux([]byte(linuxText), gzipped(t, []byte(linuxConfig))), Linux, "6.12.5-dombuild", "no configuration is embedded"},
		{"wrong sum", damaged, Linux, "6.12.5-dombuild", "damaged: gzip: invalid checksum"},
		{"two configurations", vmlinux([]byte(linuxText), ikconfig(t, linuxConfig), ikconfig(t, other)), Linux, "6.12.5", "different configurations"},
		{"old protocol", oldProtocol, Linux, "6.12.5-dombuild", "boot protocol 0x207"},
		{"payload too long", long, Linux, "6.12.5-dombuild", "reaches behind the end"},
		{"damaged payload", flipped, Linux, "6.12.5-dombuild", "the image is damaged"},
		{"cut payload", bzImage(packed[:len(packed)-60], false), Linux, "6.12.5-dombuild", "the image is damaged: unexpected EOF"},
		{"short lzo", bzImage([]byte(lzopMagic+"........"), true), Linux, "6.12.5-dombuild", "unpacking the payload: corrupt lzop data"},
		{"damaged lzo", bzImage(damagedLZO, true), Linux, "6.12.5-dombuild", "the image is damaged: corrupt lzop data"},
		{"unknown compression", bzImage([]byte("no compression at all"), true), Linux, "6.12.5-dombuild", "not known"},
		{"zImage", append(make([]byte, 0x24), "\x18\x28\x6f\x01 and the rest"...), Linux, "", "zImage"},
		{"Xen in a bzImage", bzImage(gzipped(t, xenELF(gzipped(t, []byte(xenConfig)))), false), Linux, "6.12.5-dombuild", "Xen's"},
		{"not a configuration", []byte(linuxConfig + "CONFIG\n"), Linux, "6.12.5", "neither CONFIG_NAME=value nor a comment"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := find(tt.image)
			if err != nil || len(got) != 1 {
				t.Fatalf("got %v, error %v", got, err)
			}
			f := got[0]
			if f.Kind != tt.kind || f.Text != nil || !strings.Contains(f.Missing, tt.missing) {
				t.Fatalf("got %+v", f)
			}
			if f.Version != tt.version {
				t.Errorf("got version %q, want %q", f.Version, tt.version)
			}
			checks := f.Checks()
			if len(checks) != 1 || checks[0].Status != Unknown || checks[0].Rule != f.RuleID() {
				t.Errorf("got checks %+v", checks)
			}
		})
	}
}

func TestNotKernel(t *testing.T) {
	tests := []struct {
		name  string
		image []byte
	}{
		{"empty", nil},
		{"text", []byte("hello\n")},
		{"fragment", []byte("CONFIG_A=y\n")},
		{"busybox", []byte("#\n# Automatically generated make config: don't edit\n# Busybox version: 1.36.1\n#\nCONFIG_A=y\n")},
		{"program", elf64(62, 3, 3, 0, []byte(linuxText), ikconfig(t, linuxConfig))},
		{"static program", elf64(62, 2, 1, 0x400000, []byte(linuxText))},
		{"module", elf64(62, 1, 0, 0, []byte(linuxText))},
		{"truncated ELF", []byte("\x7fELF\x02\x01\x01")},
		{"PE program", peFile(0x8664, "MZ", part{".text", []byte(linuxText)})},
		{"MZ", []byte("MZ and nothing else")},
		{"gzip of text", gzipped(t, []byte("hello\n"))},
		{"gzip of nothing", gzipped(t, nil)},
		{"broken gzip", []byte(gzipMagic + "\xff\xff")},
		{"gzip of a program", gzipped(t, elf64(62, 3, 3, 0))},
	}
	for _, tt := range tests {
		if got, err := find(tt.image); !errors.Is(err, ErrNotKernel) {
			t.Errorf("%s: got %+v, error %v", tt.name, got, err)
		}
	}
}

func TestLimits(t *testing.T) {
	body := vmlinux([]byte(linuxText), bytes.Repeat([]byte{1, 2, 3}, 1<<20), ikconfig(t, linuxConfig))
	tests := []struct {
		name   string
		limits Limits
		image  []byte
		want   string
	}{
		{"unpacked", Limits{Unpacked: 1 << 20}, bzImage(gzipped(t, body), false), "more than 1048576 bytes"},
		{"configuration inside", Limits{Config: 100}, body, "more than 100 bytes"},
		{"configuration as text", Limits{Config: 100}, []byte(linuxConfig), "more than 100 bytes"},
		{"window", Limits{Window: 1 << 10}, bzImage(lzmaed(t, body), true), "larger than allowed"},
		{"window of xz", Limits{Window: 1 << 10}, bzImage(xzed(t, body), true), "dictionary that is too large"},
		{"members", Limits{}, vmlinux([]byte(linuxText), bytes.Repeat([]byte(gzipMagic), maxMembers+1)), "gzip members"},
	}
	for _, tt := range tests {
		got, err := Find(bytes.NewReader(tt.image), int64(len(tt.image)), tt.limits)
		if err != nil || len(got) != 1 || got[0].Text != nil || !strings.Contains(got[0].Missing, tt.want) {
			t.Errorf("%s: got %+v, error %v", tt.name, got, err)
		}
	}
}

// TestWindow puts the configuration at every kind of place in the window.
func TestWindow(t *testing.T) {
	config := ikconfig(t, linuxConfig)
	for _, at := range []int{windowSize - lookahead - 20, windowSize - lookahead - 9, windowSize - lookahead - 8,
		windowSize - lookahead, windowSize - 5, windowSize, 2 * windowSize, 3*windowSize - 100} {
		body := vmlinux()
		body = append(body, make([]byte, at-len(body))...)
		body = append(body, config...)
		for _, tail := range []int{0, 10, lookahead, windowSize} {
			got, err := find(append(bytes.Clone(body), make([]byte, tail)...))
			if err != nil || len(got) != 1 || string(got[0].Text) != linuxConfig {
				t.Fatalf("at %d with %d bytes behind: got %+v, error %v", at, tail, got, err)
			}
		}
	}
}

type brokenReader struct{}

var errBroken = errors.New("the disk is broken")

func (brokenReader) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		return 0, errBroken
	}
	if n := copy(p, bzImage(make([]byte, headSize), false)); n == len(p) {
		return n, nil
	}
	return 0, errBroken
}

func TestReaderError(t *testing.T) {
	if got, err := Find(brokenReader{}, 1<<20, Limits{}); !errors.Is(err, errBroken) {
		t.Errorf("got %+v, error %v", got, err)
	}
}

func TestLZ4(t *testing.T) {
	// "abcabcabcabcX": three literals, a match of nine at distance three, one literal.
	block := []byte{0x35, 'a', 'b', 'c', 3, 0, 0x10, 'X'}
	if got, ok := lz4Unpack(make([]byte, 0, 64), block); !ok || string(got) != "abcabcabcabcX" {
		t.Errorf("got %q, %v", got, ok)
	}
	for _, bad := range []string{"", "\x10", "\x00\x01\x00", "\x10a\x02\x00\x00", "\x10a\x00\x00\x00", "\xf0\xff", "\x1fa\x01\x00\xff"} {
		if got, ok := lz4Unpack(make([]byte, 0, 64), []byte(bad)); ok {
			t.Errorf("%q gives %q", bad, got)
		}
	}
	if _, ok := lz4Unpack(make([]byte, 0, 12), block); ok {
		t.Error("more was unpacked than there is room for")
	}
	big := bytes.Repeat([]byte("0123456789"), 1<<20) // a full block and a rest
	r, err := newLZ4Reader(bytes.NewReader(lz4ed(t, big)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, big) {
		t.Errorf("got %d bytes, error %v", len(got), err)
	}
}
