package recipe

import (
	"cmp"
	_ "crypto/sha512" // makes digest.SHA512 available
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"
	"github.com/zclconf/go-cty/cty"
)

// Defaults and limits of the recipe block.
const (
	defaultVersion = "0"
	defaultJobs    = 4
	maxJobs        = 1024
	maxEpoch       = math.MaxUint32 // cpio archives hold 32 bits
)

// decodeRecipe reads the recipe block.
func (ld *loader) decodeRecipe(m *module) {
	all := m.blocks["recipe"]
	if len(all) == 0 {
		ld.add(problem(hcl.Range{}, "Missing recipe block", `No file in %s has a block recipe "name" { source_date_epoch = … }.`, m.tree.show))
		return
	}
	list := slices.SortedFunc(maps.Values(all), func(a, b *block) int {
		return cmp.Or(strings.Compare(a.at.Filename, b.at.Filename), a.at.Start.Byte-b.at.Start.Byte)
	})
	for _, b := range list[1:] {
		ld.add(problem(b.at, "Duplicate block", "A recipe has one recipe block; the first is at %s.", place(list[0].at)))
	}
	b := list[0]
	d := decoder{env{ld: ld, mod: m}, b.kind, b.what(), b.at, b.body}
	r := ld.recipe
	r.Name = b.name
	r.Version = d.matching("version", defaultVersion, validVersion, "a string of letters, digits and . _ + ~ - such as \"4.17\"")
	r.SourceDateEpoch = d.integer("source_date_epoch", 0, 0, maxEpoch)
	r.Jobs = int(d.integer("jobs", defaultJobs, 1, maxJobs))
	r.Lockfile = d.lockfile(b.name)
	if in, ok := d.nested("policy"); ok {
		p := in.policy()
		r.Policy = &p
	}
}

func (d decoder) lockfile(name string) string {
	p, at, ok := d.str("lockfile", name+lockSuffix)
	if ok && (filepath.IsAbs(p) || !strings.HasSuffix(p, lockSuffix) || strings.HasSuffix(p, "/"+lockSuffix)) {
		d.add(problem(at, "Invalid path", "lockfile is a path relative to the recipe's directory that ends in %s.", lockSuffix))
	}
	return filepath.Join(d.ld.recipe.Dir, p)
}

var (
	validVersion   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+~-]*$`)
	validSuite     = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9.-]*)*$`)
	validComponent = regexp.MustCompile(`^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)*$`)
	validDebian    = regexp.MustCompile(`^[a-z0-9][a-z0-9+.-]+$`)
)

// architectures are the Debian architectures that a recipe can name.
var architectures = []string{"amd64", "arm64", "armhf", "i386", "ppc64el", "riscv64", "s390x"}

// matching reads a string that has a certain form.
func (d decoder) matching(name, fallback string, form *regexp.Regexp, words string) string {
	s, at, ok := d.str(name, fallback)
	if ok {
		d.matches(name, item{s, at}, form, words)
	}
	return s
}

func (d decoder) matches(name string, it item, form *regexp.Regexp, words string) bool {
	if !form.MatchString(it.text) {
		d.add(problem(it.at, "Invalid value", "%s is %s; %q is not.", name, words, it.text))
		return false
	}
	return true
}

