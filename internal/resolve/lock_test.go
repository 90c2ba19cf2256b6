package resolve

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// summary writes what a lock pins, for comparison.
func summary(l *lockfile.Lock) []string {
	var out []string
	c := l.Content()
	for _, d := range c.Distributions {
		for _, v := range d.Vouched {
			line := v.Date.Format("01-02")
			for _, deb := range v.Debs {
				line += " " + deb.Name + "=" + deb.Version
			}
			for _, dsc := range v.Dscs {
				line += " src:" + dsc.Name + "=" + dsc.Version
				if dsc.Patches {
					line += "+patches"
				}
			}
			out = append(out, line)
		}
	}
	for _, t := range c.Toolchains {
		out = append(out, string(t.Address)+": "+strings.Join(t.Packages, " "))
	}
	for _, s := range c.Sources {
		if s.URL != "" {
			out = append(out, string(s.Address)+" "+string(s.Digest))
		}
	}
	return out
}

func lock(t *testing.T, a *testArchive, r *recipe.Recipe, old *lockfile.Lock) *lockfile.Lock {
	t.Helper()
	l, err := Lock(context.Background(), r, old, a.options())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Check(r); err != nil {
		t.Fatal(err)
	}
	if _, err := lockfile.Parse("x.lock.hcl", l.Format()); err != nil {
		t.Fatal(err)
	}
	return l
}

func same(t *testing.T, what string, want []string, l *lockfile.Lock) {
	t.Helper()
	if diff := cmp.Diff(want, summary(l)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

var first = []string{
	"06-24 base-files=12.4 gcc=4:12.2.0-3 libc6=2.36-9 make=4.3-4 mawk=1.3 src:hello=2.10-3 src:xen=4.17.5-1",
	"toolchain.base: base-files gcc libc6 mawk",
	"toolchain.pack: base-files libc6 make mawk",
}

func TestLock(t *testing.T) {
	a := newArchive(t)
	r := a.recipe()
	kept := map[digest.Digest]bool{}
	opt := a.options()
	opt.Keep = func(_ context.Context, data []byte, want digest.Digest) error {
		keeping.Lock()
		defer keeping.Unlock()
		kept[want] = digest.FromBytes(data) == want
		return nil
	}
	l, err := Lock(context.Background(), r, nil, opt)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "first lock", first, l)
	files, err := l.Source("source.hello")
	if err != nil || len(files) != 1 || files[0].Path != "pool/main/hello/hello_2.10.orig.tar.gz" {
		t.Errorf("Source = %v, %v", files, err)
	}
	v := l.Content().Distributions[0].Vouched[0]
	want := lockfile.Vouched{Kind: lockfile.InRelease, Digest: digest.FromBytes(a.files["/debian/dists/bookworm/InRelease"]),
		Size: v.Size, Date: now.AddDate(0, 0, -7), Origin: "Test", Suite: "stable", Codename: "bookworm",
		Keyring: r.Distributions[0].Keyring.Digest, Signers: []string{strings.ToUpper(digestHex(a.key.PrimaryKey.Fingerprint))},
		Indexes: v.Indexes, Debs: v.Debs, Dscs: v.Dscs,
		SignedAt: now.AddDate(0, 0, -7), KeyringSize: int64(len(r.Distributions[0].Keyring.Content))}
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("vouched (-want +got):\n%s", diff)
	}
	for _, d := range []digest.Digest{v.Digest, v.Indexes[0].Digest, v.Indexes[1].Digest} {
		if !kept[d] {
			t.Errorf("%s was not kept", d)
		}
	}
	if strings.Contains(string(l.Format()), a.server.URL) {
		t.Error("the lock holds the address of the mirror")
	}
}

func digestHex(b []byte) string {
	const hex = "0123456789abcdef"
	var s strings.Builder
	for _, c := range b {
		s.WriteByte(hex[c>>4])
		s.WriteByte(hex[c&15])
	}
	return s.String()
}

func TestLockIsDeterministic(t *testing.T) {
	a := newArchive(t)
	one, two := lock(t, a, a.recipe(), nil), lock(t, a, a.recipe(), nil)
	if diff := cmp.Diff(string(one.Format()), string(two.Format())); diff != "" {
		t.Error(diff)
	}
}

