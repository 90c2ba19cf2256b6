package sandbox

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/moby/buildkit/client"
)

func TestStepError(t *testing.T) {
	b := openBench(t, Options{})
	x := b.exec("lines", "100", ";", "sleep", "100ms", ";", "err", "no such header", ";", "exit", "3")
	x.Source = &Source{Filename: "dom0.hcl", Text: []byte("a\nb\nc\n"), StartLine: 2, EndLine: 3}
	r, err := b.run(x, Sink{LogPath: "logs/x.log"})
	var step *StepError
	if !errors.As(err, &step) {
		t.Fatalf("got %v, want a *StepError", err)
	}
	if step.ExitCode != 3 || step.Name != t.Name() || len(step.Tail) != tailLines || step.LogPath != "logs/x.log" {
		t.Errorf("%+v", step)
	}
	if !strings.Contains(r.log.String(), "line 0\n") || !strings.Contains(r.log.String(), "no such header\n") {
		t.Errorf("log: %q", r.log.String())
	}
	if !strings.HasPrefix(err.Error(), "dom0.hcl:2: ") || !strings.Contains(strings.Join(step.Tail, "\n"), "no such header") {
		t.Error(err)
	}
	if len(r.files) > 0 {
		t.Error("a failed step gave an output")
	}
}

func TestMissingProgram(t *testing.T) {
	b := openBench(t, Options{})
	x := b.exec()
	x.Args = []string{"/nothing"}
	if _, err := b.run(x, Sink{}); err == nil {
		t.Fatal("no error")
	}
}

