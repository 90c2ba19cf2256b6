package yocto

import (
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestLock: what is verified by a strong digest is locked, the rest is listed
// with its reason; nothing is left out.
func TestLock(t *testing.T) {
	sha256, md5 := strings.Repeat("a", 64), strings.Repeat("b", 32)
	recipe := `SRC_URI = "https://example.org/a-1.0.tar.gz;name=a https://example.org/weak.tar.gz;name=weak https://example.org/none.tar.gz;name=none \
    ftp://example.org/ftp.tar.gz;name=ftp https://example.org/x.tar.gz;name=stamp;downloadfilename=a-1.0.tar.gz.done \
    https://u:p@example.org/user.tar.gz;name=user https://example.org/odd.tar.gz;name=odd https://example.org/2/a-1.0.tar.gz;name=twice \
    crate://crates.io/Own/1.2 gomod://example.org/Big/mod;version=v1.0 gomod://example.org/Big/mod;version=v1.0;mod=1 \
    gomod://example.org/Ä;version=v1.0;sha256sum=` + sha256 + ` git://example.org/g.git;protocol=https;branch=main"
SRC_URI[a.sha256sum] = "` + sha256 + `"
SRC_URI[a.md5sum] = "` + md5 + `"
SRC_URI[weak.md5sum] = "` + md5 + `"
SRC_URI[ftp.sha256sum] = "` + sha256 + `"
SRC_URI[stamp.sha256sum] = "` + sha256 + `"
SRC_URI[user.sha256sum] = "` + sha256 + `"
SRC_URI[odd.sha256sum] = "` + strings.ToUpper(sha256) + `"
SRC_URI[twice.sha256sum] = "` + strings.Repeat("c", 64) + `"
SRC_URI[Own-1.2.sha256sum] = "` + sha256 + `"
SRC_URI[example.org/Big/mod@v1.0.sha256sum] = "` + sha256 + `"
SRCREV = "0123456789abcdef0123456789abcdef01234567"
`
	r := audited(t, workspace(t, []txtar.File{{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(recipe)}}, "x"))
	l, err := r.Lock()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"a-1.0.tar.gz":                 "https://example.org/a-1.0.tar.gz",
		"Own-1.2.crate":                "https://static.crates.io/crates/Own/1.2/download",
		"example.org.Big.mod@v1.0.zip": "example.org/!big/mod/@v/v1.0.zip",
		"example.org.Big.mod@v1.0.mod": "example.org/!big/mod/@v/v1.0.mod",
	}
	for _, f := range l.Files {
		if want[f.Name] != strings.Join(slices.Concat(f.URLs, f.Modules), " ") || string(f.Digest) != "sha256:"+sha256 {
			t.Errorf("%+v", f)
		}
		delete(want, f.Name)
	}
	if len(want) > 0 {
		t.Errorf("not locked: %v", want)
	}
	reasons := map[string]string{
		"/weak.": "md5 alone", "/none.": "with nothing", "/ftp.": "not ftp", "/x.tar": "stamp", "user.tar": "password",
		"/odd.": "refuse every file", "/2/a-1.0": "another file of the name", "/Ä": "malformed module path",
	}
	for _, u := range l.Unlocked {
		for part, reason := range reasons {
			if strings.Contains(u.URI, part) && strings.Contains(u.Reason, reason) {
				delete(reasons, part)
			}
		}
	}
	if len(reasons) > 0 || len(l.Files)+len(l.Commits)+len(l.Unlocked) != 13 {
		t.Errorf("without a reason: %v; %d files, %+v", reasons, len(l.Files), l.Unlocked)
	}
}

