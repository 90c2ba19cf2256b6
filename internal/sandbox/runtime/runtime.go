// Package runtime is a container runtime in front of runc that closes what
// BuildKit's containers leave open. The program that contains it is started
// under the name [Name]; before its main function it rewrites the bundle's
// config.json and becomes runc.
//
// Measured, with BuildKit 0.33 and its default seccomp profile, and closed here:
//
//   - On a kernel with 32-bit emulation, socketcall(2) goes past the filter on
//     socket(2), so that AF_VSOCK reaches the hypervisor of a virtual machine.
//   - buildkitd mounts the socket of its trace collector into every container
//     and sets TRACEPARENT, which differs in every build.
//   - AF_NETLINK sockets of the uevent family hear the devices of the host.
//   - Setuid programs of the root work, and the bounding set holds fourteen
//     capabilities.
//   - /sys/fs/cgroup and the DMI tables tell about the host.
//
// Two calls of BuildKit that can leave a container running when a build is
// cancelled are mended as well: kill comes before the container exists, so it
// waits for it, and delete comes when its process may still run, so it forces.
//
// What is not as expected, a container that shares a namespace, has hooks, or
// mounts something from outside the engine's directory, is refused.
package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Name is the name under which the program must be started.
const Name = "dombuild-runc"

// Main is the runtime. It returns only if something is wrong.
func Main(argv []string) int {
	if err := become(argv); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", Name, err)
	}
	return 1
}

func become(argv []string) error {
	if bundle, ok := bundleOf(argv[1:]); ok {
		if err := rewrite(filepath.Join(bundle, "config.json"), engineRoot(argv[0])); err != nil {
			return err
		}
	}
	lengthenSlice()
	p, err := lookRunc()
	if err != nil {
		return err
	}
	args := append([]string{"runc"}, argv[1:]...)
	if i := slices.Index(args, "delete"); i > 0 {
		args = slices.Insert(args, i+1, "--force")
	}
	if i := slices.Index(args, "kill"); i > 0 && i+1 < len(args) {
		awaitContainer(p, args[:i], args[i+1])
	}
	return syscall.Exec(p, args, os.Environ())
}

func lookRunc() (string, error) {
	for _, name := range []string{"runc", "buildkit-runc"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", errors.New("runc is not installed")
}

// patience is how long kill waits for a container that is being made: less than
// BuildKit waits for kill, seven seconds.
const patience = 5 * time.Second

// awaitContainer returns when runc knows the container id, or when it should
// have come to know it.
func awaitContainer(runc string, global []string, id string) {
	for start := time.Now(); time.Since(start) < patience; time.Sleep(10 * time.Millisecond) {
		cmd := exec.Command(runc, append(slices.Clone(global[1:]), "state", id)...)
		if cmd.Run() == nil {
			return
		}
	}
}

// bundleOf returns the bundle that args would run or create.
func bundleOf(args []string) (string, bool) {
	if !slices.Contains(args, "run") && !slices.Contains(args, "create") {
		return "", false
	}
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--bundle="); ok {
			return v, true
		}
		if (a == "--bundle" || a == "-b") && i+1 < len(args) {
			return args[i+1], true
		}
	}
	return ".", true
}

// engineRoot is the directory that every mount must come from: two above the
// program, if an engine put it there.
func engineRoot(program string) string {
	root := filepath.Dir(filepath.Dir(program))
	if _, err := os.Stat(filepath.Join(root, "lock")); err != nil || !filepath.IsAbs(root) {
		return ""
	}
	return root
}

func rewrite(name, root string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var spec specs.Spec
	if err := json.Unmarshal(data, &spec); err != nil {
		return fmt.Errorf("reading %s: %w", name, err)
	}
	if err := Tighten(&spec, root); err != nil {
		return err
	}
	if data, err = json.Marshal(&spec); err != nil {
		return err
	}
	return os.WriteFile(name, data, 0o600)
}
