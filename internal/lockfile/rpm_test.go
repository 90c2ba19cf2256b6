package lockfile

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/recipe"
)

func rpmExample() Content {
	day := time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC)
	return Content{
		Recipe: sum("recipe"),
		Distributions: []Distribution{{Address: "distribution.fedora", Type: recipe.RPM, Name: "fedora", Suite: "42", Architecture: "x86_64",
			Components: []string{"updates", "fedora"}, Vouched: []Vouched{
				{Kind: RPMHeader, Repository: "updates", Digest: sum("u"), Size: 10, Date: day, Revision: "1751371200", Keyring: sum("keys"), Signers: []string{signer},
					Indexes: []Index{{"repodata/primary.xml.zst", sum("p"), 20}},
					Debs: []Deb{{Name: "gcc-c++", Version: "1:15.1.1-2.fc42", Architecture: "x86_64", Filename: "Packages/g/gcc-c++-15.1.1-2.fc42.x86_64.rpm",
						Digest: sum("gcc"), Size: 3, Signer: signer, SignedAt: day}}},
				{Kind: Repomd, Repository: "fedora", Digest: sum("f"), Size: 11, Date: day, Revision: "", Keyring: sum("keys"), KeyringSize: 30, SignedAt: day.Add(time.Second), Signers: []string{signer},
					Indexes: []Index{{"repodata/repomd.xml.asc", sum("s"), 21}, {"repodata/primary.xml.gz", sum("q"), 22}},
					Debs:    []Deb{{Name: "perl-Getopt_x", Version: "2~rc1^git-1.fc42", Architecture: "noarch", Filename: "Packages/p/x.rpm", Digest: sum("perl"), Size: 4}}},
			}}},
		Toolchains: []Toolchain{{Address: "toolchain.base", From: "distribution.fedora", Requested: []string{"gcc-c++"}, Packages: []string{"perl-Getopt_x", "gcc-c++"}}},
	}
}

func TestRPMRoundTrip(t *testing.T) {
	l := mustNew(t, rpmExample())
	again, err := Parse("l", l.Format())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(l.Content(), again.Content()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	pins := l.Pins()
	if len(pins) != 2 || pins[0].Repository == "" || pins[0].Architecture != "x86_64" || pins[0].Suite != "42" {
		t.Errorf("%+v", pins)
	}
	if debs, err := l.Toolchain("toolchain.base"); err != nil || len(debs) != 2 || debs[0].Signer != signer {
		t.Errorf("%+v, %v", debs, err)
	}
}

// TestRPMRefuses changes the text of a good lock in one place.
func TestRPMRefuses(t *testing.T) {
	good := string(mustNew(t, rpmExample()).Format())
	for name, c := range map[string]struct{ old, new, say string }{
		"type":              {`type         = "rpm"`, `type         = "apk"`, "not a type"},
		"suite":             {`release      = `, `suite        = `, `no attribute "suite"`},
		"kind":              {`vouched "repomd"`, `vouched "inrelease"`, "not known"},
		"repository":        {`repository = "updates"`, `repository = "other"`, "not one of the distribution's repositories"},
		"revision":          {`revision   = "1751371200"`, `revision   = "a b"`, "revision"},
		"date":              {`date       = "2025-07-01T12:00:00Z"`, `date       = "0001-01-01T00:00:00Z"`, "date"},
		"version":           {"1:15.1.1-2.fc42", "1:15.1.1", "version"},
		"architecture":      {`architecture = "noarch"`, `architecture = "i686"`, "neither noarch"},
		"path":              {"Packages/p/x.rpm", "../x.rpm", "clean path"},
		"signer":            {`signer       = "` + signer, `signer       = "` + strings.Repeat("B", 40), "not one of the signers"},
		"signed at":         {`signed_at    = "2025-07-01T12:00:00Z"`, `signed_at    = "0001-01-01T00:00:00Z"`, "has a date"},
		"signer of repomd":  {"      filename     = \"Packages/p/x.rpm\"", "      signer = \"x\"\n      filename     = \"Packages/p/x.rpm\"", `no attribute "signer"`},
		"no signer":         {"signer       = \"" + signer + "\"\n", "", `"signer" is not there`},
		"name":              {`rpm "perl-Getopt_x"`, `rpm "perl Getopt"`, "name of a package"},
		"a deb":             {`rpm "perl-Getopt_x"`, `deb "perl-Getopt_x"`, `no block "deb"`},
		"unused":            {"    \"perl-Getopt_x\",\n", "", "no toolchain names package perl-Getopt_x"},
		"digest":            {string(sum("perl")), "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709", "sha1"},
		"conflicting sizes": {string(sum("perl")), string(sum("gcc")), "in another pin"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%s: nothing to change", name)
		}
		if _, err := Parse("l", []byte(text)); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRPMFits(t *testing.T) {
	d := mustNew(t, rpmExample()).Content().Distributions[0]
	d.Vouched = d.Vouched[:1]
	want := recipe.Distribution{Type: recipe.RPM, Name: "fedora", Suite: "42", Architecture: "x86_64", Components: []string{"fedora", "updates"},
		VouchedBy: recipe.ByRepomd, Keyring: recipe.File{Digest: sum("keys")}}
	if !d.Fits(want) {
		t.Errorf("%v", d.differences(want))
	}
	want.VouchedBy = recipe.ByHeader
	if d.Fits(want) {
		t.Error("a signed repomd.xml is not a signed header")
	}
}
