package runtime

import (
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// example is the shape of what BuildKit writes.
func example() *specs.Spec {
	caps := func() []string { return []string{"CAP_CHOWN", "CAP_MKNOD", "CAP_NET_RAW"} }
	s := &specs.Spec{
		Process: &specs.Process{
			User:         specs.User{UID: 1000},
			Env:          []string{"A=1", "TRACEPARENT=00-x", "OTEL_TRACES_EXPORTER=otlp"},
			Capabilities: &specs.LinuxCapabilities{Bounding: caps(), Effective: caps(), Permitted: caps()},
		},
		Mounts: []specs.Mount{
			{Destination: "/sys/fs/cgroup", Type: "cgroup", Source: "cgroup"},
			{Destination: "/dev/otel-grpc.sock", Type: "bind", Source: "/engine/tmp/y", Options: []string{"ro", "rbind"}},
			{Destination: "/out", Type: "bind", Source: "/engine/tmp/x", Options: []string{"rbind"}},
		},
		Linux: &specs.Linux{Seccomp: &specs.LinuxSeccomp{
			Architectures: []specs.Arch{specs.ArchX86_64, specs.ArchX86, specs.ArchX32},
			Syscalls: []specs.LinuxSyscall{
				{Names: []string{"read", "socketcall"}, Action: specs.ActAllow},
				{Names: []string{"socket"}, Action: specs.ActAllow, Args: []specs.LinuxSeccompArg{{Value: 40, Op: specs.OpNotEqual}}},
			},
		}},
	}
	for _, t := range []specs.LinuxNamespaceType{"network", "pid", "mount", "ipc", "uts"} {
		s.Linux.Namespaces = append(s.Linux.Namespaces, specs.LinuxNamespace{Type: t})
	}
	return s
}

func TestTighten(t *testing.T) {
	s := example()
	if err := Tighten(s, "/engine"); err != nil {
		t.Fatal(err)
	}
	if !s.Process.NoNewPrivileges || len(s.Process.Capabilities.Bounding)+len(s.Process.Capabilities.Effective) > 0 {
		t.Errorf("privileges: %+v", s.Process)
	}
	if len(s.Mounts) != 1 || len(s.Linux.Seccomp.Architectures) != 1 {
		t.Errorf("mounts %v, architectures %v", s.Mounts, s.Linux.Seccomp.Architectures)
	}
	if !slices.ContainsFunc(s.Linux.Seccomp.Syscalls, func(r specs.LinuxSyscall) bool {
		return slices.Equal(r.Names, []string{"personality"}) && len(r.Args) == 1 && r.Args[0].Value == 0x40000 && r.Args[0].Op == specs.OpEqualTo
	}) {
		t.Error("addresses cannot be fixed, or more than that can be asked for")
	}
	if len(s.Process.Env) != 1 {
		t.Errorf("environment %v", s.Process.Env)
	}
	for _, r := range s.Linux.Seccomp.Syscalls {
		if slices.Contains(r.Names, "socketcall") || slices.Contains(r.Names, "socket") && r.Args[0].Op != specs.OpEqualTo {
			t.Errorf("rule %+v", r)
		}
	}
	root := example()
	root.Process.User.UID = 0
	if err := Tighten(root, ""); err != nil {
		t.Fatal(err)
	}
	if got := root.Process.Capabilities.Effective; len(got) != 1 || got[0] != "CAP_CHOWN" {
		t.Errorf("root has %v", got)
	}
}

// TestOwn: the file systems in memory of a build belong to its user, those of
// every container stay.
func TestOwn(t *testing.T) {
	s := example()
	s.Process.User.GID = 2001
	for _, p := range []string{"/tmp", "/dev", "/dev/shm", "/check/build"} {
		s.Mounts = append(s.Mounts, specs.Mount{Destination: p, Type: "tmpfs", Options: []string{"nosuid"}})
	}
	if err := Tighten(s, "/engine"); err != nil {
		t.Fatal(err)
	}
	for _, m := range s.Mounts {
		owned := slices.Contains(m.Options, "uid=1000") && slices.Contains(m.Options, "gid=2001") && slices.Contains(m.Options, "mode=0755")
		if owned != (m.Destination == "/check/build") {
			t.Errorf("%s: %v", m.Destination, m.Options)
		}
	}
}

func TestRefuse(t *testing.T) {
	tests := []struct {
		name   string
		change func(*specs.Spec)
		want   string
	}{
		{"host network", func(s *specs.Spec) { s.Linux.Namespaces = s.Linux.Namespaces[1:] }, "network namespace"},
		{"network of another", func(s *specs.Spec) { s.Linux.Namespaces[0].Path = "/proc/1/ns/net" }, "network namespace"},
		{"host processes", func(s *specs.Spec) { s.Linux.Namespaces[1].Type = "user" }, "pid namespace"},
		{"hooks", func(s *specs.Spec) { s.Hooks = &specs.Hooks{} }, "hooks"},
		{"no filter", func(s *specs.Spec) { s.Linux.Seccomp = nil }, "filter"},
		{"host mount", func(s *specs.Spec) { s.Mounts[2].Source = "/etc" }, "mounts /etc"},
		{"host mount through ..", func(s *specs.Spec) { s.Mounts[2].Source = "/engine/../etc" }, "refused"},
		{"a neighbour's mount", func(s *specs.Spec) { s.Mounts[2].Source = "/engine2/x" }, "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := example()
			tt.change(s)
			if err := Tighten(s, "/engine"); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestBundleOf(t *testing.T) {
	for args, want := range map[string]string{
		"--log x run --bundle /b --keep id": "/b",
		"create --bundle=/b id":             "/b",
		"run -b /b id":                      "/b",
		"run id":                            ".",
		"kill id 9":                         "",
	} {
		if got, _ := bundleOf(strings.Fields(args)); got != want {
			t.Errorf("%s: %q", args, got)
		}
	}
}