// TestLockKeepsPins changes the recipe and the archive after a first lock and
// looks at what moves and at what was downloaded for it.
func TestLockKeepsPins(t *testing.T) {
	newer := func(a *testArchive) {
		a.packages = strings.Replace(a.packages, stanza("libc6 2.36-9"), stanza("libc6 2.36-10"), 1)
		a.sources = strings.ReplaceAll(a.sources, "2.10-3", "2.10-4")
		a.release["Date"] = now.AddDate(0, 0, -1).Format("Mon, 2 Jan 2006 15:04:05 MST")
		a.publish()
	}
	tests := []struct {
		name    string
		archive func(*testArchive)
		recipe  func(*recipe.Recipe)
		update  []string // nil: lock
		asked   string
		want    []string
	}{
		{"nothing", nil, nil, nil, "", first},
		{"only the digest", newer, func(r *recipe.Recipe) { r.Version = "2" }, nil, "", first},
		{"fewer toolchains and sources", newer, func(r *recipe.Recipe) { r.Toolchains, r.Sources = r.Toolchains[:1], r.Sources[1:] }, nil, "", []string{
			"06-24 base-files=12.4 gcc=4:12.2.0-3 libc6=2.36-9 mawk=1.3 src:xen=4.17.5-1",
			"toolchain.base: base-files gcc libc6 mawk"}},
		{"one package more", nil, func(r *recipe.Recipe) { r.Toolchains[0].Packages = []string{"gcc", "bc"} }, nil, "InRelease Packages", []string{
			"06-24 base-files=12.4 bc=1.07 gcc=4:12.2.0-3 libc6=2.36-9 make=4.3-4 mawk=1.3 src:hello=2.10-3 src:xen=4.17.5-1",
			"toolchain.base: base-files bc gcc libc6 mawk", first[2]}},
		{"one package more, newer archive: what left moves, sources stay", newer, func(r *recipe.Recipe) { r.Toolchains[0].Packages = []string{"gcc", "bc"} }, nil, "InRelease Packages", []string{
			"06-24 src:hello=2.10-3 src:xen=4.17.5-1",
			"06-30 base-files=12.4 bc=1.07 gcc=4:12.2.0-3 libc6=2.36-10 make=4.3-4 mawk=1.3",
			"toolchain.base: base-files bc gcc libc6 mawk", first[2]}},
		{"update of a source", newer, nil, []string{"hello"}, "InRelease Sources", []string{
			"06-24 base-files=12.4 gcc=4:12.2.0-3 libc6=2.36-9 make=4.3-4 mawk=1.3 src:xen=4.17.5-1",
			"06-30 src:hello=2.10-4", first[1], first[2]}},
		{"update of a source that has not changed", nil, nil, []string{"hello"}, "InRelease Sources", first},
		{"update of a package", newer, nil, []string{"libc6"}, "InRelease Packages", []string{
			"06-24 src:hello=2.10-3 src:xen=4.17.5-1",
			"06-30 base-files=12.4 gcc=4:12.2.0-3 libc6=2.36-10 make=4.3-4 mawk=1.3", first[1], first[2]}},
		{"update of everything", newer, nil, []string{}, "InRelease Packages Sources", []string{
			"06-30 base-files=12.4 gcc=4:12.2.0-3 libc6=2.36-10 make=4.3-4 mawk=1.3 src:hello=2.10-4 src:xen=4.17.5-1", first[1], first[2]}},
		{"several versions: the pin stays", func(a *testArchive) { a.packages += stanza("libc6 2.37"); a.publish() },
			func(r *recipe.Recipe) { r.Toolchains[0].Packages = []string{"gcc", "bc"} }, nil, "InRelease Packages", []string{
				"06-24 base-files=12.4 bc=1.07 gcc=4:12.2.0-3 libc6=2.36-9 make=4.3-4 mawk=1.3",
				"06-24 src:hello=2.10-3 src:xen=4.17.5-1", "toolchain.base: base-files bc gcc libc6 mawk", first[2]}},
		{"patches of a source", nil, func(r *recipe.Recipe) { r.Sources[0].Dsc.Patches = true }, nil, "InRelease Sources", []string{
			"06-24 base-files=12.4 gcc=4:12.2.0-3 libc6=2.36-9 make=4.3-4 mawk=1.3 src:hello=2.10-3+patches src:xen=4.17.5-1", first[1], first[2]}},
		{"another keyring: all is looked at again, the pins stay", nil, func(r *recipe.Recipe) {
			k := &r.Distributions[0].Keyring
			k.Content = append(k.Content, k.Content...)
			k.Digest = digest.FromBytes(k.Content)
		}, nil, "InRelease Packages Sources", first},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newArchive(t)
			r := a.recipe()
			old := lock(t, a, r, nil)
			a.asked()
			if tt.archive != nil {
				tt.archive(a)
			}
			if tt.recipe != nil {
				tt.recipe(r)
			}
			got, err := Lock(context.Background(), r, old, a.options())
			if tt.update != nil {
				got, err = Update(context.Background(), r, old, tt.update, a.options())
			}
			if err != nil {
				t.Fatal(err)
			}
			asked := strings.Fields(a.asked())
			if diff := cmp.Diff(tt.asked, strings.Join(sortedWords(asked), " ")); diff != "" {
				t.Errorf("asked (-want +got):\n%s", diff)
			}
			gotSummary := summary(got)
			if strings.HasPrefix(tt.name, "several versions") && len(gotSummary) == 4 && strings.Contains(gotSummary[0], "src:") {
				gotSummary[0], gotSummary[1] = gotSummary[1], gotSummary[0] // same date: by digest, which varies with the key
			}
			if diff := cmp.Diff(tt.want, gotSummary); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := got.Check(r); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestPatches turns the patches of a source package on and off again: the
// packaging archive is pinned only while a source applies it.
func TestPatches(t *testing.T) {
	a := newArchive(t)
	r := a.recipe()
	r.Sources[1] = recipe.Source{Address: "source.other", Name: "other", Dsc: &recipe.Dsc{From: "distribution.debian", Name: "hello", Patches: true}}
	with := lock(t, a, r, nil)
	for _, address := range []recipe.Address{"source.hello", "source.other"} {
		if files, err := with.Source(address); err != nil || len(files) != 2 {
			t.Errorf("%s: %v, %v", address, files, err)
		}
	}
	a.asked()
	r.Sources[1].Dsc.Patches = false
	without := lock(t, a, r, with)
	if asked := a.asked(); asked != "" {
		t.Errorf("asked for %s to leave something out", asked)
	}
	if files, err := without.Source("source.other"); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
	r.Sources[1].Dsc.Patches = true
	var stale *lockfile.StaleError
	if err := without.Check(r); !errors.As(err, &stale) || len(stale.Missing) != 1 ||
		stale.Missing[0] != "the patches of source package hello, which source.other has" {
		t.Errorf("got %v", err)
	}

	a.sources = sourceText("hello", "2.10-3", "hello_2.10.orig.tar.gz", "hello_2.10-3.diff.gz", "hello_2.10-3.dsc")
	a.publish()
	_, err := Lock(context.Background(), r, nil, a.options())
	var format *FormatError
	if !errors.As(err, &format) || format.File != "hello_2.10-3.diff.gz" {
		t.Errorf("got %v", err)
	}
}

func TestUpdateKnowsNames(t *testing.T) {
	a := newArchive(t)
	r := a.recipe()
	old := lock(t, a, r, nil)
	_, err := Update(context.Background(), r, old, []string{"libc7", "source.xen"}, a.options())
	var e *UnknownError
	if !errors.As(err, &e) || e.Name != "libc7" || e.Hint() != `did you mean "libc6"?` {
		t.Errorf("got %v", err)
	}
}

func TestHTTPSource(t *testing.T) {
	a := newArchive(t)
	a.files["/fw.tar"] = []byte("firmware")
	r := a.recipe()
	r.Sources = []recipe.Source{{Address: "source.fw", Name: "fw",
		HTTP: &recipe.HTTP{URL: a.server.URL + "/fw.tar", Digest: digest.FromString("firmware")}}}
	r.Toolchains = nil
	l := lock(t, a, r, nil)
	files, err := l.Source("source.fw")
	if err != nil || len(files) != 1 || files[0].Size != 8 || files[0].Name != "fw.tar" {
		t.Errorf("%v, %v", files, err)
	}
	a.asked()
	lock(t, a, r, l)
	if asked := a.asked(); asked != "" {
		t.Errorf("a pinned file was asked for again: %s", asked)
	}
	r.Sources[0].HTTP.Digest = digest.FromString("other")
	_, err = Lock(context.Background(), r, l, a.options())
	var bad *IntegrityError
	if !errors.As(err, &bad) {
		t.Errorf("got %v", err)
	}
}

func TestLockWithoutNetworkSaysSo(t *testing.T) {
	a := newArchive(t)
	if _, err := Lock(context.Background(), a.recipe(), nil, Options{Now: now}); !errors.Is(err, errNoNetwork) {
		t.Errorf("got %v", err)
	}
	opt := a.options()
	opt.Mirrors = &Mirrors{config: "/c/config.hcl"}
	_, err := Lock(context.Background(), a.recipe(), nil, opt)
	var e *NoMirrorError
	if !errors.As(err, &e) || !strings.Contains(e.Hint(), `mirror "debian"`) {
		t.Errorf("got %v", err)
	}
}
