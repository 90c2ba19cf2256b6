package resolve

import (
	"bytes"
	"context"
	"encoding/base64"
	be "encoding/binary" // package binary is a type here
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/rpm"
)

// rpmArchive is a repository that rpmbuild, rpmsign, gpg and createrepo_c made,
// served on the loopback interface.
type rpmArchive struct {
	t      testing.TB
	dir    string
	server *httptest.Server
}

func newRPMArchive(t testing.TB) *rpmArchive {
	t.Helper()
	for _, tool := range []string{"rpmbuild", "rpmsign", "createrepo_c", "gpg"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") == "true" {
				t.Fatalf("CI must have %s", tool)
			}
			t.Skipf("%s is not there (make testdeps)", tool)
		}
	}
	a := &rpmArchive{t: t, dir: t.TempDir()}
	a.sh(`mkdir -m 700 gpg other; mkdir repo
for d in gpg other; do gpg -q --homedir $d --batch --passphrase '' --quick-generate-key "$d <$d@example.org>" rsa3072 sign never 2>/dev/null; done
gpg -q --homedir gpg --armor --export > keys.asc
cat > tool.spec <<'END'
Name: tool
Version: 2
Release: 1
Epoch: 1
Summary: a tool
License: none
BuildArch: noarch
Requires: lib >= 1, /usr/share/lib/data, (plugin if lib)
%description
A tool.
%package -n lib
Summary: a library
Version: 1.5
Epoch: 0
%description -n lib
A library.
%package -n plugin
Summary: a plugin
Version: 3~rc1
Epoch: 0
%description -n plugin
A plugin.
%package -n needy
Summary: what needs too much
Requires: lib >= 2
%description -n needy
Too much.
%install
mkdir -p %{buildroot}/usr/share/lib %{buildroot}/usr/bin
echo data > %{buildroot}/usr/share/lib/data
echo tool > %{buildroot}/usr/bin/tool
echo plugin > %{buildroot}/usr/share/lib/plugin
%files
/usr/bin/tool
%files -n lib
/usr/share/lib/data
%files -n plugin
/usr/share/lib/plugin
%files -n needy
END
rpmbuild --quiet -bb --define "_topdir $PWD/top" tool.spec
mv top/RPMS/*/*.rpm repo/`)
	a.sign("gpg", "*")
	a.publish(1700000000)
	a.server = httptest.NewServer(http.FileServer(http.Dir(filepath.Join(a.dir, "repo"))))
	t.Cleanup(a.server.Close)
	return a
}

func (a *rpmArchive) sh(script string) {
	a.t.Helper()
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = a.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		a.t.Fatalf("%v\n%s", err, out)
	}
}

func (a *rpmArchive) sign(home, packages string) {
	a.t.Helper()
	a.sh(`rpmsign --define "_gpg_path $PWD/` + home + `" --define "_gpg_name ` + home + `" --define "__gpg /usr/bin/gpg" --addsign repo/` + packages + `.rpm >&2`)
}

// publish writes the metadata, of that revision, and signs them.
func (a *rpmArchive) publish(revision int) {
	a.t.Helper()
	a.sh(fmt.Sprintf(`createrepo_c -q --revision=%d --set-timestamp-to-revision repo >&2
gpg -q --homedir gpg --batch --yes --armor --detach-sign repo/repodata/repomd.xml`, revision))
}

func (a *rpmArchive) path(name string) string { return filepath.Join(a.dir, "repo", name) }

// find returns the one file of the repository that a pattern matches.
func (a *rpmArchive) find(pattern string) string {
	a.t.Helper()
	list, err := filepath.Glob(a.path(pattern))
	if err != nil || len(list) != 1 {
		a.t.Fatalf("%s: %v %v", pattern, list, err)
	}
	return list[0]
}

