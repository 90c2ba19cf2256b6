package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/boot"
)

func TestChecks(t *testing.T) {
	const gb = 1 << 30
	runc := Runtime{Name: "runc", Path: "/usr/sbin/runc", Version: "runc version 1.1.5+ds1"}
	old := Runtime{Name: "runc", Path: "/usr/bin/runc", Version: "runc version 0.1.1"}
	crun := Runtime{Name: "crun", Path: "/usr/bin/crun", Version: "crun version 1.8.1"}
	broken := Runtime{Name: "runc", Path: "/usr/bin/runc", Err: errors.New("no such interpreter")}
	for _, tt := range []struct {
		name   string
		check  Check
		status Status
		detail string
	}{
		{"root", Privileges(0, false), OK, "root"},
		{"user", Privileges(1000, true), Warn, "1000"},
		{"user without namespaces", Privileges(1000, false), Fail, "not allowed"},
		{"namespaces", Namespaces(nil), OK, "network"},
		{"no namespaces", Namespaces(unix.EPERM), Fail, "not permitted"},
		{"overlay", Overlay("/s", true, nil), OK, "/s"},
		{"overlay without root", Overlay("/s", false, unix.EPERM), Warn, "without root"},
		{"overlay refused to root", Overlay("/s", true, unix.EPERM), Fail, "not permitted"},
		{"overlay on overlay", Overlay("/s", true, unix.EINVAL), Warn, "slow"},
		{"no overlay", Overlay("/s", true, unix.ENODEV), Warn, "no overlayfs"},
		{"runc", Runtimes([]Runtime{runc, {Name: "crun"}}), OK, "runc 1.1.5"},
		{"crun only", Runtimes([]Runtime{{Name: "runc"}, crun}), OK, "crun 1.8.1"},
		{"broken runc and crun", Runtimes([]Runtime{broken, crun}), OK, "crun"},
		{"broken", Runtimes([]Runtime{broken}), Fail, "interpreter"},
		{"old", Runtimes([]Runtime{old}), Fail, "too old"},
		{"no version", Runtimes([]Runtime{{Name: "runc", Path: "/x", Version: "hello"}}), Fail, "hello"},
		{"no runtime", Runtimes(nil), Fail, "neither"},
		{"disk", Disk("/s", 20*gb, 10*gb, nil), OK, "20.0 GiB"},
		{"little disk", Disk("/s", 5*gb, 10*gb, nil), Warn, "10.0 GiB are needed"},
		{"no disk", Disk("/s", gb/2, 10*gb, nil), Fail, "0.5 GiB free"},
		{"unknown disk", Disk("/s", 0, 10*gb, unix.EIO), Fail, "not known"},
		{"memory", Memory(4 * gb), OK, "4.0"},
		{"little memory", Memory(3 * gb / 2), Warn, "1.5"},
		{"no memory", Memory(gb / 2), Fail, "0.5"},
		{"unknown memory", Memory(0), Warn, "not known"},
		{"cpus", CPUs(2), OK, "2"},
		{"cpu", CPUs(1), Warn, "1"},
		{"clock", Clock(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), OK, "2026-01-02T03:04:05Z"},
		{"no clock", Clock(time.Unix(0, 0)), Warn, "1970"},
		{"qemu", QEMU("QEMU emulator version 7.2", nil), OK, "7.2"},
		{"no qemu", QEMU("", &boot.MissingError{What: "QEMU", Package: "qemu-system-x86"}), Warn, "QEMU is not installed"},
		{"ovmf", Firmware("/x/OVMF.fd", nil), OK, "OVMF"},
		{"no ovmf", Firmware("", &boot.MissingError{What: "OVMF", Package: "ovmf"}), Warn, "OVMF"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.check
			if c.Status != tt.status || !strings.Contains(c.Detail, tt.detail) {
				t.Errorf("got %+v", c)
			}
			if (c.Status == OK) != (c.Remedy == "") {
				t.Errorf("status %s with remedy %q", c.Status, c.Remedy)
			}
		})
	}
}

