package tree

import (
	"archive/tar"
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestExtractExact: modes, times and links are those of the archive, also
// below a directory that nobody may write to.
func TestExtractExact(t *testing.T) {
	items := []item{
		{header(tar.TypeDir, "d/", 0o2550, ""), ""},
		{header(tar.TypeReg, "d/setuid", 0o4711, ""), "x"},
		{header(tar.TypeReg, "d/secret", 0o600, ""), "x"},
		{header(tar.TypeLink, "d/zz", 0o600, "d/secret"), ""},
		{header(tar.TypeSymlink, "d/link", 0o777, "/etc/passwd"), ""},
		{header(tar.TypeDir, "tmp/", 0o1777, ""), ""},
	}
	want := map[string]fs.FileMode{
		"d": fs.ModeDir | fs.ModeSetgid | 0o550, "d/setuid": fs.ModeSetuid | 0o711, "d/secret": 0o600, "d/zz": 0o600,
		"d/link": fs.ModeSymlink | 0o777, "tmp": fs.ModeDir | fs.ModeSticky | 0o777,
	}
	dir := extractExactly(t, items)
	for name, mode := range want {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || info.Mode() != mode || !info.ModTime().Equal(time.Unix(epoch, 0)) {
			t.Errorf("%s: %v, want %v and the time of the archive: %v", name, info, mode, err)
		}
	}
	before, err := os.Stat("/etc/passwd")
	if err != nil || before.ModTime().Equal(time.Unix(epoch, 0)) {
		t.Errorf("a link was followed: %v", err)
	}
}

// TestExtractExactCapability needs what only root may do.
func TestExtractExactCapability(t *testing.T) {
	// revision 2, effective, cap_net_raw: see capabilities(7)
	value := "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	h := header(tar.TypeReg, "ping", 0o755, "")
	h.PAXRecords = map[string]string{capabilityRecord: value}
	if os.Getuid() != 0 {
		if os.Getenv("CI") == "true" {
			t.Fatal("CI must run this test as root")
		}
		t.Skip("setting capabilities needs root")
	}
	dir := extractExactly(t, []item{{h, "x"}})
	got := make([]byte, 64)
	n, err := unix.Getxattr(filepath.Join(dir, "ping"), "security.capability", got)
	if err != nil || string(got[:n]) != value {
		t.Errorf("got %q, %v", got[:n], err)
	}
}

func extractExactly(t *testing.T, items []item) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := Canonical(bytes.NewReader(makeTar(t, items...)), &out, epoch); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "tree")
	if err := ExtractExact(&out, dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(dir, "d"), 0o755) }) // so that it can be removed
	return dir
}
