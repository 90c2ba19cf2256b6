package sandbox

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"math/rand"
	"path/filepath"
	"testing"
	"time"
)

// bigRoot is a root of the size of a toolchain's.
func bigRoot(t testing.TB, guest []byte, files, size int) []byte {
	t.Helper()
	var buf bytes.Buffer
	buf.Grow(files*(size+1024) + len(guest) + 1<<20)
	w := tar.NewWriter(&buf)
	put := func(name string, data []byte) {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o755, Size: int64(len(data)), ModTime: time.Unix(1000, 0)}
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(data)
	}
	put("guest", guest)
	rnd := rand.New(rand.NewSource(1))
	data := make([]byte, size)
	for i := range files {
		rnd.Read(data[:64])
		if i%100 == 0 {
			_ = w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: fmt.Sprintf("usr/%d/", i/100), Mode: 0o755})
		}
		put(fmt.Sprintf("usr/%d/%d", i/100, i), data)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// TestTimes measures; run it with -v.
func TestTimes(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes 400 MB")
	}
	root := filepath.Join(t.TempDir(), "engine")
	start := time.Now()
	b := openBench(t, Options{Root: root})
	lap := func(what string) {
		t.Logf("%-40s %v", what, time.Since(start).Round(time.Millisecond))
		start = time.Now()
	}
	lap("first engine start")
	run := func(x Exec) {
		if err := b.Engine.Run(t.Context(), x, Sink{}, func(r io.Reader) error { return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	lap("probe")
	run(b.exec("echo", "1"))
	lap("run, small root")
	run(b.exec("echo", "2"))
	lap("run, same root")
	run(b.exec("echo", "2"))
	lap("run, cached")
	guest := guestRoot(t)
	big := b.put(bigRoot(t, guest[512:len(guest)-1024], 20000, 20<<10))
	start = time.Now()
	x := b.exec("echo", "3")
	x.Root = big
	run(x)
	lap("run, new root of 400 MB in 20000 files")
	x.Args = []string{"/guest", "echo", "4"}
	run(x)
	lap("run, same big root")
	if err := b.Engine.Close(); err != nil {
		t.Fatal(err)
	}
	lap("close")
	e, err := Open(t.Context(), b.opt)
	if err != nil {
		t.Fatal(err)
	}
	b.Engine = e
	lap("second engine start")
	run(x)
	lap("run, cached, after the restart (with probe)")
}
