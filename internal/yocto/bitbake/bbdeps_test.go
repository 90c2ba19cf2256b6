package bitbake

import (
	"strings"
	"testing"
)

// TestDependencies: the texts and answers are those of BitBake's
// explode_dep_versions2, without the sorting.
func TestDependencies(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "",
		"b a":                          "b[] a[]",
		"a (>= 1.0) b":                 "a[>= 1.0] b[]",
		"a (>=1.0) a (<< 2)":           "a[>= 1.0|<< 2]",
		"a ( = 1 ) b":                  "a[= 1] b[]",
		"a (>= 1.0), b, a":             "a[>= 1.0] b[]",
		"a (= 1 r2) b":                 "a[= 1|= 1 r2] b[]",
		"a (1.0)":                      "refused",
		"(>= 1.0) a":                   "refused",
		"${PN}-x (= ${EXTENDPKGV}) (>": "${PN}-x[= ${EXTENDPKGV}]",
	} {
		list, ok := dependencies(text)
		var got []string
		for _, d := range list {
			got = append(got, d.name+"["+strings.Join(d.versions, "|")+"]")
		}
		if s := strings.Join(got, " "); ok != (want != "refused") || ok && s != want {
			t.Errorf("%q: %q %v, want %q", text, s, ok, want)
		}
	}
}