func TestShell(t *testing.T) {
	b := openBench(t, Options{})
	var seen bytes.Buffer
	called := 0
	sink := Sink{Shell: func(ctx context.Context, step *StepError, s *Shell) error {
		called++
		out := nopCloser{&seen}
		return s.Run(ctx, []string{"/guest", "cat", "/build/left", ";", "id", ";", "mustfail", "dial", "tcp", "192.0.2.1:80"},
			Terminal{Stdout: out, Stderr: out})
	}}
	_, err := b.run(b.exec("write", "/build/left", "behind", ";", "exit", "1"), sink)
	var step *StepError
	if !errors.As(err, &step) || called != 1 {
		t.Fatalf("%v, called %d times", err, called)
	}
	if !strings.HasPrefix(seen.String(), "behind1000 1000 dombuild /build") || !strings.Contains(seen.String(), "unreachable") {
		t.Errorf("shell saw %q", seen.String())
	}
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func TestRootOut(t *testing.T) {
	b := openBench(t, Options{})
	x := b.exec("write", "/etc/passwd", "root", ";", "id", ";", "cat", "/policy")
	x.UID, x.GID, x.RootOut, x.Out, x.Work, x.Cwd = 0, 0, true, "", "", "/"
	x.Files = map[string]File{"/policy": {Content: []byte("deny")}}
	root := b.put(makeTar(t, map[string]string{"guest": readGuest(t), "etc/hosts": "the root's own"}))
	x.Root = root
	r := b.must(x)
	delete(r.files, "guest")
	want := map[string]string{"etc/": "", "etc/passwd": "root", "etc/hosts": "the root's own"}
	got := map[string]string{}
	for name, data := range r.files {
		if _, ok := want[name]; ok {
			got[name] = data
		} else if !strings.HasSuffix(name, "/") {
			t.Errorf("unexpected %s", name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	t.Log(r.order)
}

func readGuest(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile(guestPath)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestConcurrent runs steps side by side: together they take hardly longer than
// one, and none gets another's output.
func TestConcurrent(t *testing.T) {
	b := openBench(t, Options{})
	if _, err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	start := time.Now()
	for i := range 6 {
		wg.Go(func() {
			x := b.exec("sleep", "1s", ";", "write", "/out/n", fmt.Sprint(i))
			r, err := b.run(x, Sink{})
			if err != nil || r.files["n"] != fmt.Sprint(i) {
				t.Errorf("%d: %v %v", i, err, r.files)
			}
		})
	}
	wg.Wait()
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("six sleeps of one second took %v", d)
	}
}

func TestCache(t *testing.T) {
	b := openBench(t, Options{})
	x := b.exec("echo", "ran", ";", "write", "/out/f", "x")
	ran := func() bool {
		r := b.must(x)
		if r.files["f"] != "x" {
			t.Fatal(r.files)
		}
		return r.log.Len() > 0
	}
	if !ran() || ran() {
		t.Error("the second run was not answered from the cache, or the first was")
	}
	x.IgnoreCache = true
	if !ran() {
		t.Error("IgnoreCache was ignored")
	}
}

func TestStatus(t *testing.T) {
	b := openBench(t, Options{})
	names := map[string]bool{}
	_, err := b.run(b.exec("echo", "x"), Sink{Status: func(s *client.SolveStatus) {
		for _, v := range s.Vertexes {
			names[v.Name] = true
		}
	}})
	if err != nil || !names[t.Name()] {
		t.Error(err, names)
	}
}

func TestCancel(t *testing.T) {
	b := openBench(t, Options{})
	if _, err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{0, 5 * time.Millisecond, 30 * time.Millisecond, 100 * time.Millisecond, time.Second} {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(after, cancel)
		start := time.Now()
		_, err := b.runCtx(ctx, b.exec("spin", after.String()), Sink{})
		if took := time.Since(start) - after; !errors.Is(err, context.Canceled) || took > 3*time.Second {
			t.Errorf("cancelled after %v: %v, %v later", after, err, took)
		} else {
			t.Logf("cancelled after %v, returned %v later", after, took.Round(time.Millisecond))
		}
	}
	nothingLeft(t, b.opt.Root, "spin")
	b.must(b.exec("echo", "still works"))
	if err := b.Engine.Close(); err != nil {
		t.Fatal(err)
	}
	if left := leftovers(b.opt.Root, "spin"); len(left) > 0 {
		t.Errorf("left behind after Close: %v", left)
	}
}

// slowRunc takes its time to make a container, and finds it not to be there for
// as long as it takes.
const slowRunc = `#!/bin/sh
case " $* " in
*" run "*) sleep 0.4 ;;
*" kill "*)
	if ! %[1]s "$@" 2>/dev/null; then
		until pgrep -f "^/guest spin unborn"; do sleep 0.01; done
		exit 1
	fi
	exit 0 ;;
esac
exec %[1]s "$@"
`

// TestCancelUnborn cancels while the container is being made.
func TestCancelUnborn(t *testing.T) {
	needRoot(t)
	runc, err := exec.LookPath("runc")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "runc"), fmt.Appendf(nil, slowRunc, runc), 0o700); err != nil {
		t.Fatal(err)
	}
	b := openBench(t, Options{})
	if _, err := b.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(200*time.Millisecond, cancel)
	if _, err := b.runCtx(ctx, b.exec("spin", "unborn"), Sink{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	time.Sleep(time.Second) // by now the container would have started
	nothingLeft(t, b.opt.Root, "spin")
}

// nothingLeft waits until no container, process and mount of root is left.
func nothingLeft(t *testing.T, root, arg string) {
	t.Helper()
	var left []string
	for range 100 {
		left = leftovers(root, arg)
		// BuildKit forgets the empty directory under each mounted file.
		left = slices.DeleteFunc(left, func(p string) bool { return filepath.Dir(p) == filepath.Join(root, "tmp") })
		if len(left) == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("left behind: %v", left)
}

func leftovers(root, arg string) []string {
	left := leftContainers(root, filepath.Join(root, "engine", "executor"))
	points, err := mountsBelow(root)
	if err != nil {
		left = append(left, err.Error())
	}
	left = append(left, points...)
	cmdlines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range cmdlines {
		if data, err := os.ReadFile(name); err == nil && bytes.HasPrefix(data, []byte("/guest\x00"+arg+"\x00")) {
			left = append(left, name)
		}
	}
	tmp, _ := filepath.Glob(filepath.Join(root, "tmp", "*"))
	return append(left, tmp...)
}

// TestOutputRefused: an error of the caller stops the run and comes back.
func TestOutputRefused(t *testing.T) {
	b := openBench(t, Options{})
	refusal := errors.New("disk full")
	err := b.Engine.Run(t.Context(), b.exec("write", "/out/f", strings.Repeat("x", 1<<16)), Sink{}, func(r io.Reader) error {
		if _, err := tar.NewReader(r).Next(); err != nil {
			return err
		}
		return refusal
	})
	if !errors.Is(err, refusal) {
		t.Errorf("got %v", err)
	}
	b.must(b.exec("echo", "still works"))
}

func TestReportIsJSON(t *testing.T) {
	if _, err := json.Marshal(ProbeReport{}); err != nil {
		t.Error(err)
	}
}
