package yocto

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

const multiRecipe = `SRC_URI = "https://www.example.com/a.tar.gz"
SRC_URI[sha256sum] = "` + attackSum + `"
SRC_URI:append:qemuarm = " git://example.com/arm.git;protocol=https;branch=main"
SRCREV = "0123456789abcdef0123456789abcdef01234567"
SRCREV:distro-loose = "${AUTOREV}"
`

// multi is a workspace with three configurations beside the default one: guest
// and twin say the same.
func multi(t *testing.T, more ...string) string {
	t.Helper()
	files := []txtar.File{}
	all := append([]string{
		"meta-own/recipes-a/a/a_1.0.bb", multiRecipe,
		"meta-own/recipes-b/b/b_1.0.bb", "SRC_URI = \"https://www.example.com/b.tar.gz\"\n",
		"build/conf/local.conf", "BBMULTICONFIG = \"guest twin loose\"\nMACHINE ?= \"qemux86-64\"\n",
		"build/conf/multiconfig/guest.conf", "MACHINE = \"qemuarm\"\nBBMASK += \"/recipes-b/\"\n",
		"build/conf/multiconfig/twin.conf", "MACHINE = \"qemuarm\"\n",
		"build/conf/multiconfig/loose.conf", "MACHINE = \"qemuarm\"\nOVERRIDES .= \":distro-loose\"\n",
	}, more...)
	for i := 0; i < len(all); i += 2 {
		files = slices.DeleteFunc(files, func(f txtar.File) bool { return f.Name == "x/"+all[i] })
		files = append(files, txtar.File{Name: "x/" + all[i], Data: []byte(all[i+1])})
	}
	return workspace(t, files, "x")
}

// TestMulticonfig: each configuration is evaluated by itself; what several say
// is there once, with their names where the default one does not say it.
func TestMulticonfig(t *testing.T) {
	r := audited(t, multi(t))
	var got []string
	for _, s := range r.Sources {
		got = append(got, fmt.Sprintf("%s %s %s %v", s.PN, s.URI[strings.LastIndex(s.URI, "/")+1:], s.Verdict, s.Multiconfig))
	}
	slices.Sort(got)
	want := []string{
		"a a.tar.gz checksum []",
		"a arm.git;protocol=https;branch=main scm-floating [loose]",
		"a arm.git;protocol=https;branch=main scm-pinned [guest twin]",
		"b b.tar.gz missing []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	rules := map[string]string{}
	for _, f := range r.Findings {
		rules[f.Rule] = fmt.Sprint(f.Multiconfig)
	}
	if rules["Y10"] != "[loose]" || rules["Y01"] != "[]" || rules["Y34"] != "" {
		t.Errorf("%v", rules)
	}
	if len(r.Inactive) != 0 || len(r.Recipes) != 2 {
		t.Errorf("%v %v", r.Inactive, r.Recipes)
	}
	if rows := fmt.Sprint(r.Unverified().Rows); !strings.Contains(rows, "mc:loose:a") {
		t.Error(rows)
	}
	l, err := r.Lock()
	if err != nil || len(l.Commits) != 1 || len(l.Files) != 1 {
		t.Errorf("%+v %v", l, err)
	}
}

// TestMulticonfigRefused: what BitBake refuses is an error or is named, never
// silent.
func TestMulticonfigRefused(t *testing.T) {
	r, err := Audit(t.Context(), Input{Paths: []string{multi(t, "build/conf/local.conf", "BBMULTICONFIG = \"none 1st ../x\"\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Error(), "none.conf") {
		t.Errorf("%v", r.Errors)
	}
	var named []string
	for _, f := range r.Findings {
		if f.Rule == "Y34" {
			named = append(named, f.Subject)
		}
	}
	if !slices.Contains(named, "../x") || !slices.Contains(named, "1st") {
		t.Errorf("%q", named)
	}
	const handler = "addhandler late\nlate[eventmask] = \"bb.event.MultiConfigParsed\"\npython late() {\n    e.mcdata['guest'].setVar('SRCREV:pn-a', 'main')\n}\n"
	for text, want := range map[string]bool{"guest": true, "": false} {
		r = audited(t, multi(t, "build/conf/local.conf", "INHERIT += \"late\"\nBBMULTICONFIG = \""+text+"\"\n", "meta-own/classes/late.bbclass", handler))
		for _, s := range r.Sources {
			if got := s.Verdict == "not-proven"; got != want {
				t.Errorf("%q: %s is %s", text, s.URI, s.Verdict)
			}
		}
	}
	names, refused := configurations(bitbake.Value{Text: strings.Repeat("a ", 3) + manyNames(70)})
	if len(names) != maxConfigurations || len(refused) != 7 {
		t.Errorf("%d %d", len(names), len(refused))
	}
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "n%d ", i)
	}
	return b.String()
}
