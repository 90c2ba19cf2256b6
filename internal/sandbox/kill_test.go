package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// child opens an engine and runs a step that never ends, until it is killed.
func child(root string) int {
	s, err := newTestStore(filepath.Join(root, "store"))
	if err != nil {
		return 1
	}
	guestPath = os.Getenv("DOMBUILD_TEST_GUEST")
	e, err := Open(context.Background(), Options{Root: filepath.Join(root, "engine"), Store: s, Probe: guestPath})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	data, err := os.ReadFile(filepath.Join(root, "root.tar"))
	if err != nil {
		return 1
	}
	d, err := s.put(data)
	if err != nil {
		return 1
	}
	x := Exec{Name: "spin", Root: d, Args: []string{"/guest", "spin", "killed"}, Cwd: "/", Hostname: "h", UID: 1000, GID: 1000, Out: "/out", Work: "/build",
		Files: map[string]File{"/x": {Content: []byte("x")}}}
	err = e.Run(context.Background(), x, Sink{Log: os.Stdout}, func(io.Reader) error { return nil })
	fmt.Println(err)
	return 1
}

// kill starts a child in root and kills it in the middle of its step.
func kill(t *testing.T, root string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "DOMBUILD_TEST_CHILD="+root, "DOMBUILD_TEST_GUEST="+guestPath)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	spinning := false
	for !spinning && lines.Scan() {
		spinning = lines.Text() == "spinning"
		t.Log("child:", lines.Text())
	}
	if !spinning {
		t.Fatal("the child's step does not run")
	}
	if _, err := Open(t.Context(), Options{Root: filepath.Join(root, "engine"), Store: testStore{}, Probe: guestPath}); err == nil {
		t.Error("opened an engine that another process uses")
	} else if locked := (*LockedError)(nil); !errors.As(err, &locked) || locked.PID != cmd.Process.Pid {
		t.Errorf("got %v, want a *LockedError of %d", err, cmd.Process.Pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
}

// childDir is a directory for kill, with the root that the child uses.
func childDir(t *testing.T) string {
	needRoot(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "root.tar"), guestRoot(t), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestKilled(t *testing.T) {
	dir := childDir(t)
	kill(t, dir)
	root := filepath.Join(dir, "engine")
	if len(leftovers(root, "spin")) == 0 {
		t.Error("the killed process left nothing behind: this test tests nothing")
	}
	b := openBench(t, Options{Root: root})
	if left := leftovers(root, "spin"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	groups, _ := filepath.Glob("/sys/fs/cgroup/*/buildkit/*")
	for _, g := range groups {
		if data, err := os.ReadFile(filepath.Join(g, "cgroup.procs")); err == nil && strings.TrimSpace(string(data)) == "" {
			if fi, err := os.Stat(g); err == nil && time.Since(fi.ModTime()) < 10*time.Second {
				t.Logf("empty cgroup %s", g)
			}
		}
	}
	b.must(b.exec("echo", "works"))
}

// TestDamaged writes rubbish into each database of a killed engine.
func TestDamaged(t *testing.T) {
	dir := childDir(t)
	root := filepath.Join(dir, "engine")
	kill(t, dir)
	for _, name := range []string{"cache.db", "containerdmeta.db", "metadata_v2.db", "snapshots/metadata.db"} {
		t.Run(name, func(t *testing.T) {
			f, err := os.OpenFile(filepath.Join(root, "engine", name), os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := f.WriteAt([]byte(strings.Repeat("rubbish!", 3*4096/8)), 0); err != nil {
				t.Fatal(err)
			}
			f.Close()
			b := openBench(t, Options{Root: root})
			b.must(b.exec("echo", name))
			if err := b.Engine.Close(); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(filepath.Join(root, "clean")); err != nil {
				t.Fatal(err) // as if it had been killed
			}
		})
	}
}

func TestWaiting(t *testing.T) {
	b := openBench(t, Options{})
	said := make(chan error, 1)
	opened := make(chan error, 1)
	go func() {
		opt := b.opt
		opt.Waiting = func(e *LockedError) { said <- e }
		e, err := Open(context.Background(), opt)
		if err == nil {
			err = e.Close()
		}
		opened <- err
	}()
	if err := <-said; err == nil {
		t.Error("no message")
	}
	if err := b.Engine.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-opened; err != nil {
		t.Error(err)
	}
}
