package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

// The tests run themselves again as another process that uses a store.
func TestMain(m *testing.M) {
	if role := os.Getenv("STORE_TEST_ROLE"); role != "" {
		if err := child(role, os.Getenv("STORE_TEST_DIR")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

var ctx = context.Background()

// big is what the processes put: large enough to be caught in the middle.
var big = bytes.Repeat([]byte("dom0"), 4<<20)

func child(role, dir string) error {
	s, err := store.Open(dir)
	if err != nil {
		return err
	}
	fmt.Println("open")
	switch role {
	case "put":
		_, err = s.Put(ctx, bytes.NewReader(big), digest.FromBytes(big), int64(len(big)))
	case "put slowly": // says that bytes are there, then brings no more
		_, err = s.Put(ctx, io.MultiReader(bytes.NewReader(big), sayAndWait{}), "", -1)
	case "resume slowly":
		var p *store.Partial
		if p, err = s.Resume(ctx, digest.FromBytes(big), int64(len(big))); err == nil {
			_, err = p.ReadFrom(io.MultiReader(bytes.NewReader(big[:len(big)/2]), sayAndWait{}))
		}
	case "record":
		for i := range 200 {
			if err := s.PutRecord("step", "key", []byte(strings.Repeat(fmt.Sprint(i%10), 1000))); err != nil {
				return err
			}
		}
	case "publish":
		err = publish(s)
	case "hold":
		io.Copy(io.Discard, os.Stdin)
	}
	return err
}

type sayAndWait struct{}

func (sayAndWait) Read([]byte) (int, error) {
	fmt.Println("waiting")
	for { // in a way that is not taken for a deadlock
		time.Sleep(time.Hour)
	}
}

// start runs this test binary as another process and waits until it says a
// word.
func start(t *testing.T, role, dir, word string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "STORE_TEST_ROLE="+role, "STORE_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var said []byte
	for b := make([]byte, 1); !strings.Contains(string(said), word+"\n"); said = append(said, b...) {
		if _, err := out.Read(b); err != nil {
			t.Fatalf("%s said %q, then: %v", role, said, err)
		}
	}
	return cmd
}

func kill(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
}

func TestKilledPut(t *testing.T) {
	dir := t.TempDir()
	cmd := start(t, "put slowly", dir, "waiting")
	s := openAt(t, dir)
	if left := files(t, s); len(left) != 1 || !strings.HasPrefix(left[0], "dombuild/tmp/") {
		t.Fatalf("the file of a living process is not there: %v", left)
	}
	kill(t, cmd)
	s.Close()
	wantNothingLeft(t, openAt(t, dir))
}

func TestKilledDownloadIsResumed(t *testing.T) {
	dir := t.TempDir()
	cmd := start(t, "resume slowly", dir, "waiting")
	s := openAt(t, dir)
	kill(t, cmd)
	p, err := s.Resume(t.Context(), digest.FromBytes(big), int64(len(big)))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Abort()
	if p.Offset() != int64(len(big)/2) {
		t.Fatalf("%d bytes are there, want %d", p.Offset(), len(big)/2)
	}
	if _, err := p.ReadFrom(bytes.NewReader(big[p.Offset():])); err != nil {
		t.Fatal(err)
	}
	b, err := p.Commit()
	if err != nil || b.Digest() != digest.FromBytes(big) || read(t, b) != string(big) {
		t.Fatal(err)
	}
	if left := files(t, s); len(left) != 1 {
		t.Errorf("store holds %v", left)
	}
}

func TestResumeWaitsForTheOther(t *testing.T) {
	dir := t.TempDir()
	cmd := start(t, "resume slowly", dir, "waiting")
	s := openAt(t, dir)
	time.AfterFunc(100*time.Millisecond, func() { cmd.Process.Kill() })
	p, err := s.Resume(t.Context(), digest.FromBytes(big), int64(len(big)))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Discard(); err != nil {
		t.Fatal(err)
	}
	wantNothingLeft(t, s)
}

func TestProcessesPutTheSame(t *testing.T) {
	dir := t.TempDir()
	var cmds []*exec.Cmd
	for range 4 {
		cmds = append(cmds, start(t, "put", dir, "open"))
	}
	for _, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	}
	s := openAt(t, dir)
	if _, err := s.Get(t.Context(), digest.FromBytes(big)); err != nil {
		t.Error(err)
	}
	if left := files(t, s); len(left) != 1 {
		t.Errorf("store holds %v", left)
	}
}

func TestRecordsAreAtomic(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	a, b := start(t, "record", dir, "open"), start(t, "record", dir, "open")
	done := make(chan error, 2)
	for _, cmd := range []*exec.Cmd{a, b} {
		go func() { done <- cmd.Wait() }()
	}
	for running := 2; running > 0; {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			running--
		default:
		}
		data, err := s.Record("step", "key")
		var missing *store.NotFoundError
		if errors.As(err, &missing) && len(data) == 0 {
			continue // none was written yet
		}
		if err != nil || len(data) != 1000 || strings.Trim(string(data), string(data[:1])) != "" {
			t.Fatalf("read a torn record: %q, %v", data, err)
		}
	}
}

func TestGCNeedsTheStoreForItself(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	b := put(t, s, "blob")
	none := store.GCOptions{Keep: func(digest.Digest) bool { return false }}
	cmd := start(t, "hold", dir, "open")
	_, err := s.GC(t.Context(), none)
	if e := as[*store.BusyError](t, err); e.Hint() == "" {
		t.Error("no hint")
	}
	if _, err := s.Get(t.Context(), b.Digest()); err != nil {
		t.Error(err)
	}
	kill(t, cmd)
	if _, err := s.GC(t.Context(), none); err != nil {
		t.Fatal(err)
	}
	wantNothingLeft(t, s)
	start(t, "hold", dir, "open") // the exclusive lock was given back
}

// TestDiskFull needs a small file system of its own, and so root. Where the
// tests must not be skipped, not being root is a failure.
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
	s := openAt(t, dir)
	want := digest.FromBytes(big)
	_, err := s.Put(t.Context(), bytes.NewReader(big), want, int64(len(big)))
	if e := as[*store.SpaceError](t, err); e.Hint() == "" {
		t.Error("no hint")
	}
	wantNothingLeft(t, s)

	p, err := s.Resume(t.Context(), want, int64(len(big)))
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.ReadFrom(bytes.NewReader(big))
	as[*store.SpaceError](t, err)
	wantNothingLeft(t, s)
	if err := p.Abort(); err != nil {
		t.Error(err)
	}
	as[*store.SpaceError](t, s.PutRecord("step", "key", big))
	wantNothingLeft(t, s)
	put(t, s, "a small blob")
	if err := s.PutRecord("step", "key", []byte("small")); err != nil {
		t.Error(err)
	}
	if err := syscall.Mount("none", filepath.Join(dir, "blobs"), "tmpfs", syscall.MS_RDONLY, "size=4k"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Unmount(filepath.Join(dir, "blobs"), syscall.MNT_DETACH) })
	if _, err := s.Put(t.Context(), strings.NewReader("x"), "", -1); err == nil {
		t.Error("put a blob where it could not be published")
	}
	if left := files(t, s); len(left) != 0 {
		t.Errorf("left in the store: %v", left)
	}
}
