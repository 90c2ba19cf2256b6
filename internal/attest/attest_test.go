package attest

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/opencontainers/go-digest"
	"github.com/sigstore/sigstore/pkg/cryptoutils"
	spdxjson "github.com/spdx/tools-golang/json"
)

var (
	xen   = digest.FromString("xen")
	linux = digest.FromString("linux")
	noon  = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
)

// example is a build that meets every requirement.
func example() Build {
	return Build{
		Parameters: External{Recipe: "dom0", Version: "4.17", Target: "image.dom0", SourceDateEpoch: 1735689600},
		Plan: Internal{Platform: "linux/amd64", Recipe: digest.FromString("recipe"), Lock: digest.FromString("lock"),
			Plan: digest.FromString("plan"), Environment: json.RawMessage(`{"Hostname":"dombuild"}`)},
		Dependencies: []Dependency{
			{Name: "gcc", Version: "4:12.2.0-3", Digest: digest.FromString("gcc"), Kind: BinaryPackage, Distribution: "debian", Suite: "bookworm", Architecture: "amd64", Path: "pool/g/gcc.deb"},
			{Name: "xen", Version: "4.17.5-1", Digest: digest.FromString("xen.tar"), Kind: SourceFile, Distribution: "debian", Suite: "bookworm", Path: "pool/x/xen.tar.xz"},
		},
		Artifacts:  []Artifact{{Path: "boot/xen.gz", Size: 3, Digest: xen}, {Path: "boot/vmlinuz", Size: 5, Digest: linux}},
		Builder:    Builder{ID: "https://example.org/builder"},
		Invocation: "1", Started: noon.Add(-time.Hour), Finished: noon,
		Byproducts: []Descriptor{
			{Name: ByproductCheck, Annotations: map[string]string{"reproducible": "true"}},
			{Name: ByproductProbe, Annotations: map[string]string{"closed": "true"}},
			{Name: ByproductHardening, Annotations: map[string]string{"refuted": "0", "step": "package.xen"}},
		},
	}
}

