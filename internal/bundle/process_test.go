package bundle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/store"
)

// TestMain lets the tests run themselves as another process that imports.
func TestMain(m *testing.M) {
	if dir := os.Getenv("BUNDLE_TEST_STORE"); dir != "" {
		if err := importFiles(dir, os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func importFiles(dir string, paths []string) error {
	st, err := store.Open(dir)
	if err != nil {
		return err
	}
	defer st.Close()
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		b, err := Open(p, bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return err
		}
		if _, err := Import(context.Background(), st, b, silent); err != nil {
			return err
		}
	}
	return nil
}

func importer(dir string, paths ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], paths...)
	cmd.Env = append(os.Environ(), "BUNDLE_TEST_STORE="+dir)
	cmd.Stderr = os.Stderr
	return cmd
}

// many is a bundle of many blobs of all sizes.
func many(t testing.TB, blobs int, size int) (*store.Store, Manifest, Writing) {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	random := rand.NewChaCha8([32]byte{1})
	c := lockfile.Content{Recipe: digest.FromString("many")}
	for i := range blobs {
		text := make([]byte, size/2+int(random.Uint64()%uint64(size)))
		random.Read(text)
		b, err := st.Put(t.Context(), bytes.NewReader(text), "", -1)
		if err != nil {
			t.Fatal(err)
		}
		c.Sources = append(c.Sources, lockfile.Source{Address: recipe.Address(fmt.Sprintf("source.x%04d", i)),
			URL: fmt.Sprintf("https://example.org/%d", i), Digest: b.Digest(), Size: b.Size()})
	}
	l, err := lockfile.New(c)
	if err != nil {
		t.Fatal(err)
	}
	w := Writing{Store: st, Texts: Texts{}}
	w.Texts.Add(l.Format())
	if w.Manifest, err = Describe(Content{Name: "many", Serial: 1, Locks: []File{{"many.lock.hcl", l.Format()}}}); err != nil {
		t.Fatal(err)
	}
	return st, w.Manifest, w
}

// save writes a bundle and its parts to files.
func save(t testing.TB, w Writing, limit int64) (whole string, parts []string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name string, fn func(*os.File) error) string {
		f, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			err = errors.Join(fn(f), f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		return f.Name()
	}
	whole = write("whole", func(f *os.File) error { return w.Write(t.Context(), f) })
	if limit == 0 {
		return whole, nil
	}
	list, err := w.Split(limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range list {
		parts = append(parts, write(fmt.Sprint(p.Number), func(f *os.File) error { return w.WritePart(t.Context(), f, p) }))
	}
	return whole, parts
}

// sound fails unless every blob of a store is right, and says how many it has.
func sound(t *testing.T, dir string) int {
	t.Helper()
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	report, err := st.Verify(t.Context(), store.VerifyOptions{})
	if err != nil || report.Err() != nil {
		t.Fatal(err, report.Err())
	}
	if u, err := st.DiskUsage(t.Context()); err != nil || u.Unfinished != 0 {
		t.Errorf("left: %+v %v", u, err)
	}
	return report.Blobs
}

// TestKilledImport kills imports, of a whole bundle and of parts, at many
// moments: the store is right afterwards, and the next import completes it.
func TestKilledImport(t *testing.T) {
	_, m, w := many(t, 60, 64<<10)
	whole, parts := save(t, w, 1<<20)
	begun := time.Now()
	if err := importer(t.TempDir(), whole).Run(); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	none, some, all := 0, 0, 0
	for i := range 24 {
		paths := []string{whole}
		if i%3 == 2 {
			paths = parts
		}
		dir := t.TempDir()
		cmd := importer(dir, paths...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(i) / 20)
		_ = cmd.Process.Kill() // it may be done
		_ = cmd.Wait()
		switch sound(t, dir) {
		case 0:
			none++
		case len(m.items()):
			all++
		default:
			some++
		}
		if err := importer(dir, paths...).Run(); err != nil {
			t.Fatal(err)
		}
		if n := sound(t, dir); n != len(m.items()) {
			t.Errorf("%d blobs after the second import, want %d", n, len(m.items()))
		}
	}
	t.Logf("killed before anything was published: %d times, in between: %d, after: %d", none, some, all)
	if none == 0 {
		t.Error("no import was killed in the middle: the test shows nothing")
	}
}

// TestImportsAtTheSameTime has several processes import parts of one bundle,
// and the whole of it, into one store.
func TestImportsAtTheSameTime(t *testing.T) {
	_, m, w := many(t, 40, 64<<10)
	whole, parts := save(t, w, 1<<20)
	dir := t.TempDir()
	var cmds []*exec.Cmd
	for _, p := range append(parts, whole, whole) {
		cmd := importer(dir, p)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds = append(cmds, cmd)
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	if n := sound(t, dir); n != len(m.items()) {
		t.Errorf("%d blobs, want %d", n, len(m.items()))
	}
}

// TestImportOnFullDisk has no room for the bundle: nothing stays.
func TestImportOnFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must run this test as root")
		}
		t.Skip("mounting a small file system needs root")
	}
	_, _, w := many(t, 40, 64<<10)
	whole, _ := save(t, w, 0)
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=1m,mode=700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	err := importFiles(dir, []string{whole})
	var full *store.SpaceError
	if !errors.As(err, &full) {
		t.Fatalf("got %v", err)
	}
	st, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	holdsNothing(t, st)
}
