package sandbox

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// guestPath is the static program that is the whole root of the tests and the
// probe. It is built, not found, so that no machine lacks it.
var guestPath string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	if root := os.Getenv("DOMBUILD_TEST_CHILD"); root != "" {
		return child(root)
	}
	dir, err := os.MkdirTemp("", "dombuild-guest")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	guestPath = filepath.Join(dir, "guest")
	cmd := exec.Command("go", "build", "-o", guestPath, "./testdata/guest")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the guest: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// testStore is a content store in a directory.
type testStore struct{ content.Store }

func (s testStore) Content() content.Store { return s.Store }

func newTestStore(dir string) (testStore, error) {
	s, err := local.NewStore(dir)
	return testStore{s}, err
}

func (s testStore) put(data []byte) (digest.Digest, error) {
	d := digest.FromBytes(data)
	err := content.WriteBlob(context.Background(), s, d.String(), bytes.NewReader(data),
		ocispecs.Descriptor{Digest: d, Size: int64(len(data))})
	return d, err
}

// bench is an engine with a store and a root.
type bench struct {
	testing.TB
	*Engine
	store testStore
	root  digest.Digest
	opt   Options
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must run this test as root")
		}
		t.Skip("containers need root")
	}
}

func openBench(t testing.TB, opt Options) *bench {
	t.Helper()
	needRoot(t)
	s, err := newTestStore(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if opt.Root == "" {
		opt.Root = filepath.Join(t.TempDir(), "engine")
	}
	opt.Store, opt.Probe = s, guestPath
	e, err := Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{TB: t, Engine: e, store: s, opt: opt}
	t.Cleanup(func() {
		if err := b.Engine.Close(); err != nil {
			t.Error(err)
		}
	})
	b.root = b.put(guestRoot(t))
	return b
}

func (b *bench) put(data []byte) digest.Digest {
	b.Helper()
	d, err := b.store.put(data)
	if err != nil {
		b.Fatal(err)
	}
	return d
}

// guestRoot is the tar of a root file system that holds only the guest.
func guestRoot(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(guestPath)
	if err != nil {
		t.Fatal(err)
	}
	return makeTar(t, map[string]string{"guest": string(data)})
}

// makeTar makes a tar of executable files.
func makeTar(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for name, data := range files {
		hdr := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o755, Size: int64(len(data)), ModTime: time.Unix(1000, 0)}
		if err := w.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// exec is an Exec of the guest.
func (b *bench) exec(args ...string) Exec {
	return Exec{
		Name: b.Name(), Root: b.root, Args: append([]string{"/guest"}, args...), Cwd: "/build",
		Hostname: "dombuild", UID: 1000, GID: 1000, Work: "/build", Out: "/out",
	}
}

// result is what a run gave.
type result struct {
	log   bytes.Buffer
	files map[string]string // name → content of regular files, target of links
	order []string
	hdrs  map[string]*tar.Header
}

func (b *bench) run(x Exec, sink Sink) (*result, error) {
	return b.runCtx(b.Context(), x, sink)
}

func (b *bench) runCtx(ctx context.Context, x Exec, sink Sink) (*result, error) {
	r := &result{files: map[string]string{}, hdrs: map[string]*tar.Header{}}
	if sink.Log == nil {
		sink.Log = &r.log
	}
	err := b.Engine.Run(ctx, x, sink, r.read)
	return r, err
}

func (r *result) read(stream io.Reader) error {
	tr := tar.NewReader(stream)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(tr)
		if err != nil {
			return err
		}
		r.order = append(r.order, h.Name)
		r.hdrs[h.Name] = h
		r.files[h.Name] = string(data) + h.Linkname
	}
}

// must runs x and fails the test if the run fails.
func (b *bench) must(x Exec) *result {
	b.Helper()
	r, err := b.run(x, Sink{})
	if err != nil {
		b.Fatalf("%v\n%s", err, r.log.String())
	}
	return r
}