func newKey(t *testing.T) crypto.Signer {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// signed is a build's statement in a bundle.
func signed(t *testing.T, name string, b Build, key crypto.Signer) *Bundle {
	t.Helper()
	s, err := b.Provenance()
	if err != nil {
		t.Fatal(err)
	}
	text, err := Sign(s, key)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := ParseBundle(name, text)
	if err != nil {
		t.Fatal(err)
	}
	return bundle
}

func artifacts() map[string]digest.Digest {
	return map[string]digest.Digest{"boot/xen.gz": xen, "boot/vmlinuz": linux}
}

// court is a policy of 2 out of 3 owners, with four builders, two of one owner.
type court struct {
	Policy
	keys map[string]crypto.Signer
}

func newCourt(t *testing.T) court {
	c := court{Policy{Digest: digest.FromString("policy"), Threshold: 2, MaxAge: 24 * time.Hour, Require: Require{true, true, true}}, map[string]crypto.Signer{}}
	for name, owner := range map[string]string{"a": "itl", "b": "3mdeb", "c": "edf", "a2": "itl"} {
		c.keys[name] = newKey(t)
		hint, err := HintOf(c.keys[name].Public())
		if err != nil {
			t.Fatal(err)
		}
		c.Builders = append(c.Builders, Trusted{name, owner, c.keys[name].Public(), hint})
	}
	return c
}

func TestJudge(t *testing.T) {
	court := newCourt(t)
	by := func(name string, change ...func(*Build)) *Bundle {
		b := example()
		for _, f := range change {
			f(&b)
		}
		return signed(t, name, b, court.keys[name])
	}
	annotate := func(name, key, value string) func(*Build) {
		return func(b *Build) {
			for i := range b.Byproducts {
				if b.Byproducts[i].Name == name {
					b.Byproducts[i].Annotations = map[string]string{key: value}
				}
			}
		}
	}
	other := func(b *Build) { b.Artifacts[0].Digest = digest.FromString("backdoor") }
	stranger := signed(t, "stranger", example(), newKey(t))
	later := func(b *Build) { b.Invocation, b.Started, b.Finished = "2", noon, noon.Add(time.Minute) }
	tests := []struct {
		name    string
		bundles []*Bundle
		passed  bool
		agree   string
		says    string // in a dissent or refusal
	}{
		{"two owners", []*Bundle{by("a"), by("b")}, true, "a b", ""},
		{"another time is no other build", []*Bundle{by("a"), by("b", later)}, true, "a b", ""},
		{"three owners", []*Bundle{by("a"), by("b"), by("c")}, true, "a b c", ""},
		{"one owner", []*Bundle{by("a")}, false, "a", ""},
		{"one owner twice", []*Bundle{by("a"), by("a2")}, false, "a a2", ""},
		{"one statement twice", []*Bundle{by("a"), by("a")}, false, "a", ""},
		{"one builder twice", []*Bundle{by("a"), by("a", later)}, false, "a", ""},
		{"nobody", nil, false, "", ""},
		{"a stranger", []*Bundle{by("a"), stranger}, false, "a", "no builder of the policy has the key"},
		{"one has other bytes", []*Bundle{by("a"), by("b", other)}, false, "a", "boot/xen.gz should be " + digest.FromString("backdoor").String()},
		{"one of three has other bytes", []*Bundle{by("a"), by("b", other), by("c")}, true, "a c", "boot/xen.gz should be"},
		{"one says two things", []*Bundle{by("a"), by("a", other), by("b")}, false, "b", "says two things"},
		{"one says another thing that does not count", []*Bundle{by("a"), by("a", other, func(b *Build) { b.Byproducts = b.Byproducts[1:] }), by("b")}, false, "b", "builder a says two things"},
		{"one says another thing too long ago", []*Bundle{by("a", other, func(b *Build) { b.Finished = noon.AddDate(0, 0, -3) }), by("a"), by("b")}, false, "b", "builder a says two things"},
		{"other dependencies", []*Bundle{by("a"), by("b", func(b *Build) { b.Dependencies = b.Dependencies[:1] })}, false, "", "come from another recipe, lock, plan or dependency"},
		{"other plan", []*Bundle{by("a"), by("b", func(b *Build) { b.Plan.Plan = digest.FromString("other") })}, false, "", "come from another"},
		{"an artifact more", []*Bundle{by("a"), by("b", func(b *Build) { b.Artifacts = append(b.Artifacts, Artifact{"boot/evil", 1, xen}) })}, false, "a", "boot/evil is not there"},
		{"an artifact less", []*Bundle{by("a"), by("b", func(b *Build) { b.Artifacts = b.Artifacts[:1] })}, false, "a", "boot/vmlinuz is in no statement"},
		{"not checked", []*Bundle{by("a"), by("b", func(b *Build) { b.Byproducts = b.Byproducts[1:] })}, false, "a", "it has no check"},
		{"not reproducible", []*Bundle{by("a"), by("b", annotate(ByproductCheck, "reproducible", "false"))}, false, "a", `reproducible: "false"`},
		{"sandbox open", []*Bundle{by("a"), by("b", annotate(ByproductProbe, "closed", "false"))}, false, "a", "its probe says closed"},
		{"not hardened", []*Bundle{by("a"), by("b", annotate(ByproductHardening, "refuted", "some"))}, false, "a", "its hardening says refuted"},
		{"too old", []*Bundle{by("a"), by("b", func(b *Build) { b.Finished = noon.AddDate(0, 0, -3) })}, false, "a", "not within 24h0m0s before"},
		{"of the future", []*Bundle{by("a"), by("b", func(b *Build) { b.Finished = noon.AddDate(0, 0, 3) })}, false, "a", "not within"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o, err := Judge(court.Policy, Case{Artifacts: artifacts(), Bundles: tt.bundles, AsOf: noon.Add(time.Hour)})
			var untrusted *UntrustedError
			if o.Passed != tt.passed || (err == nil) != tt.passed || (err != nil && !errors.As(err, &untrusted)) {
				t.Errorf("passed %v, error %v", o.Passed, err)
			}
			var agree []string
			for _, w := range o.Agree {
				agree = append(agree, w.Builder)
			}
			if got := strings.Join(agree, " "); tt.agree != "" && got != tt.agree {
				t.Errorf("%q agree, want %q", got, tt.agree)
			}
			if said := fmt.Sprint(o.Dissent, o.Refused); !strings.Contains(said, tt.says) {
				t.Errorf("%s does not say %q", said, tt.says)
			}
			if tt.passed && !strings.HasPrefix(o.Level, "DOMBUILD_REPRODUCED_") || !tt.passed && o.Level != "" {
				t.Errorf("level %q", o.Level)
			}
		})
	}
}

