package probe

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// vsock32 makes the socket with the calls of 32-bit programs, which a filter on
// socket(2) may miss. A helper process tries, because it may be killed for it.
func vsock32(c *Config) (bool, string) {
	cmd := exec.Command("/proc/self/exe", Verb, "vsock32", fmt.Sprint(c.VSock))
	out, err := outlive(cmd)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return true, string(out)
	case errors.As(err, &exit) && exit.ExitCode() == leaked:
		return false, string(out)
	case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled():
		return true, "killed for a 32-bit call"
	}
	return false, err.Error()
}

// userNamespace tries to become root in a namespace of its own, where mounting
// and networks are allowed, and to get out from there.
func userNamespace(c *Config) (bool, string) {
	cmd := exec.Command("/proc/self/exe", Verb, "userns", strings.Join(append(c.TCP, c.UDP...), ","))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := outlive(cmd)
	var exit *exec.ExitError
	switch {
	case errors.As(err, &exit):
		return exit.ExitCode() != leaked, string(out)
	case err != nil:
		return true, "denied: " + brief(err)
	}
	return true, "allowed, and nothing gets out: " + string(out)
}

// outlive runs cmd and returns what it printed. A system call filter may kill
// the first thread of a process and leave the others asleep for ever; then the
// rest of it is ended from here.
func outlive(cmd *exec.Cmd) ([]byte, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return out.Bytes(), err
		case <-time.After(5 * time.Millisecond):
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", cmd.Process.Pid))
		if _, state, _ := strings.Cut(string(stat), ") "); err == nil && strings.HasPrefix(state, "Z") {
			_ = cmd.Process.Kill()
		}
	}
}

// leaked is the exit code of a helper that found a way out.
const leaked = 77

// help runs one helper.
func help(what, arg string) int {
	var held bool
	var detail string
	switch what {
	case "vsock32":
		var port uint32
		_, _ = fmt.Sscan(arg, &port)
		held, detail = vsockBy32(port)
	case "userns":
		held, detail = insideUserNamespace(strings.Split(arg, ","))
	}
	fmt.Print(detail)
	if !held {
		return leaked
	}
	return 0
}

func insideUserNamespace(targets []string) (bool, string) {
	tries := []struct{ name, fstype string }{{"cgroup2", "cgroup2"}, {"devtmpfs", "devtmpfs"}, {"proc", "proc"}}
	for _, t := range tries {
		if err := unix.Mount("none", "/tmp", t.fstype, 0, ""); err == nil && t.name != "proc" {
			return false, "mounted " + t.name
		}
	}
	return every(targets, func(a string) (bool, string) { return send("tcp", a, []byte("userns")) })
}

func setns(*Config) (bool, string) {
	var details []string
	for _, ns := range []string{"net", "mnt", "user"} {
		fd, err := unix.Open("/proc/1/ns/"+ns, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			details = append(details, ns+": "+brief(err))
			continue
		}
		own, _ := os.Readlink("/proc/self/ns/" + ns)
		first, _ := os.Readlink("/proc/1/ns/" + ns)
		unix.Close(fd)
		if own != first {
			return false, ns + ": process 1 is elsewhere"
		}
		details = append(details, ns+": its own")
	}
	return true, strings.Join(details, "; ")
}

func mount(*Config) (bool, string) {
	dir, err := os.MkdirTemp("/tmp", "probe")
	if err != nil {
		return false, err.Error()
	}
	defer os.Remove(dir)
	tries := []struct {
		what string
		do   func() error
	}{
		{"tmpfs", func() error { return unix.Mount("none", dir, "tmpfs", 0, "") }},
		{"bind", func() error { return unix.Mount("/", dir, "", unix.MS_BIND, "") }},
		{"proc", func() error { return unix.Mount("none", dir, "proc", 0, "") }},
		{"remount", func() error { return unix.Mount("", "/", "", unix.MS_REMOUNT|unix.MS_BIND, "") }},
		{"fsopen", func() error { return closing(unix.Fsopen("tmpfs", 0)) }},
		{"open_tree", func() error { return closing(unix.OpenTree(unix.AT_FDCWD, "/", 1)) }},
		{"unmount", func() error { return unix.Unmount("/etc/hosts", unix.MNT_DETACH) }},
		{"pivot_root", func() error { return unix.PivotRoot(dir, dir) }},
		{"unshare", func() error { return unix.Unshare(unix.CLONE_NEWNS) }},
	}
	for _, t := range tries {
		if t.do() == nil {
			return false, t.what + " went through"
		}
	}
	return true, "denied"
}

func closing(fd int, err error) error {
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// calls tries system calls that reach beyond a container.
func calls(*Config) (bool, string) {
	var through []string
	try := func(name string, nr uintptr, args ...uintptr) {
		var a [3]uintptr
		copy(a[:], args)
		if _, _, errno := unix.Syscall(nr, a[0], a[1], a[2]); errno != unix.EPERM && errno != unix.ENOSYS && errno != unix.EACCES {
			through = append(through, fmt.Sprintf("%s (%v)", name, errno))
		}
	}
	var attr [16]uint64
	try("bpf", unix.SYS_BPF, 0, uintptr(unsafe.Pointer(&attr)), unsafe.Sizeof(attr))
	try("init_module", unix.SYS_INIT_MODULE)
	try("finit_module", unix.SYS_FINIT_MODULE, ^uintptr(0))
	try("kexec_load", unix.SYS_KEXEC_LOAD)
	try("open_by_handle_at", unix.SYS_OPEN_BY_HANDLE_AT, ^uintptr(0))
	try("perf_event_open", unix.SYS_PERF_EVENT_OPEN)
	try("add_key", unix.SYS_ADD_KEY)
	try("keyctl", unix.SYS_KEYCTL)
	try("swapon", unix.SYS_SWAPON)
	try("acct", unix.SYS_ACCT)
	try("settimeofday", unix.SYS_SETTIMEOFDAY)
	if _, err := unix.Klogctl(3, make([]byte, 16)); err == nil {
		through = append(through, "the kernel's log")
	}
	return len(through) == 0, count(through, "call went through")
}

func ioUring(*Config) (bool, string) {
	var params [120]byte
	fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
	if errno == 0 {
		unix.Close(int(fd))
		return false, "a ring can open sockets that the filter does not see"
	}
	return true, errno.Error()
}

func ptrace(*Config) (bool, string) {
	pids, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range pids {
		var pid int
		if _, err := fmt.Sscanf(p, "/proc/%d", &pid); err != nil || pid == os.Getpid() {
			continue
		}
		if owner, _ := os.Readlink(p + "/exe"); strings.Contains(owner, "dombuild") || pid == 1 {
			continue
		}
		return false, "sees process " + p
	}
	return true, "no process of others"
}
