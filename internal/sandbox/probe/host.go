package probe

import (
	"bufio"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

func processes(*Config) (bool, string) {
	pids, _ := filepath.Glob("/proc/[0-9]*")
	exe, _ := os.ReadFile("/proc/1/cmdline")
	own, _ := os.ReadFile("/proc/self/cmdline")
	return os.Getpid() == 1 || string(exe) == string(own), fmt.Sprintf("%d processes, this is %d", len(pids), os.Getpid())
}

func procRoot(*Config) (bool, string) {
	var there, here unix.Stat_t
	if err := unix.Stat("/proc/1/root/", &there); err != nil {
		return true, brief(err)
	}
	if err := unix.Stat("/", &here); err != nil {
		return false, err.Error()
	}
	return there.Dev == here.Dev && there.Ino == here.Ino, "the container's own root"
}

// namespaces fails if one is the machine's first, whose numbers are fixed.
func namespaces(*Config) (bool, string) {
	initial := map[string]string{"uts": "uts:[4026531838]", "ipc": "ipc:[4026531839]", "pid": "pid:[4026531836]"}
	all, details := true, []string{}
	for _, ns := range []string{"uts", "ipc", "pid", "net", "mnt", "cgroup", "user"} {
		link, err := os.Readlink("/proc/self/ns/" + ns)
		if err != nil {
			link = ns + ": " + brief(err)
		}
		all = all && link != initial[ns]
		details = append(details, link)
	}
	return all, strings.Join(details, " ")
}

// ownMounts are the mount points that every container has.
var ownMounts = []string{"/", "/proc", "/dev", "/sys", "/tmp", "/etc/hosts", "/etc/resolv.conf"}

func mountPoints(c *Config) (bool, string) {
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return false, err.Error()
	}
	defer f.Close()
	var foreign []string
	s := bufio.NewScanner(f)
	for s.Scan() {
		fields := strings.Fields(s.Text())
		p := fields[4]
		known := slices.Contains(ownMounts, p) || slices.Contains(c.Mounts, p) ||
			strings.HasPrefix(p, "/proc/") || strings.HasPrefix(p, "/sys/") ||
			slices.Contains([]string{"/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/console"}, p)
		if !known {
			foreign = append(foreign, p)
		}
	}
	return len(foreign) == 0, count(foreign, "foreign mount point")
}

// harmless are the devices that a container may have.
var harmless = []string{"null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "pts", "shm", "mqueue",
	"fd", "stdin", "stdout", "stderr", "core"}

func devices(*Config) (bool, string) {
	entries, err := os.ReadDir("/dev")
	if err != nil {
		return false, err.Error()
	}
	var found []string
	for _, e := range entries {
		if !slices.Contains(harmless, e.Name()) {
			found = append(found, "/dev/"+e.Name())
		}
	}
	return len(found) == 0, count(found, "other device")
}

// mknod makes nodes of the memory, the first disk, the kernel's log, the tunnel
// device and the hypervisor's, and tries to open them.
func mknod(*Config) (bool, string) {
	details := "denied"
	for name, dev := range map[string]struct {
		mode         uint32
		major, minor uint32
	}{
		"mem": {unix.S_IFCHR, 1, 1}, "kmsg": {unix.S_IFCHR, 1, 11}, "sda": {unix.S_IFBLK, 8, 0},
		"vda": {unix.S_IFBLK, 254, 0}, "loop0": {unix.S_IFBLK, 7, 0}, "tun": {unix.S_IFCHR, 10, 200}, "kvm": {unix.S_IFCHR, 10, 232},
	} {
		for _, dir := range []string{"/dev", "/dev/shm", "/tmp"} {
			p := filepath.Join(dir, "probe-"+name)
			if err := unix.Mknod(p, dev.mode|0o600, int(unix.Mkdev(dev.major, dev.minor))); err != nil {
				continue
			}
			fd, err := unix.Open(p, unix.O_RDONLY|unix.O_NONBLOCK, 0)
			os.Remove(p)
			if err != nil {
				details = "made, opening is denied"
				continue
			}
			if name == "tun" && tunnel(fd) != nil {
				details = "made; the tunnel device opens and makes no tunnel"
				unix.Close(fd)
				continue
			}
			unix.Close(fd)
			return false, "opened " + name
		}
	}
	return true, details
}

// tunnel makes a network interface of an open tunnel device.
func tunnel(fd int) error {
	req, err := unix.NewIfreq("probe")
	if err != nil {
		return err
	}
	req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	return unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
}

