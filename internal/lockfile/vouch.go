package lockfile

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

// What vouches for a file at a URL.
const (
	ByRecipe = ""          // its digest stands in the recipe
	FirstUse = "first-use" // nothing does: the digest is that of the bytes that were there first
	OpenPGP  = "openpgp"
	Minisign = "minisign"
	Signify  = "signify"
)

// CoversChecksums says that a signature is over a file that names the digest.
// What else it can cover are recipe.CoversFile and recipe.CoversUncompressed.
const CoversChecksums = "checksums"

// Vouch says who vouches for a file at a URL. What follows Kind is set for
// signatures only.
type Vouch struct {
	Kind     string
	Covers   string
	File     string    // what whoever signs calls the file
	SignedAt time.Time // newest date of the signatures, in UTC; zero when they have none
	Signers  []string  // fingerprints of primary keys, or public keys of minisign or signify
	Evidence []Evidence
}

// Names of evidence.
const (
	EvidenceKeyring   = "keyring"
	EvidenceSignature = "signature"
	EvidenceChecksums = "checksums"
	EvidenceRelease   = "inrelease"
	EvidenceIndex     = "index"
	EvidenceRepomd    = "repomd"
	EvidenceLockFile  = "lock file" // package-lock.json, Cargo.lock, go.sum
	EvidenceObjects   = "objects"   // of git
)

// Evidence is a file that proves a pin and is not read by a build.
type Evidence struct {
	Name   string // EvidenceKeyring …
	Digest digest.Digest
	Size   int64  // bytes; -1 when the lock does not say
	URL    string // of evidence for a file at a URL; none for a keyring, which is a file of the recipe
	// Where else it may be had: a path in a distribution's archive.
	Distribution, Suite string
	Path                string
	// Of an RPM distribution, whose paths are below a repository.
	Repository, Architecture string
	Of                       recipe.Address // what it is evidence for
}

// String names evidence in messages.
func (e Evidence) String() string {
	what := map[string]string{EvidenceKeyring: "keyring", EvidenceSignature: "signature", EvidenceChecksums: "checksum file",
		EvidenceRelease: "InRelease file", EvidenceIndex: "index", EvidenceRepomd: "repomd.xml", EvidenceLockFile: "lock file",
		EvidenceObjects: "trees and submodules' commits"}[e.Name]
	if what == "" {
		what = "file"
	}
	if e.Name == EvidenceIndex {
		return fmt.Sprintf("%s %s of %s", what, e.Path, e.Of)
	}
	return fmt.Sprintf("%s of %s", what, e.Of)
}

// find returns the evidence of a name.
func (v Vouch) find(name string) (Evidence, bool) {
	i := slices.IndexFunc(v.Evidence, func(e Evidence) bool { return e.Name == name })
	if i < 0 {
		return Evidence{}, false
	}
	return v.Evidence[i], true
}

// Find returns the evidence of a name; the zero value when there is none.
func (v Vouch) Find(name string) Evidence {
	e, _ := v.find(name)
	return e
}

// Evidence returns what proves the pins of the lock, each file once, sorted by
// digest: Release files, indexes, signatures, checksum files, keyrings, and the
// lock files of packages. Parts of trees prove them too and are pins themselves.
func (l *Lock) Evidence() []Evidence {
	var all []Evidence
	for _, d := range l.content.Distributions {
		for _, v := range d.Vouched {
			all = append(all, v.evidence(d)...)
		}
	}
	for _, s := range l.content.Sources {
		for _, e := range append(s.Vouch.Evidence, s.Tree.evidence()...) {
			e.Of = s.Address
			all = append(all, e)
		}
	}
	all = sortedBy(all, func(e Evidence) string { return string(e.Digest) })
	return slices.CompactFunc(all, func(a, b Evidence) bool { return a.Digest == b.Digest })
}

