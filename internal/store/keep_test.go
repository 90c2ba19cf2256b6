package store_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

func TestOpenRefuses(t *testing.T) {
	write := func(name, text string) func(string) error {
		return func(dir string) error {
			path := filepath.Join(dir, name)
			return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644))
		}
	}
	tests := map[string]struct {
		spoil  func(dir string) error
		made   bool // spoil a store, not an empty directory
		reason string
	}{
		"foreign files":      {write("README", "x"), false, `it holds "README"`},
		"foreign OCI layout": {write("oci-layout", `{"imageLayoutVersion":"1.0.0"}`), false, "is not a dombuild store"},
		"newer store":        {write("dombuild/version", "dombuild-store 2\n"), true, "another version"},
		"newer OCI layout":   {write("oci-layout", `{"imageLayoutVersion":"2.0.0"}`), true, "not an OCI image layout"},
		"broken OCI layout":  {write("oci-layout", `{`), true, "not an OCI image layout"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if test.made {
				openAt(t, dir).Close()
			}
			if err := test.spoil(dir); err != nil {
				t.Fatal(err)
			}
			_, err := store.Open(dir)
			e := as[*store.LayoutError](t, err)
			if !strings.Contains(e.Error(), test.reason) || e.Hint() == "" {
				t.Errorf("error is %q, hint %q", e, e.Hint())
			}
		})
	}
}

func TestOpenIsRaceFree(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			s, err := store.Open(dir)
			if err != nil {
				t.Error(err)
				return
			}
			put(t, s, "the same")
			s.Close()
		})
	}
	wg.Wait()
	wantFiles := []string{"blobs/sha256/" + digest.FromString("the same").Encoded()}
	if diff := cmp.Diff(wantFiles, files(t, openAt(t, dir))); diff != "" {
		t.Error(diff)
	}
}

func TestOpenResumesAnUnfinishedLayout(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "dombuild/tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, openAt(t, dir), "x")
}

func TestRecords(t *testing.T) {
	s := open(t)
	for _, key := range []string{"b", "a", "../../../etc/passwd", "", strings.Repeat("long", 1000)} {
		if err := s.PutRecord("step", key, []byte("data of "+key)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Record("step", key); err != nil || string(got) != "data of "+key {
			t.Errorf("record %q is %q, %v", key, got, err)
		}
	}
	if err := s.PutRecord("step", "a", []byte("new")); err != nil {
		t.Fatal(err)
	}
	records, err := s.Records(t.Context(), "step")
	if err != nil || len(records) != 5 || records[0].Key != "" || string(records[2].Data) != "new" {
		t.Errorf("records are %v, %v", records, err)
	}
	_, err = s.Record("other", "a")
	as[*store.NotFoundError](t, err)
	if err := s.PutRecord("step", "\xff", nil); err == nil {
		t.Error("a key that is not UTF-8 was accepted")
	}
	for _, kind := range []string{"", "..", "a/b", "A"} {
		if err := s.PutRecord(kind, "x", nil); err == nil {
			t.Errorf("kind %q was accepted", kind)
		}
	}
	if err := errors.Join(s.DeleteRecord("step", "a"), s.DeleteRecord("step", "a")); err != nil {
		t.Error(err)
	}
	_, err = s.Record("step", "a")
	as[*store.NotFoundError](t, err)
}

// recordFile finds the only record of a store.
func recordFile(t *testing.T, s *store.Store) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(s.Dir(), "dombuild/records/*/*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("records are %v, %v", found, err)
	}
	return found[0]
}

