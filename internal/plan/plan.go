// Package plan turns a recipe and its lock into a closed graph of steps. A
// plan says everything a build may read and everything a step is told; what
// stands in no plan reaches no step.
//
// # Steps
//
// A toolchain step unpacks pinned .deb files into a root. A package step runs
// one script in such a root; an image step packs the trees of packages into
// one artifact format. Steps read pinned blobs and the outputs of other steps,
// nothing else, and a step's output is a tree of files (see package tree).
//
// # Digests
//
// The digest of a step covers, recursively, everything that can change its
// output: the digests of the steps it reads, the pinned blobs, the scripts,
// every variable, every path, host name, user and file it is shown, and the
// versions of the rules that dombuild itself applies. Equal digest, equal
// inputs: that is what makes the digest the key of the step cache. The digest
// of a plan covers all its steps.
//
// Plans are immutable: they are made by New and only read afterwards.
package plan

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// Kind tells what a step does.
type Kind string

// The kinds of steps.
const (
	KindToolchain Kind = "toolchain" // unpack pinned packages into a root
	KindPackage   Kind = "package"   // run a package's script
	KindImage     Kind = "image"     // pack an image into one format
	KindVary      Kind = "vary"      // compile what the steps of a varied environment run under
	KindCanary    Kind = "canary"    // look at the environment from inside
	KindWrapper   Kind = "wrapper"   // compile the compilers' wrapper and put it in their place
)

// Step is one node of the graph. It is a value: changing a copy changes no plan.
type Step struct {
	Name    string         // unique, such as "toolchain.base", "package.xen", "image.dom0.iso"
	Kind    Kind           //
	Address recipe.Address // block of the recipe the step comes from
	Digest  digest.Digest  // identity, see the package documentation
	Deps    []string       // names of the steps it reads, sorted

	Debs      []lockfile.Deb // toolchain: the packages of the root, by name
	Type      string         // toolchain: of its distribution: recipe.RPM, or empty for Debian packages
	Configure bool           // toolchain: run dpkg's scripts afterwards

	Root  string            // name of the toolchain step it runs in
	Over  string            // name of the wrapper step whose tree lies over the root; "" for none
	Links map[string]string // symbolic links of the root: absolute path → text
	Trees []TreeMount       // outputs of other steps it reads
	Blobs []BlobMount       // pinned input
	Files []InlineFile
	Env   []string // NAME=VALUE, sorted
	Host  Environment

	Outputs  []recipe.Output    // package: what the tree must hold, and nothing else
	Profile  profile.Profile    // package: what its files are hardened with
	Compiler profile.Compiler   // package: of its toolchain
	Except   []recipe.Exception // from the profile's rules, or an image's
	Kconfig  []recipe.Kconfig   // package: configurations to read back
	Boots    []string           // image: steps whose boot/ files the image needs beside it
	Rooted   bool               // image (initramfs): the trees it reads are the image's root
	Budget   *recipe.Budget     // image (initramfs): bounds of the root tree
	Exempt   map[string]string  // canary: axes that its toolchain cannot vary, and why
	Place    hcl.Range          // where the recipe says it
}

// TreeMount shows the output of another step, read-only, at Target.
type TreeMount struct {
	Step   string
	Target string
}

// BlobMount shows a pinned blob, read-only, as the file Name in the directory
// Target; with Unpack the blob is a tar whose content appears at Target.
type BlobMount struct {
	Digest digest.Digest
	Size   int64
	Target string
	Name   string
	Unpack bool
}

// InlineFile is a small file that the plan itself holds.
type InlineFile struct {
	Path    string // absolute
	Content string
	Exec    bool
}

// Plan is a closed graph of steps in topological order.
type Plan struct {
	recipe  *recipe.Recipe
	lock    digest.Digest
	env     Environment
	steps   []Step
	index   map[string]int
	locals  []LocalBlob
	digest  digest.Digest
	notices []string

	unvouched map[digest.Digest]recipe.Address // sources on first use, by their bytes
}

// LocalBlob is input that lies beside the recipe, packed as a tar; it has to
// be put into the store before the plan runs.
type LocalBlob struct {
	Digest  digest.Digest
	Content []byte
	Name    string
}

// New makes the plan of a whole recipe in the given environment. The lock must
// have passed Check against the recipe.
func New(r *recipe.Recipe, l *lockfile.Lock, env Environment) (*Plan, error) {
	b := &builder{recipe: r, lock: l, env: env, steps: map[string]Step{}}
	if err := b.build(); err != nil {
		return nil, err
	}
	return b.finish()
}

// Recipe returns the recipe the plan was made of.
func (p *Plan) Recipe() *recipe.Recipe { return p.recipe }

// Lock returns the digest of the lock the plan was made of.
func (p *Plan) Lock() digest.Digest { return p.lock }

// Digest covers every step.
func (p *Plan) Digest() digest.Digest { return p.digest }

// Environment returns what the steps are told about the machine.
func (p *Plan) Environment() Environment { return p.env }

// Locals returns the blobs that the plan itself brings.
func (p *Plan) Locals() []LocalBlob { return slices.Clone(p.locals) }

// Notices returns, for people, what the environment could not vary and why.
func (p *Plan) Notices() []string { return slices.Clone(p.notices) }

// Steps returns all steps, each after the steps it reads. Canaries, which no
// step reads, are not among them.
func (p *Plan) Steps() []Step {
	return slices.DeleteFunc(slices.Clone(p.steps), func(s Step) bool { return s.Kind == KindCanary })
}

// Step returns the step of that name.
func (p *Plan) Step(name string) (Step, bool) {
	i, ok := p.index[name]
	if !ok {
		return Step{}, false
	}
	return p.steps[i], true
}

// Closure returns the named steps and everything they need, each after the
// steps it reads.
func (p *Plan) Closure(names ...string) ([]Step, error) {
	need := map[string]bool{}
	var mark func(string) error
	mark = func(name string) error {
		if need[name] {
			return nil
		}
		s, ok := p.Step(name)
		if !ok {
			return fmt.Errorf("the plan has no step %q", name)
		}
		need[name] = true
		for _, d := range s.Deps {
			if err := mark(d); err != nil {
				return err
			}
		}
		return nil
	}
	for _, n := range names {
		if err := mark(n); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(p.steps), func(s Step) bool { return !need[s.Name] }), nil
}
