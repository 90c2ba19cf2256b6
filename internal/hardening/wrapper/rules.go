package wrapper

import (
	"slices"
	"strings"
)

// Flags are a profile's flags, as a build would be given them in CFLAGS,
// CPPFLAGS and LDFLAGS.
type Flags struct {
	Compile, Define, Link []string
	PIE                   bool // executables are position independent
	StaticPIE             bool // those linked with -static too: the toolchain has rcrt1.o
	NoFHardened           bool // -fhardened is taken away: all that it stands for is given
}

// known says for a flag, by its beginning, to which rule it belongs and what
// undoes or weakens it.
type known struct {
	prefix  string
	rule    string
	undo    []string
	unless  []string // stronger flags that are left alone
	when    []string
	removed []string // conditions under which undoing flags are removed; nil: always
	linked  bool     // link-time optimisation takes it from the link
}

var compileFlags = []known{
	{prefix: "-fstack-protector", rule: "stack-protector",
		undo:   []string{"-fno-stack-protector", "-fno-stack-protector-*", "-fstack-protector", "-fstack-protector-explicit"},
		unless: []string{"-fstack-protector-all"}, when: []string{Hosted}, removed: []string{Hosted}},
	{prefix: "-fstack-clash-protection", rule: "stack-clash", undo: []string{"-fno-stack-clash-protection"}},
	{prefix: "-fcf-protection", rule: "ibt", undo: []string{"-fcf-protection=*", "-fno-cf-protection"}},
	{prefix: "-mbranch-protection", rule: "bti", undo: []string{"-mbranch-protection=*", "-msign-return-address=*"}},
	{prefix: "-ftrivial-auto-var-init", rule: "auto-var-init", undo: []string{"-ftrivial-auto-var-init=*"}, when: []string{GCC}},
	{prefix: "-fzero-call-used-regs", rule: "zero-call-used-regs", undo: []string{"-fzero-call-used-regs=*"}, linked: true},
	{prefix: "-fno-strict-overflow", rule: "no-strict-overflow", undo: []string{"-fstrict-overflow", "-fno-wrapv", "-fno-wrapv-pointer"}},
	{prefix: "-fno-delete-null-pointer-checks", rule: "no-delete-null-pointer-checks", undo: []string{"-fdelete-null-pointer-checks"}},
	{prefix: "-fno-strict-aliasing", rule: "no-strict-aliasing", undo: []string{"-fstrict-aliasing"}},
	{prefix: "-fstrict-flex-arrays", rule: "strict-flex-arrays", undo: []string{"-fno-strict-flex-arrays", "-fstrict-flex-arrays*"}},
	{prefix: "-fhardened", rule: "hardened", undo: []string{"-fno-hardened"}, when: []string{GCC}},
	{prefix: "-D_FORTIFY_SOURCE", rule: "fortify", undo: []string{"-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=*"},
		when: []string{Hosted, Optimised}},
	{prefix: "-U_FORTIFY_SOURCE", rule: "fortify", when: []string{Hosted, Optimised}},
	{prefix: "-D_GLIBCXX_ASSERTIONS", rule: "glibcxx-assertions", undo: []string{"-U_GLIBCXX_ASSERTIONS"}, when: []string{CXX}},
	{prefix: "-Werror=format-security", rule: "format-security", undo: []string{"-Wno-format-security", "-Wno-error=format-security"}},
	{prefix: "-Wformat", rule: "format-security", undo: []string{"-Wno-format", "-Wformat=0"}},
}

var linkFlags = []known{
	{prefix: "-z relro", rule: "relro", undo: []string{"-znorelro"}},
	{prefix: "-z now", rule: "now", undo: []string{"-zlazy"}},
	{prefix: "-z noexecstack", rule: "nx", undo: []string{"-zexecstack"}},
	{prefix: "-z text", rule: "no-textrel", undo: []string{"-znotext", "-ztextoff"}},
}