func TestDamagedRecord(t *testing.T) {
	damage := map[string]func(src []byte) []byte{
		"half written": func(src []byte) []byte { return src[:len(src)/2] },
		"emptied":      func([]byte) []byte { return nil },
		"zeros":        func(src []byte) []byte { return make([]byte, len(src)) },
		"other data":   func(src []byte) []byte { return bytes.Replace(src, []byte(`"data":"`), []byte(`"data":"AAAA`), 1) },
		"other key":    func(src []byte) []byte { return bytes.Replace(src, []byte(`"key":"a"`), []byte(`"key":"b"`), 1) },
		"newer": func(src []byte) []byte {
			return bytes.Replace(src, []byte("dombuild-record 1"), []byte("dombuild-record 2"), 1)
		},
	}
	for name, change := range damage {
		t.Run(name, func(t *testing.T) {
			s := open(t)
			if err := s.PutRecord("step", "a", []byte("data")); err != nil {
				t.Fatal(err)
			}
			path := recordFile(t, s)
			src, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			overwrite(t, path, change(src))
			_, err = s.Record("step", "a")
			as[*store.NotFoundError](t, err)
			report, err := s.Verify(t.Context(), store.VerifyOptions{Heal: true})
			if err != nil || len(report.Damaged) != 1 || report.Damaged[0].Path != path {
				t.Errorf("report is %+v, %v", report, err)
			}
			as[*store.DamagedRecordError](t, report.Err())
			report, err = s.Verify(t.Context(), store.VerifyOptions{})
			if err != nil || report.Err() != nil {
				t.Errorf("not healed: %v, %v", report.Err(), err)
			}
			if err := s.PutRecord("step", "a", []byte("data")); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestRecordUnderAnotherName(t *testing.T) {
	s := open(t)
	if err := s.PutRecord("step", "a", []byte("data of a")); err != nil {
		t.Fatal(err)
	}
	a := recordFile(t, s)
	src, _ := os.ReadFile(a)
	if err := errors.Join(os.Remove(a), s.PutRecord("step", "b", []byte("data of b"))); err != nil {
		t.Fatal(err)
	}
	overwrite(t, recordFile(t, s), src)
	_, err := s.Record("step", "b")
	as[*store.NotFoundError](t, err)
}

func TestVerify(t *testing.T) {
	s := open(t)
	var digests []digest.Digest
	for i := range 30 {
		digests = append(digests, put(t, s, strings.Repeat("x", i+1)).Digest())
	}
	report, err := s.Verify(t.Context(), store.VerifyOptions{})
	if err != nil || report.Err() != nil || report.Blobs != 30 || report.Bytes != 465 {
		t.Fatalf("report is %+v, %v", report, err)
	}
	overwrite(t, blobFile(s, digests[3]), []byte("evil"))
	stray := filepath.Join(s.Dir(), "blobs/sha256/README")
	if err := os.WriteFile(stray, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	counter := new(counter)
	report, err = s.Verify(t.Context(), store.VerifyOptions{Progress: counter})
	if err != nil || len(report.Corrupt) != 1 || report.Corrupt[0].Want != digests[3] || !cmp.Equal(report.Foreign, []string{stray}) {
		t.Fatalf("report is %+v, %v", report, err)
	}
	if counter.done != counter.total || counter.ended != 1 {
		t.Errorf("progress is %+v", counter)
	}
	if has, _ := s.Has(digests[3]); !has {
		t.Error("a verify without healing moved a blob")
	}
	report, _ = s.Verify(t.Context(), store.VerifyOptions{Heal: true, Digests: append(digests, digest.FromString("missing"))})
	if len(report.Corrupt) != 1 || !strings.Contains(report.Err().Error(), "moved to") || len(report.Missing) != 1 {
		t.Errorf("report is %v", report.Err())
	}
	if has, _ := s.Has(digests[3]); has {
		t.Error("the corrupt blob is still there")
	}
}

// counter is a progress.Reporter that counts.
type counter struct {
	mu          sync.Mutex
	total, done int64
	ended       int
}

func (c *counter) Begin(_ string, total int64) progress.Task { c.total = total; return c }
func (c *counter) Log(string)                                {}
func (c *counter) End(error)                                 { c.ended++ }
func (c *counter) Add(n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done += n
}

func TestGC(t *testing.T) {
	s := open(t)
	kept, lost := put(t, s, "kept"), put(t, s, "lost")
	layer := put(t, s, "layer of an image")
	manifest, _ := json.Marshal(ocispec.Manifest{
		Versioned: ocispecVersion, Config: descriptor(layer), Layers: []ocispec.Descriptor{descriptor(layer)},
	})
	image := put(t, s, string(manifest))
	index, _ := json.Marshal(ocispec.Index{Versioned: ocispecVersion, Manifests: []ocispec.Descriptor{descriptor(image)}})
	overwrite(t, filepath.Join(s.Dir(), "index.json"), index)
	p, err := s.Resume(t.Context(), digest.FromString("later"), -1)
	if err != nil {
		t.Fatal(err)
	}
	p.ReadFrom(strings.NewReader("partial"))
	p.Abort()
	for _, key := range []string{"kept", "lost"} {
		if err := s.PutRecord("step", key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	opt := store.GCOptions{
		Keep:       func(d digest.Digest) bool { return d == kept.Digest() },
		KeepRecord: func(_, key string) bool { return key == "kept" },
		DryRun:     true,
	}
	before := files(t, s)
	report, err := s.GC(t.Context(), opt)
	if err != nil || len(report.Blobs) != 1 || report.Blobs[0].Digest != lost.Digest() || len(report.Records) != 1 || report.Freed != 4+7+4 {
		t.Fatalf("report is %+v, %v", report, err)
	}
	if diff := cmp.Diff(before, files(t, s)); diff != "" {
		t.Error(diff)
	}
	opt.DryRun = false
	if _, err := s.GC(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	if infos, _ := s.List(t.Context()); len(infos) != 3 || len(files(t, s)) != 3 {
		t.Errorf("left: %v", files(t, s))
	}
	if records, _ := s.Records(t.Context(), "step"); len(records) != 1 {
		t.Errorf("records left: %v", records)
	}
	if _, err := s.GC(t.Context(), store.GCOptions{}); err != nil || len(files(t, s)) != 3 {
		t.Errorf("GC without Keep removed blobs: %v, %v", files(t, s), err)
	}
}

var ocispecVersion = specs.Versioned{SchemaVersion: 2}

func descriptor(b store.Blob) ocispec.Descriptor {
	return ocispec.Descriptor{MediaType: ocispec.MediaTypeImageManifest, Digest: b.Digest(), Size: b.Size()}
}

// TestEmptyPartials has downloads that were killed before their first byte, and
// one that is under way: the next process removes those that nobody holds.
func TestEmptyPartials(t *testing.T) {
	s := open(t)
	dir := filepath.Join(s.Dir(), "dombuild", "partial")
	name := func(text string) string { return "sha256-" + digest.FromString(text).Encoded() }
	for text, content := range map[string]string{"killed": "", "to be resumed": "to be"} {
		if err := os.WriteFile(filepath.Join(dir, name(text)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := s.Resume(t.Context(), digest.FromString("under way"), 9)
	if err != nil {
		t.Fatal(err)
	}
	again, err := store.Open(s.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	for text, want := range map[string]bool{"killed": false, "to be resumed": true, "under way": true} {
		if _, err := os.Stat(filepath.Join(dir, name(text))); (err == nil) != want {
			t.Errorf("%s: %v", text, err)
		}
	}
	if err := p.Discard(); err != nil {
		t.Fatal(err)
	}
}

func TestPartial(t *testing.T) {
	s := open(t)
	text := strings.Repeat("0123456789", 100_000)
	d, size := digest.FromString(text), int64(len(text))
	receive := func(part string, offset int64) *store.Partial {
		t.Helper()
		p, err := s.Resume(t.Context(), d, size)
		if err != nil {
			t.Fatal(err)
		}
		if p.Offset() != offset {
			t.Fatalf("offset is %d, want %d", p.Offset(), offset)
		}
		if _, err := p.ReadFrom(strings.NewReader(part)); err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := receive(text[:1000], 0)
	if err := errors.Join(p.SetNote("etag"), p.Abort(), p.Abort()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Commit(); err == nil {
		t.Error("committed what was aborted")
	}
	p = receive(text[1000:5000], 1000)
	if p.Note() != "etag" || p.Offset() != 5000 {
		t.Errorf("note is %q, offset %d", p.Note(), p.Offset())
	}
	if err := errors.Join(p.Reset(), p.Abort()); err != nil || p.Note() != "" {
		t.Fatal(err)
	}
	p = receive("wrong"+text[5:], 0)
	_, err := p.Commit()
	as[*store.IntegrityError](t, err)
	wantNothingLeft(t, s)
	p = receive(text[:10], 0)
	_, err = p.ReadFrom(new(endless))
	as[*store.IntegrityError](t, err)
	wantNothingLeft(t, s)
	p = receive(text, 0)
	if b, err := p.Commit(); err != nil || read(t, b) != text {
		t.Fatal(err)
	}
}