func TestLevels(t *testing.T) {
	court := newCourt(t)
	court.Threshold = 1
	unchecked := example()
	unchecked.Byproducts = unchecked.Byproducts[1:]
	court.Require.Check = false
	a, b := signed(t, "a", example(), court.keys["a"]), signed(t, "b", example(), court.keys["b"])
	for want, bundles := range map[string][]*Bundle{
		"DOMBUILD_REPRODUCED_2_OF_3":      {a, b},
		"DOMBUILD_REBUILT_BY_ITS_BUILDER": {a},
		"DOMBUILD_BUILT":                  {signed(t, "a", unchecked, court.keys["a"])},
	} {
		if o, err := Judge(court.Policy, Case{Artifacts: artifacts(), Bundles: bundles, AsOf: noon}); err != nil || o.Level != want {
			t.Errorf("level %q, want %q: %v", o.Level, want, err)
		}
	}
}

// TestLevelOfOthers has a statement that was checked and is about another build,
// and one whose check has failed: neither raises the level of the one that counts.
func TestLevelOfOthers(t *testing.T) {
	court := newCourt(t)
	court.Threshold = 1
	court.Require.Check = false
	unchecked, failed := example(), example()
	unchecked.Byproducts = unchecked.Byproducts[1:]
	failed.Byproducts[0].Annotations = map[string]string{"reproducible": "false"}
	elsewhere := example()
	for i := range 8 { // of two groups of one owner each, the one with the smaller text counts
		elsewhere.Plan.Plan = digest.FromString(fmt.Sprint("another plan ", i))
		for name, bundles := range map[string][]*Bundle{
			"another build": {signed(t, "a", unchecked, court.keys["a"]), signed(t, "b", elsewhere, court.keys["b"])},
			"failed check":  {signed(t, "a", failed, court.keys["a"])},
		} {
			o, err := Judge(court.Policy, Case{Artifacts: artifacts(), Bundles: bundles, AsOf: noon})
			if want := "DOMBUILD_BUILT"; err != nil || o.Agree[0].Builder == "a" && o.Level != want {
				t.Errorf("%s: level %q, want %q: %v", name, o.Level, want, err)
			}
		}
	}
}