// Rules returns what enforces the flags. A flag that is not known belongs to
// the rule "profile" and is only added. -fcf-protection gives both ibt and shstk
// and belongs to ibt, -mbranch-protection gives bti and pac and belongs to bti.
// Optimisation (-O…) is no rule: it is what Optimise returns.
func Rules(f Flags) []Rule {
	var rules []Rule
	add := func(id string, d ...Directive) {
		i := slices.IndexFunc(rules, func(r Rule) bool { return r.ID == id })
		if i < 0 {
			i = len(rules)
			rules = append(rules, Rule{ID: id})
		}
		rules[i].Directives = append(rules[i].Directives, d...)
	}
	if f.PIE {
		add("pie", pie(f.StaticPIE)...)
	}
	if f.NoFHardened {
		add("hardened", Directive{Remove: true, Stage: Compile, Words: []string{"-fhardened"}, When: []string{GCC}},
			Directive{Remove: true, Stage: Link, Words: []string{"-fhardened"}, When: []string{GCC}})
	}
	for _, flag := range slices.Concat(f.Compile, f.Define) {
		if !strings.HasPrefix(flag, "-O") {
			id, d := directives(Compile, compileFlags, flag)
			add(id, d...)
			if linked(flag) {
				_, d := directives(Link, compileFlags, flag)
				add(id, d...)
			}
		}
	}
	for _, flag := range f.Link {
		if words, ok := strings.CutPrefix(flag, "-Wl,"); ok {
			id, d := directives(LD, linkFlags, strings.ReplaceAll(words, ",", " "))
			add(id, d...)
			if id == "nx" {
				add(id,
					Directive{Remove: true, Stage: Assemble, Words: []string{"--execstack"}},
					Directive{Stage: Assemble, Words: []string{"--noexecstack"}})
			}
			continue
		}
		add("profile", Directive{Stage: Link, Words: []string{flag}})
	}
	return rules
}

// linked says that link-time optimisation takes a flag from the link, whatever
// its objects were compiled with.
func linked(flag string) bool {
	return slices.ContainsFunc(compileFlags, func(k known) bool { return k.linked && strings.HasPrefix(flag, k.prefix) })
}

// Optimise returns the level of optimisation among a profile's flags, the last
// one if there are several, or "".
func Optimise(compile []string) string {
	level := ""
	for _, f := range compile {
		if strings.HasPrefix(f, "-O") {
			level = f
		}
	}
	return level
}

// images of no ELF system: what ld's -z means nothing to
var otherFormats = []string{"-mi386pe", "-mi386pep", "-maarch64pe"}

func directives(stage Stage, table []known, flag string) (string, []Directive) {
	i := slices.IndexFunc(table, func(k known) bool { return strings.HasPrefix(flag, k.prefix) })
	k := known{rule: "profile"}
	if i >= 0 {
		k = table[i]
	}
	var list []Directive
	for _, u := range k.undo {
		list = append(list, Directive{Remove: true, Stage: stage, Words: []string{u}, When: k.removed})
	}
	d := Directive{Stage: stage, Words: strings.Split(flag, " "), Unless: k.unless, When: k.when}
	if stage == LD {
		d.Unless = otherFormats
	}
	return k.rule, append(list, d)
}

// pie: objects of executables are compiled with -fPIE unless they are meant for
// a shared object; executables are linked with -pie unless they are no usual
// program: without the start files (-nostartfiles, -nostdlib) the build has its
// own idea of how a program begins.
func pie(static bool) []Directive {
	hosted := []string{Hosted}
	var list []Directive
	for _, u := range []string{"-fno-pie", "-fno-PIE", "-fno-pic", "-fno-PIC"} {
		list = append(list, Directive{Remove: true, Stage: Compile, Words: []string{u}, When: hosted})
	}
	own := []string{"-nostdlib", "-nostartfiles", "-r"}
	notStatic := append(slices.Clone(own), "-static", "-static-pie")
	list = append(list, Directive{Stage: Compile, Words: []string{"-fPIE"}, When: hosted,
		Unless: []string{"-fPIC", "-fpic", "-shared"}})
	for _, u := range []string{"-no-pie", "-nopie", "--no-pie"} {
		list = append(list, Directive{Remove: true, Stage: LinkExecutable, Words: []string{u}, Unless: notStatic, When: hosted})
	}
	for _, u := range []string{"-no-pie", "--no-pie"} { // -Wl,-no-pie behind the driver's -pie
		list = append(list, Directive{Remove: true, Stage: LDExecutable, Words: []string{u}, If: []string{"-pie", "--pie"}})
	}
	list = append(list, Directive{Stage: LinkExecutable, Words: []string{"-pie"}, Unless: notStatic, When: hosted})
	if static {
		// musl-gcc's specs do not know -static-pie
		unless := append(slices.Clone(own), "-static-pie", "-specs*musl*", "--specs*musl*")
		of := []string{"-static", "--static"}
		list = append(list,
			Directive{Stage: LinkExecutable, Words: []string{"-static-pie"}, If: of, Unless: unless, When: hosted},
			Directive{Remove: true, Stage: LinkExecutable, Words: []string{"-static"}, Unless: unless, When: hosted},
			Directive{Remove: true, Stage: LinkExecutable, Words: []string{"--static"}, Unless: unless, When: hosted},
			Directive{Remove: true, Stage: LinkExecutable, Words: []string{"-no-pie"}, If: of, Unless: unless, When: hosted})
	}
	return list
}
