package fetch_test

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/store"
)

// BenchmarkFetch is fetching and verifying from loopback, against curl and a
// copy of the same bytes to files by eight readers, which verify nothing and do
// not wait for the disk.
func BenchmarkFetch(b *testing.B) {
	for _, c := range []struct{ files, size int }{{1, 256 << 20}, {16, 16 << 20}, {400, 256 << 10}} {
		file := noise(c.size)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(c.size))
			w.Write([]byte(r.URL.Path[1:9]))
			w.Write(file[8:])
		}))
		defer server.Close()
		requests := make([]fetch.Request, c.files)
		for i := range requests {
			name := fmt.Sprintf("%08d", i)
			requests[i] = request(name, append([]byte(name), file[8:]...), server.URL+"/"+name)
		}
		name := fmt.Sprintf("%dx%dKiB", c.files, c.size>>10)
		b.Run(name+"/fetch", func(b *testing.B) { benchFetch(b, requests) })
		b.Run(name+"/curl", func(b *testing.B) { benchCurl(b, requests) })
		b.Run(name+"/copy", func(b *testing.B) { benchCopy(b, requests, nil) })
		b.Run(name+"/copy+sha256", func(b *testing.B) { benchCopy(b, requests, sha256.New) })
	}
}

func benchFetch(b *testing.B, requests []fetch.Request) {
	b.SetBytes(requests[0].Size * int64(len(requests)))
	for b.Loop() {
		s, err := store.Open(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		if err := fetch.Fetch(b.Context(), s, requests, fetch.Options{}); err != nil {
			b.Fatal(err)
		}
		s.Close()
		b.StopTimer()
		os.RemoveAll(s.Dir())
		b.StartTimer()
	}
}

func benchCopy(b *testing.B, requests []fetch.Request, verify func() hash.Hash) {
	b.SetBytes(requests[0].Size * int64(len(requests)))
	for b.Loop() {
		dir := b.TempDir()
		var g errgroup.Group
		g.SetLimit(8)
		for _, r := range requests {
			g.Go(func() error {
				resp, err := http.Get(r.URLs[0])
				if err != nil {
					return err
				}
				defer resp.Body.Close()
				f, err := os.Create(filepath.Join(dir, r.Name))
				if err != nil {
					return err
				}
				defer f.Close()
				var w io.Writer = f
				if verify != nil {
					w = io.MultiWriter(f, verify())
				}
				_, err = io.CopyBuffer(struct{ io.Writer }{w}, resp.Body, make([]byte, 64<<10))
				return err
			})
		}
		if err := g.Wait(); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		os.RemoveAll(dir)
		b.StartTimer()
	}
}

// benchCurl is one curl with eight connections.
func benchCurl(b *testing.B, requests []fetch.Request) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		b.Skip("no curl")
	}
	b.SetBytes(requests[0].Size * int64(len(requests)))
	for b.Loop() {
		dir := b.TempDir()
		var config strings.Builder
		for _, r := range requests {
			fmt.Fprintf(&config, "url = %q\noutput = %q\n", r.URLs[0], filepath.Join(dir, r.Name))
		}
		cmd := exec.CommandContext(b.Context(), curl, "--silent", "--show-error", "--fail", "--parallel", "--parallel-max", "8", "--config", "-")
		cmd.Stdin = strings.NewReader(config.String())
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("curl: %v: %s", err, out)
		}
		b.StopTimer()
		os.RemoveAll(dir)
		b.StartTimer()
	}
}