func TestSingleArtifact(t *testing.T) {
	court := newCourt(t)
	bundles := []*Bundle{signed(t, "a", example(), court.keys["a"]), signed(t, "b", example(), court.keys["b"])}
	for name, want := range map[digest.Digest]bool{xen: true, digest.FromString("other"): false} {
		_, err := Judge(court.Policy, Case{Artifacts: map[string]digest.Digest{"renamed": name}, Single: true, Bundles: bundles, AsOf: noon})
		if (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLockMutated(t *testing.T) {
	court := newCourt(t)
	court.Threshold = 1
	c := Case{Artifacts: artifacts(), Bundles: []*Bundle{signed(t, "a", example(), court.keys["a"])}, AsOf: noon,
		Lock: digest.FromString("lock"), Dependencies: example().Dependencies}
	if _, err := Judge(court.Policy, c); err != nil {
		t.Fatal(err)
	}
	other := c
	other.Lock = digest.FromString("other lock")
	more := c
	more.Dependencies = append(example().Dependencies, Dependency{Name: "new", Digest: digest.FromString("new")})
	for name, c := range map[string]Case{"another lock": other, "another pin": more} {
		if o, err := Judge(court.Policy, c); err == nil {
			t.Errorf("%s: passed: %+v", name, o)
		}
	}
}

// TestTampered flips every byte of a bundle: none may pass as another statement.
func TestTampered(t *testing.T) {
	key := newKey(t)
	s, err := example().Provenance()
	if err != nil {
		t.Fatal(err)
	}
	text, err := Sign(s, key)
	if err != nil {
		t.Fatal(err)
	}
	for i := range text {
		bad := bytes.Clone(text)
		bad[i] ^= 1
		b, err := ParseBundle("bad", bad)
		if err != nil {
			continue
		}
		v, err := Verify[Provenance](b, key.Public(), ProvenanceType)
		if err == nil && cmp.Diff(v.Statement, s) != "" {
			t.Errorf("byte %d (%q → %q): another statement was taken", i, text[i], bad[i])
		}
	}
}

func TestKeys(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range map[string]crypto.Signer{"P-256": newKey(t), "P-384": p384, "Ed25519": ed} {
		b := signed(t, name, example(), key)
		if _, err := Verify[Provenance](b, key.Public(), ProvenanceType); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := Verify[Summary](b, key.Public(), SummaryType); err == nil {
			t.Errorf("%s: provenance was taken for a summary", name)
		}
		if _, err := Verify[Provenance](b, newKey(t).Public(), ProvenanceType); err == nil {
			t.Errorf("%s: another key verified it", name)
		}
	}
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := example().Provenance(); s.Type != "" {
		if _, err := Sign(s, old); err == nil {
			t.Error("an RSA key signed")
		}
	}
}

func TestReadPrivateKey(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	key := newKey(t)
	plain, err := cryptoutils.MarshalPrivateKeyToPEM(key)
	if err != nil {
		t.Fatal(err)
	}
	locked, _, err := cryptoutils.GeneratePEMEncodedECDSAKeyPair(elliptic.P256(), cryptoutils.StaticPasswordFunc([]byte("secret")))
	if err != nil {
		t.Fatal(err)
	}
	never := func() ([]byte, error) { return nil, errors.New("asked") }
	secret := func() ([]byte, error) { return []byte("secret"), nil }
	wrong := func() ([]byte, error) { return []byte("wrong"), nil }
	tests := []struct {
		name     string
		path     string
		password func() ([]byte, error)
		ok       bool
	}{
		{"plain", write("plain", plain), never, true},
		{"encrypted", write("locked", locked), secret, true},
		{"wrong password", write("locked", locked), wrong, false},
		{"no password", write("locked", locked), never, false},
		{"no key", write("junk", []byte("junk")), never, false},
		{"not there", filepath.Join(dir, "none"), never, false},
	}
	for _, tt := range tests {
		if _, err := ReadPrivateKey(tt.path, tt.password); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestReadPolicy(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b"} {
		text, err := cryptoutils.MarshalPublicKeyToPEM(newKey(t).Public())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".pub"), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var both []byte
	for _, name := range []string{"a.pub", "b.pub"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		both = append(both, text...)
	}
	if err := os.WriteFile(filepath.Join(dir, "both.pub"), both, 0o600); err != nil {
		t.Fatal(err)
	}
	builder := func(name, owner, key string) string {
		return fmt.Sprintf("builder %q {\n owner = %q\n key = %q\n}\n", name, owner, key)
	}
	two := builder("a", "itl", "a.pub") + builder("b", "3mdeb", "b.pub")
	for text, want := range map[string]string{
		"policy {\n threshold = 2\n}\n" + two:                                                       "",
		"policy {\n threshold = 1\n max_age = \"720h\"\n require {\n  check = false\n }\n}\n" + two: "",
		"policy {\n threshold = 3\n}\n" + two:                                                       "can never be met",
		"policy {\n threshold = 0\n}\n" + two:                                                       "at least 1",
		"policy {\n threshold = 2\n}\n" + builder("a", "x", "a.pub") + builder("b", "x", "b.pub"):   "can never be met",
		"policy {\n threshold = 1\n}\n" + builder("a", "x", "a.pub") + builder("b", "y", "a.pub"):   "same key",
		"policy {\n threshold = 1\n}\n" + builder("a", "x", "a.pub") + builder("a", "y", "b.pub"):   "two builders",
		"policy {\n threshold = 1\n}\n" + builder("a", "", "a.pub"):                                 "no owner",
		"policy {\n threshold = 1\n}\n" + builder("a", "x", "none.pub"):                             "none.pub",
		"policy {\n threshold = 1\n max_age = \"soon\"\n}\n" + two:                                  "no duration",
		"policy {\n threshold = 1\n insecure = true\n}\n" + two:                                     "insecure",
		"policy {\n threshold = 1\n}\n" + builder("a", "x", "both.pub"):                             "something follows the first key",
		"policy {\n threshold = 1\n}\n" + builder("a", "x", filepath.Join(dir, "a.pub")):            "",
		"policy {":                          "policy",
		"policy {\n threshold = \"x\"\n}\n": "policy.hcl:2,15-16: Unsuitable value type",
		"policy {\n treshold = 1\n}\n" + builder("a", "x", "a.pub"): `"treshold"`,
	} {
		path := filepath.Join(dir, "policy.hcl")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadPolicy(path)
		var bad *PolicyError
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && (!errors.As(err, &bad) || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

func TestSBOM(t *testing.T) {
	text, err := example().SBOM()
	if err != nil {
		t.Fatal(err)
	}
	again, err := example().SBOM()
	if err != nil || !bytes.Equal(text, again) {
		t.Error("the same build has two texts", err)
	}
	doc, err := spdxjson.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	related := map[string]int{}
	for _, r := range doc.Relationships {
		related[r.Relationship]++
	}
	want := map[string]int{"DESCRIBES": 1, "CONTAINS": 2, "BUILD_TOOL_OF": 1, "GENERATED_FROM": 1}
	if !maps.Equal(related, want) || len(doc.Packages) != 5 || len(doc.Files) != 0 {
		t.Errorf("%v, %d packages, %d files", related, len(doc.Packages), len(doc.Files))
	}
	wellFormed(t, text)
	if purl := doc.Packages[3].PackageExternalReferences[0].Locator; purl != "pkg:deb/debian/gcc@4:12.2.0-3?arch=amd64&distro=bookworm" {
		t.Error(purl)
	}
	other := example()
	other.Artifacts[0].Digest = linux
	if text, _ := other.SBOM(); !bytes.Contains(text, []byte(linux.Encoded())) || bytes.Contains(text, []byte(doc.DocumentNamespace)) {
		t.Error("another build has the same namespace")
	}
	if _, err := (Build{}).SBOM(); err == nil {
		t.Error("nothing has a bill of materials")
	}
}

func TestSummary(t *testing.T) {
	court := newCourt(t)
	c := Case{Artifacts: artifacts(), AsOf: noon, Bundles: []*Bundle{signed(t, "a", example(), court.keys["a"]), signed(t, "b", example(), court.keys["b"]), signed(t, "x", example(), newKey(t))}}
	o, err := Judge(court.Policy, c)
	if err != nil {
		t.Fatal(err)
	}
	text, err := Sign(Summarize(o, court.Policy, c, "dom0", "v1"), court.keys["c"])
	if err != nil {
		t.Fatal(err)
	}
	b, err := ParseBundle("vsa", text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := Verify[Summary](b, court.keys["c"].Public(), SummaryType)
	if err != nil {
		t.Fatal(err)
	}
	p := v.Statement.Predicate
	if p.VerificationResult != "PASSED" || len(p.InputAttestations) != 2 || p.VerifiedLevels[0] != "DOMBUILD_REPRODUCED_2_OF_3" || len(v.Statement.Subject) != 2 {
		t.Errorf("%+v", v.Statement)
	}
}

func FuzzParseBundle(f *testing.F) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		f.Fatal(err)
	}
	s, err := example().Provenance()
	if err != nil {
		f.Fatal(err)
	}
	text, err := Sign(s, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := ParseBundle("fuzz", text)
		if err != nil {
			return
		}
		if v, err := Verify[Provenance](b, key.Public(), ProvenanceType); err == nil && cmp.Diff(v.Statement, s) != "" {
			t.Error("another statement was taken")
		}
	})
}