func TestParseVersion(t *testing.T) {
	for text, want := range map[string][3]int{
		"runc version 1.1.5+ds1":     {1, 1, 5},
		"runc version 1.0.0-rc93":    {1, 0, 0},
		"crun version 1.14":          {1, 14, 0},
		"QEMU emulator version 10.0": {10, 0, 0},
	} {
		if got, ok := ParseVersion(text); !ok || got != want {
			t.Errorf("%s: got %v, %v", text, got, ok)
		}
	}
	if _, ok := ParseVersion("go version devel"); ok {
		t.Error("a version is found where none is")
	}
}

func TestHostFacts(t *testing.T) {
	dir := t.TempDir()
	if got := existing(filepath.Join(dir, "a", "b")); got != dir {
		t.Errorf("existing directory is %s", got)
	}
	if err := os.MkdirAll(filepath.Join(dir, "user"), 0o755); err != nil {
		t.Fatal(err)
	}
	if !userNamespaces(dir) {
		t.Error("user namespaces are not allowed without a limit")
	}
	if err := os.WriteFile(filepath.Join(dir, "user/max_user_namespaces"), []byte("0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if userNamespaces(dir) {
		t.Error("user namespaces are allowed with a limit of 0")
	}
	meminfo := filepath.Join(dir, "meminfo")
	if err := os.WriteFile(meminfo, []byte("MemTotal:        2048 kB\nMemFree: 1 kB\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := totalMemory(meminfo); got != 2<<20 {
		t.Errorf("memory is %d", got)
	}
}

func TestRun(t *testing.T) {
	dir := t.TempDir()
	ns, _ := os.Readlink("/proc/self/ns/mnt")
	cwd, _ := os.Getwd()
	checks := Run(t.Context(), Options{Store: filepath.Join(dir, "store")})
	for _, c := range checks {
		if c.Name == "" || c.Detail == "" || (c.Status == OK) != (c.Remedy == "") {
			t.Errorf("incomplete: %+v", c)
		}
		t.Logf("%-12s %-4s %s", c.Name, c.Status, c.Detail)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if now, _ := os.Readlink("/proc/self/ns/mnt"); now != ns {
		t.Error("the process is in another mount namespace")
	}
	if now, _ := os.Getwd(); now != cwd {
		t.Error("the process is in another directory")
	}
}

func TestWorst(t *testing.T) {
	for want, checks := range map[Status][]Check{
		OK:   {{Status: OK}},
		Warn: {{Status: OK}, {Status: Warn}, {Status: OK}},
		Fail: {{Status: Fail}, {Status: Warn}},
	} {
		if got := Worst(checks); got != want {
			t.Errorf("worst of %v is %s", checks, got)
		}
	}
}

func TestMirrors(t *testing.T) {
	down := errors.New("no route to host")
	tests := []struct {
		name   string
		found  []Mirror
		status Status
		detail string
	}{
		{"none known", nil, Warn, "no address is known"},
		{"none answers", []Mirror{{"http://a", down}, {"http://b", down}}, Warn, "none of 2 addresses answers for the suite bookworm: no route"},
		{"one answers", []Mirror{{"http://a", down}, {"http://b", nil}}, OK, "http://b answers"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Mirrors("debian", "bookworm", tt.found)
			if c.Status != tt.status || !strings.Contains(c.Detail, tt.detail) || (c.Remedy == "") != (c.Status == OK) {
				t.Errorf("got %+v", c)
			}
		})
	}
}

func TestSandboxFailsForAnyWay(t *testing.T) {
	if c := Sandbox(80, nil, nil); c.Status != OK {
		t.Errorf("closed: got %+v", c)
	}
	if c := Sandbox(80, []string{"user: tcp", "root: vsock"}, errors.New("open")); c.Status != Fail || !strings.Contains(c.Detail, "2 ways out") || !strings.Contains(c.Detail, "vsock") {
		t.Errorf("open: got %+v", c)
	}
	if c := Sandbox(0, nil, errors.New("no runc")); c.Status != Fail || !strings.Contains(c.Detail, "no runc") {
		t.Errorf("not run: got %+v", c)
	}
}
