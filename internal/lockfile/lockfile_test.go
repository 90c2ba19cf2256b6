package lockfile

import (
	"errors"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func sum(s string) digest.Digest { return digest.FromString(s) }

const signer = "0123456789ABCDEF0123456789ABCDEF01234567"

// example is a content with everything that a lock can hold, out of order.
func example() Content {
	june := Vouched{
		Kind: InRelease, Digest: sum("june"), Size: 120, Date: time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC),
		Origin: "Debian", Suite: "stable", Codename: "bookworm", Keyring: sum("keys"), Signers: []string{signer},
		Indexes: []Index{{"main/source/Sources.xz", sum("sources"), 11}},
		Dscs: []Dsc{{Name: "xen", Version: "4.17.5-1", Patches: true, Files: []File{
			{Name: "xen_4.17.5.orig.tar.xz", Path: "pool/main/x/xen/xen_4.17.5.orig.tar.xz", Digest: sum("orig"), Size: 5},
			{Name: "xen_4.17.5-1.debian.tar.xz", Path: "pool/main/x/xen/xen_4.17.5-1.debian.tar.xz", Digest: sum("debian"), Size: 6},
		}}},
	}
	july := Vouched{
		Kind: InRelease, Digest: sum("july"), Size: 121, Date: time.Date(2025, 7, 1, 12, 0, 0, 0, time.UTC),
		Origin: "Debian", Suite: "stable", Codename: "bookworm", Keyring: sum("keys"),
		Signers: []string{signer, strings.Repeat("A", 40)}, KeyringSize: 20,
		SignedAt: time.Date(2025, 7, 1, 12, 5, 0, 0, time.UTC), ValidUntil: time.Date(2025, 7, 8, 12, 0, 0, 0, time.UTC),
		Indexes: []Index{{"main/binary-amd64/Packages.xz", sum("packages"), 10}},
		Debs: []Deb{
			{Name: "make", Version: "4.3-4.1", Architecture: "amd64", Filename: "pool/main/m/make-dfsg/make_4.3-4.1_amd64.deb", Digest: sum("make"), Size: 2},
			{Name: "libc6", Version: "2.36-9+deb12u10", Architecture: "amd64", Filename: "pool/main/g/glibc/libc6_2.36-9+deb12u10_amd64.deb", Digest: sum("libc6"), Size: 1},
		},
	}
	return Content{
		Recipe: sum("recipe"),
		Distributions: []Distribution{{Address: "distribution.debian", Name: "debian", Suite: "bookworm",
			Architecture: "amd64", Components: []string{"main"}, Vouched: []Vouched{july, june}}},
		Toolchains: []Toolchain{{Address: "toolchain.base", From: "distribution.debian",
			Requested: []string{"make"}, Packages: []string{"make", "libc6"}}},
		Sources: []Source{
			{Address: "source.xen", From: "distribution.debian", Dsc: "xen"},
			{Address: "source.first", URL: "https://example.org/first.tar", Digest: sum("first"), Size: 8, Vouch: Vouch{Kind: FirstUse}},
			{Address: "source.signed", URL: "https://example.org/s.tar.xz", Digest: sum("signed"), Size: 9, Vouch: Vouch{Kind: OpenPGP,
				Covers: recipe.CoversUncompressed, File: "s.tar.xz", SignedAt: time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC), Signers: []string{signer},
				Evidence: []Evidence{{Name: EvidenceSignature, URL: "https://example.org/s.tar.sign", Digest: sum("sign"), Size: 3},
					{Name: EvidenceKeyring, Digest: sum("keys"), Size: 20}}}},
			{Address: "source.sums", URL: "https://example.org/t.tar.xz", Digest: sum("t"), Size: 10, Vouch: Vouch{Kind: Signify,
				Covers: CoversChecksums, File: "t.tar.xz", Signers: []string{"RW" + strings.Repeat("A", 54)},
				Evidence: []Evidence{{Name: EvidenceChecksums, URL: "https://example.org/SHA256.sig", Digest: sum("sums"), Size: 4},
					{Name: EvidenceKeyring, Digest: sum("signify"), Size: 21}}}},
			{Address: `module.guest.source.file["a.b ${x} \"q\""]`, URL: "https://example.org/a.tar.gz", Digest: sum("a"), Size: 7},
		},
	}
}