func (d decoder) distribution(i instance) Distribution {
	out := Distribution{Address: i.addr, Name: i.name, Range: d.at}
	kind := d.enum("type", "deb", []string{"deb", RPM})
	d.checkType(kind)
	if kind == RPM {
		d.rpmDistribution(&out)
	} else {
		out.Suite = d.matching("suite", "", validSuite, "the name of a suite, such as \"bookworm\"")
		out.Components = []string{"main"}
		out.Architecture = d.enum("architecture", "amd64", architectures)
	}
	if d.body.Attributes["components"] != nil {
		list := d.strings("components", true)
		for _, c := range list {
			d.matches("components", c, validComponent, "a list of names such as \"main\"")
		}
		out.Components = sorted(texts(list))
	}
	if name, at, ok := d.str("keyring", ""); ok {
		out.Keyring, _ = d.file(item{name, at})
	}
	out.Signers, out.MinSigners, out.MaxAge = d.signers(), d.minSigners(), d.age("max_age")
	return out
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// file reads a file beside the recipe that an attribute names.
func (d decoder) file(name item) (File, bool) {
	f, err := d.mod.tree.file(name.text)
	if err != nil {
		d.add(problem(name.at, "Unreadable file", "Reading %q: %s.", name.text, err))
		return File{}, false
	}
	if len(f.Content) == 0 {
		d.add(problem(name.at, "Empty file", "%q is empty.", name.text))
		return File{}, false
	}
	return f, true
}

func (d decoder) toolchain(i instance) Toolchain {
	out := Toolchain{Address: i.addr, Configure: d.boolean("configure"), Range: d.at}
	out.From, _ = d.reference("from", "distribution")
	list := d.strings("packages", true)
	for _, p := range list {
		d.matches("packages", p, validRequest, "a list of names of packages, without versions, which are pinned in the lockfile")
	}
	d.ld.asked[i.addr] = list
	out.Packages = sorted(texts(list))
	return out
}

func (d decoder) source(i instance) Source {
	out := Source{Address: i.addr, Name: i.name, Range: d.at}
	kinds := 0
	if in, ok := d.nested("dsc"); ok {
		kinds++
		out.Dsc = in.dsc()
	}
	if in, ok := d.nested("http"); ok {
		kinds++
		out.HTTP = in.http()
	}
	if in, ok := d.nested("local"); ok {
		kinds++
		out.Local = in.local()
	}
	d.oneSource(kinds + d.upstream(&out))
	return out
}

func (d decoder) dsc() *Dsc {
	out := &Dsc{Name: d.matching("name", "", validDebian, "the name of a Debian source package"), Patches: d.boolean("patches")}
	out.From, _ = d.reference("from", "distribution")
	return out
}

var validURL = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(:[0-9]+)?/[^\s?#"\\]*[^\s?#"\\/](\?[^\s#"\\]*)?$`)

func (d decoder) http() *HTTP {
	out := &HTTP{URL: d.matching("url", "", validURL, "an http or https address of a file, without user name and fragment")}
	sum256, _, ok256 := d.checksum("sha256", digest.SHA256)
	sum512, at, ok512 := d.checksum("sha512", digest.SHA512)
	switch {
	case ok256 && ok512:
		d.add(problem(at, "Two pins", "Pin the file by sha256 or by sha512, not by both."))
	case ok256:
		out.Digest = sum256
	case ok512:
		out.Digest = sum512
	}
	pinned := d.body.Attributes["sha256"] != nil || d.body.Attributes["sha512"] != nil
	if out.Trust = d.trust(pinned); out.Trust == nil && !pinned && d.body.Attributes["trust"] == nil {
		d.add(problem(d.at, "Missing attribute", "%s needs the attribute \"sha256\" (or \"sha512\"), or a signature with a keyring: without one, nobody could tell whether the file is the right one.", sentence(d.what)))
	}
	return out
}

// checksum reads the digest of a file, in hexadecimal digits.
func (d decoder) checksum(name string, alg digest.Algorithm) (digest.Digest, hcl.Range, bool) {
	s, at, ok := d.str(name, "")
	if !ok {
		return "", at, false
	}
	sum := digest.NewDigestFromEncoded(alg, strings.TrimPrefix(s, name+":"))
	if err := sum.Validate(); err != nil {
		d.add(problem(at, "Invalid digest", "%s is %d lower-case hexadecimal digits; this has %d characters%s.", name, alg.Size()*2, len(s), wrongDigit(s)))
		return "", at, false
	}
	return sum, at, true
}

func wrongDigit(s string) string {
	for _, r := range s {
		if !strings.ContainsRune("0123456789abcdef", r) {
			return fmt.Sprintf(", among them %q", r)
		}
	}
	return ""
}

func (d decoder) local() *Local {
	name, at, ok := d.str("path", "")
	if !ok {
		return &Local{}
	}
	l, err := d.mod.tree.local(name)
	if err != nil {
		d.add(problem(at, "Unreadable source", "Reading %q: %s.", name, err))
		return &Local{}
	}
	return l
}

func (d decoder) image(i instance) Image {
	out := Image{Address: i.addr, Name: i.name, Range: d.at}
	out.Toolchain, _ = d.reference("toolchain", "toolchain")
	out.Packages = addresses(d.references("packages", "package", true))
	slices.Sort(out.Packages)
	for _, f := range d.strings("format", true) {
		if d.word("format", f, Formats) {
			out.Formats = append(out.Formats, f.text)
		}
	}
	slices.Sort(out.Formats)
	if in, ok := d.nested("boot"); ok {
		out.Boot = in.boot()
	}
	if in, ok := d.nested("budget"); ok {
		out.Budget = in.budget()
	}
	out.Except = d.exceptions()
	return out
}

func (d decoder) budget() *Budget {
	out := &Budget{Range: d.at}
	read := func(name string, value func() int64) *int64 {
		if v, _, ok := d.raw(name); !ok || v == cty.NilVal {
			return nil
		}
		n := value()
		return &n
	}
	out.Size = read("size", func() int64 { return d.size("size", 0) })
	count := func(name string) *int64 {
		return read(name, func() int64 { return d.integer(name, 0, 0, maxSize) })
	}
	out.Files, out.Setuid = count("files"), count("setuid")
	out.Modules, out.Unhardened = count("kernel_modules"), count("elf_without_hardening")
	out.Listening = count("listening_services")
	return out
}
