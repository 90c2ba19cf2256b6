package recipe

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// shape says what a body may hold.
type shape struct {
	attrs    []string
	required []string
	blocks   map[string]nested
	open     bool              // any attribute: locals, module
	refused  map[string]string // well-known names that are deliberately missing, with what to do instead
}

// nested is a block inside a body.
type nested struct {
	labels int
	many   bool
}

// shapes holds the specification of every block of the language, by the path of
// block types. It is never written to.
var shapes = map[string]shape{
	"": {blocks: map[string]nested{
		"recipe": {labels: 1, many: true}, "variable": {labels: 1, many: true}, "locals": {many: true},
		"distribution": {labels: 1, many: true}, "toolchain": {labels: 1, many: true}, "source": {labels: 1, many: true},
		"profile": {labels: 1, many: true}, "package": {labels: 1, many: true}, "image": {labels: 1, many: true}, "module": {labels: 1, many: true},
	}, refused: map[string]string{
		"output": "The blocks of a module are referred to directly: module.NAME.package.NAME.",
	}},
	"recipe": {
		attrs: []string{"version", "source_date_epoch", "lockfile", "jobs"}, required: []string{"source_date_epoch"},
		blocks: map[string]nested{"policy": {}}},
	"recipe.policy": policyShape,
	"variable": {
		attrs: []string{"default", "description", "allowed", "type"}},
	"locals": {open: true},
	"module": {open: true, required: []string{"source"}},
	"distribution": {
		attrs: []string{"type", "suite", "keyring", "components", "architecture", "signers", "min_signers", "max_age",
			"release", "repositories", "vouched_by"}, required: []string{"keyring"},
		refused: map[string]string{
			"mirror": "The address of a mirror is configuration of the machine, never part of a recipe.",
			"url":    "The address of a mirror is configuration of the machine, never part of a recipe.",
		}},
	"toolchain": {
		attrs: []string{"for_each", "from", "packages", "configure"}, required: []string{"from", "packages"}},
	"source": {
		attrs: []string{"for_each"},
		blocks: map[string]nested{"dsc": {}, "http": {}, "local": {}, "git": {}, "oci": {},
			"go_module": {}, "go_modules": {}, "npm": {}, "crates": {}}},
	"source.git": {
		attrs: []string{"url", "commit", "tag", "keyring", "submodules"}, required: []string{"url"},
		refused: map[string]string{
			"branch": "A branch is another commit tomorrow. Name a tag, whose commit the lock holds, or a commit.",
		}},
	"source.oci": {
		attrs: []string{"ref", "platform"}, required: []string{"ref"}},
	"source.go_module": {
		attrs: []string{"module", "version", "sum"}, required: []string{"module", "version", "sum"}},
	"source.go_modules": {
		attrs: []string{"sum_file"}, required: []string{"sum_file"}},
	"source.npm": {
		attrs: []string{"lockfile"}, required: []string{"lockfile"}},
	"source.crates": {
		attrs: []string{"lockfile"}, required: []string{"lockfile"}},
	"source.dsc": {
		attrs: []string{"from", "name", "patches"}, required: []string{"from", "name"}},
	"source.http": {
		attrs: []string{"url", "sha256", "sha512", "trust", "signature", "checksums", "file", "keyring", "covers", "signers", "min_signers"}, required: []string{"url"},
		refused: map[string]string{
			"md5":  "MD5 is broken: other bytes with the same sum can be made. Pin the file by sha256 or sha512.",
			"sha1": "SHA-1 is broken: other bytes with the same sum can be made. Pin the file by sha256 or sha512.",
		}},
	"source.local": {
		attrs: []string{"path"}, required: []string{"path"}},
	"package": {
		attrs: []string{"for_each", "toolchain", "source", "sources", "inputs", "hardening", "script", "environment", "outputs"}, required: []string{"toolchain", "script", "outputs"},
		blocks: map[string]nested{"kconfig": {many: true}, "hardening": {}},
		refused: map[string]string{
			"network": "A build never has a network. Pin what it needs as a source.",
		}},
	"profile": {
		attrs: []string{"for_each", "inherits", "description", "rules", "without", "compile", "link"}, required: []string{"inherits"}},
	"package.hardening": {
		attrs: []string{"profile"}, blocks: map[string]nested{"except": {many: true}}},
	"package.hardening.except": exceptShape,
	"package.kconfig": {
		attrs: []string{"requested", "output"}, required: []string{"requested", "output"}},
	"image": {
		attrs: []string{"for_each", "toolchain", "packages", "format"}, required: []string{"toolchain", "packages", "format"},
		blocks: map[string]nested{"boot": {}, "budget": {}, "except": {many: true}}},
	"image.except": exceptShape,
	"image.boot": {
		attrs: []string{"hypervisor", "kernel", "marker", "expect", "timeout", "memory"}, required: []string{"marker"}},
	"image.budget": {
		attrs: []string{"size", "files", "setuid", "kernel_modules", "listening_services", "elf_without_hardening"}},
}

