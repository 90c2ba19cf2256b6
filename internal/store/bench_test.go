package store_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

const benchSize = 256 << 20

func benchBlob(b *testing.B) (*store.Store, store.Blob) {
	s := open(b)
	blob, err := s.Put(b.Context(), io.LimitReader(new(endless), benchSize), "", benchSize)
	if err != nil {
		b.Fatal(err)
	}
	return s, blob
}

func BenchmarkPut(b *testing.B) {
	s := open(b)
	b.SetBytes(benchSize)
	for b.Loop() {
		if _, err := s.Put(b.Context(), io.LimitReader(new(endless), benchSize), "", benchSize); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPutSmall(b *testing.B) {
	s := open(b)
	text := bytes.Repeat([]byte("x"), 4096)
	for b.Loop() {
		if _, err := s.Put(b.Context(), bytes.NewReader(text), "", -1); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	s, blob := benchBlob(b)
	b.SetBytes(benchSize)
	for b.Loop() {
		if _, err := s.Get(b.Context(), blob.Digest()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	_, blob := benchBlob(b)
	b.SetBytes(benchSize)
	for b.Loop() {
		r, err := blob.Open()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}

// BenchmarkVerify is a whole store, against sha256sum of the same files: the
// bar is 1.2 times its time.
func BenchmarkVerify(b *testing.B) {
	const files = 16
	s := open(b)
	for i := range files {
		r := io.MultiReader(bytes.NewReader([]byte{byte(i)}), io.LimitReader(new(endless), benchSize/files-1))
		if _, err := s.Put(context.Background(), r, "", -1); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("store", func(b *testing.B) {
		b.SetBytes(benchSize)
		for b.Loop() {
			if r, err := s.Verify(b.Context(), store.VerifyOptions{}); err != nil || r.Bytes != benchSize {
				b.Fatal(r, err)
			}
		}
	})
	b.Run("one thread", func(b *testing.B) {
		b.SetBytes(benchSize)
		for b.Loop() {
			if r, err := s.Verify(b.Context(), store.VerifyOptions{Parallel: 1}); err != nil || r.Bytes != benchSize {
				b.Fatal(r, err)
			}
		}
	})
	b.Run("sha256sum", func(b *testing.B) {
		paths, _ := filepath.Glob(filepath.Join(s.Dir(), "blobs/sha256/*"))
		b.SetBytes(benchSize)
		for b.Loop() {
			cmd := exec.Command("sha256sum", paths...)
			cmd.Stderr = os.Stderr
			if err := cmd.Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	s := open(b)
	data := []byte(digest.FromString("step"))
	for b.Loop() {
		if err := s.PutRecord("step", "key", data); err != nil {
			b.Fatal(err)
		}
	}
}
