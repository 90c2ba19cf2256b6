package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/store"
)

// noise is n bytes that look like nothing else and are the same every time.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func openStore(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// mirror is a server that counts what it is asked and may misbehave.
type mirror struct {
	*httptest.Server
	mu     sync.Mutex
	asked  []string // "/path range"
	files  map[string][]byte
	tricks []http.HandlerFunc // each answers one request, before files are served
}

func newMirror(t testing.TB, files map[string][]byte, tricks ...http.HandlerFunc) *mirror {
	t.Helper()
	m := &mirror{files: files, tricks: tricks}
	m.Server = httptest.NewServer(m)
	t.Cleanup(m.Close)
	return m
}

func (m *mirror) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	m.asked = append(m.asked, strings.TrimSpace(r.URL.Path+" "+r.Header.Get("Range")))
	var trick http.HandlerFunc
	if len(m.tricks) > 0 {
		trick, m.tricks = m.tricks[0], m.tricks[1:]
	}
	data, ok := m.files[r.URL.Path]
	m.mu.Unlock()
	switch {
	case trick != nil:
		trick(w, r)
	case !ok:
		http.NotFound(w, r)
	default:
		w.Header().Set("ETag", `"`+digest.FromBytes(data).Encoded()[:8]+`"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
	}
}

func (m *mirror) wantAsked(t testing.TB, want ...string) {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if fmt.Sprint(m.asked) != fmt.Sprint(want) {
		t.Errorf("asked for %q, want %q", m.asked, want)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func gives(b []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.Write(b) }
}

// breaksOff promises all of b and closes the connection after n bytes.
func breaksOff(b []byte, n int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(b)))
		w.Write(b[:n])
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

func stalls(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusOK)
	w.(http.Flusher).Flush()
	<-r.Context().Done()
}

// loris drips bytes, so that the connection is never quite idle.
func loris(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		w.Write([]byte("x"))
		w.(http.Flusher).Flush()
		time.Sleep(5 * time.Millisecond)
	}
}

// impatient is a client for tests: it waits little, and for little.
func impatient() *fetch.Client {
	return &fetch.Client{Waits: []time.Duration{time.Millisecond, time.Millisecond}, Stall: 100 * time.Millisecond}
}

func request(name string, b []byte, urls ...string) fetch.Request {
	return fetch.Request{Digest: digest.FromBytes(b), Size: int64(len(b)), Name: name, URLs: urls}
}

func do(t testing.TB, s *store.Store, requests ...fetch.Request) error {
	t.Helper()
	return fetch.Fetch(t.Context(), s, requests, fetch.Options{Client: impatient()})
}

// wantOnly checks what lies in the store: these blobs and no other bytes.
func wantOnly(t testing.TB, s *store.Store, blobs ...[]byte) {
	t.Helper()
	u, err := s.DiskUsage(t.Context())
	if err != nil || u.Blobs != len(blobs) || u.Unfinished != 0 || u.Partial != 0 {
		t.Errorf("store holds %+v, %v, want %d blobs", u, err, len(blobs))
	}
	for _, b := range blobs {
		if _, err := s.Get(t.Context(), digest.FromBytes(b)); err != nil {
			t.Error(err)
		}
	}
}

func as[E error](t testing.TB, err error) E {
	t.Helper()
	var e E
	if !errors.As(err, &e) {
		t.Fatalf("error is %T %v, want %T", err, err, e)
	}
	return e
}

// TestMirror is every way in which one mirror may behave.
func TestMirror(t *testing.T) {
	file, n := noise(1<<20), 1<<20
	other := noise(n + 1)[1:]
	half := fmt.Sprintf("/f bytes=%d-", n/2)
	noRange := func(w http.ResponseWriter, _ *http.Request) { w.Write(file) }
	tests := map[string]struct {
		tricks []http.HandlerFunc
		asked  []string
		err    any // pointer to the type of error wanted, or nil
	}{
		"good":                     {nil, []string{"/f"}, nil},
		"500 once":                 {[]http.HandlerFunc{status(500)}, []string{"/f", "/f"}, nil},
		"503, 429":                 {[]http.HandlerFunc{status(503), status(429)}, []string{"/f", "/f", "/f"}, nil},
		"502 for ever":             {[]http.HandlerFunc{status(502), status(502), status(502)}, []string{"/f", "/f", "/f"}, new(*fetch.StatusError)},
		"404":                      {[]http.HandlerFunc{status(404)}, []string{"/f"}, new(*fetch.NotFoundError)},
		"410":                      {[]http.HandlerFunc{status(410)}, []string{"/f"}, new(*fetch.NotFoundError)},
		"403":                      {[]http.HandlerFunc{status(403)}, []string{"/f"}, new(*fetch.StatusError)},
		"204":                      {[]http.HandlerFunc{status(204)}, []string{"/f"}, new(*fetch.StatusError)},
		"206 unasked":              {[]http.HandlerFunc{status(206)}, []string{"/f"}, new(*fetch.StatusError)},
		"wrong bytes":              {[]http.HandlerFunc{gives(other)}, []string{"/f"}, new(*store.IntegrityError)},
		"wrong size":               {[]http.HandlerFunc{gives([]byte("<html>captive portal"))}, []string{"/f"}, new(*store.IntegrityError)},
		"breaks off":               {[]http.HandlerFunc{breaksOff(file, n/2)}, []string{"/f", half}, nil},
		"breaks off, no range":     {[]http.HandlerFunc{breaksOff(file, n/2), noRange}, []string{"/f", half}, nil},
		"breaks off, 416":          {[]http.HandlerFunc{breaksOff(file, n/2), status(416)}, []string{"/f", half, "/f"}, nil},
		"breaks off, wrong 206":    {[]http.HandlerFunc{breaksOff(file, n/2), status(206)}, []string{"/f", half, "/f"}, nil},
		"wrong bytes break off":    {[]http.HandlerFunc{breaksOff(other, n/2)}, []string{"/f", half, "/f"}, nil},
		"stalls":                   {[]http.HandlerFunc{stalls}, []string{"/f", "/f"}, nil},
		"slow loris":               {[]http.HandlerFunc{loris}, nil, nil},
		"stalls for ever":          {[]http.HandlerFunc{stalls, stalls, stalls}, []string{"/f", "/f", "/f"}, new(*fetch.Error)},
		"breaks off without end":   {[]http.HandlerFunc{breaksOff(file, 10), breaksOff(file, 0), breaksOff(file, 0)}, nil, new(*fetch.Error)},
		"redirect":                 {[]http.HandlerFunc{http.RedirectHandler("/f", 302).ServeHTTP}, []string{"/f", "/f"}, nil},
		"redirect to another file": {[]http.HandlerFunc{http.RedirectHandler("file:///etc/passwd", 302).ServeHTTP}, []string{"/f"}, new(*fetch.RedirectError)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, m := openStore(t), newMirror(t, map[string][]byte{"/f": file}, test.tricks...)
			err := do(t, s, request("xen", file, m.URL+"/f"))
			if test.asked != nil {
				m.wantAsked(t, test.asked...)
			}
			if test.err == nil {
				if err != nil {
					t.Fatal(err)
				}
				wantOnly(t, s, file)
				return
			}
			if !errors.As(err, test.err) {
				t.Fatalf("error is %T %v, want %T", err, err, test.err)
			}
			if name != "breaks off without end" {
				wantOnly(t, s)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	file := noise(100)
	plain := newMirror(t, map[string][]byte{"/f": file})
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/f", http.StatusFound))
	defer secure.Close()
	s := openStore(t)
	client := impatient()
	client.HTTP = secure.Client()
	err := fetch.Fetch(t.Context(), s, []fetch.Request{request("xen", file, secure.URL+"/f")}, fetch.Options{Client: client})
	as[*fetch.RedirectError](t, err)
	plain.wantAsked(t)

	loop := newMirror(t, nil)
	for range 20 {
		loop.tricks = append(loop.tricks, http.RedirectHandler("/f", http.StatusFound).ServeHTTP)
	}
	as[*fetch.RedirectError](t, do(t, s, request("xen", file, loop.URL+"/f")))
	if len(loop.asked) != 11 {
		t.Errorf("followed %d redirects, want 10", len(loop.asked)-1)
	}

	_, err = impatient().Download(t.Context(), secure.URL, 10) // its certificate is unknown here
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("error is %v", err)
	}
	wantOnly(t, s)
}

func TestEndless(t *testing.T) {
	file := noise(1 << 20)
	var sent int64
	m := newMirror(t, nil, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			n, err := w.Write(file[:1000])
			sent += int64(n)
			if err != nil {
				return
			}
		}
	})
	s := openStore(t)
	err := do(t, s, request("xen", file, m.URL+"/f"))
	e := as[*store.IntegrityError](t, err)
	if e.From != m.URL+"/f" || e.What != "xen" || !strings.Contains(err.Error(), "nothing was kept") {
		t.Errorf("error is %v", err)
	}
	m.wantAsked(t, "/f")
	wantOnly(t, s)
	m.Close()
	if sent > 32<<20 {
		t.Errorf("the server could send %d bytes", sent)
	}
}

func TestMirrorsInOrder(t *testing.T) {
	file, other := noise(1000), noise(1001)[1:]
	path := map[string][]byte{"/f": file}
	gone, broken := newMirror(t, nil), newMirror(t, nil, status(500), status(500), status(500))
	evil, good, unused := newMirror(t, map[string][]byte{"/f": other}), newMirror(t, path), newMirror(t, path)
	dead := httptest.NewServer(nil)
	dead.Close()
	s := openStore(t)
	err := do(t, s, request("xen", file, dead.URL+"/f", gone.URL+"/f", broken.URL+"/f", evil.URL+"/f", good.URL+"/f", unused.URL+"/f"))
	if err != nil {
		t.Fatal(err)
	}
	gone.wantAsked(t, "/f")
	evil.wantAsked(t, "/f")
	good.wantAsked(t, "/f")
	unused.wantAsked(t)
	wantOnly(t, s, file)
}

func TestAllMirrorsFail(t *testing.T) {
	file, other := noise(1000), noise(1001)[1:]
	gone, evil := newMirror(t, nil), newMirror(t, map[string][]byte{"/f": other})
	s := openStore(t)
	err := do(t, s, request("xen", file, gone.URL+"/f", evil.URL+"/f"))
	e := as[*store.IntegrityError](t, err)
	if e.Want != digest.FromBytes(file) || e.Got != digest.FromBytes(other) || e.From != evil.URL+"/f" || e.Hint() == "" {
		t.Errorf("error is %#v", e)
	}
	if h := as[*fetch.Error](t, err).Hint(); h != e.Hint() {
		t.Errorf("hint is %q", h)
	}

	nf := as[*fetch.NotFoundError](t, do(t, s, request("xen", file, gone.URL+"/f", "file:///nowhere/f")))
	if nf.Hint() != "dombuild update xen" || len(nf.URLs) != 2 {
		t.Errorf("error is %#v", nf)
	}
	nf = as[*fetch.NotFoundError](t, do(t, s, request("xen", file)))
	if nf.Hint() == "" || len(nf.URLs) != 0 {
		t.Errorf("error is %#v", nf)
	}
	wantOnly(t, s)
}

func TestOneBrokenPinDoesNotStopTheOthers(t *testing.T) {
	files, requests, blobs := map[string][]byte{}, []fetch.Request{}, [][]byte{}
	m := newMirror(t, files)
	for i := range 40 {
		b := noise(1000 + i)
		path := fmt.Sprintf("/%d", i)
		requests = append(requests, request(path, b, m.URL+path))
		switch i {
		case 7: // is not there
		case 11:
			files[path] = append([]byte("x"), b[1:]...)
		default:
			files[path] = b
			blobs = append(blobs, b)
		}
	}
	s := openStore(t)
	err := do(t, s, requests...)
	if e := as[*fetch.NotFoundError](t, err); e.Name != "/7" {
		t.Errorf("missing is %s", e.Name)
	}
	if e := as[*store.IntegrityError](t, err); e.What != "/11" {
		t.Errorf("wrong is %s", e.What)
	}
	if text := err.Error(); strings.Index(text, "/7") > strings.Index(text, "/11") {
		t.Errorf("errors are not in the order of the requests: %s", text)
	}
	wantOnly(t, s, blobs...)
	asked := len(m.asked)
	do(t, s, requests...)
	if more := len(m.asked) - asked; more != 2 {
		t.Errorf("the second fetch asked %d times, want 2", more)
	}
}

func TestSameBlobTwice(t *testing.T) {
	file := noise(1000)
	m := newMirror(t, map[string][]byte{"/b": file})
	s := openStore(t)
	if err := do(t, s, request("a", file, m.URL+"/a"), request("b", file, m.URL+"/b")); err != nil {
		t.Fatal(err)
	}
	m.wantAsked(t, "/a", "/b")
}

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

func TestCancelKeepsWhatIsThere(t *testing.T) {
	file := noise(1 << 20)
	ctx, cancel := context.WithCancel(t.Context())
	half := len(file) / 2
	m := newMirror(t, map[string][]byte{"/f": file}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(file)))
		w.Header().Set("ETag", `"old"`)
		w.Write(file[:half])
		w.(http.Flusher).Flush()
		time.Sleep(50 * time.Millisecond)
		cancel()
		<-r.Context().Done()
	})
	s := openStore(t)
	r := request("xen", file, m.URL+"/f")
	err := fetch.Fetch(ctx, s, []fetch.Request{r}, fetch.Options{})
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