func cgroup(*Config) (bool, string) {
	var found []string
	_ = filepath.WalkDir("/sys/fs/cgroup", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && (d.Name() == "cgroup.procs" || d.Name() == "release_agent" || d.Name() == "notify_on_release") {
			if f, err := os.OpenFile(p, os.O_WRONLY, 0); err == nil {
				f.Close()
				found = append(found, p)
			}
		}
		if len(found) > 3 {
			return fs.SkipAll
		}
		return nil
	})
	if err := os.Mkdir("/sys/fs/cgroup/probe", 0o755); err == nil {
		if _, err := os.Stat("/sys/fs/cgroup/probe/cgroup.procs"); err == nil {
			found = append(found, "new groups")
		}
		os.Remove("/sys/fs/cgroup/probe")
	}
	return len(found) == 0, count(found, "writable cgroup")
}

// settings opens files of the kernel for writing, and never writes.
func settings(*Config) (bool, string) {
	var found []string
	for _, p := range []string{"/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hostname",
		"/proc/sysrq-trigger", "/proc/sys/fs/binfmt_misc/register", "/proc/sys/net/ipv4/ip_forward",
		"/sys/kernel/uevent_helper", "/sys/power/state", "/proc/irq/0/smp_affinity"} {
		if f, err := os.OpenFile(p, os.O_WRONLY, 0); err == nil {
			f.Close()
			found = append(found, p)
		}
	}
	if fi, err := os.Stat("/proc/kcore"); err == nil && fi.Size() > 0 {
		if f, err := os.Open("/proc/kcore"); err == nil {
			f.Close()
			found = append(found, "/proc/kcore")
		}
	}
	return len(found) == 0, count(found, "writable setting")
}

func hostname(c *Config) (bool, string) {
	h, err := os.Hostname()
	if err != nil {
		return false, err.Error()
	}
	return h == c.Hostname, h
}

func hosts(c *Config) (bool, string)  { return same("/etc/hosts", c.Hosts) }
func resolv(c *Config) (bool, string) { return same("/etc/resolv.conf", c.Resolv) }

func same(name, want string) (bool, string) {
	data, err := os.ReadFile(name)
	if err != nil {
		return false, err.Error()
	}
	if string(data) != want {
		return false, fmt.Sprintf("is not ours: %q", data)
	}
	return true, "ours"
}

func environment(c *Config) (bool, string) {
	var extra []string
	for _, kv := range os.Environ() {
		if !slices.Contains(c.Env, kv) {
			extra = append(extra, kv)
		}
	}
	return len(extra) == 0 && len(os.Environ()) == len(c.Env), count(extra, "variable but the plan's")
}

// descriptors looks for open files that were inherited, besides the three.
func descriptors(*Config) (bool, string) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return false, err.Error()
	}
	var found []string
	for _, e := range entries {
		n, _ := strconv.Atoi(e.Name())
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if n > 2 && err == nil && !ownDescriptor(to) {
			found = append(found, fmt.Sprintf("%d → %s", n, to))
		}
	}
	return len(found) == 0, count(found, "inherited file")
}

// ownDescriptor says whether the Go runtime of this process opened a file.
func ownDescriptor(to string) bool {
	return strings.HasPrefix(to, "anon_inode:") || strings.HasPrefix(to, "/proc/") || strings.HasPrefix(to, "/sys/fs/cgroup/")
}

func writable(*Config) (bool, string) {
	var found []string
	for _, dir := range []string{"/", "/etc", "/usr", "/var", "/sys", "/proc/sys", "/run"} {
		p := filepath.Join(dir, ".dombuild-probe")
		if os.Getuid() != 0 || dir == "/sys" || dir == "/proc/sys" {
			if err := os.WriteFile(p, nil, 0o600); err == nil {
				os.Remove(p)
				found = append(found, dir)
			}
		}
	}
	return len(found) == 0, count(found, "other place")
}

// visible are facts about the host that nothing hides.
func visible() map[string]string {
	v := map[string]string{"cpus": strconv.Itoa(runtime.NumCPU())}
	var u unix.Utsname
	if unix.Uname(&u) == nil {
		v["kernel"] = unix.ByteSliceToString(u.Release[:]) + " " + unix.ByteSliceToString(u.Version[:])
	}
	if f, err := os.Open("/proc/self/mountinfo"); err == nil {
		defer f.Close()
		s := bufio.NewScanner(f)
		for s.Scan() {
			if fields := strings.Fields(s.Text()); len(fields) > 4 && fields[4] == "/" {
				v["root mount"] = s.Text()
			}
		}
	}
	return v
}
