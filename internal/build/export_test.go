package build

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/store"
)

var imageTrees = map[string]map[string]string{
	"toolchain.base":        {"bin": "root"},
	"package.kernel":        {"boot/vmlinuz": "linux", "lib/module": "module"},
	"package.tool":          {"tool": "tool"},
	"image.small.initramfs": {"initramfs.cpio.gz": "cpio"},
}

// export exports the only target of a plan and returns what lies in dir.
func (o outcome) export(t *testing.T, name, dir string) (map[string]string, error) {
	t.Helper()
	targets, err := Targets(o.Plan, []string{name})
	if err != nil {
		t.Fatal(err)
	}
	_, err = Export(t.Context(), o.store, o.Result, targets[0], dir, "test")
	return contents(t, dir), err
}

// contents reads a directory; of records only that they are there.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	got := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		got[name] = string(text)
		if d.Name() == RecordName || d.Name() == SumsName {
			got[name] = ""
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return got
}

func TestExport(t *testing.T) {
	o := newOutcome(t, newPlan(t, testRecipe+testImage), imageTrees)
	dir := filepath.Join(t.TempDir(), "out")
	got, err := o.export(t, "small", dir)
	want := map[string]string{
		"small/" + RecordName: "", "small/" + SumsName: "",
		"small/boot/vmlinuz": "linux", "small/initramfs.cpio.gz": "cpio",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	rec, err := ReadRecord(filepath.Join(dir, "small"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rec.Steps) != 4 || len(rec.Toolchains) != 1 || rec.Toolchains[0].Packages[0] != "gcc=12" || rec.PlanDigest != o.Plan.Digest() {
		t.Errorf("record %+v", rec)
	}
	if a, ok := rec.Artifact("boot/vmlinuz"); !ok || a.Size != 5 {
		t.Errorf("artifact %+v", a)
	}
	if out, err := exec.Command("sh", "-c", "cd "+filepath.Join(dir, "small")+" && sha256sum -c "+SumsName).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestExportReplaces: an earlier export is replaced as a whole, nothing else is.
func TestExportReplaces(t *testing.T) {
	p := newPlan(t, testRecipe)
	dir := t.TempDir()
	if _, err := newOutcome(t, p, map[string]map[string]string{"package.tool": {"tool": "old", "gone": "x"}}).export(t, "tool", dir); err != nil {
		t.Fatal(err)
	}
	next := newOutcome(t, p, map[string]map[string]string{"package.tool": {"tool": "new"}})
	got, err := next.export(t, "tool", dir)
	want := map[string]string{"tool/" + RecordName: "", "tool/" + SumsName: "", "tool/tool": "new"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	other := t.TempDir()
	precious := filepath.Join(other, "tool", "precious")
	if err := errors.Join(os.Mkdir(filepath.Dir(precious), 0o755), os.WriteFile(precious, []byte("x"), 0o644)); err != nil {
		t.Fatal(err)
	}
	got, err = next.export(t, "tool", other)
	if diff := cmp.Diff(map[string]string{"tool/precious": "x"}, got); err == nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// TestExportFails: what cannot be exported leaves the old export and nothing else.
func TestExportFails(t *testing.T) {
	p := newPlan(t, testRecipe)
	dir := t.TempDir()
	o := newOutcome(t, p, map[string]map[string]string{"package.tool": {"tool": "old"}})
	before, err := o.export(t, "tool", dir)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := o.Step("package.tool")
	blob := filepath.Join(o.store.Dir(), "blobs", "sha256", s.Output.Encoded())
	text, err := os.ReadFile(blob)
	if err != nil {
		t.Fatal(err)
	}
	text[len(text)/2] ^= 1
	if err := errors.Join(os.Remove(blob), os.WriteFile(blob, text, 0o444)); err != nil {
		t.Fatal(err)
	}
	after, err := o.export(t, "tool", dir)
	var bad *store.IntegrityError
	if !errors.As(err, &bad) {
		t.Errorf("got %v, want an integrity error", err)
	}
	if diff := cmp.Diff(before, after); diff != "" {
		t.Error(diff)
	}
}

// TestExportClash: two packages of an image cannot bring the same boot file.
func TestExportClash(t *testing.T) {
	trees := map[string]map[string]string{"image.small.initramfs": {"initramfs.cpio.gz": "cpio"},
		"package.kernel": {"boot/vmlinuz": "one"}, "package.tool": {"boot/vmlinuz": "two"}}
	got, err := newOutcome(t, newPlan(t, testRecipe+testImage), trees).export(t, "small", filepath.Join(t.TempDir(), "out"))
	if err == nil || !strings.Contains(err.Error(), "boot/vmlinuz") || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestExportLeftovers: what a dead process left of this target goes, what a
// living one is writing and what belongs to others stays.
func TestExportLeftovers(t *testing.T) {
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	gone, alive := strconv.Itoa(dead.Process.Pid), strconv.Itoa(os.Getppid())
	dir := t.TempDir()
	left := []string{".tool.partial-" + alive, "..tool.partial-" + alive + "-1", ".other.partial-" + gone, ".tool.partial-x", "tools"}
	for _, name := range append(left, ".tool.partial-"+gone, "..tool.partial-"+gone+"-12345", ".tool.partial-"+gone+".old") {
		if err := os.MkdirAll(filepath.Join(dir, name, "d"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	o := newOutcome(t, newPlan(t, testRecipe), map[string]map[string]string{"package.tool": {"tool": "x"}})
	if _, err := o.export(t, "tool", dir); err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"tool": true}
	for _, name := range left {
		want[name] = true
	}
	got := map[string]bool{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got[e.Name()] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestExportKilled kills a process that exports again and again: at every
// moment the directory is an export.
func TestExportKilled(t *testing.T) {
	if dir := os.Getenv("DOMBUILD_TEST_EXPORT"); dir != "" {
		o := newOutcome(t, newPlan(t, testRecipe), map[string]map[string]string{"package.tool": {"tool": "x", "more": "y"}})
		for {
			if _, err := o.export(t, "tool", dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := t.TempDir()
	o := newOutcome(t, newPlan(t, testRecipe), map[string]map[string]string{"package.tool": {"tool": "x", "more": "y"}})
	want, err := o.export(t, "tool", dir)
	if err != nil {
		t.Fatal(err)
	}
	for range 8 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestExportKilled$")
		cmd.Env = append(os.Environ(), "DOMBUILD_TEST_EXPORT="+dir, "TMPDIR="+t.TempDir())
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		first, _ := os.Stat(filepath.Join(dir, "tool"))
		for { // until it exports, and a little into it
			now, err := os.Stat(filepath.Join(dir, "tool"))
			if err != nil {
				t.Fatal(err)
			}
			if !os.SameFile(first, now) {
				break
			}
		}
		_ = cmd.Process.Signal(syscall.SIGKILL)
		_ = cmd.Wait()
		if diff := cmp.Diff(want, finished(contents(t, dir))); diff != "" {
			t.Fatal(diff)
		}
	}
	if got, err := o.export(t, "tool", dir); err != nil || !cmp.Equal(want, got) {
		t.Errorf("afterwards: %v %s", err, cmp.Diff(want, got))
	}
}

// finished leaves out what is hidden.
func finished(all map[string]string) map[string]string {
	got := map[string]string{}
	for name, text := range all {
		if !strings.HasPrefix(name, ".") {
			got[name] = text
		}
	}
	return got
}
