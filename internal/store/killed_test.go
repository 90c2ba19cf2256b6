package store_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/killtest"
	"github.com/dombuild/dombuild/internal/store"
)

// published are the blobs that publish puts; the first is written in several pieces.
var published = [][]byte{bytes.Repeat([]byte("dom0"), 100_000), []byte("staged one"), []byte("staged two"), []byte("partial")}

// publish gives a final name to blobs and a record in every way that a store has.
func publish(s *store.Store) error {
	if _, err := s.Put(ctx, bytes.NewReader(published[0]), digest.FromBytes(published[0]), int64(len(published[0]))); err != nil {
		return err
	}
	g, err := s.Stage()
	if err != nil {
		return err
	}
	defer g.Close()
	var list []digest.Digest
	for _, data := range published[1:3] {
		list = append(list, digest.FromBytes(data))
		if err := g.Put(ctx, bytes.NewReader(data), digest.FromBytes(data), int64(len(data))); err != nil {
			return err
		}
	}
	if err := g.Commit(ctx, list); err != nil {
		return err
	}
	p, err := s.Resume(ctx, digest.FromBytes(published[3]), int64(len(published[3])))
	if err == nil {
		_, err = p.ReadFrom(bytes.NewReader(published[3][p.Offset():]))
	}
	if err == nil {
		_, err = p.Commit()
	}
	if err != nil {
		return err
	}
	return s.PutRecord("step", "key", []byte(strings.Repeat("record ", 1000)))
}

// TestKilledPublishing kills a process before each system call that changes a
// file, from opening a new store to the last record. What has its final name
// is whole, and the next process finishes as if nothing had been.
func TestKilledPublishing(t *testing.T) {
	points := map[string]int{}
	for n := 1; ; n += killtest.Stride() {
		dir := filepath.Join(t.TempDir(), "store")
		env := append(os.Environ(), "STORE_TEST_ROLE=publish", "STORE_TEST_DIR="+dir, "GOMAXPROCS=1")
		call, state, err := killtest.Run([]string{os.Args[0]}, env, n)
		if err != nil {
			t.Fatal(err)
		}
		if call.Name == "" && state.ExitStatus() != 0 {
			t.Fatalf("it ended by itself with %d", state.ExitStatus())
		}
		points[call.Name]++
		wantSound(t, dir, fmt.Sprintf("killed before change %d, %s", n, call.Name))
		if t.Failed() || call.Name == "" {
			break
		}
	}
	t.Logf("killed before %v", points)
	for _, call := range []string{"openat", "write", "fsync", "fchmod", "mkdirat", "renameat", "syncfs"} {
		if points[call] == 0 && !testing.Short() {
			t.Errorf("never killed before %s", call)
		}
	}
}

// wantSound looks at a store that a process has left, and has the next one finish.
func wantSound(t *testing.T, dir, when string) {
	t.Helper()
	s, err := store.Open(dir)
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	defer s.Close()
	report, err := s.Verify(t.Context(), store.VerifyOptions{})
	if err != nil || report.Err() != nil {
		t.Errorf("%s: %v, %v", when, err, report.Err())
	}
	for _, name := range files(t, s) {
		if strings.HasPrefix(name, "dombuild/tmp/") {
			t.Errorf("%s: %s is left", when, name)
		}
	}
	if err := publish(s); err != nil {
		t.Fatalf("%s: the next process: %v", when, err)
	}
	var want []string
	for _, data := range published {
		want = append(want, "blobs/sha256/"+digest.FromBytes(data).Encoded())
	}
	slices.Sort(want)
	if got := files(t, s); !slices.Equal(got, want) {
		t.Errorf("%s: the next process leaves %v", when, got)
	}
	if text, err := s.Record("step", "key"); err != nil || len(text) != 7000 {
		t.Errorf("%s: the record has %d bytes, %v", when, len(text), err)
	}
}
