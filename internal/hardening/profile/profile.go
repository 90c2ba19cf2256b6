// Package profile holds what a package is hardened with: rules, each with the
// flags that it asks of a build, and profiles, which are sets of rules. Both are data (profiles.hcl); a recipe defines
// further profiles on top of the shipped ones.
package profile

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/hashicorp/hcl/v2/hclsimple"
)

// Proof says what can show that a rule holds.
type Proof string

// The kinds of proof.
const (
	ByFile   Proof = "file"   // headers, notes and symbols of the linked file
	ByUnit   Proof = "unit"   // how each compilation unit was compiled: its producer, or the call
	ByCall   Proof = "call"   // the call alone: the flag leaves no trace in a file
	ByConfig Proof = "config" // the configuration of a kernel or hypervisor
)

// Rule is one measure of hardening.
type Rule struct {
	ID            string   `hcl:"id,label"`
	Title         string   `hcl:"title"`
	Severity      string   `hcl:"severity"` // of a file that breaks it, in the words of package finding
	Proof         Proof    `hcl:"proof"`
	Compile       []string `hcl:"compile,optional"`       // flags of every compilation of C and C++
	Define        []string `hcl:"define,optional"`        // flags of those that optimise
	Link          []string `hcl:"link,optional"`          // flags of the compiler when it links
	Go            []string `hcl:"go,optional"`            // words of GOFLAGS
	Rust          []string `hcl:"rust,optional"`          // words of RUSTFLAGS
	Checks        []string `hcl:"checks,optional"`        // verdicts of the prover that tell of it; empty: the one of its own name
	Language      string   `hcl:"language,optional"`      // "c++", "go": concerns no other language
	Dynamic       bool     `hcl:"dynamic,optional"`       // about dynamic linking: not to be judged in a static file
	Architectures []string `hcl:"architectures,optional"` // Debian architectures that have it; empty: all
	GCC           int      `hcl:"gcc,optional"`           // first major version that knows the flags; 0: any
	Clang         int      `hcl:"clang,optional"`
}

// Profile is a named set of rules. The zero profile sets nothing and asks for
// nothing.
type Profile struct {
	Name        string   `hcl:"name,label"`
	Description string   `hcl:"description"`
	Compile     []string `hcl:"compile,optional"` // flags that a build may override, such as -O2
	Link        []string `hcl:"link,optional"`
	Go          []string `hcl:"go,optional"`    // words of GOFLAGS
	Rust        []string `hcl:"rust,optional"`  // words of RUSTFLAGS
	Rules       []string `hcl:"rules,optional"` // ids, in the order of the data
}

//go:embed profiles.hcl
var data []byte

type document struct {
	Rules    []Rule    `hcl:"rule,block"`
	Profiles []Profile `hcl:"profile,block"`
}

// shipped reads the data once. A test holds it to be sound.
var shipped = sync.OnceValue(func() document {
	var d document
	if err := hclsimple.Decode("profiles.hcl", data, nil, &d); err != nil {
		panic(fmt.Sprintf("reading the shipped profiles: %v", err))
	}
	return d
})

// CompiledOutside is the rule that every part of a linked file was made by a
// call that the wrapper saw. It belongs to every profile.
const CompiledOutside = "compiled-outside"

// The rules about the options of a kernel's and a hypervisor's configuration.
// A single option is named behind a colon: "kernel-config:CONFIG_X".
const (
	KernelConfig = "kernel-config"
	XenConfig    = "xen-config"
)

// PIE is the rule whose flags depend on what is linked: the wrapper knows them.
const PIE = "pie"

// Default is the profile of a package that names none.
const Default = "userspace"

// Rules returns every rule there is.
func Rules() []Rule { return slices.Clone(shipped().Rules) }

// RuleIDs returns the names of all rules.
func RuleIDs() []string {
	var ids []string
	for _, r := range shipped().Rules {
		ids = append(ids, r.ID)
	}
	return ids
}

