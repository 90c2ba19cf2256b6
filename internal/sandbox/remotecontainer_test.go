package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/sandbox/runtime"
)

// TestDaemonContainer: a daemon in a container is reached through podman, and
// through a docker command of podman's, by the name of the container.
func TestDaemonContainer(t *testing.T) {
	name := startContainer(t)
	for _, scheme := range []string{"podman-container", "docker-container"} {
		t.Run(scheme, func(t *testing.T) {
			b := openBench(t, Options{Builder: scheme + "://" + name})
			if _, err := b.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			nothingGetsOut(b)
			if r := b.must(b.exec("write", "/out/f", "x")); r.files["f"] != "x" {
				t.Error(r.files)
			}
			if _, _, err := connect(t.Context(), scheme+"://"+name+"-of-another-name"); err == nil ||
				!strings.Contains(err.Error(), "connecting to builder "+scheme+"://") {
				t.Errorf("a container that is not there: %v", err)
			}
		})
	}
}

// startContainer starts a real buildkitd in a container without a network, whose
// root has nothing but the programs of this machine, and returns its name.
func startContainer(t *testing.T) string {
	t.Helper()
	needRoot(t)
	podman, err := exec.LookPath("podman")
	if err != nil {
		t.Fatal("podman is not there; on Debian: apt-get install podman")
	}
	daemon, err := buildkitd()
	if err != nil {
		t.Fatalf("building buildkitd: %v", err)
	}
	buildctl, err := buildOfBuildkit("buildctl")
	if err != nil {
		t.Fatalf("building buildctl: %v", err)
	}
	dir := t.TempDir()
	root, state, bin := filepath.Join(dir, "root"), filepath.Join(dir, "state"), filepath.Join(dir, "bin")
	for _, d := range []string{"usr", "etc", "proc", "sys", "dev", "run", "tmp", "opt", "state"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{state, bin} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range []string{"bin", "sbin", "lib", "lib64"} {
		if err := os.Symlink("usr/"+l, filepath.Join(root, l)); err != nil {
			t.Fatal(err)
		}
	}
	// What podman keeps is kept here, also by the podman that connect runs.
	storage := filepath.Join(dir, "storage.conf")
	writeFile(t, storage, "[storage]\ndriver = \"vfs\"\ngraphroot = \""+dir+"/graph\"\nrunroot = \""+dir+"/run\"\n")
	containers := filepath.Join(dir, "containers.conf")
	writeFile(t, containers, "[engine]\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\"\nruntime = \"runc\"\ntmp_dir = \""+dir+"/tmp\"\nvolume_path = \""+dir+"/volumes\"\n")
	t.Setenv("CONTAINERS_STORAGE_CONF", storage)
	t.Setenv("CONTAINERS_CONF", containers)
	if err := os.Symlink(podman, filepath.Join(bin, "docker")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))

	name := "dombuild-test-" + filepath.Base(filepath.Dir(guestPath))
	// Limits that are lower than podman's own, which not every root may set.
	args := []string{"run", "--detach", "--name", name, "--privileged", "--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096", "--network", "none", "--log-driver", "none",
		"--env", "PATH=/opt:/usr/sbin:/usr/bin", "--volume", "/usr:/usr:ro", "--volume", state + ":/state"}
	for program, as := range map[string]string{daemon: "buildkitd", buildctl: "buildctl", guestPath: runtime.Name} {
		args = append(args, "--volume", program+":/opt/"+as+":ro")
	}
	args = append(args, "--rootfs", root, "/opt/buildkitd", "--root", "/state", "--oci-worker-net", "host", "--containerd-worker=false",
		"--oci-worker-binary", "/opt/"+runtime.Name)
	t.Cleanup(func() {
		if out, err := exec.Command(podman, "rm", "--force", "--time", "5", name).CombinedOutput(); err != nil {
			t.Errorf("podman rm: %v: %s", err, out)
		}
		_ = unmountBelow(dir)
	})
	if out, err := exec.Command(podman, args...).CombinedOutput(); err != nil {
		t.Fatalf("podman: %v: %s", err, out)
	}
	for range 200 {
		if _, stop, err := connect(t.Context(), "podman-container://"+name); err == nil {
			_ = stop.Close()
			return name
		}
		time.Sleep(50 * time.Millisecond)
	}
	out, err := exec.Command(podman, "ps", "--all").CombinedOutput()
	t.Fatalf("buildkitd does not answer: %s%v", out, err)
	return ""
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