// TestLockCommits: of each git source the clone's name, the address, and what
// BitBake compares with; by the release where they differ.
func TestLockCommits(t *testing.T) {
	a, b := strings.Repeat("a", 40), strings.Repeat("b", 40)
	recipe := func(uris string) string {
		return "SRC_URI = \"" + uris + "\"\nSRCREV = \"" + a + "\"\nSRCREV_one = \"" + a + "\"\nSRCREV_two = \"" + b + "\"\nSRCREV_FORMAT = \"one\"\n"
	}
	for name, test := range map[string]struct {
		uris string
		want []string // parts of the lock's text
	}{
		"plain":      {"git://example.org:8080/x/y.git;protocol=https;branch=main", []string{`commit "example.org.8080.x.y.git" "` + a, `urls       = ["https://example.org:8080/x/y.git"]`, `branches   = ["main"]`, "submodules = false"}},
		"port of it": {"git://example.org/y;branch=main", []string{`["git://example.org/y"]`}},
		"no branch":  {"git://example.org/y;protocol=http;nobranch=1", []string{"branches   = []", `["http://example.org/y"]`}},
		"tag":        {"git://example.org/y;protocol=http;branch=m;tag=v1", []string{`tags       = ["v1"]`}},
		"submodules": {"gitsm://example.org/y;protocol=http;branch=m", []string{"submodules = true"}},
		"rebaseable": {"git://example.org/y;protocol=http;branch=m;rebaseable=1", []string{`commit "example.org.y_` + a + `" "` + a}},
		"two":        {"git://example.org/y;protocol=http;branch=m;name=one git://example.org/y;protocol=http;branch=n;name=two", []string{`"example.org.y" "` + a, `"example.org.y" "` + b, `["n"]`}},
		"forge":      {"git://github.com/x/y;branch=m", []string{`["https://github.com/x/y"]`}},
		"ssh":        {"git://example.org/y;protocol=ssh;branch=m", []string{"over https, http and git, not ssh"}},
		"no server":  {"git:///example.org/y;protocol=https;branch=m", []string{"names no server"}},
		"user":       {"git://me@example.org/y;protocol=https;branch=m", []string{"user and password"}},
		"pattern":    {"git://example.org/y;protocol=https;branch=*", []string{"no name of a branch"}},
		"module":     {"gomodgit://example.org/m;version=v1;srcrev=" + a, []string{`commit "example.org.m" "` + a, `["https://example.org/m"]`, "branches   = []"}},
		"repository": {"gomodgit://example.org/m;version=v1;repo=forge.example.org/Own/m.git;protocol=http;branch=b;srcrev=" + a, []string{`commit "forge.example.org.Own.m.git" "` + a, `["http://forge.example.org/Own/m.git"]`, `branches   = ["b"]`}},
		"none":       {"git://example.org/y;protocol=https", []string{"BitBake refuses it: the URI needs branch= or nobranch=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := audited(t, workspace(t, []txtar.File{{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(recipe(test.uris))}}, "x"))
			l, err := r.Lock()
			if err != nil {
				t.Fatal(err)
			}
			text := string(l.Format())
			for _, want := range test.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q is not in\n%s", want, text)
				}
			}
		})
	}
}

// TestLockProxy: where the build names a proxy for modules of Go, it is the address.
func TestLockProxy(t *testing.T) {
	recipe := "SRC_URI = \"gomod://example.org/Big/mod;version=v1.0;sha256sum=" + strings.Repeat("a", 64) + "\"\nGO_MOD_PROXY = \"HERE\"\n"
	for proxy, want := range map[string]string{
		"proxy.example.org/go": `urls    = ["https://proxy.example.org/go/example.org/!big/mod/@v/v1.0.zip"]`,
		"me@proxy.example.org": "the URL has a user or password",
		"":                     `modules = ["example.org/!big/mod/@v/v1.0.zip"]`,
		"${@unknown()}":        `modules = ["example.org/!big/mod/@v/v1.0.zip"]`,
	} {
		text := strings.Replace(recipe, "HERE", proxy, 1)
		r := audited(t, workspace(t, []txtar.File{{Name: "x/meta-own/recipes-a/a/a_1.0.bb", Data: []byte(text)}}, "x"))
		l, err := r.Lock()
		if err != nil {
			t.Fatal(err)
		}
		if got := string(l.Format()); !strings.Contains(got, want) {
			t.Errorf("GO_MOD_PROXY = %q: no %q in\n%s", proxy, want, got)
		}
	}
}