// Names returns the names of the shipped profiles, sorted.
func Names() []string {
	var names []string
	for _, p := range shipped().Profiles {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// Lookup returns the shipped profile of that name.
func Lookup(name string) (Profile, bool) {
	all := shipped().Profiles
	i := slices.IndexFunc(all, func(p Profile) bool { return p.Name == name })
	if i < 0 {
		return Profile{}, false
	}
	return all[i], true
}

// Extend returns p under another name, with rules added and left out, and with
// flags added.
func (p Profile) Extend(name, description string, add, without, compile, link []string) Profile {
	has := func(id string) bool { return slices.Contains(p.Rules, id) || slices.Contains(add, id) }
	out := Profile{Name: name, Description: description, Go: p.Go, Rust: p.Rust,
		Compile: slices.Concat(p.Compile, compile), Link: slices.Concat(p.Link, link)}
	for _, r := range shipped().Rules {
		if has(r.ID) && !slices.Contains(without, r.ID) {
			out.Rules = append(out.Rules, r.ID)
		}
	}
	return out
}

// Without returns p with some of its rules left out.
func (p Profile) Without(rules []string) Profile {
	p.Rules = slices.DeleteFunc(slices.Clone(p.Rules), func(id string) bool { return slices.Contains(rules, id) })
	return p
}

// Compiler is what the compiler of a toolchain is known to be.
type Compiler struct {
	Architecture string   // of Debian, such as "amd64"
	GCC, Clang   int      // major version; 0: there is none
	Go, Rust     []string // versions as the compilers give them, such as "1.19.8"
}

// knows reports whether a rule's flags are known to every compiler there is.
func (c Compiler) knows(r Rule) bool {
	return (len(r.Architectures) == 0 || slices.Contains(r.Architectures, c.Architecture)) &&
		(c.GCC == 0 || c.GCC >= r.GCC) && (c.Clang == 0 || c.Clang >= r.Clang)
}

// Active returns the rules of a profile that a compiler knows, and those that
// it does not.
func (p Profile) Active(c Compiler) (active, unknown []Rule) {
	for _, r := range shipped().Rules {
		switch {
		case !slices.Contains(p.Rules, r.ID):
		case len(r.Architectures) > 0 && !slices.Contains(r.Architectures, c.Architecture):
		case c.knows(r):
			active = append(active, r)
		default:
			unknown = append(unknown, r)
		}
	}
	return active, unknown
}

// Environment returns the variables that a step is given, as NAME=VALUE: what
// a build system that asks for flags is told. Source paths below buildDir are
// mapped to ".", so that __FILE__ and debug information do not carry the build
// path. A profile without flags sets no variable: such a build knows its own
// flags and would be broken by ours.
func (p Profile) Environment(buildDir string, c Compiler) []string {
	if !p.SetsFlags() {
		return nil
	}
	compile, link := slices.Clone(p.Compile), slices.Clone(p.Link)
	var define []string
	active, _ := p.Active(c)
	for _, r := range active {
		compile, define, link = append(compile, r.Compile...), append(define, r.Define...), append(link, r.Link...)
	}
	mapped := append(slices.Clone(compile), PrefixMap(buildDir))
	env := []string{
		"CFLAGS=" + strings.Join(mapped, " "),
		"CPPFLAGS=" + strings.Join(define, " "),
		"CXXFLAGS=" + strings.Join(mapped, " "),
		"LDFLAGS=" + strings.Join(link, " "),
	}
	if len(c.Go) > 0 {
		env = append(env, p.goEnvironment(active, c, compile, define, link)...)
	}
	if len(c.Rust) > 0 {
		env = append(env, p.rustEnvironment(active, buildDir)...)
	}
	return env
}

// PrefixMap is the flag that keeps the build path out of what is compiled.
func PrefixMap(buildDir string) string { return "-ffile-prefix-map=" + buildDir + "=." }

// SetsFlags reports whether steps of the profile are given flags.
func (p Profile) SetsFlags() bool {
	active, _ := p.Active(Compiler{})
	return len(p.Compile)+len(p.Link) > 0 || slices.ContainsFunc(active, func(r Rule) bool { return r.Proof != ByConfig })
}

// ImageRules are the rules about the files of an image, whoever built them.
func ImageRules() []string {
	return []string{"capabilities", "device-node", "setgid", "setuid", "world-writable"}
}
