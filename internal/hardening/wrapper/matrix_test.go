package wrapper_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// undoing is, for each rule with flags, how a Makefile would lose them in one
// unit or in the link.
var undoing = map[string]struct{ compile, link string }{
	"pie":                           {"-fno-pie", "-no-pie"},
	"relro":                         {"", "-Wl,-z,norelro"},
	"now":                           {"", "-Wl,-z,lazy"},
	"nx":                            {"", "-z execstack"},
	"no-textrel":                    {"", "-Wl,-z,notext"},
	"build-id":                      {"", "-Wl,--build-id=none"},
	"stack-protector":               {"-fno-stack-protector", ""},
	"stack-clash":                   {"-fno-stack-clash-protection", ""},
	"fortify":                       {"-U_FORTIFY_SOURCE", ""},
	"cet":                           {"-fcf-protection=none", ""},
	"auto-var-init":                 {"-ftrivial-auto-var-init=uninitialized", ""},
	"zero-call-used-regs":           {"-fzero-call-used-regs=skip", ""},
	"no-strict-overflow":            {"-fstrict-overflow", ""},
	"no-delete-null-pointer-checks": {"-fdelete-null-pointer-checks", ""},
	"format-security":               {"-Wno-format-security", ""},
	"strict-flex-arrays":            {"", ""}, // not known to the compiler: said as lacking
	"glibcxx-assertions":            {"-U_GLIBCXX_ASSERTIONS", ""},
	"branch-protection":             {"", ""}, // of another architecture
}

// places are where the mutant stands.
var places = []string{"unit", "member", "assembler"}

// tricks are how the Makefile is run. The last one calls the real compiler,
// which is hidden beside the wrapper.
var tricks = []struct{ name, run string }{
	{"override", `make -s CFLAGS="-g -O2 $undo" LDFLAGS="$unlink"`},
	{"empty environment", `env -i PATH=/usr/bin make -s CFLAGS="-g -O2 $undo" LDFLAGS="$unlink"`},
	{"absolute path", `make -s CC=$(readlink -f /usr/bin/gcc) CXX=$(readlink -f /usr/bin/g++) CFLAGS="-g -O2 $undo" LDFLAGS="$unlink"`},
	{"real compiler", `make -s CC=$(real gcc) CXX=$(real g++) LINK=gcc CFLAGS="-g -O2 $undo" LDFLAGS="$unlink"`},
}

// makefiles build p of a.c, which is left alone, and of the mutant b.
var makefiles = map[string]string{
	"unit":      "p: a.o b.o\n\t$(LINK) $(LDFLAGS) a.o b.o -o p $(LIBS)\nb.o: $(SOURCE)\n\t$(COMPILE) $(CFLAGS) -c $(SOURCE) -o b.o\n",
	"member":    "p: a.o libb.a\n\t$(LINK) $(LDFLAGS) a.o libb.a -o p $(LIBS)\nlibb.a: $(SOURCE)\n\t$(COMPILE) $(CFLAGS) -c $(SOURCE) -o b.o\n\tar rcs libb.a b.o\n",
	"assembler": "p: a.o b.o\n\t$(LINK) $(LDFLAGS) a.o b.o -o p $(LIBS)\nb.o: $(SOURCE)\n\t$(COMPILE) $(CFLAGS) -S $(SOURCE) -o b.s\n\tas b.s -o b.o\n",
}

const (
	head   = "LINK = $(CC)\nCOMPILE = $(CC)\nSOURCE = b.c\nall: p\na.o: a.c\n\tgcc -g -O2 -c a.c\n"
	aC     = "int sum(int, int);\nint main(int n, char **v) { (void)v; return sum(n, 2) == 0; }\n"
	bC     = "#include <stdio.h>\nint sum(int a, int b)\n{\n\tchar t[32];\n\n\tsnprintf(t, sizeof t, \"%d\", a + b);\n\treturn puts(t);\n}\n"
	realOf = "real() { f=$(readlink -f /usr/bin/$1); echo ${f%/*}/.dombuild-${f##*/}; }\n"
)

// gcc12 stands for the machine's compiler: what later ones know is not asked.
var gcc12 = profile.Compiler{Architecture: "amd64", GCC: 12}

func strict() profile.Profile {
	p, _ := profile.Lookup("userspace")
	return p.Extend("strict", "", []string{"zero-call-used-regs", "build-id"}, nil, nil, nil)
}

// flagged are the rules with flags.
func flagged() []profile.Rule {
	return slices.DeleteFunc(profile.Rules(), func(r profile.Rule) bool {
		return len(r.Compile)+len(r.Define)+len(r.Link) == 0 && r.ID != profile.PIE
	})
}

// TestMatrixIsWhole: no rule with flags is without its cells.
func TestMatrixIsWhole(t *testing.T) {
	active, lacking := strict().Active(gcc12)
	has := func(list []profile.Rule, id string) bool {
		return slices.ContainsFunc(list, func(r profile.Rule) bool { return r.ID == id })
	}
	for _, r := range flagged() {
		u, ok := undoing[r.ID]
		known := has(active, r.ID)
		switch {
		case !ok:
			t.Errorf("no cell loses the flags of %s", r.ID)
		case known && u.compile == "" && len(r.Compile)+len(r.Define) > 0, known && u.link == "" && len(r.Link) > 0:
			t.Errorf("the cells of %s do not lose all of its flags", r.ID)
		case !known && !has(lacking, r.ID) && slices.Contains(r.Architectures, gcc12.Architecture):
			t.Errorf("%s is neither active nor said to be lacking", r.ID)
		}
	}
	if want := len(flagged()); len(undoing) != want {
		t.Errorf("%d rules in the matrix, %d have flags", len(undoing), want)
	}
}

