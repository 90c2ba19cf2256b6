package killtest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestRun kills a shell before each of its changes, one after the other.
func TestRun(t *testing.T) {
	want := []string{"", "a", "a"}
	for n := 1; ; n++ {
		dir := t.TempDir()
		killed, state, err := Run([]string{"/bin/sh", "-c", "echo x > " + dir + "/a; echo y > " + dir + "/b"}, os.Environ(), n)
		if err != nil {
			t.Fatal(err)
		}
		_, errA := os.Stat(filepath.Join(dir, "a"))
		_, errB := os.Stat(filepath.Join(dir, "b"))
		if killed.Name == "" {
			if n != 5 || state.ExitStatus() != 0 || errA != nil || errB != nil {
				t.Errorf("%d: it ended with %v, %v, %v", n, state, errA, errB)
			}
			return
		}
		if n > 5 || !state.Signaled() || state.Signal() != syscall.SIGKILL {
			t.Fatalf("%d: %v, %v", n, killed, state)
		}
		if n <= len(want) && ((errA == nil) != (want[n-1] == "a") || errB == nil) {
			t.Errorf("killed before call %d, %s: %v, %v", n, killed.Name, errA, errB)
		}
	}
}
