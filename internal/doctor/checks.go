package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// Privileges judges whether steps can be run isolated: as root, or in user
// namespaces.
func Privileges(uid int, userNamespaces bool) Check {
	c := Check{Name: "privileges", Status: OK}
	switch {
	case uid == 0:
		c.Detail = "running as root"
	case userNamespaces:
		c.Status = Warn
		c.Detail = fmt.Sprintf("running as uid %d; user namespaces are allowed", uid)
		c.Remedy = "run as root, or use a BuildKit daemon with --builder"
	default:
		c.Status = Fail
		c.Detail = fmt.Sprintf("running as uid %d, and user namespaces are not allowed", uid)
		c.Remedy = "run as root, or set sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces=10000"
	}
	return c
}

// Namespaces judges the attempt to enter new mount and network namespaces.
func Namespaces(err error) Check {
	if err != nil {
		return Check{"namespaces", Fail, "new mount and network namespaces cannot be made: " + err.Error(),
			"in a container, run it with --privileged; else build a kernel with CONFIG_NAMESPACES and CONFIG_NET_NS"}
	}
	return Check{"namespaces", OK, "mount, network, pid, ipc and uts namespaces can be made", ""}
}

// Overlay judges the attempt to mount an overlay below the store's directory.
func Overlay(dir string, root bool, err error) Check {
	c := Check{"overlayfs", OK, "works in " + dir, ""}
	switch {
	case err == nil:
		return c
	case errors.Is(err, unix.EPERM) && !root:
		c.Status, c.Detail = Warn, "could not be tried without root"
		c.Remedy = "run dombuild doctor as root"
	case errors.Is(err, unix.ENODEV):
		c.Status, c.Detail = Warn, "the kernel has no overlayfs; roots will be copied, which is slow"
		c.Remedy = "modprobe overlay"
	case errors.Is(err, unix.EINVAL):
		c.Status, c.Detail = Warn, dir+" is on a file system that cannot be below an overlay; roots will be copied, which is slow"
		c.Remedy = "put the store on ext4, xfs or tmpfs: --store DIR"
	default:
		c.Status, c.Detail = Fail, "does not work in "+dir+": "+err.Error()
		c.Remedy = "put the store on ext4, xfs or tmpfs: --store DIR"
	}
	return c
}

// Runtime is an OCI runtime of the host.
type Runtime struct {
	Name    string
	Path    string // "" when it is not installed
	Version string // first line of what --version prints
	Err     error
}

// minimum is the oldest version known to work.
var minimum = map[string][3]int{"runc": {1, 0, 0}, "crun": {1, 0, 0}}

// Runtimes judges the OCI runtimes; one that works is enough.
func Runtimes(found []Runtime) Check {
	c := Check{"runtime", Fail, "neither runc nor crun is installed", "apt-get install runc"}
	for _, r := range found {
		if r.Path == "" {
			continue
		}
		v, ok := ParseVersion(r.Version)
		switch {
		case r.Err != nil:
			c.Detail = fmt.Sprintf("%s does not run: %v", r.Path, r.Err)
		case !ok:
			c.Detail = fmt.Sprintf("%s prints no version: %q", r.Path, r.Version)
		case older(v, minimum[r.Name]):
			c.Detail = fmt.Sprintf("%s %s is too old", r.Path, dotted(v))
		default:
			return Check{"runtime", OK, fmt.Sprintf("%s %s (%s)", r.Name, dotted(v), r.Path), ""}
		}
	}
	return c
}

// ParseVersion finds the first dotted version of two or three numbers in text.
func ParseVersion(text string) (v [3]int, ok bool) {
	for word := range strings.FieldsSeq(text) {
		if n, _ := fmt.Sscanf(word, "%d.%d.%d", &v[0], &v[1], &v[2]); n >= 2 {
			return v, true
		}
	}
	return [3]int{}, false
}

func older(a, b [3]int) bool {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[2], b[2])) < 0
}

func dotted(v [3]int) string { return fmt.Sprintf("%d.%d.%d", v[0], v[1], v[2]) }

// Disk judges the free space for the store.
func Disk(dir string, free, need int64, err error) Check {
	c := Check{"disk", OK, fmt.Sprintf("%s free in %s", gib(free), dir), ""}
	switch {
	case err != nil:
		c.Status, c.Detail, c.Remedy = Fail, "free space is not known: "+err.Error(), "choose another directory: --store DIR"
	case free < need:
		c.Status = Warn
		if free < need/10 {
			c.Status = Fail
		}
		c.Detail += fmt.Sprintf(", %s are needed to build dom0", gib(need))
		c.Remedy = "dombuild store gc, or another directory: --store DIR"
	}
	return c
}

// Memory judges the size of the main memory; 0 is unknown.
func Memory(total int64) Check {
	c := Check{"memory", OK, gib(total), ""}
	switch {
	case total <= 0:
		c.Status, c.Detail, c.Remedy = Warn, "not known", "mount /proc"
	case total < 1<<30:
		c.Status, c.Remedy = Fail, "use a machine with at least 2 GiB"
	case total < 2<<30:
		c.Status, c.Remedy = Warn, "lower `jobs` in the recipe, or use a machine with at least 2 GiB"
	}
	return c
}

// CPUs judges the number of processors.
func CPUs(n int) Check {
	c := Check{"cpus", OK, fmt.Sprint(n), ""}
	if n < 2 {
		c.Status, c.Remedy = Warn, "a kernel takes half an hour on one CPU; use a machine with more"
	}
	return c
}

// Clock judges the time of day. No output depends on it, but the validity of
// signatures does.
func Clock(now time.Time) Check {
	c := Check{"clock", OK, now.UTC().Format(time.RFC3339), ""}
	if y := now.UTC().Year(); y < 2025 || y > 2100 {
		c.Status, c.Remedy = Warn, "set the clock: the validity of signatures is judged by it when locking"
	}
	return c
}

// hinter is an error that knows what helps.
type hinter interface{ Hint() string }

func remedy(err error) string {
	var h hinter
	if errors.As(err, &h) {
		return h.Hint()
	}
	return "apt-get install qemu-system-x86 ovmf"
}

// QEMU judges the emulator, which only booting needs.
func QEMU(version string, err error) Check {
	if err != nil {
		return Check{"qemu", Warn, err.Error() + "; images cannot be booted", remedy(err)}
	}
	return Check{"qemu", OK, version, ""}
}

// Firmware judges the UEFI firmware, which only booting needs.
func Firmware(path string, err error) Check {
	if err != nil {
		return Check{"ovmf", Warn, err.Error() + "; images cannot be booted through UEFI", remedy(err)}
	}
	return Check{"ovmf", OK, path, ""}
}

func gib(n int64) string { return fmt.Sprintf("%.1f GiB", float64(n)/(1<<30)) }
