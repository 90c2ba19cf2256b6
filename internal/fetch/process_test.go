package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/store"
)

// The tests run themselves again as another process, which fetches or serves.
func TestMain(m *testing.M) {
	if dir := os.Getenv("FETCH_TEST_DIR"); dir != "" {
		if err := child(dir, os.Getenv("FETCH_TEST_URL")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if dir := os.Getenv("FETCH_TEST_SERVE"); dir != "" {
		if err := server(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(dir, url string) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	r := request("xen", noise(bigSize), url)
	return fetch.Fetch(context.Background(), s, []fetch.Request{r}, fetch.Options{})
}

const bigSize = 8 << 20

func startFetch(t *testing.T, dir, url string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "FETCH_TEST_DIR="+dir, "FETCH_TEST_URL="+url)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	return cmd
}

// pauses sends half of a file and waits until the client is gone.
func pauses(file []byte, sent chan<- struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(file)))
		w.Write(file[:len(file)/2])
		w.(http.Flusher).Flush()
		sent <- struct{}{}
		<-r.Context().Done()
	}
}

func TestKilledFetchIsResumed(t *testing.T) {
	file, sent := noise(bigSize), make(chan struct{})
	m := newMirror(t, map[string][]byte{"/f": file}, pauses(file, sent))
	dir := t.TempDir()
	cmd := startFetch(t, dir, m.URL+"/f")
	<-sent
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	waitPartial(t, s, bigSize/2)
	cmd.Process.Kill()
	cmd.Wait()
	if u, _ := s.DiskUsage(t.Context()); u.Blobs != 0 {
		t.Error("a killed fetch left a blob")
	}
	if err := do(t, s, request("xen", file, m.URL+"/f")); err != nil {
		t.Fatal(err)
	}
	m.wantAsked(t, "/f", fmt.Sprintf("/f bytes=%d-", bigSize/2))
	wantOnly(t, s, file)
}

func waitPartial(t *testing.T, s *store.Store, n int64) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		u, err := s.DiskUsage(t.Context())
		if err == nil && u.Partial >= n {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the partial download has %d bytes, %v", u.Partial, err)
		}
	}
}

// TestProcessesFetchTheSame lets one process wait for the other: the server
// is asked once.
func TestProcessesFetchTheSame(t *testing.T) {
	file := noise(bigSize)
	var asked atomic.Int32
	slowly := func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Write(file[:bigSize/2])
		time.Sleep(200 * time.Millisecond)
		w.Write(file[bigSize/2:])
	}
	m := newMirror(t, nil, slowly, slowly)
	dir := t.TempDir()
	a, b := startFetch(t, dir, m.URL), startFetch(t, dir, m.URL)
	if err := errors.Join(a.Wait(), b.Wait()); err != nil {
		t.Fatal(err)
	}
	if asked.Load() != 1 {
		t.Errorf("the server was asked %d times", asked.Load())
	}
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wantOnly(t, s, file)
}

func TestDiskFull(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must run this test as root")
		}
		t.Skip("mounting a small file system needs root")
	}
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=1m,mode=700"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, syscall.MNT_DETACH) })
	s, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	large, small := noise(bigSize), noise(1000)
	m := newMirror(t, map[string][]byte{"/large": large, "/small": small})
	err = fetch.Fetch(t.Context(), s, []fetch.Request{
		request("large", large, m.URL+"/large", m.URL+"/large"), request("small", small, m.URL+"/small"),
	}, fetch.Options{Client: impatient(), Parallel: 1})
	as[*store.SpaceError](t, err)
	if hint := as[*fetch.Error](t, err).Hint(); !strings.Contains(hint, "free some space") {
		t.Errorf("hint is %q", hint)
	}
	m.wantAsked(t, "/large", "/small")
	wantOnly(t, s, small)
}
