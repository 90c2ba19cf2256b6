package image

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// benchWalk reads the beginning of every content, or all of it, and reports
// the largest heap that was seen.
func benchWalk(b *testing.B, open func() (*Image, error), whole bool) {
	b.ReportAllocs()
	var peak uint64
	var stats runtime.MemStats
	n := 0
	for b.Loop() {
		i, err := open()
		must(b, err)
		head := make([]byte, 64)
		err = i.Walk(context.Background(), func(e Entry, c *Content) error {
			n++
			defer func() {
				if n%64 == 0 || e.Size > 1<<20 {
					runtime.ReadMemStats(&stats)
					peak = max(peak, stats.HeapInuse)
				}
			}()
			if c == nil {
				return nil
			}
			if whole {
				_, err := io.Copy(io.Discard, c)
				return err
			}
			_, err := c.ReadAt(head[:min(int64(len(head)), c.Size())], 0)
			return err
		})
		must(b, err)
		must(b, i.Close())
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
	b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
}

// benchTree is 400 MB in 4000 files, half of it compressible.
func benchTree(b *testing.B) string {
	dir := filepath.Join(b.TempDir(), "tree")
	random, text := noise(9, 100<<10), bytes.Repeat([]byte("a line of text, number seven\n"), 3500)
	for n := range 4000 {
		p := filepath.Join(dir, fmt.Sprint(n%40))
		must(b, os.MkdirAll(p, 0o755))
		data := random
		if n%2 == 0 {
			data = text
		}
		copy(data, fmt.Sprint(n)) // so that no two are the same
		must(b, os.WriteFile(filepath.Join(p, fmt.Sprint(n)), data, 0o644))
	}
	return dir
}

func BenchmarkDirectory(b *testing.B) {
	dir := benchTree(b)
	b.Run("heads", func(b *testing.B) { benchWalk(b, func() (*Image, error) { return Open(dir, Options{}) }, false) })
	b.Run("whole", func(b *testing.B) { benchWalk(b, func() (*Image, error) { return Open(dir, Options{}) }, true) })
}

func BenchmarkImages(b *testing.B) {
	dir, out := benchTree(b), b.TempDir()
	for name, command := range map[string]string{
		"tar": "tar -cf OUT .", "tar.gz": "tar -c . | gzip -1 > OUT", "tar.zst": "tar -c . | zstd -q -1 > OUT", "tar.xz": "tar -c . | xz -0 > OUT",
		"cpio": "find . | cpio --quiet -o -H newc > OUT", "squashfs": "mksquashfs . OUT -quiet -no-progress -comp zstd -Xcompression-level 1 >/dev/null",
		"ext4": "mkfs.ext4 -q -d . OUT 600M",
	} {
		p := filepath.Join(out, name)
		shell(b, dir, strings.ReplaceAll(command, "OUT", p))
		info, err := os.Stat(p)
		must(b, err)
		for _, whole := range []bool{false, true} {
			b.Run(name+map[bool]string{false: "/heads", true: "/whole"}[whole], func(b *testing.B) {
				b.SetBytes(info.Size())
				benchWalk(b, func() (*Image, error) { return Open(p, Options{}) }, whole)
			})
		}
		must(b, os.Remove(p))
	}
}

// BenchmarkLargeFile reads one file of 1 GiB out of a compressed archive
// through its temporary file.
func BenchmarkLargeFile(b *testing.B) {
	p := filepath.Join(b.TempDir(), "large.tar.zst")
	shell(b, filepath.Dir(p), "truncate -s 1G large && tar -c large | zstd -q -1 > "+p+" && rm large")
	b.SetBytes(1 << 30)
	benchWalk(b, func() (*Image, error) { return Open(p, Options{}) }, true)
}
