package recipe

import (
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"
)

// Address names one block of an evaluated recipe: "package.xen",
// `package.tool["a"]` for an instance of for_each, or
// "module.guest.package.kernel" for a block of a module.
type Address string

// Recipe is a whole evaluated recipe: every expression has its value, every
// reference is resolved, every slice of blocks is sorted by address. It is made
// by Load only and is not changed afterwards.
//
// The JSON tags are the canonical form that Digest hashes: a field without
// `json:"-"` is part of a recipe's identity.
type Recipe struct {
	Dir             string            `json:"-"` // absolute directory the recipe was read from
	Name            string            `json:"name"`
	Version         string            `json:"version"`
	SourceDateEpoch int64             `json:"source_date_epoch"` // seconds since the Unix epoch; the only clock a build sees in its outputs
	Lockfile        string            `json:"-"`                 // absolute path; default <Dir>/<Name>.lock.hcl
	Jobs            int               `json:"jobs"`              // number of CPUs a step is told (make -j, nproc); never the machine's
	Variables       map[string]string `json:"variables,omitempty"`
	Distributions   []Distribution    `json:"distributions,omitempty"`
	Toolchains      []Toolchain       `json:"toolchains,omitempty"`
	Sources         []Source          `json:"sources,omitempty"`
	Profiles        []Profile         `json:"profiles,omitempty"`
	Packages        []Package         `json:"packages,omitempty"`
	Images          []Image           `json:"images,omitempty"`

	// Texts holds the text of every recipe file and script as it was read, by
	// the file names that ranges carry: what a failing step shows is what was
	// loaded, even if the file has changed since.
	Texts map[string][]byte `json:"-"`
}

// Distribution says where the pins of packages come from. The address of its
// mirror is configuration of the machine and stands in no recipe.
type Distribution struct {
	Address      Address   `json:"address"`
	Name         string    `json:"name"`         // names the mirror in the configuration, e.g. "debian"
	Suite        string    `json:"suite"`        // e.g. "bookworm"
	Components   []string  `json:"components"`   // sorted, e.g. ["main"]
	Architecture string    `json:"architecture"` // Debian architecture, e.g. "amd64"
	Keyring      File      `json:"keyring"`      // OpenPGP keys that may sign the suite's Release file
	Range        hcl.Range `json:"-"`
}

// Toolchain is a build root assembled from pinned packages.
type Toolchain struct {
	Address   Address   `json:"address"`
	From      Address   `json:"from"`      // of a Distribution
	Packages  []string  `json:"packages"`  // sorted
	Configure bool      `json:"configure"` // run dpkg's maintainer scripts in the sandbox
	Range     hcl.Range `json:"-"`
}

// File is a file beside the recipe, read when the recipe was loaded.
type File struct {
	Path    string        `json:"path"` // relative to the recipe's directory, slash separated; in Local.Files relative to Local.Path
	Digest  digest.Digest `json:"digest"`
	Content []byte        `json:"-"`
}

// Source is input that is not a toolchain. Exactly one of Dsc, HTTP and Local is set.
type Source struct {
	Address Address   `json:"address"`
	Name    string    `json:"name"` // last label, used as directory name in the sandbox; for instances name-key
	Dsc     *Dsc      `json:"dsc,omitempty"`
	HTTP    *HTTP     `json:"http,omitempty"`
	Local   *Local    `json:"local,omitempty"`
	Range   hcl.Range `json:"-"`
}

// Dsc is a source package of a distribution.
type Dsc struct {
	From    Address `json:"from"`    // of a Distribution
	Name    string  `json:"name"`    // of the source package
	Patches bool    `json:"patches"` // apply the distribution's debian/patches after unpacking
}

// HTTP is a file named by URL and by digest. The URL is a hint where to find it.
type HTTP struct {
	URL    string        `json:"url"`
	Digest digest.Digest `json:"digest"` // sha256 or sha512
}

// Local is a directory or file beside the recipe.
type Local struct {
	Path  string          `json:"path"`            // relative to the recipe's directory
	Files []File          `json:"files,omitempty"` // sorted by path relative to Path; regular files only
	Exec  map[string]bool `json:"exec,omitempty"`  // which of Files are executable; only true is stored
}

