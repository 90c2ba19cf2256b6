package yocto

import (
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
    crate://crates.io/Own/1.2 gomod://example.org/Big/mod;version=v1.0 git://example.org/g.git;protocol=https;branch=main"
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
		"a-1.0.tar.gz":  "https://example.org/a-1.0.tar.gz",
		"Own-1.2.crate": "https://static.crates.io/crates/Own/1.2/download",
	}
	for _, f := range l.Files {
		if want[f.Name] != strings.Join(f.URLs, " ") || string(f.Digest) != "sha256:"+sha256 {
			t.Errorf("%+v", f)
		}
		delete(want, f.Name)
	}
	if len(want) > 0 {
		t.Errorf("not locked: %v", want)
	}
	reasons := map[string]string{
		"/weak.": "md5 alone", "/none.": "with nothing", "/ftp.": "not ftp", "/x.tar": "stamp", "user.tar": "password",
		"/odd.": "refuse every file", "/2/a-1.0": "another file of the name", "gomod://": "GO_MOD_PROXY",
	}
	for _, u := range l.Unlocked {
		for part, reason := range reasons {
			if strings.Contains(u.URI, part) && strings.Contains(u.Reason, reason) {
				delete(reasons, part)
			}
		}
	}
	if len(reasons) > 0 || len(l.Files)+len(l.Commits)+len(l.Unlocked) != 11 {
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
		"user":       {"git://me@example.org/y;protocol=https;branch=m", []string{"user and password"}},
		"pattern":    {"git://example.org/y;protocol=https;branch=*", []string{"no name of a branch"}},
		"none":       {"git://example.org/y;protocol=https", []string{"wants branch= or nobranch=1"}},
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
