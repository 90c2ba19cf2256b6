package bundle

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/dombuild/dombuild/internal/store"
)

// BenchmarkBundle writes, hashes and imports a bundle, against sha256sum of
// the same bytes: the bar is 1.2 times its time, with flat memory.
func BenchmarkBundle(b *testing.B) {
	st, m, w := many(b, 64, 4<<20)
	whole, _ := save(b, w, 0)
	b.Run("create", func(b *testing.B) {
		b.SetBytes(m.Bytes())
		b.ReportAllocs()
		for b.Loop() {
			f, err := os.CreateTemp(b.TempDir(), "")
			if err != nil {
				b.Fatal(err)
			}
			if err := w.Write(b.Context(), f); err != nil {
				b.Fatal(err)
			}
			f.Close()
			os.Remove(f.Name())
		}
	})
	with := func(b *testing.B, work func(*Bundle) error) {
		b.SetBytes(m.Bytes())
		b.ReportAllocs()
		for b.Loop() {
			f, err := os.Open(whole)
			if err != nil {
				b.Fatal(err)
			}
			fi, err := f.Stat()
			if err != nil {
				b.Fatal(err)
			}
			x, err := Open(whole, f, fi.Size())
			if err == nil {
				err = work(x)
			}
			if err != nil {
				b.Fatal(err)
			}
			f.Close()
		}
	}
	b.Run("verify", func(b *testing.B) {
		with(b, func(x *Bundle) error { return x.Verify(b.Context(), silent) })
	})
	b.Run("import", func(b *testing.B) {
		there, err := store.Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		defer there.Close()
		with(b, func(x *Bundle) error {
			_, err := Import(b.Context(), there, x, silent)
			return err
		})
	})
	b.Run("sha256sum", func(b *testing.B) {
		paths, _ := filepath.Glob(filepath.Join(st.Dir(), "blobs/sha256/*"))
		b.SetBytes(m.Bytes())
		for b.Loop() {
			if err := exec.Command("sha256sum", paths...).Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