// Package is one build step: a script run in a toolchain over its sources.
type Package struct {
	Address     Address           `json:"address"`
	Name        string            `json:"name"` // directory name in the sandbox; for instances name-key
	Toolchain   Address           `json:"toolchain"`
	Sources     []Address         `json:"sources,omitempty"` // as written: the first one is unpacked into the working directory
	Inputs      []Address         `json:"inputs,omitempty"`  // packages whose outputs the script reads; sorted
	Hardening   Hardening         `json:"hardening"`
	Script      string            `json:"script"`
	ScriptRange hcl.Range         `json:"-"` // where the script's text begins: the file itself when file("x.sh") gave it
	Environment map[string]string `json:"environment,omitempty"`
	Outputs     []Output          `json:"outputs"` // sorted by path
	Kconfig     []Kconfig         `json:"kconfig,omitempty"`
	Range       hcl.Range         `json:"-"`
}

// Profile is a hardening profile of the recipe's own: another one with rules
// added and left out. Package profile has the shipped ones and the rules.
type Profile struct {
	Address     Address   `json:"address"`
	Inherits    string    `json:"inherits"` // name of a shipped profile, or address of another Profile
	Description string    `json:"description,omitempty"`
	Rules       []string  `json:"rules,omitempty"`   // added; sorted
	Without     []string  `json:"without,omitempty"` // left out; sorted
	Compile     []string  `json:"compile,omitempty"` // further flags, as written
	Link        []string  `json:"link,omitempty"`
	Range       hcl.Range `json:"-"`
}

// Hardening says what a package is hardened with.
type Hardening struct {
	Profile string      `json:"profile"` // name of a shipped profile, or address of a Profile
	Except  []Exception `json:"except,omitempty"`
	Range   hcl.Range   `json:"-"`
}

// Exception is a deviation from a rule that the recipe owns up to.
type Exception struct {
	Rule    string    `json:"rule"`
	Paths   []string  `json:"paths,omitempty"` // globs over the tree, sorted; none: every file
	Reason  string    `json:"reason"`
	Expires string    `json:"expires"` // last day on which it holds, YYYY-MM-DD in UTC
	Range   hcl.Range `json:"-"`
}

// Output is a file or directory of a package.
type Output struct {
	Path string `json:"path"`           // in the package's tree, relative, clean; ends in "/" for a whole directory
	From string `json:"from,omitempty"` // path relative to the working directory that is copied there, ends in "/" if Path does; empty: the script wrote $OUT/Path itself
}

// Kconfig asks that every option requested in a configuration fragment is
// found again in the configuration a build really used.
type Kconfig struct {
	Requested []File    `json:"requested"` // in the order written: a later fragment overrides an earlier one
	Output    string    `json:"output"`    // path of the final configuration in the package's tree
	Range     hcl.Range `json:"-"`
}

// Image is a set of packages packed into bootable artifacts.
type Image struct {
	Address   Address     `json:"address"`
	Name      string      `json:"name"`      // unique in the recipe: it names the artifacts
	Toolchain Address     `json:"toolchain"` // holds the packing tools
	Packages  []Address   `json:"packages"`  // sorted
	Formats   []string    `json:"formats"`   // of Formats, sorted
	Boot      *Boot       `json:"boot,omitempty"`
	Budget    *Budget     `json:"budget,omitempty"`
	Except    []Exception `json:"except,omitempty"` // from the rules about an image's files
	Range     hcl.Range   `json:"-"`
}

// Boot says how an image is booted and what proves that it came up.
type Boot struct {
	HypervisorOptions string        `json:"hypervisor"`       // Xen's command line
	KernelOptions     string        `json:"kernel"`           // dom0 kernel's command line
	Marker            string        `json:"marker"`           // line on the serial console that ends a good boot
	Expect            []string      `json:"expect,omitempty"` // regular expressions (RE2) that the console must have matched by then
	Timeout           time.Duration `json:"timeout"`
	Memory            int64         `json:"memory"` // bytes
	Range             hcl.Range     `json:"-"`
}

// Budget bounds an image; nil pointers are unbounded.
type Budget struct {
	Size   *int64 `json:"size,omitempty"`   // bytes of all regular files of the root tree
	Files  *int64 `json:"files,omitempty"`  // number of entries that are not directories
	Setuid *int64 `json:"setuid,omitempty"` // number of setuid or setgid files
	// Number of ELF files that do not pass the rules of their package's profile.
	Unhardened *int64    `json:"elf_without_hardening,omitempty"`
	Modules    *int64    `json:"kernel_modules,omitempty"`     // number of .ko files
	Listening  *int64    `json:"listening_services,omitempty"` // number of services that would wait for connections
	Range      hcl.Range `json:"-"`
}

// Formats are the artifact formats that an image can be packed as.
var Formats = []string{"initramfs", "iso", "uki"}
