package lockfile

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

// Kinds of vouching of an RPM distribution.
const (
	// Repomd: a detached signature of repomd.xml, which names the digest of
	// primary.xml, which names those of the packages.
	Repomd = recipe.ByRepomd
	// RPMHeader: the signature in the header of each package, which names the
	// digest of its payload. Repomd.xml, unsigned, only said where packages are.
	RPMHeader = recipe.ByHeader
)

var (
	rpmName     = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+._-]*$`)
	rpmVersion  = regexp.MustCompile(`^([0-9]+:)?[A-Za-z0-9._+~^]+-[A-Za-z0-9._+~^]+$`)
	rpmRevision = regexp.MustCompile(`^[!-~]{0,64}$`)
)

// packageBlock names the block of a pinned binary package.
func (d Distribution) packageBlock() string {
	if d.Type == recipe.RPM {
		return "rpm"
	}
	return "deb"
}

func requestForm(d Distribution) *regexp.Regexp {
	if d.Type == recipe.RPM {
		return rpmName
	}
	return requestName
}

func (w *writer) rpmDistribution(d Distribution) {
	w.attributes(text("type", d.Type), text("name", d.Name), text("release", d.Suite), text("architecture", d.Architecture),
		list("repositories", d.Components))
	for _, v := range d.Vouched {
		w.block("vouched", v.Kind, func() { w.rpmVouched(v) })
	}
}

func (w *writer) rpmVouched(v Vouched) {
	list := []attribute{text("repository", v.Repository), text("date", v.Date.Format(time.RFC3339)), text("revision", v.Revision),
		number("size", v.Size), text("digest", v.Digest), text("keyring", v.Keyring)}
	w.attributes(append(list, v.later()...)...)
	w.lines("signers", v.Signers)
	for _, i := range v.Indexes {
		w.block("index", i.Path, func() { w.attributes(number("size", i.Size), text("digest", i.Digest)) })
	}
	for _, p := range v.Debs {
		w.block("rpm", p.Name, func() {
			list := []attribute{text("version", p.Version), text("architecture", p.Architecture),
				text("filename", p.Filename), number("size", p.Size), text("digest", p.Digest)}
			if v.Kind == RPMHeader {
				list = append(list, text("signer", p.Signer), text("signed_at", p.SignedAt.Format(time.RFC3339)))
			}
			w.attributes(list...)
		})
	}
}

func (d *decoder) rpmDistribution(b *hclsyntax.Block) Distribution {
	at := "distribution " + b.Labels[0]
	o := d.open(at, b, "type", "name", "release", "architecture", "repositories")
	out := Distribution{
		Address: address("distribution", b.Labels[0]), Type: o.text("type"),
		Name: o.text("name"), Suite: o.text("release"), Architecture: o.text("architecture"),
		Components: o.texts("repositories"),
	}
	d.walk(b.Body, map[string]int{"vouched": 1}, func(b *hclsyntax.Block) {
		out.Vouched = append(out.Vouched, d.rpmVouched(at, b))
	})
	return out
}

func (d *decoder) rpmVouched(parent string, b *hclsyntax.Block) Vouched {
	v := Vouched{Kind: b.Labels[0]}
	for name, to := range map[string]*string{"digest": (*string)(&v.Digest), "repository": &v.Repository} {
		if a, ok := b.Body.Attributes[name]; ok {
			*to = d.text(a)
		}
	}
	at := vouchedAt(parent, v)
	o := d.open(at, b, append([]string{"repository", "date", "revision", "size", "digest", "keyring", "signers"}, present(b, "signed_at", "keyring_size")...)...)
	v.SignedAt, v.KeyringSize = o.date("signed_at"), o.number("keyring_size")
	v.Date, v.Size, v.Keyring = o.date("date"), o.number("size"), digest.Digest(o.text("keyring"))
	v.Revision, v.Signers = o.text("revision"), o.texts("signers")
	d.walk(b.Body, map[string]int{"index": 1, "rpm": 1}, func(b *hclsyntax.Block) {
		at := at + "/" + b.Type + " " + b.Labels[0]
		if b.Type == "rpm" {
			v.Debs = append(v.Debs, d.rpm(at, v.Kind, b))
			return
		}
		o := d.open(at, b, "size", "digest")
		v.Indexes = append(v.Indexes, Index{b.Labels[0], digest.Digest(o.text("digest")), o.number("size")})
	})
	return v
}

func (d *decoder) rpm(at, kind string, b *hclsyntax.Block) Deb {
	names := []string{"version", "architecture", "filename", "size", "digest"}
	if kind == RPMHeader {
		names = append(names, "signer", "signed_at")
	}
	o := d.open(at, b, names...)
	d.walk(b.Body, nil, nil)
	p := Deb{Name: b.Labels[0], Version: o.text("version"), Architecture: o.text("architecture"),
		Filename: o.text("filename"), Size: o.number("size"), Digest: digest.Digest(o.text("digest"))}
	if kind == RPMHeader {
		p.Signer, p.SignedAt = o.text("signer"), o.date("signed_at")
	}
	return p
}

func (v *validator) rpmDistribution(at string, d Distribution) {
	if d.Type != recipe.RPM {
		v.add(at, "type", "unknown type", "%q is not a type of distribution that is written here", d.Type)
	}
	v.address(at, "distribution", d.Address)
	v.match(at, "name", "name of a distribution", d.Name, word)
	v.match(at, "architecture", "architecture", d.Architecture, word)
	v.match(at, "release", "name of a release", d.Suite, word)
	for _, c := range d.Components {
		v.match(at, "repositories", "name of a repository", c, word)
	}
	v.distinct(at, "repositories", d.Components)
	if len(d.Vouched) == 0 {
		v.add(at, "", "unused distribution", "no pin comes from it")
	}
	unique(v, d.Vouched, func(w Vouched) string { return vouchedAt(at, w) })
	names := map[string]bool{}
	for _, w := range d.Vouched {
		v.rpmVouched(d, w)
		for _, p := range w.Debs {
			v.once(vouchedAt(at, w)+"/rpm "+p.Name, names, p.Name)
		}
	}
}

func (v *validator) rpmVouched(d Distribution, w Vouched) {
	at := vouchedAt(distributionAt(d), w)
	if w.Kind != Repomd && w.Kind != RPMHeader {
		v.add(at, "", "unknown kind of vouching", "%q is not known to this version of dombuild", w.Kind)
	}
	if !slices.Contains(d.Components, w.Repository) {
		v.add(at, "repository", "bad repository", "%q is not one of the distribution's repositories", w.Repository)
	}
	v.match(at, "revision", "revision", w.Revision, rpmRevision)
	v.blob(at, at, w.Digest, w.Size)
	v.digest(at, "keyring", w.Keyring)
	if w.Date.IsZero() {
		v.add(at, "date", "bad date", "a repomd.xml has a date")
	}
	v.rpmSigners(at, w)
	if w.KeyringSize < 0 || w.KeyringSize > maximalSize {
		v.add(at, "keyring_size", "bad size", "%d is not the size of a file", w.KeyringSize)
	}
	if w.Kind == RPMHeader && !w.SignedAt.IsZero() {
		v.add(at, "signed_at", "bad date", "where headers vouch each package has the date of its signature")
	}
	if len(w.Debs) == 0 || len(w.Dscs) > 0 {
		v.add(at, "", "unused vouching", "it vouches for no package")
	}
	unique(v, w.Indexes, func(i Index) string { return at + "/index " + i.Path })
	for _, i := range w.Indexes {
		v.path(at+"/index "+i.Path, "", i.Path)
		v.blob(at+"/index "+i.Path, at+i.Path, i.Digest, i.Size)
	}
	for _, p := range w.Debs {
		at := at + "/rpm " + p.Name
		v.match(at, "", "name of a package", p.Name, rpmName)
		v.match(at, "version", "version", p.Version, rpmVersion)
		if p.Architecture != "noarch" && p.Architecture != d.Architecture {
			v.add(at, "architecture", "bad architecture", "%q is neither noarch nor %s", p.Architecture, d.Architecture)
		}
		v.path(at, "filename", p.Filename)
		v.blob(at, fmt.Sprintf("%s %s %s", d.Address, w.Repository, p.Filename), p.Digest, p.Size)
	}
}

// rpmSigners checks who signed: repomd.xml, or each package.
func (v *validator) rpmSigners(at string, w Vouched) {
	if len(w.Signers) == 0 {
		v.add(at, "signers", "no signer", "pins that nobody signed are not vouched for")
	}
	for _, s := range w.Signers {
		v.match(at, "signers", "fingerprint", s, fingerprint)
	}
	v.distinct(at, "signers", w.Signers)
	used := map[string]bool{}
	for _, p := range w.Debs {
		at := at + "/rpm " + p.Name
		switch {
		case w.Kind != RPMHeader && (p.Signer != "" || !p.SignedAt.IsZero()):
			v.add(at, "", "bad signer", "a package has a signer where its header vouches for it")
		case w.Kind == RPMHeader && !slices.Contains(w.Signers, p.Signer):
			v.add(at, "signer", "no signer", "%q is not one of the signers", p.Signer)
		case w.Kind == RPMHeader && p.SignedAt.IsZero():
			v.add(at, "signed_at", "bad date", "a signature has a date")
		}
		used[p.Signer] = true
	}
	for _, s := range w.Signers {
		if w.Kind == RPMHeader && !used[s] {
			v.add(at, "signers", "unused signer", "%s signed no package", s)
		}
	}
}
