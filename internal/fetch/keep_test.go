package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

func TestHeals(t *testing.T) {
	file := noise(1 << 20)
	m := newMirror(t, map[string][]byte{"/f": file})
	s := openStore(t)
	r := request("xen", file, m.URL+"/f")
	if err := do(t, s, r); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.Dir(), "blobs/sha256", r.Digest.Encoded())
	bad := bytes.Clone(file)
	bad[1000] ^= 1
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, bad, 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := do(t, s, r); err != nil {
		t.Fatal(err)
	}
	m.wantAsked(t, "/f", "/f")
	wantOnly(t, s, file)
	if err := do(t, s, r); err != nil {
		t.Fatal(err)
	}
	m.wantAsked(t, "/f", "/f")
}

func TestPinnedSizeIsWrong(t *testing.T) {
	file := noise(1000)
	s := openStore(t)
	if _, err := s.Put(t.Context(), bytes.NewReader(file), "", -1); err != nil {
		t.Fatal(err)
	}
	r := request("xen", file)
	r.Size++
	as[*store.IntegrityError](t, do(t, s, r))
}

func TestUnknownSize(t *testing.T) {
	file := noise(1 << 20)
	m := newMirror(t, map[string][]byte{"/f": file}, breaksOff(file, 500_000))
	s := openStore(t)
	r := request("xen", file, m.URL+"/f")
	r.Size = -1
	if err := do(t, s, r); err != nil {
		t.Fatal(err)
	}
	m.wantAsked(t, "/f", "/f bytes=500000-")
	wantOnly(t, s, file)
}

func TestSHA512(t *testing.T) {
	file := noise(1000)
	m := newMirror(t, map[string][]byte{"/f": file})
	s := openStore(t)
	r := request("xen", file, m.URL+"/f")
	r.Digest = digest.SHA512.FromBytes(file)
	if err := do(t, s, r); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), r.Digest); err != nil {
		t.Error(err)
	}
}

func TestFileURL(t *testing.T) {
	file := noise(1000)
	path := filepath.Join(t.TempDir(), "a file")
	if err := os.WriteFile(path, file, 0o644); err != nil {
		t.Fatal(err)
	}
	s := openStore(t)
	for _, bad := range []string{"file://host" + path, "file://" + filepath.Dir(path), "ftp://host/f", "/no/scheme", "http://%zz/"} {
		if err := do(t, s, request("xen", file, bad)); err == nil {
			t.Errorf("fetched from %s", bad)
		}
	}
	if err := do(t, s, request("xen", file, "file://"+strings.ReplaceAll(path, " ", "%20"))); err != nil {
		t.Fatal(err)
	}
	wantOnly(t, s, file)
}

func TestDeadHostIsLeftAlone(t *testing.T) {
	dead := httptest.NewServer(nil)
	dead.Close()
	var requests []fetch.Request
	for i := range 30 {
		requests = append(requests, request(fmt.Sprint(i), noise(i+1), dead.URL))
	}
	err := fetch.Fetch(t.Context(), openStore(t), requests, fetch.Options{Client: impatient(), Parallel: 1})
	if n := strings.Count(err.Error(), "was not asked"); n != 27 {
		t.Errorf("%d of 30 files were given up at once, want 27: %v", n, err)
	}
}

// TestDeadHostIsNotWaitedFor has pauses that no test would outlive.
func TestDeadHostIsNotWaitedFor(t *testing.T) {
	dead := httptest.NewServer(nil)
	dead.Close()
	file := noise(1000)
	good := newMirror(t, map[string][]byte{"/f": file})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s := openStore(t)
	err := fetch.Fetch(ctx, s, []fetch.Request{request("xen", file, dead.URL+"/f", good.URL+"/f")},
		fetch.Options{Client: &fetch.Client{Waits: []time.Duration{time.Hour}}})
	if err != nil {
		t.Fatal(err)
	}
	wantOnly(t, s, file)
}

// when is a progress that does something once so many bytes have come.
type when struct {
	progress.None
	bytes int64
	do    func()
}

func (w *when) Begin(string, int64) progress.Task { return w }
func (w *when) Log(string)                        {}
func (w *when) End(error)                         {}

func (w *when) Add(n int64) {
	if w.bytes -= n; w.bytes == 0 {
		w.do()
	}
}

func TestCancelKeepsWhatIsThere(t *testing.T) {
	file := noise(1 << 20)
	ctx, cancel := context.WithCancel(t.Context())
	half := len(file) / 2
	m := newMirror(t, map[string][]byte{"/f": file}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(file)))
		w.Header().Set("ETag", `"old"`)
		w.Write(file[:half])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s := openStore(t)
	r := request("xen", file, m.URL+"/f")
	err := fetch.Fetch(ctx, s, []fetch.Request{r}, fetch.Options{Progress: &when{bytes: int64(half), do: cancel}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if u, _ := s.DiskUsage(t.Context()); u.Partial < int64(half) {
		t.Errorf("%d bytes were kept, want %d", u.Partial, half)
	}
	// The file on the server has another ETag now: If-Range brings all of it.
	if err := do(t, s, r); err != nil {
		t.Fatal(err)
	}
	m.wantAsked(t, "/f", fmt.Sprintf("/f bytes=%d-", half))
	wantOnly(t, s, file)
}

func TestDownload(t *testing.T) {
	text := noise(1000)
	m := newMirror(t, map[string][]byte{"/f": text}, status(503))
	c := impatient()
	got, err := c.Download(t.Context(), m.URL+"/f", 1000)
	if err != nil || !bytes.Equal(got, text) {
		t.Fatal(err)
	}
	_, err = c.Download(t.Context(), m.URL+"/f", 999)
	as[*fetch.LimitError](t, err)
	endless := newMirror(t, nil, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			w.Write(text)
		}
	})
	_, err = c.Download(t.Context(), endless.URL, 999)
	as[*fetch.LimitError](t, err)
	for _, u := range []string{m.URL + "/nowhere", "file:///nowhere"} {
		if _, err = c.Download(t.Context(), u, 1); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("error is %v", err)
		}
	}
}
