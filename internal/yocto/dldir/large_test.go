package dldir

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/archivetest"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

const large = "what git LFS keeps elsewhere"

// pointing commits a pointer to large at path, and attributes, on a branch.
func (s *site) pointing(t *testing.T, branch, attributes, path string) string {
	t.Helper()
	archivetest.Git(t, s.dir, "checkout", "-q", "-b", branch, s.first)
	d := digest.FromString(large)
	for name, text := range map[string]string{
		attributes: "# x\n*.bin filter=lfs diff=lfs merge=lfs -text\n",
		path:       fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid %s\nsize %d\n", d, len(large)),
	} {
		if name = filepath.Join(s.dir, name); name == s.dir {
			continue
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.MkdirAll(s.lfs, 0o755), os.WriteFile(filepath.Join(s.lfs, d.Encoded()), []byte(large), 0o644)); err != nil {
		t.Fatal(err)
	}
	archivetest.Git(t, s.dir, "add", ".")
	archivetest.Git(t, s.dir, "commit", "-q", "-m", branch)
	return archivetest.Git(t, s.dir, "rev-parse", "HEAD")
}

// place is where the file has to be.
func (s *site) place(dir string) string {
	hex := digest.FromString(large).Encoded()
	return filepath.Join(dir, "git2", s.main, "lfs/objects", hex[:2], hex[2:4], hex)
}

func TestLarge(t *testing.T) {
	s := newSite(t)
	off := s.on(s.pointing(t, "off", ".gitattributes", "b.bin"), "off")
	off.NoLFS = true
	for name, test := range map[string]struct {
		commit pins.Commit
		files  int
		left   int
	}{
		"top":         {s.on(s.pointing(t, "top", ".gitattributes", "deep/a.bin"), "top"), 1, 0},
		"below":       {s.on(s.pointing(t, "below", "deep/.gitattributes", "deep/a.bin"), "below"), 1, 0},
		"no file":     {s.on(s.pointing(t, "plain", "", "a.bin"), "plain"), 0, 0},
		"lfs=0":       {off, 0, 1},
		"none at all": {s.on(s.second, "main"), 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l := s.fetched(t, test.commit)
			dir := t.TempDir()
			for range 2 { // the second time it is there
				report, err := ExportClones(t.Context(), s.store, l, dir, nil)
				if err != nil || report.Large != test.files || len(report.LFS) != test.left || len(report.Shallow) != test.files {
					t.Fatalf("%+v %v", report, err)
				}
				text, err := os.ReadFile(s.place(dir))
				if (err == nil) != (test.files > 0) || err == nil && string(text) != large {
					t.Errorf("%q %v", text, err)
				}
			}
		})
	}
}

