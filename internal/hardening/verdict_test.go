package hardening

import (
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

func sum(s string) digest.Digest { return digest.FromString(s) }

func object(path, content string) wrapper.Object {
	return wrapper.Object{Path: path, Digest: sum(content)}
}

// flags of the profile userspace for gcc 12, as the wrapper would add them.
func flags(t *testing.T) []wrapper.Arg {
	t.Helper()
	p, _ := profile.Lookup("userspace")
	active, _ := p.Active(gcc12)
	var args []wrapper.Arg
	for _, r := range active {
		for _, f := range slices.Concat(r.Compile, r.Define) {
			args = append(args, wrapper.Arg{Text: f, Action: wrapper.Added, Rule: r.ID})
		}
	}
	return args
}

var gcc12 = profile.Compiler{Architecture: "amd64", GCC: 12}

// program is the log of a program p, linked from a.o and b.o; edit changes how
// b.o was compiled.
func program(t *testing.T, edit func(b *wrapper.Call)) *wrapper.Log {
	t.Helper()
	compile := func(name string) wrapper.Call {
		args := append([]wrapper.Arg{{Text: "-c"}, {Text: name + ".c"}}, flags(t)...)
		return wrapper.Call{ID: name, Name: "gcc", Program: "/usr/bin/gcc-12", Cwd: ".", Kind: wrapper.KindCompile, Args: args,
			Inputs:  []wrapper.Input{{Role: wrapper.RoleSource, Object: wrapper.Object{Path: name + ".c"}}},
			Outputs: []wrapper.Object{object(name+".o", name)}}
	}
	a, b := compile("a"), compile("b")
	if edit != nil {
		edit(&b)
	}
	link := wrapper.Call{ID: "ld", Name: "ld", Program: "/usr/bin/ld", Cwd: ".", Kind: wrapper.KindLink,
		Inputs: []wrapper.Input{{Role: wrapper.RoleObject, Object: object("a.o", "a")}, {Role: wrapper.RoleObject, Object: object("b.o", "b")},
			{Role: wrapper.RoleToolchain, Object: wrapper.Object{Path: "/usr/lib/crt1.o"}}},
		Outputs: []wrapper.Object{object("p", "p")}}
	return &wrapper.Log{Calls: []wrapper.Call{a, b, link}}
}

// stripped is what the prover says of a program without debug information that
// was linked as the profile asks.
func stripped(path string) prove.File {
	f := prove.File{Path: path, Type: prove.PIE}
	for _, r := range prove.Rules() {
		c := prove.Check{Rule: r.ID, Status: prove.Proved, Evidence: []string{"a header"}}
		switch r.ID {
		case "stack-protector", "stack-clash", "auto-var-init", "zero-call-used-regs", "no-strict-overflow", "fortify":
			c.Status, c.Evidence = prove.Unknown, []string{"no debug information"}
		case "ibt", "shstk":
			c.Status, c.Evidence = prove.Refuted, []string{"no property"}
		case "bti", "pac":
			c.Status = prove.NotApplicable
		}
		f.Checks = append(f.Checks, c)
	}
	return f
}

func set(f prove.File, rule string, status prove.Status) prove.File {
	f.Checks = slices.Clone(f.Checks)
	for i := range f.Checks {
		if f.Checks[i].Rule == rule {
			f.Checks[i].Status = status
		}
	}
	return f
}

func without(flag string) func(*wrapper.Call) {
	return func(b *wrapper.Call) {
		b.Args = slices.DeleteFunc(slices.Clone(b.Args), func(a wrapper.Arg) bool { return a.Text == flag })
	}
}

func behind(flag string) func(*wrapper.Call) {
	return func(b *wrapper.Call) { b.Args = append(b.Args, wrapper.Arg{Text: flag}) }
}

func steered(name, value string) func(*wrapper.Call) {
	return func(c *wrapper.Call) { c.Environment = []wrapper.Variable{{Name: name, Value: value}} }
}

func TestGate(t *testing.T) {
	tests := []struct {
		name string
		edit func(*wrapper.Call)
		file func(prove.File) prove.File
		want string // rule, place and part of the message of the only finding; "" for none
	}{
		{"as it should be", nil, nil, ""},
		{"a flag is not there", without("-fstack-clash-protection"), nil, "stack-clash p (b.c) the flag is not there"},
		{"a flag is undone", behind("-fno-stack-protector"), nil, "stack-protector p (b.c) -fno-stack-protector stands behind it"},
		{"a weaker flag behind", behind("-fcf-protection=none"), nil, "cet p (b.c) -fcf-protection=none stands behind it"},
		{"a macro is undefined behind", behind("-U_FORTIFY_SOURCE"), nil, "fortify p (b.c) -U_FORTIFY_SOURCE stands behind it"},
		{"no optimisation", func(b *wrapper.Call) {
			without("-D_FORTIFY_SOURCE=3")(b)
			b.Omitted = []wrapper.Omission{{Rule: "fortify", Condition: wrapper.Optimised}}
		}, nil, "fortify p (b.c) without optimisation"},
		{"a stronger flag", func(b *wrapper.Call) {
			without("-fstack-protector-strong")(b)
			b.Omitted = []wrapper.Omission{{Rule: "stack-protector", Condition: "-fstack-protector-all"}}
		}, nil, ""},
		{"C++ without its assertions", func(b *wrapper.Call) {
			b.Name = "g++"
			without("-D_GLIBCXX_ASSERTIONS")(b)
		}, nil, "glibcxx-assertions p (b.c) the flag is not there"},
		{"C without C++'s assertions", without("-D_GLIBCXX_ASSERTIONS"), nil, ""},
		{"an object that nobody compiled", func(b *wrapper.Call) { b.Outputs[0].Digest = sum("another") }, nil,
			"compiled-outside p (b.o) no recorded call wrote"},
		{"a wrapper of its own", behind("-wrapper"), nil, "compiled-outside p (b.o) -wrapper has the compiler run or load"},
		{"another cc1", behind("-B."), nil, "compiled-outside p (b.o) -B. has the compiler run or load ."},
		{"another cc1 by a mistaken option", behind("-Bsymbolic"), nil, "compiled-outside p (b.o) -Bsymbolic has"},
		{"specs of its own", behind("-specs=my.specs"), nil, "compiled-outside p (b.o) -specs=my.specs has"},
		{"specs through the toolchain", behind("-specs=/usr/../build/my.specs"), nil, "compiled-outside p (b.o) -specs=/usr/../build/my.specs has"},
		{"specs of the toolchain", behind("-specs=/usr/lib/x86_64-linux-musl/musl-gcc.specs"), nil, ""},
		{"a plugin", behind("-fplugin=./p.so"), nil, "compiled-outside p (b.o) -fplugin=./p.so has"},
		{"another cc1 by a variable", steered("COMPILER_PATH", "/usr/lib/gcc:/build/bin"), nil,
			"compiled-outside p (b.o) COMPILER_PATH=/usr/lib/gcc:/build/bin has"},
		{"cc1 of the current directory", steered("GCC_EXEC_PREFIX", ":/usr/lib"), nil, "compiled-outside p (b.o) GCC_EXEC_PREFIX=:/usr/lib has"},
		{"the toolchain's by a variable", steered("COMPILER_PATH", "/usr/lib/gcc/x86_64-linux-gnu/12/:/usr/lib/dombuild"), nil, ""},
		{"another as by PATH", steered("PATH", "/build/bin"), nil, "compiled-outside p (b.o) PATH=/build/bin has"},
		{"clang edits its arguments", steered("CCC_OVERRIDE_OPTIONS", "x-fstack-clash-protection"), nil,
			"compiled-outside p (b.o) CCC_OVERRIDE_OPTIONS="},
		{"in a response file", func(b *wrapper.Call) { b.Args = append(b.Args, wrapper.Arg{Text: "-B/tmp/x", Nested: true}) }, nil,
			"compiled-outside p (b.o) -B/tmp/x has"},
		{"the debug information says otherwise", nil, func(f prove.File) prove.File { return set(f, "stack-clash", prove.Refuted) },
			"stack-clash p stack-clash is refuted"},
		{"the link lost a flag", nil, func(f prove.File) prove.File { return set(f, "relro", prove.Refuted) }, "relro p relro is refuted"},
		{"the link cannot be judged", nil, func(f prove.File) prove.File { return set(f, "now", prove.Unknown) }, "now p now cannot be judged"},
		{"a static file's calls", nil, func(f prove.File) prove.File {
			f.Type = prove.StaticPIE
			return set(f, "forbidden-symbols", prove.Unknown)
		}, ""},
	}
	p, _ := profile.Lookup("userspace")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := stripped("p")
			if tt.file != nil {
				f = tt.file(f)
			}
			g := Gate{Profile: p, Compiler: gcc12, Calls: program(t, tt.edit), Pinned: func(digest.Digest) string { return "" }}
			v := g.Judge([]prove.File{f}, map[string]digest.Digest{"p": sum("p")})
			var got []string
			for _, f := range v.Findings {
				got = append(got, f.Rule+" "+f.Place.String()+" "+f.Message)
			}
			if tt.want == "" {
				if len(got) != 0 || !v.Files[0].Hardened || v.Files[0].Origin != Built || v.Files[0].Units != 2 {
					t.Errorf("%q, %+v", got, v.Files[0])
				}
				return
			}
			rule, rest, _ := strings.Cut(tt.want, " ")
			place, message, _ := strings.Cut(rest, " ")
			if strings.HasPrefix(message, "(") {
				unit, m, _ := strings.Cut(message, ") ")
				place, message = place+" "+unit+")", m
			}
			if len(got) != 1 || !strings.HasPrefix(got[0], rule+" "+place) || !strings.Contains(got[0], message) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if v.Files[0].Hardened {
				t.Error("it counts as hardened")
			}
		})
	}
}

