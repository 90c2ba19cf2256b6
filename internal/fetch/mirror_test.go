package fetch_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
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

// impatient is a client for tests: it waits little before it tries again.
func impatient() *fetch.Client {
	return &fetch.Client{Waits: []time.Duration{time.Millisecond, time.Millisecond}}
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