// TestLargeRefuses: what is there is not replaced, what is missing is added, no
// link leads out, and what was not fetched is not exported.
func TestLargeRefuses(t *testing.T) {
	s := newSite(t)
	l := s.fetched(t, s.on(s.pointing(t, "top", ".gitattributes", "a.bin"), "top"))
	dir := s.exported(t, l)
	export := func() error { _, err := ExportClones(t.Context(), s.store, l, dir, nil); return err }
	if err := errors.Join(os.Chmod(s.place(dir), 0o644), os.WriteFile(s.place(dir), []byte("another"), 0o644)); err != nil {
		t.Fatal(err)
	}
	var different *DifferentError
	if err := export(); !errors.As(err, &different) || !different.Kept {
		t.Errorf("another file: %v", err)
	}
	if err := os.Remove(s.place(dir)); err != nil {
		t.Fatal(err)
	}
	if err := export(); err != nil {
		t.Errorf("a file that is missing: %v", err)
	}
	lfs, outside := filepath.Join(dir, "git2", s.main, "lfs"), t.TempDir()
	if err := errors.Join(os.RemoveAll(lfs), os.Symlink(outside, lfs)); err != nil {
		t.Fatal(err)
	}
	if err := export(); err == nil {
		t.Error("a link was followed")
	}
	if left := names(t, outside); len(left) > 0 {
		t.Errorf("%v lies outside", left)
	}
	d := digest.FromString(large)
	if err := os.Remove(filepath.Join(s.store.Dir(), "blobs", "sha256", d.Encoded())); err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	var gone *store.NotFoundError
	if err := export(); !errors.As(err, &gone) {
		t.Errorf("a file that was not fetched: %v", err)
	}
	if left := names(t, filepath.Join(dir, "git2")); len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// TestLargeHistory: where the server gives the commits before one, the clone is
// not shallow, and git finds the files beside it from one made of it.
func TestLargeHistory(t *testing.T) {
	s := newSite(t)
	archivetest.Git(t, s.dir, "config", "uploadpack.allowFilter", "true")
	top := s.pointing(t, "top", ".gitattributes", "a.bin")
	l := s.fetched(t, s.on(top, "top"), s.on(s.second, "main"))
	dir := t.TempDir()
	for range 2 {
		report, err := ExportClones(t.Context(), s.store, l, dir, nil)
		if err != nil || len(report.Shallow) > 0 || report.Commits != 2 || report.Large != 1 {
			t.Fatalf("%+v %v", report, err)
		}
	}
	clone := filepath.Join(dir, "git2", s.main)
	if got := archivetest.Git(t, clone, "rev-list", "--all", "--count"); got != "3" {
		t.Errorf("it has %s commits", got)
	}
	other := filepath.Join(t.TempDir(), "other")
	archivetest.Git(t, dir, "clone", "-q", "-n", "-s", clone, other)
	if _, err := os.Stat(filepath.Join(other, ".git/objects/info/alternates")); err != nil {
		t.Error(err)
	}
	d, err := commits.HistoryContent(s.store, s.pin(top))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.PutRecord(commits.RecordHistory, s.second, []byte(d)); err != nil {
		t.Fatal(err)
	}
	if _, err := ExportClones(t.Context(), s.store, l, t.TempDir(), nil); err != nil {
		t.Errorf("the same history: %v", err) // both come after the first
	}
	c, err := commits.Content(s.store, s.pin(top))
	if err == nil {
		err = s.store.PutRecord(commits.RecordHistory, s.second, []byte(c))
	}
	if err != nil {
		t.Fatal(err)
	}
	var lie *commits.Error
	if _, err := ExportClones(t.Context(), s.store, l, t.TempDir(), nil); !errors.As(err, &lie) {
		t.Errorf("a history that is none: %v", err)
	}
}

// TestLargeMany: two commits on one branch are held by a commit that BitBake
// finds to have files of git LFS.
func TestLargeMany(t *testing.T) {
	s := newSite(t)
	top := s.pointing(t, "top", ".gitattributes", "a.bin")
	dir := s.exported(t, s.fetched(t, s.on(top, "top"), s.on(s.first, "top")))
	clone := filepath.Join(dir, "git2", s.main)
	archivetest.Git(t, clone, "fsck", "--full", "--strict")
	if got := archivetest.Git(t, clone, "grep", "lfs", "top:.gitattributes"); !strings.Contains(got, "filter=lfs") {
		t.Errorf("%q", got)
	}
}

// filters is the configuration of git after "git lfs install", which releases
// of BitBake before 2.4 need.
const filters = "[filter \"lfs\"]\n\tclean = git-lfs clean -- %f\n\tsmudge = git-lfs smudge -- %f\n\tprocess = git-lfs filter-process\n\trequired = true\n"

// TestLargeOracle: BitBake itself, without a network, finds the files of git LFS
// in the clone and checks them out.
func TestLargeOracle(t *testing.T) {
	bitbake := os.Getenv("BITBAKE")
	if bitbake == "" {
		t.Skip("GIT LFS NOT TRIED WITH BITBAKE: set BITBAKE (its checkout) to try it")
	}
	if _, err := exec.LookPath("git-lfs"); err != nil {
		t.Skip("GIT LFS NOT TRIED WITH BITBAKE: install git-lfs (scripts/deps.sh tests)")
	}
	s := newSite(t)
	archivetest.Git(t, s.dir, "config", "uploadpack.allowFilter", "true")
	top := s.pointing(t, "top", ".gitattributes", "a.bin")
	below := s.pointing(t, "below", "deep/.gitattributes", "deep/a.bin")
	dir := s.exported(t, s.fetched(t, s.on(top, "top"), s.on(below, "below"), s.on(s.first, "below")))
	s.close() // BitBake runs git-lfs, which asks the server although there is to be no network
	config := filepath.Join(t.TempDir(), "gitconfig")
	if err := os.WriteFile(config, []byte(filters), 0o644); err != nil {
		t.Fatal(err)
	}
	base := "git://" + s.host + "/main/.git;protocol=http;branch="
	try := func(name, uri, rev, want string, absent bool) {
		t.Run(name, func(t *testing.T) {
			if absent {
				if err := os.Remove(s.place(dir)); err != nil {
					t.Fatal(err)
				}
			}
			got := unpackWith(t, []string{"GIT_CONFIG_GLOBAL=" + config}, bitbake, dir, uri, "SRCREV="+rev)
			if !strings.Contains(got, want) {
				t.Errorf("BitBake says %s", got)
			}
		})
	}
	try("attribute", base+"top", top, "a.bin "+large, false)
	try("attribute below", base+"below", below, "a.bin "+large, false)
	try("lfs=0", base+"top;lfs=0", top, "a.bin version https://git-lfs", false)
	if slices.Contains([]string{"1.46", "2.0"}, releaseOf(t, bitbake)) {
		return // these only look when they unpack
	}
	try("without the file", base+"top", top, "refused", true)
}

func releaseOf(t *testing.T, bitbake string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(bitbake, "lib/bb/__init__.py"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), `__version__ = "`)
	return rest[:strings.LastIndex(rest[:strings.Index(rest, `"`)], ".")]
}
