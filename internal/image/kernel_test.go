package image

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// kernelPackers pack a kernel as its makefile does: all but gzip are followed
// by the unpacked size.
var kernelPackers = map[string]string{".gz": "gzip -n", ".xz": "xz --check=crc32", ".zst": "zstd -q", ".bz2": "bzip2", ".lzma": "xz --format=lzma", ".lz4": "lz4 -l -q"}

// makeKernel makes a bzImage after the boot protocol 2.15, around what packs
// its payload; "" makes a payload that is not packed.
func makeKernel(t testing.TB, suffix string) []byte {
	t.Helper()
	vmlinux := strings.Repeat("vmlinux ", 500)
	payload := []byte(vmlinux)
	if pack := kernelPackers[suffix]; pack != "" {
		dir := t.TempDir()
		must(t, os.WriteFile(filepath.Join(dir, "v"), payload, 0o644))
		payload = shell(t, dir, pack+" < v")
		if suffix != ".gz" {
			payload = append(payload, le32(uint32(len(vmlinux)))...)
		}
	} else {
		payload = payload[:64]
	}
	b := make([]byte, 2*512)
	b[0x1f1], b[510], b[511] = 1, 0x55, 0xaa
	copy(b[0x200:], "\xeb\x6aHdrS\x0f\x02")
	le.PutUint16(b[0x20e:], 0x100)
	copy(b[0x300:], "6.12.1 (builder@host) #1\x00")
	loader := []byte("the loader that unpacks it")
	le.PutUint32(b[0x248:], uint32(len(loader)))
	le.PutUint32(b[0x24c:], uint32(len(payload)))
	rest := append(append(loader, payload...), "the end"...)
	for len(rest)%16 != 0 {
		rest = append(rest, 0)
	}
	le.PutUint32(b[0x1f4:], uint32(len(rest)/16))
	return append(b, rest...)
}

func TestKernel(t *testing.T) {
	for suffix := range kernelPackers {
		data := makeKernel(t, suffix)
		if f := Detect(bytes.NewReader(data), int64(len(data))); f != Kernel {
			t.Errorf("%s: %s", suffix, f)
		}
		got := readAll(t, "vmlinuz", data, Options{Inside: true, Descend: func(_ Entry, f Format) bool { return f.isCompression() }})
		want := []string{"(boot sector)", "(loader end)", "(loader)", "(payload size)", "(setup header)", "(setup)", "vmlinux" + suffix, "vmlinux" + suffix + "!/vmlinux"}
		if suffix == ".gz" {
			want = append(want[:3:3], want[4:]...)
		}
		if d := cmp.Diff(want, paths(got)); d != "" {
			t.Errorf("%s: -want +got:\n%s", suffix, d)
		}
		if last := got[len(got)-1]; last.Sum != sumOf(strings.Repeat("vmlinux ", 500)) {
			t.Errorf("%s: %+v", suffix, last)
		}
		if whole := readAll(t, "vmlinuz", data, Options{}); len(whole) != 1 || whole[0].Path != "vmlinuz" {
			t.Errorf("%s: %+v", suffix, whole)
		}
		i, err := Read("t", bytes.NewReader(data), int64(len(data)), Options{})
		must(t, err)
		if all := everyFact(t, i); all["version"] != "6.12.1 (builder@host) #1" || all["protocol version"] != "0x20f" {
			t.Errorf("%v", all)
		}
	}
	whole := makeKernel(t, ".xz")
	for name, data := range map[string][]byte{"cut": whole[:1100], "payload": damage(whole, 0x24c, 0xff, 0xff), "header": damage(whole, 0x201, 0x10), "setup": damage(whole, 0x1f1, 64)} {
		_, err := tryRead("t", data, Options{Format: Kernel, Inside: true})
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(format.Place, "t") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzKernel(f *testing.F) {
	fuzzFormat(f, Kernel, makeKernel(f, ""), makeKernel(f, ".gz"))
}