// cell is one mutant.
type cell struct {
	rule         profile.Rule
	place, trick string
	dir          string
}

// cells are all of those rules that the compiler knows.
func cells() []cell {
	active, _ := strict().Active(gcc12)
	var list []cell
	for _, r := range active {
		for _, place := range places {
			for _, trick := range tricks {
				if undoing[r.ID].compile+undoing[r.ID].link != "" {
					list = append(list, cell{r, place, trick.name, fmt.Sprintf("c%d", len(list))})
				}
			}
		}
	}
	return list
}

// TestMatrix builds every mutant and has the gate judge it: where the wrapper
// mends it, the bytes of the object and the program prove it; where it cannot,
// the gate refuses it by the name of the part.
func TestMatrix(t *testing.T) {
	files := map[string]string{}
	var script strings.Builder
	script.WriteString(realOf)
	list := cells()
	for _, c := range list {
		files[c.dir+"/Makefile"] = head + makefiles[c.place]
		files[c.dir+"/a.c"], files[c.dir+"/b.c"] = aC, bC
		more := ""
		if c.rule.Language == "c++" {
			files[c.dir+"/b.cc"] = "extern \"C\" {\n" + bC + "}\n"
			more = ` COMPILE='$(CXX)' SOURCE=b.cc`
		}
		i := slices.IndexFunc(tricks, func(k struct{ name, run string }) bool { return k.name == c.trick })
		if c.unlinkable() {
			more = " 2>error || :"
		}
		fmt.Fprintf(&script, "undo='%s' unlink='%s'; (cd %s; %s%s)\n", undoing[c.rule.ID].compile, undoing[c.rule.ID].link, c.dir, tricks[i].run, more)
	}
	log, dir := wrapper.RunWrapped(t, enforce(strict()), files, script.String())
	gate := hardening.Gate{Profile: strict(), Compiler: gcc12, Calls: log.Canonical("/build", "", "/tmp"), Pinned: func(digest.Digest) string { return "" }}
	for _, c := range list {
		t.Run(c.rule.ID+"/"+c.place+"/"+c.trick, func(t *testing.T) {
			if c.unlinkable() {
				c.notLinked(t, filepath.Join(dir, c.dir))
				return
			}
			program, sum := proved(t, filepath.Join(dir, c.dir, "p"))
			program.Path = c.dir + "/p"
			v := gate.Judge([]prove.File{program}, map[string]digest.Digest{program.Path: sum})
			if c.trick == "real compiler" {
				c.refused(t, v)
				return
			}
			if len(v.Findings) > 0 || !v.Files[0].Hardened {
				t.Fatalf("not mended: %+v", v.Findings)
			}
			object, _ := proved(t, filepath.Join(dir, c.dir, "b.o"))
			c.shown(t, program, object)
		})
	}
}

// unlinkable reports whether the linker itself refuses the mutant: code with
// fixed addresses, in a program that the wrapper has it link as PIE.
func (c cell) unlinkable() bool { return c.rule.ID == profile.PIE && c.trick == "real compiler" }

// notLinked fails unless the linker named the part, and left no program.
func (c cell) notLinked(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "p")); !os.IsNotExist(err) {
		t.Errorf("there is a program (%v)", err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "error"))
	if err != nil || !strings.Contains(string(text), "b.o") || !strings.Contains(string(text), "-fPIE") {
		t.Errorf("%q, %v", text, err)
	}
}

// refused fails unless the gate names the part that the real compiler made,
// and nothing else.
func (c cell) refused(t *testing.T, v hardening.Verdict) {
	t.Helper()
	want := c.dir + "/b.o"
	if c.place == "member" {
		want = c.dir + "/libb.a(b.o)"
	}
	if len(v.Findings) == 0 || v.Files[0].Hardened {
		t.Fatalf("not refused")
	}
	if !slices.ContainsFunc(v.Findings, func(f finding.Finding) bool {
		return f.Rule == profile.CompiledOutside && f.Place.File == c.dir+"/p" && filepath.Base(f.Place.Unit) == filepath.Base(want)
	}) {
		t.Errorf("%s is not named: %+v", want, v.Findings)
	}
}

// shown fails unless the bytes of the program and of its mended part prove the
// rule, if any bytes can.
func (c cell) shown(t *testing.T, program, object prove.File) {
	t.Helper()
	checks := c.rule.Checks
	if len(checks) == 0 {
		checks = []string{c.rule.ID}
	}
	for _, name := range checks {
		of := program
		if c.rule.Proof == profile.ByUnit {
			of = object
		}
		if check, ok := of.Check(name); ok && check.Status != prove.Proved {
			t.Errorf("%s of %s is %s: %q", name, of.Path, check.Status, check.Evidence)
		} else if !ok && c.rule.Proof == profile.ByFile {
			t.Errorf("nothing proves %s", name)
		}
	}
}

func proved(t *testing.T, path string) (prove.File, digest.Digest) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	return prove.Prove(filepath.Base(path), bytes.NewReader(data), int64(len(data)), prove.Options{}), digest.NewDigestFromBytes(digest.SHA256, sum[:])
}

// enforce is the configuration of a profile, as a plan makes it.
func enforce(p profile.Profile) wrapper.Config {
	f := wrapper.Flags{Compile: slices.Clone(p.Compile), PIE: true, StaticPIE: true}
	active, _ := p.Active(gcc12)
	for _, r := range active {
		f.Compile, f.Define, f.Link = append(f.Compile, r.Compile...), append(f.Define, r.Define...), append(f.Link, r.Link...)
	}
	return wrapper.Config{Base: "/build", Toolchain: []string{"/usr/", "/lib"}, Optimise: wrapper.Optimise(p.Compile), Rules: wrapper.Rules(f)}
}
