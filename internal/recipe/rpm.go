package recipe

import "regexp"

// RPM is the type of a distribution of RPM packages.
const RPM = "rpm"

// What vouches for the packages of a distribution of RPM packages.
const (
	ByRepomd = "repomd"     // a detached signature of the repository's repomd.xml
	ByHeader = "rpm-header" // the signature in the header of every package
)

var (
	validRelease    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	validRepository = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)
	validRequest    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9+._-]*$`)
)

// rpmArchitectures are those that RPM has a name for and a sandbox can run.
var rpmArchitectures = []string{"aarch64", "ppc64le", "riscv64", "s390x", "x86_64"}

// debianArchitecture names an architecture of RPM packages as Debian does.
var debianArchitecture = map[string]string{"aarch64": "arm64", "ppc64le": "ppc64el", "riscv64": "riscv64", "s390x": "s390x", "x86_64": "amd64"}

// Machine is the architecture by the name that Debian and Go have for it.
func (d Distribution) Machine() string {
	if d.Type == RPM {
		return debianArchitecture[d.Architecture]
	}
	return d.Architecture
}

// attributes are those that only one type of distribution has.
var typeAttributes = map[string][]string{
	"deb": {"suite", "components"},
	RPM:   {"release", "repositories", "vouched_by"},
}

// rpmDistribution reads what a distribution of RPM packages says: its release
// and repositories take the place of suite and components.
func (d decoder) rpmDistribution(out *Distribution) {
	out.Type = RPM
	out.Suite = d.matching("release", "", validRelease, "the name of a release, such as \"42\"")
	out.Architecture = d.enum("architecture", "x86_64", rpmArchitectures)
	out.VouchedBy = d.enum("vouched_by", ByRepomd, []string{ByRepomd, ByHeader})
	list := d.strings("repositories", true)
	for _, r := range list {
		d.matches("repositories", r, validRepository, "a list of names such as \"fedora\"")
	}
	out.Components = sorted(texts(list))
}

// checkType refuses attributes of the other type and asks for those of its own.
func (d decoder) checkType(kind string) {
	for _, other := range sortedKeys(typeAttributes) {
		for _, name := range typeAttributes[other] {
			if a := d.body.Attributes[name]; a != nil && other != kind {
				d.add(problem(a.SrcRange, "Wrong type of distribution", "%s belongs to a distribution of the type %q; %s has the type %q.", name, other, d.what, kind))
			}
		}
	}
	needed := []string{"suite"}
	if kind == RPM {
		needed = []string{"release", "repositories"}
	}
	for _, name := range needed {
		if d.body.Attributes[name] == nil {
			d.add(problem(d.at, "Missing attribute", "%s needs the attribute %q.", sentence(d.what), name))
		}
	}
}

// checkDistributions refuses what the type of a distribution does not allow
// for the toolchains and sources that come from it.
func (ld *loader) checkDistributions() {
	rpm := map[Address]bool{}
	for _, d := range ld.recipe.Distributions {
		rpm[d.Address] = d.Type == RPM
	}
	for _, t := range ld.recipe.Toolchains {
		if rpm[t.From] && t.Configure {
			ld.add(problem(t.Range, "Wrong type of distribution", "configure runs the scripts of Debian packages; %s has the type %q, whose scripts are never run.", t.From, RPM))
		}
		for _, p := range ld.asked[t.Address] {
			if !rpm[t.From] && validRequest.MatchString(p.text) && !validDebian.MatchString(p.text) {
				ld.add(problem(p.at, "Invalid value", "packages is a list of names of Debian packages, without versions, which are pinned in the lockfile; %q is not.", p.text))
			}
		}
	}
	for _, s := range ld.recipe.Sources {
		if s.Dsc != nil && rpm[s.Dsc.From] {
			ld.add(problem(s.Range, "Wrong type of distribution", "dsc names a Debian source package; %s has the type %q.", s.Dsc.From, RPM))
		}
	}
}
