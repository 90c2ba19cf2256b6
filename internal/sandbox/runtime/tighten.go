package runtime

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Tighten closes spec, or says why it cannot be closed. Binds must come from
// below root; "" allows any.
func Tighten(spec *specs.Spec, root string) error {
	if spec.Linux == nil || spec.Process == nil || spec.Linux.Seccomp == nil {
		return errors.New("container without a system call filter refused")
	}
	if err := refuse(spec, root); err != nil {
		return err
	}
	spec.Process.NoNewPrivileges = true
	keep := rootCapabilities
	if spec.Process.User.UID != 0 {
		keep = nil
	}
	limit(spec.Process.Capabilities, keep)
	spec.Mounts = slices.DeleteFunc(spec.Mounts, func(m specs.Mount) bool {
		return m.Type == "cgroup" || m.Destination == traceSocket
	})
	spec.Process.Env = slices.DeleteFunc(spec.Process.Env, traced)
	spec.Linux.MaskedPaths = append(spec.Linux.MaskedPaths, maskedPaths...)
	own(spec)
	sockets(spec.Linux.Seccomp)
	addresses(spec.Linux.Seccomp)
	native(spec.Linux.Seccomp)
	return nil
}

// traceSocket is where buildkitd mounts its collector of traces.
const traceSocket = "/dev/otel-grpc.sock"

// traced says whether a variable ties the process to a trace.
func traced(kv string) bool {
	name, _, _ := strings.Cut(kv, "=")
	return strings.HasPrefix(name, "OTEL_") || slices.Contains([]string{"TRACEPARENT", "TRACESTATE", "BAGGAGE"}, name)
}

// rootCapabilities are those that unpacking and configuring packages needs.
var rootCapabilities = []string{"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID",
	"CAP_KILL", "CAP_SETFCAP", "CAP_SETGID", "CAP_SETUID", "CAP_SYS_CHROOT"}

// maskedPaths tell about the hardware.
var maskedPaths = []string{"/sys/devices/virtual/dmi", "/proc/config.gz", "/proc/kallsyms"}

func limit(c *specs.LinuxCapabilities, keep []string) {
	if c == nil {
		return
	}
	for _, set := range []*[]string{&c.Bounding, &c.Effective, &c.Inheritable, &c.Permitted, &c.Ambient} {
		*set = slices.DeleteFunc(*set, func(name string) bool { return !slices.Contains(keep, name) })
	}
}

func refuse(spec *specs.Spec, root string) error {
	if h := spec.Hooks; h != nil {
		return errors.New("container with hooks refused")
	}
	for _, t := range []specs.LinuxNamespaceType{specs.NetworkNamespace, specs.PIDNamespace,
		specs.MountNamespace, specs.IPCNamespace, specs.UTSNamespace} {
		if !slices.ContainsFunc(spec.Linux.Namespaces, func(n specs.LinuxNamespace) bool { return n.Type == t && n.Path == "" }) {
			return fmt.Errorf("container without a %s namespace of its own refused", t)
		}
	}
	for _, m := range spec.Mounts {
		bind := m.Type == "bind" || slices.Contains(m.Options, "bind") || slices.Contains(m.Options, "rbind")
		if bind && root != "" && !strings.HasPrefix(filepath.Clean(m.Source), root+"/") {
			return fmt.Errorf("container that mounts %s refused", m.Source)
		}
	}
	return nil
}

// own gives the container's user the file systems in memory that the build
// asked for; those that every container has stay as they are.
func own(spec *specs.Spec) {
	for i, m := range spec.Mounts {
		common := m.Destination == "/tmp" || m.Destination == "/dev" || strings.HasPrefix(m.Destination, "/dev/") || m.Destination == "/run"
		if m.Type == "tmpfs" && !common {
			u := spec.Process.User
			spec.Mounts[i].Options = append(slices.Clone(m.Options), fmt.Sprintf("uid=%d", u.UID), fmt.Sprintf("gid=%d", u.GID), "mode=0755")
		}
	}
}

// addresses lets a program ask for addresses that are not randomized, for
// itself and those that it starts: nothing that runs here has more rights than
// who starts it.
func addresses(s *specs.LinuxSeccomp) {
	s.Syscalls = append(s.Syscalls, specs.LinuxSyscall{Names: []string{"personality"}, Action: specs.ActAllow,
		Args: []specs.LinuxSeccompArg{{Index: 0, Value: addrNoRandomize, Op: specs.OpEqualTo}}})
}

// addrNoRandomize is ADDR_NO_RANDOMIZE of personality(2).
const addrNoRandomize = 0x0040000

// native leaves only the calls of 64-bit programs on a 64-bit machine: a program
// that makes others is killed. The filter library lets socketcall(2) through
// wherever it lets socket(2) through, whatever the arguments.
func native(s *specs.LinuxSeccomp) {
	s.Architectures = slices.DeleteFunc(s.Architectures, func(a specs.Arch) bool {
		return a == specs.ArchX86 || a == specs.ArchX32 || a == specs.ArchARM
	})
}

// sockets leaves of all socket families the local and internet ones, which end
// in the container's own network namespace, and of netlink only routes.
func sockets(s *specs.LinuxSeccomp) {
	var rules []specs.LinuxSyscall
	for _, r := range s.Syscalls {
		r.Names = slices.DeleteFunc(slices.Clone(r.Names), func(n string) bool { return n == "socket" || n == "socketcall" })
		if len(r.Names) > 0 {
			rules = append(rules, r)
		}
	}
	family := func(args ...specs.LinuxSeccompArg) specs.LinuxSyscall {
		return specs.LinuxSyscall{Names: []string{"socket"}, Action: specs.ActAllow, Args: args}
	}
	is := func(index uint, value uint64) specs.LinuxSeccompArg {
		return specs.LinuxSeccompArg{Index: index, Value: value, Op: specs.OpEqualTo}
	}
	s.Syscalls = append(rules,
		family(is(0, unix.AF_UNIX)), family(is(0, unix.AF_INET)), family(is(0, unix.AF_INET6)),
		family(is(0, unix.AF_NETLINK), is(2, unix.NETLINK_ROUTE)))
}