// exceptShape is a deviation from a rule.
var exceptShape = shape{
	attrs: []string{"rule", "rules", "paths", "reason", "expires"}, required: []string{"reason", "expires"}}

var (
	validName   = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)
	maxNameSize = 64
)

// checkBody reports everything in a body that its shape does not provide.
func (ld *loader) checkBody(kind, what string, body *hclsyntax.Body, def hcl.Range) {
	sh := shapes[kind]
	for _, name := range sortedKeys(body.Attributes) {
		if !sh.open && !slices.Contains(sh.attrs, name) {
			ld.unknownAttribute(sh, what, body.Attributes[name])
		}
	}
	for _, name := range sh.required {
		if body.Attributes[name] == nil {
			ld.add(problem(def, "Missing attribute", "%s needs the attribute %q.", sentence(what), name))
		}
	}
	seen := map[string]*hclsyntax.Block{}
	for _, b := range body.Blocks {
		n, ok := sh.blocks[b.Type]
		if !ok {
			ld.unknownBlock(sh, what, b)
			continue
		}
		ld.checkLabels(n, b)
		if first := seen[b.Type]; first != nil && !n.many {
			ld.add(problem(b.DefRange(), "Duplicate block", "%s has one %s block; the first is at %s.", sentence(what), b.Type, place(first.DefRange())))
		}
		seen[b.Type] = b
		if kind != "" {
			ld.checkBody(kind+"."+b.Type, b.Type+" of "+what, b.Body, b.DefRange())
		}
	}
}

func (ld *loader) unknownAttribute(sh shape, what string, a *hclsyntax.Attribute) {
	if why, ok := sh.refused[a.Name]; ok {
		ld.add(problem(a.NameRange, "Unsupported attribute", "%s", why))
		return
	}
	if _, ok := sh.blocks[a.Name]; ok {
		ld.add(problem(a.NameRange, "Unknown attribute", "%q is a block: write %s { … } without an equals sign.", a.Name, a.Name))
		return
	}
	detail := fmt.Sprintf("%s has no attribute %q.", sentence(what), a.Name)
	if hint := didYouMean(a.Name, sh.attrs); hint != "" {
		detail += hint
	} else if len(sh.attrs) > 0 {
		detail += fmt.Sprintf(" Its attributes are %s.", oneOf(sh.attrs))
	}
	ld.add(problem(a.NameRange, "Unknown attribute", "%s", detail))
}

func (ld *loader) unknownBlock(sh shape, what string, b *hclsyntax.Block) {
	if why, ok := sh.refused[b.Type]; ok {
		ld.add(problem(b.DefRange(), "Unsupported block", "%s", why))
		return
	}
	if slices.Contains(sh.attrs, b.Type) {
		ld.add(problem(b.DefRange(), "Unknown block", "%q is an attribute: write %s = ….", b.Type, b.Type))
		return
	}
	names := slices.Sorted(maps.Keys(sh.blocks))
	detail := fmt.Sprintf("%s has no block %q.", sentence(what), b.Type)
	if hint := didYouMean(b.Type, names); hint != "" {
		detail += hint
	} else if len(names) > 0 {
		detail += fmt.Sprintf(" Its blocks are %s.", oneOf(names))
	}
	ld.add(problem(b.DefRange(), "Unknown block", "%s", detail))
}

func (ld *loader) checkLabels(n nested, b *hclsyntax.Block) {
	switch {
	case len(b.Labels) != n.labels && n.labels == 0:
		ld.add(problem(b.DefRange(), "Wrong labels", "A %s block has no name: write %s { … }.", b.Type, b.Type))
	case len(b.Labels) != n.labels:
		ld.add(problem(b.DefRange(), "Wrong labels", "A %s block has exactly one name: write %s \"name\" { … }.", b.Type, b.Type))
	case n.labels == 1 && (!validName.MatchString(b.Labels[0]) || len(b.Labels[0]) > maxNameSize):
		ld.add(problem(b.LabelRanges[0], "Invalid name", "Names begin with a lower-case letter and go on with lower-case letters, digits, - and _; at most %d characters.", maxNameSize))
	}
}

// place shows where something is, for a detail.
func place(r hcl.Range) string {
	return fmt.Sprintf("%s:%d", r.Filename, r.Start.Line)
}

// sentence makes a description, such as `package "xen"`, begin a sentence.
func sentence(what string) string {
	return string(what[0]-'a'+'A') + what[1:]
}