func TestGateAndPinnedFiles(t *testing.T) {
	p, _ := profile.Lookup("userspace")
	pinned := func(d digest.Digest) string {
		if d == sum("libc") {
			return "usr/lib/libc.so.6"
		}
		return ""
	}
	strip := wrapper.Call{ID: "s", Name: "strip", Program: "/usr/bin/strip", Kind: wrapper.KindStrip, Cwd: ".",
		Inputs:  []wrapper.Input{{Role: wrapper.RoleShared, Object: object("libc.so.6", "libc")}},
		Outputs: []wrapper.Object{object("libc.so.6", "libc, stripped")}}
	for name, tt := range map[string]struct {
		calls  *wrapper.Log
		digest digest.Digest
		want   Origin
	}{
		"copied":              {&wrapper.Log{}, sum("libc"), Pinned},
		"copied and stripped": {&wrapper.Log{Calls: []wrapper.Call{strip}}, sum("libc, stripped"), Pinned},
		"from nowhere":        {&wrapper.Log{}, sum("other"), Unknown},
		"without a compiler":  {nil, sum("other"), Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			v := Gate{Profile: p, Compiler: gcc12, Calls: tt.calls, Pinned: pinned}.Judge(
				[]prove.File{stripped("libc.so.6")}, map[string]digest.Digest{"libc.so.6": tt.digest})
			f := v.Files[0]
			if f.Origin != tt.want || f.Hardened || (len(v.Findings) == 0) != (tt.want == Pinned) {
				t.Errorf("%s, hardened %v, %v", f.Origin, f.Hardened, v.Findings)
			}
			if tt.want == Unknown && v.Findings[0].Rule != profile.CompiledOutside {
				t.Errorf("%v", v.Findings)
			}
		})
	}
}

func TestFamily(t *testing.T) {
	for _, pair := range [][2]string{
		{"-fstack-clash-protection", "-fno-stack-clash-protection"}, {"-fcf-protection=full", "-fcf-protection=none"},
		{"-D_FORTIFY_SOURCE=3", "-U_FORTIFY_SOURCE"}, {"-fno-strict-overflow", "-fstrict-overflow"},
		{"-fstack-protector-strong", "-fno-stack-protector"}, {"-Werror=format-security", "-Werror"},
	} {
		if family(pair[0]) != family(pair[1]) {
			t.Errorf("%s and %s are of one family", pair[0], pair[1])
		}
	}
	if family("-fstack-clash-protection") == family("-fstack-protector-strong") {
		t.Error("two rules are one family")
	}
}

func TestFindingRulesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range FindingRules() {
		if seen[r.ID] {
			t.Errorf("%s stands twice", r.ID)
		}
		seen[r.ID] = true
	}
	for _, id := range append(profile.RuleIDs(), profile.ImageRules()...) {
		if !seen[id] && id != profile.KernelConfig && id != profile.XenConfig {
			t.Errorf("%s is not described", id)
		}
	}
}