// evidence of the pins that an InRelease file or a repomd.xml vouches for, or
// that it led to.
func (v Vouched) evidence(d Distribution) []Evidence {
	at := func(name string, sum digest.Digest, size int64, path string) Evidence {
		e := Evidence{Name: name, Digest: sum, Size: size, Distribution: d.Name, Suite: d.Suite, Path: path, Of: d.Address, Repository: v.Repository}
		if e.Repository != "" {
			e.Architecture = d.Architecture
		}
		return e
	}
	all := []Evidence{at(EvidenceRelease, v.Digest, v.Size, "InRelease"), {Name: EvidenceKeyring, Digest: v.Keyring, Size: v.KeyringSize, Of: d.Address}}
	if v.Kind != InRelease {
		all[0] = at(EvidenceRepomd, v.Digest, v.Size, "repodata/repomd.xml")
	}
	if v.KeyringSize == 0 {
		all[1].Size = -1
	}
	for _, i := range v.Indexes {
		all = append(all, at(EvidenceIndex, i.Digest, i.Size, i.Path))
	}
	return all
}

// fits reports whether a file is vouched for as the recipe asks.
func (v Vouch) fits(want recipe.HTTP) bool {
	t := want.Trust
	switch {
	case t == nil:
		return v.Kind == ByRecipe
	case t.FirstUse:
		return v.Kind == FirstUse
	}
	covers := t.Covers
	if t.Checksums != "" {
		covers = CoversChecksums
	}
	return v.signed() && v.Covers == covers && v.File == want.SignedName() &&
		v.Find(EvidenceSignature).URL == t.Signature && v.Find(EvidenceChecksums).URL == t.Checksums &&
		v.Find(EvidenceKeyring).Digest == t.Keyring.Digest && Enough(v.Signers, t.Signers, t.MinSigners)
}

func (v Vouch) signed() bool {
	return v.Kind == OpenPGP || v.Kind == Minisign || v.Kind == Signify
}

// Enough reports whether at least minimum of the signers, and one, are among
// those allowed; allowed empty means all.
func Enough(signers, allowed []string, minimum int) bool {
	n := 0
	for i, s := range signers {
		if !slices.Contains(signers[:i], s) && (len(allowed) == 0 || slices.Contains(allowed, s)) {
			n++
		}
	}
	return n >= max(minimum, 1)
}

// String says who vouches, for people.
func (v Vouch) String() string {
	switch v.Kind {
	case ByRecipe:
		return "the recipe's digest"
	case FirstUse:
		return "first use only: nobody vouches for it"
	}
	over := map[string]string{recipe.CoversFile: "the file", recipe.CoversUncompressed: "what it unpacks to", CoversChecksums: "its checksums"}[v.Covers]
	return fmt.Sprintf("%s over %s by %s", v.Kind, over, joined(v.Signers))
}

// vouch reads who vouches for a file at a URL: an attribute, or a block for signatures.
func (d *decoder) vouch(parent string, b *hclsyntax.Block) (v Vouch) {
	d.walk(b.Body, map[string]int{"vouched": 1}, func(b *hclsyntax.Block) {
		if v.Kind != "" {
			d.diags = append(d.diags, at(b.DefRange(), "duplicate", "a source has one block of what vouches for it"))
		}
		at := parent + "/vouched"
		o := d.open(at, b, append([]string{"covers", "file", "signers"}, present(b, "signed_at")...)...)
		v.Kind, v.Covers, v.File, v.SignedAt, v.Signers = b.Labels[0], o.text("covers"), o.text("file"), o.date("signed_at"), o.texts("signers")
		d.walk(b.Body, map[string]int{"evidence": 1}, func(b *hclsyntax.Block) {
			o := d.open(at+"/evidence "+b.Labels[0], b, append([]string{"size", "digest"}, present(b, "url")...)...)
			v.Evidence = append(v.Evidence, Evidence{Name: b.Labels[0], URL: o.text("url"), Size: o.number("size"), Digest: digest.Digest(o.text("digest"))})
		})
	})
	return v
}

// present returns the name if a block has such an attribute, which it need not.
func present(b *hclsyntax.Block, names ...string) []string {
	return slices.DeleteFunc(names, func(n string) bool { return b.Body.Attributes[n] == nil })
}

func (w *writer) vouch(v Vouch) {
	list := []attribute{text("covers", v.Covers), text("file", v.File)}
	if !v.SignedAt.IsZero() {
		list = append(list, text("signed_at", v.SignedAt.Format(time.RFC3339)))
	}
	w.attributes(list...)
	w.lines("signers", v.Signers)
	for _, e := range v.Evidence {
		w.block("evidence", e.Name, func() {
			list := []attribute{number("size", e.Size), text("digest", e.Digest)}
			if e.URL != "" {
				list = append([]attribute{text("url", e.URL)}, list...)
			}
			w.attributes(list...)
		})
	}
}