// edit changes the last byte of a file.
func (a *rpmArchive) edit(file string) {
	a.t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		a.t.Fatal(err)
	}
	data[len(data)-1] ^= 1
	if err := os.WriteFile(file, data, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *rpmArchive) recipe(by string, packages ...string) *recipe.Recipe {
	a.t.Helper()
	text, err := os.ReadFile(filepath.Join(a.dir, "keys.asc"))
	if err != nil {
		a.t.Fatal(err)
	}
	const d = "distribution.fedora"
	return &recipe.Recipe{Name: "x", Distributions: []recipe.Distribution{{Address: d, Type: recipe.RPM, Name: "fedora", Suite: "42", VouchedBy: by,
		Components: []string{"main"}, Architecture: "x86_64", Keyring: recipe.File{Path: "keys/rpm.asc", Content: text, Digest: digest.FromBytes(text)}}},
		Toolchains: []recipe.Toolchain{{Address: "toolchain.base", From: d, Packages: packages}}}
}

func (a *rpmArchive) lock(old *lockfile.Lock, by string, packages ...string) (*lockfile.Lock, error) {
	a.t.Helper()
	return Update(context.Background(), a.recipe(by, packages...), old, nil, a.options(nil))
}

func (a *rpmArchive) options(keep Keep) Options {
	m := &Mirrors{configured: map[string][]string{"fedora/main": {a.server.URL}}}
	return Options{Downloader: plainClient{}, Mirrors: m, Now: time.Now(), Packages: taken{a, m}, Keep: keep}
}

// taken gets packages without a store.
type taken struct {
	a *rpmArchive
	m *Mirrors
}

func (k taken) file(d digest.Digest) string { return filepath.Join(k.a.dir, d.Encoded()) }

