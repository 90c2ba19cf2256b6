package lockfile

import (
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/recipe"
)

func (v *validator) distribution(d Distribution) {
	at := distributionAt(d)
	if d.Type != "" {
		v.rpmDistribution(at, d)
		return
	}
	v.address(at, "distribution", d.Address)
	v.match(at, "name", "name of a distribution", d.Name, word)
	v.match(at, "architecture", "architecture", d.Architecture, word)
	v.path(at, "suite", d.Suite)
	for _, c := range d.Components {
		v.path(at, "components", c)
	}
	v.distinct(at, "components", d.Components)
	if len(d.Vouched) == 0 {
		v.add(at, "", "unused distribution", "no pin comes from it")
	}
	unique(v, d.Vouched, func(w Vouched) string { return vouchedAt(at, w) })
	debs, dscs := map[string]bool{}, map[string]bool{}
	for _, w := range d.Vouched {
		v.vouched(d, w)
		for _, deb := range w.Debs {
			v.once(vouchedAt(at, w)+"/deb "+deb.Name, debs, deb.Name)
		}
		for _, dsc := range w.Dscs {
			v.once(vouchedAt(at, w)+"/dsc "+dsc.Name, dscs, dsc.Name)
		}
	}
}

func (v *validator) once(at string, seen map[string]bool, name string) {
	if seen[name] {
		v.add(at, "", "duplicate pin", "%s is pinned twice", name)
	}
	seen[name] = true
}

func (v *validator) vouched(d Distribution, w Vouched) {
	at := vouchedAt(distributionAt(d), w)
	if w.Kind != InRelease {
		v.add(at, "", "unknown kind of vouching", "%q is not known to this version of dombuild", w.Kind)
	}
	v.blob(at, at, w.Digest, w.Size)
	v.digest(at, "keyring", w.Keyring)
	if w.Date.IsZero() {
		v.add(at, "date", "bad date", "a Release file has a date")
	}
	v.signers(at, w.Kind, w.Signers)
	if w.KeyringSize < 0 || w.KeyringSize > maximalSize {
		v.add(at, "keyring_size", "bad size", "%d is not the size of a file", w.KeyringSize)
	}
	if len(w.Debs)+len(w.Dscs) == 0 {
		v.add(at, "", "unused vouching", "it vouches for no pin")
	}
	unique(v, w.Indexes, func(i Index) string { return at + "/index " + i.Path })
	for _, i := range w.Indexes {
		v.path(at+"/index "+i.Path, "", i.Path)
		v.blob(at+"/index "+i.Path, at+i.Path, i.Digest, i.Size)
	}
	for _, deb := range w.Debs {
		v.deb(at+"/deb "+deb.Name, d, deb)
	}
	for _, dsc := range w.Dscs {
		v.dsc(at+"/dsc "+dsc.Name, d, dsc)
	}
}

func (v *validator) deb(at string, d Distribution, deb Deb) {
	v.match(at, "", "name of a package", deb.Name, packageName)
	v.match(at, "version", "version", deb.Version, version)
	v.match(at, "architecture", "architecture", deb.Architecture, word)
	v.path(at, "filename", deb.Filename)
	v.blob(at, string(d.Address)+" "+deb.Filename, deb.Digest, deb.Size)
}

func (v *validator) dsc(at string, d Distribution, dsc Dsc) {
	v.match(at, "", "name of a source package", dsc.Name, packageName)
	v.match(at, "version", "version", dsc.Version, version)
	if len(dsc.Files) == 0 {
		v.add(at, "", "empty source", "it has no file")
	}
	unique(v, dsc.Files, func(f File) string { return at + "/file " + f.Name })
	for _, f := range dsc.Files {
		place := at + "/file " + f.Name
		if f.Name != path.Base(f.Path) || f.URL != "" {
			v.add(place, "path", "bad path", "%q is not where a file %q lies", f.Path, f.Name)
		}
		if !dsc.Patches && IsPackaging(f.Name) {
			v.add(place, "", "unused pin", "no source of %s has patches = true", dsc.Name)
		}
		v.path(place, "path", f.Path)
		v.blob(place, string(d.Address)+" "+f.Path, f.Digest, f.Size)
	}
}

// references checks that what is named is there and that what is there is used.
func (v *validator) references(c Content) {
	l := index(c)
	used := map[recipe.Address]map[string]bool{}
	for _, d := range c.Distributions {
		used[d.Address] = map[string]bool{}
	}
	for _, t := range c.Toolchains {
		v.toolchain(l, t, used[t.From])
	}
	for _, s := range c.Sources {
		v.source(l, s, used[s.From])
	}
	for _, d := range c.Distributions {
		v.unused(d, used[d.Address])
	}
}

func (v *validator) unused(d Distribution, used map[string]bool) {
	for _, w := range d.Vouched {
		at := vouchedAt(distributionAt(d), w)
		for _, deb := range w.Debs {
			if !used["deb "+deb.Name] {
				v.add(at+"/"+d.packageBlock()+" "+deb.Name, "", "unused pin", "no toolchain names package %s", deb.Name)
			}
		}
		for _, dsc := range w.Dscs {
			if !used["dsc "+dsc.Name] {
				v.add(at+"/dsc "+dsc.Name, "", "unused pin", "no source names source package %s", dsc.Name)
			}
		}
	}
}

func (v *validator) toolchain(l *Lock, t Toolchain, used map[string]bool) {
	at := toolchainAt(t)
	v.address(at, "toolchain", t.Address)
	v.distinct(at, "requested", t.Requested)
	v.distinct(at, "packages", t.Packages)
	if used == nil {
		v.add(at, "from", "missing pin", "distribution %s has no pins", t.From)
		return
	}
	for _, name := range t.Requested {
		v.match(at, "requested", "name of a package", name, requestForm(l.dists[t.From]))
		if name, version, exact := strings.Cut(name, "="); !slices.Contains(t.Packages, name) {
			v.add(at, "requested", "missing pin", "package %s was asked for and is not among the packages", name)
		} else if have := l.debs[t.From][name].Version; exact && have != version {
			v.add(at, "requested", "bad pin", "version %s of package %s was asked for, and %s is pinned", version, name, have)
		}
	}
	for _, name := range t.Packages {
		if _, ok := l.debs[t.From][name]; !ok {
			v.add(at, "packages", "missing pin", "package %s is not pinned in %s", name, t.From)
		}
		used["deb "+name] = true
	}
}

func (v *validator) source(l *Lock, s Source, used map[string]bool) {
	at := sourceAt(s)
	v.address(at, "source", s.Address)
	if s.Tree != nil {
		v.tree(s)
		return
	}
	if s.URL != "" {
		v.url(at, s.URL)
		v.blob(at, s.URL, s.Digest, s.Size)
		v.vouch(at, s.Vouch)
		if s.From != "" || s.Dsc != "" {
			v.add(at, "url", "bad source", "a source is either a source package or a file at a URL")
		}
		return
	}
	if used == nil {
		v.add(at, "from", "missing pin", "distribution %s has no pins", s.From)
		return
	}
	if _, ok := l.dscs[s.From][s.Dsc]; !ok {
		v.add(at, "dsc", "missing pin", "source package %q is not pinned in %s", s.Dsc, s.From)
	}
	used["dsc "+s.Dsc] = true
}
