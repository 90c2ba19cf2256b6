package probe

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// status returns a field of /proc/self/status.
func status(field string) string {
	data, _ := os.ReadFile("/proc/self/status")
	for l := range strings.Lines(string(data)) {
		if v, ok := strings.CutPrefix(l, field+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func user(c *Config) (bool, string) {
	groups, _ := os.Getgroups()
	for _, g := range groups {
		if g != c.UID {
			return false, fmt.Sprintf("is in group %d", g)
		}
	}
	return os.Getuid() == c.UID && os.Getgid() == c.UID, fmt.Sprintf("%d:%d", os.Getuid(), os.Getgid())
}

func setuid(c *Config) (bool, string) {
	if c.UID == 0 {
		return true, "is root in the container"
	}
	if err := unix.Setresuid(0, 0, 0); err == nil {
		return false, "became root"
	}
	return true, "denied"
}

// dangerous are the capabilities that reach beyond a container.
var dangerous = map[string]uint{
	"DAC_READ_SEARCH": 2, "LINUX_IMMUTABLE": 9, "NET_ADMIN": 12, "IPC_OWNER": 15, "SYS_MODULE": 16, "SYS_RAWIO": 17,
	"SYS_PTRACE": 19, "SYS_PACCT": 20, "SYS_ADMIN": 21, "SYS_BOOT": 22, "SYS_NICE": 23, "SYS_RESOURCE": 24,
	"SYS_TIME": 25, "AUDIT_CONTROL": 30, "MAC_OVERRIDE": 32, "MAC_ADMIN": 33, "SYSLOG": 34, "WAKE_ALARM": 35,
	"BLOCK_SUSPEND": 36, "AUDIT_READ": 37, "PERFMON": 38, "BPF": 39, "CHECKPOINT_RESTORE": 40,
}

func capabilities(c *Config) (bool, string) {
	sets := map[string]uint64{}
	for _, name := range []string{"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"} {
		n, err := strconv.ParseUint(status(name), 16, 64)
		if err != nil {
			return false, err.Error()
		}
		sets[name] = n
	}
	detail := fmt.Sprintf("effective %x, bounding %x", sets["CapEff"], sets["CapBnd"])
	for name, bit := range dangerous {
		if sets["CapBnd"]&(1<<bit) != 0 || sets["CapEff"]&(1<<bit) != 0 {
			return false, "has " + name + "; " + detail
		}
	}
	return c.UID == 0 || sets["CapEff"]|sets["CapPrm"]|sets["CapAmb"] == 0, detail
}

// noNewPrivileges reports: where it is off, a setuid program of the root can
// give back at most the bounding set, which capabilities judges.
func noNewPrivileges(*Config) (bool, string) {
	if status("NoNewPrivs") == "1" {
		return true, "on"
	}
	return true, "off: setuid programs in the root work, within the bounding set"
}

func filter(*Config) (bool, string) {
	return status("Seccomp") == "2", "mode " + status("Seccomp")
}