func (k taken) Take(ctx context.Context, pins []lockfile.Pin) error {
	for _, p := range pins {
		data, err := plainClient{}.Download(ctx, k.m.URLs(p)[0], p.Size)
		if err != nil {
			return err
		}
		if got := digest.FromBytes(data); got != p.Digest {
			return &IntegrityError{What: p.Name, Want: p.Digest, Got: got}
		}
		if err := os.WriteFile(k.file(p.Digest), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

type openFile struct {
	*os.File
	size int64
}

func (f openFile) Size() int64 { return f.size }

func (k taken) Open(_ context.Context, d digest.Digest) (PackageFile, error) {
	f, err := os.Open(k.file(d))
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	return openFile{f, info.Size()}, err
}

func versions(t testing.TB, l *lockfile.Lock) string {
	t.Helper()
	debs, err := l.Toolchain("toolchain.base")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, d := range debs {
		list = append(list, d.Name+" "+d.Version)
	}
	return strings.Join(list, ", ")
}

// TestRPMLock locks a repository that the field's own tools made, in both ways
// of vouching, with a required path that only filelists.xml has.
func TestRPMLock(t *testing.T) {
	a := newRPMArchive(t)
	for _, by := range []string{recipe.ByRepomd, recipe.ByHeader} {
		l, err := a.lock(nil, by, "tool")
		if err != nil {
			t.Fatalf("%s: %v", by, err)
		}
		if got := versions(t, l); got != "lib 1.5-1, plugin 3~rc1-1, tool 1:2-1" {
			t.Errorf("%s: %s", by, got)
		}
		v := l.Content().Distributions[0].Vouched[0]
		indexes := 2 // primary, filelists
		if by == recipe.ByRepomd {
			indexes++
		}
		if v.Kind != by || v.Repository != "main" || v.Revision != "1700000000" || !v.Date.Equal(time.Unix(1700000000, 0)) || len(v.Signers) != 1 || len(v.Indexes) != indexes {
			t.Errorf("%s: %+v", by, v)
		}
		if signed := v.Debs[0].Signer == v.Signers[0] && time.Since(v.Debs[0].SignedAt) < time.Hour; signed != (by == recipe.ByHeader) {
			t.Errorf("%s: %+v", by, v.Debs[0])
		}
		if _, err := lockfile.Parse("l", l.Format()); err != nil {
			t.Error(err)
		}
	}
	var unknown *UnknownError
	if _, err := a.lock(nil, recipe.ByRepomd, "tol"); !errors.As(err, &unknown) || unknown.Suggestion != "tool" {
		t.Errorf("%v", err)
	}
	_, err := a.lock(nil, recipe.ByRepomd, "needy")
	if err == nil || !strings.Contains(err.Error(), "needs lib >= 2, and the repositories have lib 1.5-1") {
		t.Errorf("%v", err)
	}
}

// TestRPMAttacks does to the repository what an attacker on the way would do.
func TestRPMAttacks(t *testing.T) {
	first := newRPMArchive(t)
	for name, c := range map[string]struct {
		by     string
		attack func(*rpmArchive)
		say    string // in the error
		broken bool   // an IntegrityError, not an UntrustedError
	}{
		"no signature": {recipe.ByRepomd, func(a *rpmArchive) { a.sh("rm repo/repodata/repomd.xml.asc") }, "it is not signed", false},
		"another key": {recipe.ByRepomd, func(a *rpmArchive) {
			a.sh("gpg -q --homedir other --batch --yes --armor --detach-sign repo/repodata/repomd.xml")
		}, "not in the keyring", false},
		"changed repomd.xml":   {recipe.ByRepomd, func(a *rpmArchive) { a.sh("sed -i s/1700000000/1700000001/ repo/repodata/repomd.xml") }, "does not fit", false},
		"swapped primary.xml":  {recipe.ByRepomd, func(a *rpmArchive) { a.edit(a.find("repodata/*primary.xml.*")) }, "does not hold the bytes", true},
		"endless primary.xml":  {recipe.ByRepomd, func(a *rpmArchive) { a.sh("truncate -s 100M repo/repodata/*primary.xml.gz") }, "more than", true},
		"older metadata":       {recipe.ByRepomd, func(a *rpmArchive) { a.publish(1600000000) }, "rollback", false},
		"older, unsigned":      {recipe.ByHeader, func(a *rpmArchive) { a.publish(1600000000) }, "rollback", false},
		"date in the future":   {recipe.ByRepomd, func(a *rpmArchive) { a.publish(4000000000) }, "in the future", false},
		"unsigned package":     {recipe.ByHeader, func(a *rpmArchive) { a.sh("rpmsign --delsign repo/lib-*.rpm >&2"); a.publish(1700000001) }, "its header is not signed", false},
		"package of other key": {recipe.ByHeader, func(a *rpmArchive) { a.sign("other", "lib-*"); a.publish(1700000001) }, "not in the keyring", false},
		"changed package":      {recipe.ByHeader, func(a *rpmArchive) { a.edit(a.find("lib-*.rpm")) }, "does not hold the bytes", true},
		"payload, good header": {recipe.ByHeader, func(a *rpmArchive) { a.edit(a.find("lib-*.rpm")); a.sh("touch repo/lib-*.rpm"); a.publish(1700000001) }, "its payload has the digest", false},
		"forged signature too": {recipe.ByHeader, func(a *rpmArchive) { a.forge("lib-*.rpm"); a.publish(1700000001) }, "does not fit", false},
		"package under a name": {recipe.ByHeader, (*rpmArchive).rename, "the metadata say that it is", false},
		"one package two bytes": {recipe.ByRepomd, func(a *rpmArchive) {
			a.sh("cp repo/lib-*.rpm repo/lib2.rpm")
			a.sign("other", "lib2")
			a.publish(1700000001)
		}, "is there twice with different bytes", true},
	} {
		t.Run(name, func(t *testing.T) {
			a := &rpmArchive{t: t, dir: t.TempDir()}
			a.sh("cp -a " + first.dir + "/gpg " + first.dir + "/other " + first.dir + "/keys.asc " + first.dir + "/repo .")
			a.server = httptest.NewServer(http.FileServer(http.Dir(a.path(""))))
			defer a.server.Close()
			old, err := a.lock(nil, c.by, "tool")
			if err != nil {
				t.Fatal(err)
			}
			c.attack(a)
			_, err = a.lock(old, c.by, "tool")
			var untrusted *UntrustedError
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Fatalf("%v", err)
			}
			var wrong *IntegrityError
			if !c.broken && !errors.As(err, &untrusted) || c.say == "more than" && !errors.As(err, &wrong) {
				t.Errorf("another exit code is wanted for %v", err)
			}
		})
	}
}

// forge adds a signature by the same key, of something else, to that of a package.
func (a *rpmArchive) forge(pattern string) {
	a.t.Helper()
	name := a.find(pattern)
	a.sh("echo something else > other.txt; gpg -q --homedir gpg --batch --yes --detach-sign other.txt")
	forged, err := os.ReadFile(filepath.Join(a.dir, "other.txt.sig"))
	if err != nil {
		a.t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		a.t.Fatal(err)
	}
	p, err := rpm.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		a.t.Fatal(err)
	}
	good, err := p.Signatures()
	if err != nil || len(good) != 1 {
		a.t.Fatal(len(good), err)
	}
	const rsa, openPGP, binaryType, textsType = 268, 278, 7, 8
	store := append(bytes.Clone(good[0]), base64.StdEncoding.EncodeToString(forged)+"\x00"...)
	head := []byte("\x8e\xad\xe8\x01\x00\x00\x00\x00")
	for _, n := range []int{2, len(store), rsa, binaryType, 0, len(good[0]), openPGP, textsType, len(good[0]), 1} {
		head = be.BigEndian.AppendUint32(head, uint32(n))
	}
	head = append(head, store...)
	head = append(head, make([]byte, -len(head)&7)...)
	data = slices.Concat(data[:rpm.LeadSize], head, data[p.Header.Offset:])
	if err := os.WriteFile(name, data, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// rename has unsigned metadata say that a package is another version of it.
func (a *rpmArchive) rename() {
	a.sh(`cd repo/repodata
gunzip -c *-primary.xml.gz | sed 's/ver="1.5"/ver="1.6"/g' | gzip > primary.xml.gz
rm *-primary.xml.gz`)
	data, err := os.ReadFile(a.path("repodata/primary.xml.gz"))
	if err != nil {
		a.t.Fatal(err)
	}
	text, err := os.ReadFile(a.path("repodata/repomd.xml"))
	if err != nil {
		a.t.Fatal(err)
	}
	record := regexp.MustCompile(`(?s)<data type="primary">.*?</data>`)
	fresh := fmt.Sprintf(`<data type="primary"><checksum type="sha256">%s</checksum><location href="repodata/primary.xml.gz"/><timestamp>1700000001</timestamp><size>%d</size></data>`,
		digest.FromBytes(data).Encoded(), len(data))
	if err := os.WriteFile(a.path("repodata/repomd.xml"), record.ReplaceAll(text, []byte(fresh)), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func TestRepositoryMirrors(t *testing.T) {
	m := &Mirrors{configured: map[string][]string{"a/r": {"http://example.org/$releasever/$basearch"}, "b": {"http://example.org/b/", "http://example.org/$repository/x"}}, yum: map[string][]string{}}
	parseRepo("# x\n[updates]\nname=u\nbaseurl=http://example.org/u/$basearch/\n  http://example.org/v\nenabled=1\n[off]\nenabled=0\nbaseurl=http://example.org/o\n[list]\nmirrorlist=http://example.org/l\n", m.yum)
	for name, c := range map[string]struct{ d, r, want string }{
		"own": {"a", "r", "http://example.org/42/x86_64"}, "of the distribution": {"b", "r", "http://example.org/b/r http://example.org/r/x"},
		"the host's": {"c", "updates", "http://example.org/u/x86_64/ http://example.org/v"}, "disabled": {"c", "off", ""}, "a list": {"c", "list", ""},
	} {
		if got := strings.Join(m.Repository(c.d, "42", c.r, "x86_64"), " "); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if !slices.Equal(m.URLs(lockfile.Pin{Distribution: "a", Suite: "42", Repository: "r", Architecture: "x86_64", Path: "p/x.rpm"}), []string{"http://example.org/42/x86_64/p/x.rpm"}) {
		t.Error("the path of a pin is relative to its repository")
	}
}
