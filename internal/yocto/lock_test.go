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
		"/odd.": "refuse every file", "/2/a-1.0": "another file of the name", "git://": "a commit", "gomod://": "GO_MOD_PROXY",
	}
	for _, u := range l.Unlocked {
		for part, reason := range reasons {
			if strings.Contains(u.URI, part) && strings.Contains(u.Reason, reason) {
				delete(reasons, part)
			}
		}
	}
	if len(reasons) > 0 || len(l.Files)+len(l.Unlocked) != 11 {
		t.Errorf("without a reason: %v; %d files, %+v", reasons, len(l.Files), l.Unlocked)
	}
}
