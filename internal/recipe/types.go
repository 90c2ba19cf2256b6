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
// reference is resolved, every slice is sorted by address. It is made by Load
// only and is not changed afterwards.
type Recipe struct {
	Dir             string // absolute directory the recipe was read from; not part of the digest
	Name            string
	Version         string
	SourceDateEpoch int64  // seconds since the Unix epoch; the only clock a build sees in its outputs
	Lockfile        string // absolute path; default <Dir>/<Name>.lock.hcl; not part of the digest
	Jobs            int    // number of CPUs a step is told (make -j, nproc); never the machine's
	Variables       map[string]string
	Distributions   []Distribution
	Toolchains      []Toolchain
	Sources         []Source
	Packages        []Package
	Images          []Image
}

// Distribution says where the pins of packages come from. The address of its
// mirror is configuration of the machine and stands in no recipe.
type Distribution struct {
	Address      Address
	Name         string   // names the mirror in the configuration, e.g. "debian"
	Suite        string   // e.g. "bookworm"
	Components   []string // e.g. ["main"]
	Architecture string   // Debian architecture, e.g. "amd64"
	Keyring      File     // OpenPGP keys that may sign the suite's Release file
	Range        hcl.Range
}

// Toolchain is a build root assembled from pinned packages.
type Toolchain struct {
	Address   Address
	From      Address // of a Distribution
	Packages  []string
	Configure bool // run dpkg's maintainer scripts in the sandbox
	Range     hcl.Range
}

// File is a file beside the recipe, read when the recipe was loaded.
type File struct {
	Path    string // relative to the recipe's directory, slash separated
	Digest  digest.Digest
	Content []byte
}

// Source is input that is not a toolchain. Exactly one of Dsc, HTTP and Local is set.
type Source struct {
	Address Address
	Name    string // last label, used as directory name in the sandbox; for instances name-key
	Dsc     *Dsc
	HTTP    *HTTP
	Local   *Local
	Range   hcl.Range
}

// Dsc is a source package of a distribution.
type Dsc struct {
	From    Address // of a Distribution
	Name    string  // of the source package
	Patches bool    // apply the distribution's debian/patches after unpacking
}

// HTTP is a file named by URL and by digest. The URL is a hint where to find it.
type HTTP struct {
	URL    string
	Digest digest.Digest
}

// Local is a directory or file beside the recipe.
type Local struct {
	Path  string          // relative to the recipe's directory
	Files []File          // sorted by path relative to Path; regular files only
	Exec  map[string]bool // which of Files are executable
}

// Package is one build step: a script run in a toolchain over its sources.
type Package struct {
	Address     Address
	Name        string
	Toolchain   Address
	Sources     []Address // the first one is unpacked into the working directory
	Inputs      []Address // packages whose outputs the script reads
	Hardening   string    // name of a profile
	Script      string
	ScriptRange hcl.Range // where the script's text begins: the file itself when file("x.sh") gave it
	Environment map[string]string
	Outputs     []Output
	Kconfig     []Kconfig
	Range       hcl.Range
}

// Output is a file or directory of a package.
type Output struct {
	Path string // in the package's tree, relative, clean; ends in "/" for a whole directory
	From string // path relative to the working directory that is copied there; empty: the script wrote $OUT/Path itself
}

// Kconfig asks that every option requested in a configuration fragment is
// found again in the configuration a build really used.
type Kconfig struct {
	Requested []File
	Output    string // path of the final configuration in the package's tree
	Range     hcl.Range
}

// Image is a set of packages packed into bootable artifacts.
type Image struct {
	Address   Address
	Name      string
	Toolchain Address // holds the packing tools
	Packages  []Address
	Formats   []string // of Formats
	Boot      *Boot
	Budget    *Budget
	Range     hcl.Range
}

// Formats are the artifact formats that an image can be packed as.
var Formats = []string{"initramfs", "iso", "uki"}

// Boot says how an image is booted and what proves that it came up.
type Boot struct {
	HypervisorOptions string   // Xen's command line
	KernelOptions     string   // dom0 kernel's command line
	Marker            string   // line on the serial console that ends a good boot
	Expect            []string // regular expressions (RE2) that the console must have matched by then
	Timeout           time.Duration
	Memory            int64 // bytes
}

// Budget bounds an image; nil pointers are unbounded.
type Budget struct {
	Size   *int64 // bytes of all regular files of the root tree
	Files  *int64 // number of entries that are not directories
	Setuid *int64 // number of setuid or setgid files
	Range  hcl.Range
}
