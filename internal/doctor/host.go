package doctor

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/boot"
)

// existing is dir, or the nearest directory above it that exists.
func existing(dir string) string {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "/"
	}
	for dir != "/" {
		if st, err := os.Stat(dir); err == nil && st.IsDir() {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

func userNamespaces(proc string) bool {
	zero := func(name string) bool {
		b, err := os.ReadFile(filepath.Join(proc, name))
		return err == nil && strings.TrimSpace(string(b)) == "0"
	}
	return !zero("user/max_user_namespaces") && !zero("kernel/unprivileged_userns_clone")
}

// inNamespaces calls f on a thread with mount, network, ipc, pid and uts
// namespaces of its own, which ends with it. It is never the main thread, by
// which /proc/self goes.
func inNamespaces(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			err := inNamespaces(f)
			runtime.UnlockOSThread()
			done <- err
			return
		}
		// Never unlocked: the thread ends with this function.
		err := unix.Unshare(unix.CLONE_FS | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWPID)
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

func tryNamespaces() error {
	err := inNamespaces(func() error { return nil })
	if os.Geteuid() != 0 && errors.Is(err, unix.EPERM) {
		return nil // needs a user namespace first, which Privileges judges
	}
	return err
}

// tryOverlay mounts an overlay below dir where nobody else sees it.
func tryOverlay(dir string) error {
	temp, err := os.MkdirTemp(dir, ".doctor-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for _, name := range []string{"lower", "upper", "work", "merged"} {
		if err := os.Mkdir(filepath.Join(temp, name), 0o755); err != nil {
			return err
		}
	}
	return inNamespaces(func() error {
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			return err
		}
		if err := os.Chdir(temp); err != nil { // relative names need no escaping; only this thread moves
			return err
		}
		if err := unix.Mount("overlay", "merged", "overlay", 0, "lowerdir=lower,upperdir=upper,workdir=work"); err != nil {
			return err
		}
		err := os.WriteFile("merged/file", []byte("x"), 0o644)
		return errors.Join(err, unix.Unmount("merged", unix.MNT_DETACH))
	})
}

func findRuntime(ctx context.Context, name string) Runtime {
	path, err := exec.LookPath(name)
	if err != nil {
		return Runtime{Name: name}
	}
	version, err := firstLine(ctx, path, "--version")
	return Runtime{name, path, version, err}
}

func firstLine(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, args[0], args[1:]...).Output()
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line), err
}

func qemuVersion(ctx context.Context, name string) (string, error) {
	path, err := boot.FindQEMU(name)
	if err != nil {
		return "", err
	}
	line, err := firstLine(ctx, path, "--version")
	if err != nil {
		return "", fmt.Errorf("%s does not run: %w", path, err)
	}
	return line, nil
}

func findFirmware() (string, error) {
	fw, err := boot.FindFirmware("/")
	return fw.Code, err
}

func freeBytes(dir string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * st.Bsize, nil
}

// totalMemory reads MemTotal; 0 when it cannot be had.
func totalMemory(meminfo string) int64 {
	f, err := os.Open(meminfo)
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		var kib int64
		if n, _ := fmt.Sscanf(s.Text(), "MemTotal: %d kB", &kib); n == 1 {
			return kib << 10
		}
	}
	return 0
}