func mustNew(t testing.TB, c Content) *Lock {
	t.Helper()
	l, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestFormatIsAFixpoint(t *testing.T) {
	l := mustNew(t, example())
	text := l.Format()
	golden := "testdata/example.lock.hcl"
	if *update {
		if err := os.WriteFile(golden, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("Format (-want +got):\n%s", diff)
	}
	again, err := Parse("x.lock.hcl", text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(l.Content(), again.Content()); diff != "" {
		t.Errorf("Parse(Format(l)) (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(string(text), string(hclwrite.Format(text))); diff != "" {
		t.Errorf("another formatter changes a lock:\n%s", diff)
	}
}

func TestLookups(t *testing.T) {
	l := mustNew(t, example())
	debs, err := l.Toolchain("toolchain.base")
	if err != nil || len(debs) != 2 || debs[0].Name != "libc6" || debs[1].Name != "make" {
		t.Errorf("Toolchain = %v, %v", debs, err)
	}
	files, err := l.Source("source.xen")
	if err != nil || len(files) != 2 || files[1].Name != "xen_4.17.5.orig.tar.xz" {
		t.Errorf("Source = %v, %v", files, err)
	}
	files, err = l.Source(`module.guest.source.file["a.b ${x} \"q\""]`)
	want := []File{{Name: "a.tar.gz", URL: "https://example.org/a.tar.gz", Digest: sum("a"), Size: 7}}
	if diff := cmp.Diff(want, files); diff != "" || err != nil {
		t.Errorf("Source: %v\n%s", err, diff)
	}
	for _, ask := range []func() error{
		func() error { _, err := l.Toolchain("toolchain.other"); return err },
		func() error { _, err := l.Source("source.other"); return err },
	} {
		var stale *StaleError
		if err := ask(); !errors.As(err, &stale) {
			t.Errorf("an address without pins gives %v", err)
		}
	}
}

func TestPins(t *testing.T) {
	c := example()
	// The same bytes pinned by a second distribution are one pin.
	other := c.Distributions[0]
	other.Address, other.Suite = "distribution.other", "trixie"
	other.Vouched = []Vouched{c.Distributions[0].Vouched[1]}
	c.Distributions = append(c.Distributions, other)
	c.Sources = append(c.Sources, Source{Address: "source.again", From: "distribution.other", Dsc: "xen"})
	pins := mustNew(t, c).Pins()
	got := map[string]string{}
	for _, p := range pins {
		got[p.String()] = p.Distribution + " " + p.Suite
	}
	want := map[string]string{
		"make 4.3-4.1 (make_4.3-4.1_amd64.deb)":                                     "debian bookworm",
		"libc6 2.36-9+deb12u10 (libc6_2.36-9+deb12u10_amd64.deb)":                   "debian bookworm",
		"xen 4.17.5-1 (xen_4.17.5-1.debian.tar.xz)":                                 "debian bookworm",
		"xen 4.17.5-1 (xen_4.17.5.orig.tar.xz)":                                     "debian bookworm",
		`module.guest.source.file["a.b ${x} \"q\""] (https://example.org/a.tar.gz)`: " ",
		"first (https://example.org/first.tar)":                                     " ",
		"signed (https://example.org/s.tar.xz)":                                     " ",
		"sums (https://example.org/t.tar.xz)":                                       " ",
	}
	if diff := cmp.Diff(want, got); diff != "" || len(pins) != 8 {
		t.Errorf("%d pins (-want +got):\n%s", len(pins), diff)
	}
}

// exampleRecipe is the recipe that example is the lock of.
func exampleRecipe() *recipe.Recipe {
	return &recipe.Recipe{
		Name: "x",
		Distributions: []recipe.Distribution{{Address: "distribution.debian", Name: "debian", Suite: "bookworm",
			Architecture: "amd64", Components: []string{"main"}, Keyring: recipe.File{Path: "keys.gpg", Digest: sum("keys")}}},
		Toolchains: []recipe.Toolchain{{Address: "toolchain.base", From: "distribution.debian", Packages: []string{"make", "make"}}},
		Sources: []recipe.Source{
			{Address: "source.xen", Dsc: &recipe.Dsc{From: "distribution.debian", Name: "xen", Patches: true}},
			{Address: `module.guest.source.file["a.b ${x} \"q\""]`, HTTP: &recipe.HTTP{URL: "https://example.org/a.tar.gz", Digest: sum("a")}},
			{Address: "source.first", HTTP: &recipe.HTTP{URL: "https://example.org/first.tar", Trust: &recipe.Trust{FirstUse: true}}},
			{Address: "source.signed", HTTP: &recipe.HTTP{URL: "https://example.org/s.tar.xz", Trust: &recipe.Trust{
				Signature: "https://example.org/s.tar.sign", Covers: recipe.CoversUncompressed, Keyring: recipe.File{Digest: sum("keys")}}}},
			{Address: "source.sums", HTTP: &recipe.HTTP{URL: "https://example.org/t.tar.xz", Trust: &recipe.Trust{
				Checksums: "https://example.org/SHA256.sig", Keyring: recipe.File{Digest: sum("signify")}}}},
			{Address: "source.init", Local: &recipe.Local{Path: "init"}},
		},
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name   string
		change func(*recipe.Recipe)
		want   StaleError
	}{
		{"the same", func(*recipe.Recipe) {}, StaleError{}},
		{"another suite", func(r *recipe.Recipe) { r.Distributions[0].Suite = "trixie" },
			StaleError{Stale: []string{"distribution.debian: suite is trixie, the lock has bookworm"}}},
		{"another keyring", func(r *recipe.Recipe) { r.Distributions[0].Keyring.Digest = sum("other") },
			StaleError{Stale: []string{"distribution.debian: keyring is " + string(sum("other")) + ", the lock has " + string(sum("keys"))}}},
		{"a package more, one less", func(r *recipe.Recipe) { r.Toolchains[0].Packages = []string{"gcc"} },
			StaleError{Missing: []string{"package gcc of toolchain.base"}, Unused: []string{"package make of toolchain.base"}}},
		{"a toolchain more", func(r *recipe.Recipe) {
			r.Toolchains = append(r.Toolchains, recipe.Toolchain{Address: "toolchain.pack", From: "distribution.debian"})
		}, StaleError{Missing: []string{"toolchain.pack has no pins"}}},
		{"nothing", func(r *recipe.Recipe) { *r = recipe.Recipe{} },
			StaleError{Unused: []string{"distribution.debian", "toolchain.base", `module.guest.source.file["a.b ${x} \"q\""]`, "source.first", "source.signed", "source.sums", "source.xen"}}},
		{"another source package", func(r *recipe.Recipe) { r.Sources[0].Dsc.Name = "linux" },
			StaleError{Stale: []string{"source.xen is source package linux of distribution.debian, the lock has source package xen of distribution.debian"}}},
		{"another url and a new source", func(r *recipe.Recipe) {
			r.Sources[1].HTTP.URL = "https://example.org/b"
			r.Sources[5] = recipe.Source{Address: "source.new", HTTP: &recipe.HTTP{URL: "https://example.org/c", Digest: sum("c")}}
		}, StaleError{
			Missing: []string{"source.new has no pin"},
			Stale: []string{`module.guest.source.file["a.b ${x} \"q\""] is https://example.org/b ` + string(sum("a")) +
				`, the lock has https://example.org/a.tar.gz ` + string(sum("a"))}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := exampleRecipe()
			tt.change(r)
			c := example()
			c.Recipe = r.Digest()
			err := mustNew(t, c).Check(r)
			var got *StaleError
			if !errors.As(err, &got) {
				if got = (&StaleError{}); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(&tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckSeesARecipeThatDiffersOnlyInItsDigest(t *testing.T) {
	r := exampleRecipe()
	err := mustNew(t, example()).Check(r)
	want := "the lock does not fit the recipe\n  stale: the recipe is " + string(r.Digest()) +
		", the lock was made for " + string(sum("recipe"))
	if err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
