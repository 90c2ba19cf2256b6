package image

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// recorded is a digest of all that is known of an artifact: its fields, and
// the entries with theirs, in their order.
func recorded(data []byte, f Format) (string, error) {
	i, err := Read("t", bytes.NewReader(data), int64(len(data)), Options{Format: f, Inside: true, Fields: true})
	if err != nil {
		return "", err
	}
	fields, err := i.Fields(context.Background())
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	fmt.Fprintln(sum, fields)
	err = i.Walk(context.Background(), func(e Entry, c *Content) error {
		fmt.Fprintln(sum, e)
		if c == nil {
			return nil
		}
		_, err := io.Copy(sum, c)
		return err
	})
	return fmt.Sprintf("%x", sum.Sum(nil)), err
}

// sampleOf makes one small artifact by a tool.
func sampleOf(t testing.TB, program, script string) []byte {
	t.Helper()
	need(t, program)
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "a"), []byte("text of a\n"), 0o644))
	must(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "d/b"), []byte("b\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "x.c"), []byte("int v = 3; int f(void) { return v; }\n"), 0o644))
	shell(t, dir, strings.ReplaceAll(script, "OUT", "out"))
	return readFile(t, filepath.Join(dir, "out"))
}

// TestEveryByte changes bytes of artifacts, one at a time, every one of those
// that are small: there is an
// error, or what is recorded is not what it was. Bytes that are known to be of
// no account to anyone are counted.
func TestEveryByte(t *testing.T) {
	for _, c := range []struct {
		name    string
		format  Format
		data    []byte
		ignored int // bytes that nothing tells of
	}{
		{"elf object", ELF, sampleOf(t, "gcc", "gcc -c -g -o OUT x.c"), 0},
		{"elf 32", ELF, sampleOf(t, "ld", "gcc -c -m32 -ffreestanding -o x.o x.c; ld -m elf_i386 -e f -o OUT x.o"), 0},
		{"elf segments", ELF, sampleOf(t, "objcopy", "gcc -c -fno-pic -ffreestanding -o x.o x.c; ld -z max-page-size=16 -e f -o x x.o; objcopy --strip-section-headers x OUT 2>/dev/null || { strip -s -o OUT x; printf '\\0\\0\\0\\0\\0\\0\\0\\0' | dd of=OUT bs=1 seek=40 conv=notrunc 2>/dev/null; printf '\\0\\0\\0\\0' | dd of=OUT bs=1 seek=60 conv=notrunc 2>/dev/null; }"), 0},
		{"pe", PE, makePE(map[string]string{".linux": "kernel", ".a-long-name": "long"}, ".linux", ".a-long-name"), 0},
		{"fdt", FDT, sampleOf(t, "dtc", `printf '/dts-v1/; /memreserve/ 0x1000 0x2000; / { a = <1>; s = "text"; n@1 { b; s = "x"; }; };' | dtc -q -O dtb -o OUT`), 0},
		{"kernel", Kernel, makeKernel(t, ""), 0},
		{"tar", Tar, sampleOf(t, "tar", "tar --format=pax -cf OUT a d"), 0},
		{"cpio", CPIO, sampleOf(t, "cpio", "find a d | cpio --quiet -o -H newc > OUT"), 0},
		{"gzip", Gzip, sampleOf(t, "gzip", "gzip -c a > OUT"), 0},
		{"ar", Ar, sampleOf(t, "ar", "gcc -c -o a-rather-long-name.o x.c; ar rcsD OUT a-rather-long-name.o"), 0},
		{"zip", Zip, sampleOf(t, "zip", "zip -qr OUT.zip a d; mv OUT.zip OUT"), 0},
		{"rpm", RPM, makeRPM(t, "gzip"), 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			want, err := recorded(c.data, c.format)
			must(t, err)
			var same []int
			for at := 0; at < len(c.data); at += 1 + len(c.data)/1500 {
				data := bytes.Clone(c.data)
				data[at] ^= 0x11
				if got, err := recorded(data, c.format); err == nil && got == want {
					same = append(same, at)
				}
			}
			if len(same) != c.ignored {
				t.Errorf("of %d bytes %d are told nowhere, not %d: %v", len(c.data), len(same), c.ignored, same[:min(len(same), 40)])
			}
		})
	}
}
