package diff

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// benchTrees makes trees of 3,326 files, 268 MB, half of it compressible: "a",
// "same", and "b", where 10 files differ, one of them in a compressed archive in
// a file system.
func benchTrees(b *testing.B) string {
	dir := b.TempDir()
	random := make([]byte, 81000)
	rnd := rand.NewChaCha8([32]byte{1})
	text := bytes.Repeat([]byte("a line of text, number seven\n"), 3000)[:81000]
	for n := range 3316 {
		data := text
		if n%2 == 1 {
			rnd.Read(random)
			data = random
		}
		copy(data, fmt.Sprint(n))
		p := filepath.Join(dir, "a", fmt.Sprint(n%40), fmt.Sprint(n%7))
		must(b, os.MkdirAll(p, 0o755))
		must(b, os.WriteFile(filepath.Join(p, fmt.Sprint(n)), data, 0o644))
	}
	shell(b, dir, "cp -a a b", "mksquashfs")
	for side, c := range map[string]byte{"a": 0, "b": 1} {
		must(b, os.MkdirAll(filepath.Join(dir, side, "x"), 0o755))
		program, err := os.ReadFile("/proc/self/exe")
		must(b, err)
		program = program[:min(len(program), 1<<20)]
		program[len(program)/2] ^= c
		put := func(name string, data []byte) {
			must(b, os.WriteFile(filepath.Join(dir, side, "x", name), data, 0o644))
		}
		for n := range 4 {
			put(fmt.Sprint("program", n), program)
		}
		put("m0.gz", gzipped(program))
		put("m1.gz", gzipped(program))
		cpio := makeCPIO(file("busybox", string(program)), file("other", "text"))
		put("c.cpio", cpio)
		put("c.cpio.gz", gzipped(cpio))
		for n := range 2 {
			shell(b, dir, fmt.Sprintf("rm -rf t; mkdir t; cp %s/x/c.cpio.gz t/initrd.gz; echo %d > t/n; mksquashfs t %s/x/fs%d -quiet -no-progress -all-time 0", side, n, side, n), "mksquashfs")
		}
	}
	shell(b, dir, "rm -r t; cp -a a same; find a b same -exec touch -hd @1700000000 {} +")
	return dir
}

// used reports CPU time and the largest resident memory of the process.
func used(b *testing.B, run func()) {
	before := cpu(b)
	for b.Loop() {
		run()
	}
	b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N), "cpu-s/op")
	var use syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &use))
	b.ReportMetric(float64(use.Maxrss)/1024, "max-rss-MiB")
}

func cpu(b *testing.B) time.Duration {
	var use syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &use))
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// BenchmarkDiff is held to: "trees/same" below 1 CPU s, "trees/10" below 3 s,
// "ext4/uuid" and "erofs/10" below 300 MiB. With diffoscope installed it runs beside.
func BenchmarkDiff(b *testing.B) {
	dir := benchTrees(b)
	shell(b, dir, `for s in a b; do
	tar --sort=name -cf $s.tar -C $s .
	gzip -1kn $s.tar
	mksquashfs $s $s.sqfs -quiet -no-progress -all-time 0 -Xcompression-level 1 >/dev/null
	mkfs.erofs -T 0 -U 00000000-0000-0000-0000-000000000002 $s.erofs $s >/dev/null
done
truncate -s 320M a.ext4
mkfs.ext4 -q -d a a.ext4
cp a.ext4 b.ext4
tune2fs -U 00000000-0000-0000-0000-000000000001 b.ext4 >/dev/null`, "mkfs.ext4", "tune2fs", "mkfs.erofs")
	for _, c := range []struct {
		name, left, right string
		differences       int // files named, 0: equal
	}{
		{"trees/same", "a", "same", 0}, {"trees/10", "a", "b", 10}, {"tar/10", "a.tar", "b.tar", 10}, {"tar.gz/10", "a.tar.gz", "b.tar.gz", 10},
		{"squashfs/10", "a.sqfs", "b.sqfs", 10}, {"ext4/uuid", "a.ext4", "b.ext4", 1},
		{"erofs/10", "a.erofs", "b.erofs", 10},
	} {
		left, right := filepath.Join(dir, c.left), filepath.Join(dir, c.right)
		b.Run(c.name, func(b *testing.B) {
			used(b, func() {
				r, err := Compare(context.Background(), left, right, Options{})
				must(b, err)
				if r.Equal != (c.differences == 0) || len(r.Differences) < c.differences {
					b.Fatal(cmp.Diff(c.differences, tell(r.Differences)))
				}
			})
		})
		b.Run(c.name+"/diffoscope", func(b *testing.B) {
			program, err := exec.LookPath("diffoscope")
			if err != nil {
				b.Skip("there is no diffoscope")
			}
			for b.Loop() {
				if err := exec.Command(program, "--text", "/dev/null", left, right).Run(); (err == nil) != (c.differences == 0) {
					b.Fatal(err)
				}
			}
		})
	}
}