// vouch checks who vouches for a file at a URL.
func (v *validator) vouch(at string, w Vouch) {
	at += "/vouched"
	if w.Kind == ByRecipe || w.Kind == FirstUse {
		if w.Covers != "" || w.File != "" || !w.SignedAt.IsZero() || len(w.Signers) > 0 || len(w.Evidence) > 0 {
			v.add(at, "", "bad vouching", "nobody signs what vouches by %s", w)
		}
		return
	}
	if !w.signed() {
		v.add(at, "", "unknown kind of vouching", "%q is not known to this version of dombuild", w.Kind)
		return
	}
	needed := map[string][]string{
		recipe.CoversFile:         {EvidenceKeyring, EvidenceSignature},
		recipe.CoversUncompressed: {EvidenceKeyring, EvidenceSignature},
		CoversChecksums:           {EvidenceChecksums, EvidenceKeyring},
	}[w.Covers]
	if needed == nil {
		v.add(at, "covers", "unknown word", "%q is nothing that a signature covers", w.Covers)
	}
	for _, name := range needed {
		if _, ok := w.find(name); !ok {
			v.add(at, "", "missing evidence", "there is no evidence %q", name)
		}
	}
	v.signers(at, w.Kind, w.Signers)
	v.match(at, "file", "name of a file", w.File, fileName)
	unique(v, w.Evidence, func(e Evidence) string { return at + "/evidence " + e.Name })
	for _, e := range w.Evidence {
		v.evidence(at+"/evidence "+e.Name, e, needed, w.Covers)
	}
}

func (v *validator) evidence(at string, e Evidence, needed []string, covers string) {
	optional := covers == CoversChecksums && e.Name == EvidenceSignature
	if !slices.Contains(needed, e.Name) && !optional {
		v.add(at, "", "unknown evidence", "%q is no evidence of a signature that covers %s", e.Name, covers)
	}
	v.blob(at, at, e.Digest, e.Size)
	if e.Name != EvidenceKeyring {
		v.url(at, e.URL)
	} else if e.URL != "" {
		v.add(at, "url", "bad evidence", "a keyring is a file of the recipe")
	}
}

// signers checks a list of those who signed.
func (v *validator) signers(at, kind string, signers []string) {
	form := fingerprint
	if kind == Minisign || kind == Signify {
		form = publicKey
	}
	if len(signers) == 0 {
		v.add(at, "signers", "no signer", "pins that nobody signed are not vouched for")
	}
	for _, s := range signers {
		v.match(at, "signers", "fingerprint", s, form)
	}
	v.distinct(at, "signers", signers)
}

// later is what locks of earlier versions do not say of a Release file.
func (v Vouched) later() []attribute {
	var list []attribute
	if v.KeyringSize > 0 {
		list = append(list, number("keyring_size", v.KeyringSize))
	}
	if !v.SignedAt.IsZero() {
		list = append(list, text("signed_at", v.SignedAt.Format(time.RFC3339)))
	}
	if !v.ValidUntil.IsZero() {
		list = append(list, text("valid_until", v.ValidUntil.Format(time.RFC3339)))
	}
	return list
}

func joined(list []string) string { return strings.Join(list, ", ") }

// asksOf says which signers are asked for.
func asksOf(signers []string, minimum int) string {
	who := "any key of the keyring"
	if len(signers) > 0 {
		who = joined(signers)
	}
	return fmt.Sprintf("%d signers out of %s are asked for", max(minimum, 1), who)
}

// note adds who vouches to a description, unless it is the recipe.
func (v Vouch) note() string {
	if v.Kind == ByRecipe {
		return ""
	}
	return ", vouched for by " + v.String()
}

func askedVouch(h recipe.HTTP) string {
	switch t := h.Trust; {
	case t == nil:
		return ""
	case t.FirstUse:
		return Vouch{Kind: FirstUse}.note()
	default:
		return fmt.Sprintf(", to be signed by a key of %s: %s", t.Keyring.Path, asksOf(t.Signers, t.MinSigners))
	}
}
