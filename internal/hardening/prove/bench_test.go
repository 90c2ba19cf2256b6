package prove

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

// filesWith lists the files below directories that begin with a magic.
func filesWith(b *testing.B, magic string, dirs ...string) (paths []string, size int64) {
	b.Helper()
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			begin := make([]byte, len(magic))
			if _, err := f.ReadAt(begin, 0); err != nil || string(begin) != magic {
				return nil
			}
			if st, err := f.Stat(); err == nil {
				size += st.Size()
			}
			paths = append(paths, path)
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	return paths, size
}

// BenchmarkUsr judges all ELF files of this machine on all its processors;
// opening them is part of it.
func BenchmarkUsr(b *testing.B) { benchmarkFiles(b, "\x7fELF", "ELF/s") }

// BenchmarkArchives does the same with static archives.
func BenchmarkArchives(b *testing.B) { benchmarkFiles(b, arMagic, "archives/s") }

func benchmarkFiles(b *testing.B, magic, unit string) {
	paths, size := filesWith(b, magic, "/usr/bin", "/usr/lib")
	if len(paths) == 0 {
		b.Skip("there is no such file in /usr/bin and /usr/lib")
	}
	b.SetBytes(size)
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		proveAll(b, paths)
	}
	// On a machine that does other work too, this is the figure to compare.
	b.ReportMetric(float64(len(paths)*b.N)/(cpuTime(b)-before), unit[:len(unit)-1]+"cpu-s")
	b.ReportMetric(float64(len(paths)*b.N)/b.Elapsed().Seconds(), unit)
}

func proveAll(b *testing.B, paths []string) {
	work := make(chan string, 64)
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for path := range work {
				f, err := proveFile(path, Options{})
				if err != nil || len(f.Checks) == 0 {
					b.Error("no verdict on", path, err)
				}
			}
		})
	}
	for _, path := range paths {
		work <- path
	}
	close(work)
	wg.Wait()
}

// cpuTime returns the seconds of processor time this process has used.
func cpuTime(b *testing.B) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
