package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

const runcState = "/run/runc"

// sweep removes what a killed engine left behind in root: containers with their
// processes and cgroups, mounts, temporary files. The caller holds the lock.
func sweep(root string) error {
	bundles := filepath.Join(root, "engine", "executor")
	for _, id := range leftContainers(root, bundles) {
		out, err := exec.Command("runc", "delete", "--force", id).CombinedOutput()
		if err != nil && dirExists(filepath.Join(runcState, id)) {
			return fmt.Errorf("removing container %s: %w: %s", id, err, out)
		}
	}
	if err := sweepTemporary(root); err != nil {
		return err
	}
	for _, dir := range []string{bundles, filepath.Join(root, "engine", "content", "ingest")} {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return nil
}

// sweepTemporary removes mounts and temporary files.
func sweepTemporary(root string) error {
	if err := unmountBelow(root); err != nil {
		return err
	}
	tmp := filepath.Join(root, "tmp")
	if err := os.RemoveAll(tmp); err != nil {
		return err
	}
	return os.Mkdir(tmp, 0o700)
}

// leftContainers returns the containers of runc whose bundle lies in bundles
// or elsewhere below root.
func leftContainers(root, bundles string) []string {
	var ids []string
	states, _ := filepath.Glob(filepath.Join(runcState, "*", "state.json"))
	for _, name := range states {
		var state struct {
			Config struct {
				Rootfs string   `json:"rootfs"`
				Labels []string `json:"labels"`
			} `json:"config"`
		}
		data, err := os.ReadFile(name)
		if err != nil || json.Unmarshal(data, &state) != nil {
			continue
		}
		ours := within(state.Config.Rootfs, root)
		for _, l := range state.Config.Labels {
			ours = ours || within(strings.TrimPrefix(l, "bundle="), root)
		}
		if ours {
			ids = append(ids, filepath.Base(filepath.Dir(name)))
		}
	}
	entries, _ := os.ReadDir(bundles)
	for _, e := range entries {
		if e.IsDir() && dirExists(filepath.Join(runcState, e.Name())) {
			ids = append(ids, e.Name())
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func dirExists(name string) bool {
	fi, err := os.Stat(name)
	return err == nil && fi.IsDir()
}

// unmountBelow unmounts everything mounted below root, innermost first, and
// fails if something stays: what is mounted there must never be deleted.
func unmountBelow(root string) error {
	points, err := mountsBelow(root)
	if err != nil {
		return err
	}
	for _, p := range slices.Backward(points) {
		if err := unix.Unmount(p, unix.MNT_DETACH|unix.UMOUNT_NOFOLLOW); err != nil && !errors.Is(err, unix.EINVAL) {
			return fmt.Errorf("unmounting %s: %w", p, err)
		}
	}
	if points, err = mountsBelow(root); err == nil && len(points) > 0 {
		err = fmt.Errorf("%s is still mounted", points[0])
	}
	return err
}

// mountsBelow returns the mount points below root, in the order they were made.
func mountsBelow(root string) ([]string, error) {
	if p, err := filepath.EvalSymlinks(root); err == nil {
		root = p
	}
	f, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var points []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		fields := strings.Fields(s.Text())
		if len(fields) < 5 {
			continue
		}
		p := unescapeMount.Replace(fields[4])
		if p != root && within(p, root) {
			points = append(points, p)
		}
	}
	return points, s.Err()
}

var unescapeMount = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)
