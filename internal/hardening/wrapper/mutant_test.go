package wrapper

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// TestUndone gives one unit of two an argument that undoes the hardening: it
// must be taken away, the record must say so with the rule, and the result must
// be as if it had not been there.
func TestUndone(t *testing.T) {
	tests := []struct{ rule, flags string }{
		{"stack-protector", "-fno-stack-protector"},
		{"stack-protector", "-fstack-protector"},
		{"stack-protector", "-Xclang -fno-stack-protector"},
		{"stack-clash", "-fno-stack-clash-protection"},
		{"ibt", "-fcf-protection=none"},
		{"auto-var-init", "-ftrivial-auto-var-init=uninitialized"},
		{"no-strict-overflow", "-fstrict-overflow"},
		{"no-delete-null-pointer-checks", "-fdelete-null-pointer-checks"},
		{"format-security", "-Wno-error=format-security"},
		{"fortify", "-U_FORTIFY_SOURCE"},
		{"fortify", "-U _FORTIFY_SOURCE"},
		{"fortify", "-D_FORTIFY_SOURCE=0"},
		{"fortify", "-D _FORTIFY_SOURCE=1"},
		{"fortify", "-D_FORTIFY_SOURCE"},
		{"fortify", "--define-macro=_FORTIFY_SOURCE=0"},
		{"fortify", "--undefine-macro _FORTIFY_SOURCE"},
		{"fortify", "-Wp,-U_FORTIFY_SOURCE"},
		{"fortify", "-Wp,-DX=1,-D_FORTIFY_SOURCE=0,-DY=2"},
		{"fortify", "-Wp,-U_FORTIFY_SOURCE,-D,_FORTIFY_SOURCE=0,-DY"},
		{"fortify", "-Xpreprocessor -U_FORTIFY_SOURCE"},
		{"pie", "-fno-pie"}, {"pie", "-fno-PIE"}, {"pie", "-fno-pic"}, {"pie", "-fno-PIC"},
		{"stack-protector", "@undo"},
	}
	var script strings.Builder
	for i, test := range tests {
		name := fmt.Sprintf("%02d", i)
		cc := "gcc"
		if strings.HasPrefix(test.flags, "-Xclang") { // gcc refuses it
			need(t, "clang")
			cc = "clang"
		}
		fmt.Fprintf(&script, "mkdir %[1]s; cd %[1]s; ln -s ../undo ../main.c ../add.c .; %[2]s -Wall -Werror -c main.c; %[2]s -Werror -c %[3]s add.c; mv add.o mutant.o; %[2]s -Werror -c add.c; cmp add.o mutant.o; %[2]s main.o mutant.o -o x; cd ..\n", name, cc, test.flags)
	}
	files := program()
	files["undo"] = "-fno-stack-protector"
	r := root{config: userspace(), files: files}.run(t, script.String())
	for i, test := range tests {
		t.Run(test.flags, func(t *testing.T) {
			name := fmt.Sprintf("%02d", i)
			hardened(t, r.units(t, name+"/x"))
			protected(t, open(t, r, name+"/x"), true)
			i := slices.IndexFunc(r.log.Calls, func(c Call) bool { return c.Cwd == "/build/"+name && c.Inputs[0].Path == "add.c" })
			if got := removedFor(&r.log.Calls[i]); !slices.Contains(got, test.rule) {
				t.Errorf("nothing was removed for %s: %v", test.rule, r.log.Calls[i].Args)
			}
		})
	}
}

// removedFor are the rules for which a call lost arguments.
func removedFor(c *Call) []string {
	var rules []string
	for _, a := range c.Args {
		if a.Action == Removed {
			rules = append(rules, a.Rule)
		}
	}
	return rules
}

// TestUndoneAtLink does the same for links.
func TestUndoneAtLink(t *testing.T) {
	tests := []struct{ rule, flags string }{
		{"nx", "-z execstack"}, {"nx", "-zexecstack"}, {"nx", "-Wl,-z,execstack"}, {"nx", "-Wl,-zexecstack"},
		{"nx", "-Wl,-z -Wl,execstack"}, {"nx", "-Xlinker -z -Xlinker execstack"}, {"nx", "-Wl,-z -Xlinker execstack"},
		{"nx", "-Wl,--as-needed,-z,execstack,-O1"}, {"nx", "@undo"},
		{"now", "-Wl,-z,lazy"}, {"now", "-z lazy"},
		{"relro", "-Wl,-z,norelro"}, {"relro", "-z norelro"},
		{"pie", "-no-pie"}, {"pie", "-nopie"}, {"pie", "-Wl,-no-pie"}, {"pie", "-Wl,--no-pie"},
	}
	script := "gcc -c main.c add.c\n"
	for i, test := range tests {
		cc := "gcc"
		if test.flags == "-nopie" { // gcc has no such option
			need(t, "clang")
			cc = "clang"
		}
		script += fmt.Sprintf("%s main.o add.o %s -o x%02d\n", cc, test.flags, i)
	}
	files := program()
	files["undo"] = "-Wl,-z '-Wl,execstack'"
	r := root{config: userspace(), files: files}.run(t, script)
	for i, test := range tests {
		t.Run(test.flags, func(t *testing.T) {
			name := fmt.Sprintf("x%02d", i)
			hardened(t, r.units(t, name))
			protected(t, open(t, r, name), true)
			var removed []string
			for i := range r.log.Calls {
				if c := &r.log.Calls[i]; len(c.Outputs) > 0 && c.Outputs[0].Path == name {
					removed = append(removed, removedFor(c)...)
				}
			}
			if !slices.Contains(removed, test.rule) {
				t.Errorf("nothing was removed for %s but %q", test.rule, removed)
			}
		})
	}
}

// TestAssembler: an assembler source that asks for an executable stack.
func TestAssembler(t *testing.T) {
	files := program()
	files["old.s"] = ".text\n.globl old\nold:\n\tret\n" // no .note.GNU-stack
	files["pre.S"] = "#ifndef __PIC__\n#error not position independent\n#endif\n.text\n.globl pre\npre: ret\n"
	r := root{config: userspace(), files: files}.run(t, `gcc -c main.c add.c pre.S; gcc -c old.s -Wa,--execstack,-g; as --execstack old.s -o old2.o
sed s/old/old3/ old.s | gcc -x assembler -c - -o old3.o; sed s/old/old4/ old.s | as - -o old4.o
for o in old pre old2 old3 old4; do readelf -SW $o.o | grep -q 'note.GNU-stack.*PROGBITS.* 0   0  1' || { echo $o; readelf -SW $o.o; exit 1; }; done
objcopy -N old old2.o
gcc main.o add.o old.o old2.o old3.o old4.o pre.o -o x`)
	want := []string{"assembled old.o old.s", "assembled old2.o old.s", "assembled pre.o pre.S",
		"compiled add.o add.c", "compiled main.o main.c", "unknown old3.o -", "unknown old4.o -"}
	if got := describe(r.units(t, "x")); !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	protected(t, open(t, r, "x"), true)
}

// TestForeign makes one object in a way that no record of a compile covers; the
// log must call it foreign.
func TestForeign(t *testing.T) {
	cc1 := "$(gcc -print-prog-name=cc1)"
	real := "$(dirname $(readlink -f $(command -v gcc)))/.dombuild-$(basename $(readlink -f $(command -v gcc)))"
	for name, test := range map[string]struct{ script, want string }{
		"hidden path":           {real + " -c add.c -o add.o", "foreign add.o"},
		"cc1 and as":            {cc1 + " -quiet add.c -o add.s; as add.s -o add.o", "foreign add.o add.s"},
		"cc1 and gcc":           {cc1 + " -quiet add.c -o add.s; gcc -c add.s -o add.o", "foreign add.o add.s"},
		"cc1 to as by a pipe":   {cc1 + " -quiet add.c -o - | as - -o add.o", "unknown add.o -"},
		"changed after compile": {"gcc -c add.c; printf x >> add.o", "foreign add.o"},
		"in an archive":         {real + " -c add.c -o f.o; ar rc liba.a f.o; mv liba.a add.o", "foreign add.o(f.o)"},
		"in a partial link":     {real + " -c add.c -o f.o; ld -r f.o -o add.o", "foreign f.o"},
		"stripped":              {real + " -c add.c -o add.o; strip -g add.o", "foreign add.o"},
	} {
		t.Run(name, func(t *testing.T) {
			r := root{config: userspace(), files: program()}.run(t, "gcc -c main.c; "+test.script+"; gcc main.o add.o -o x")
			got := describe(r.units(t, "x"))
			if len(got) != 2 || got[0] != "compiled main.o main.c" || !strings.HasPrefix(got[1], test.want) {
				t.Errorf("got %q, want the second %q\n%s", got, test.want, r.raw)
			}
			for _, u := range r.units(t, "x") {
				if (u.Origin == Foreign || u.Origin == Unknown) && u.Reason == "" {
					t.Errorf("%s: no reason", u.Path)
				}
			}
		})
	}
	t.Run("linked outside", func(t *testing.T) {
		r := root{config: userspace(), files: program()}.run(t, "gcc main.c add.c -o x; printf x >> x")
		if _, _, ok := r.index.Units(r.digestOf(t, "x")); ok {
			t.Error("a file that no call wrote is known")
		}
	})
}

// TestException: the recipe switches rules off for some paths, and only there.
func TestException(t *testing.T) {
	c := userspace()
	c.Exceptions = []Exception{
		{Rule: "stack-protector", Source: true, Pattern: "boot/**"},
		{Rule: "fortify", Pattern: "add.o"},
		{Rule: "nx", Pattern: "*.elf"},
		{Rule: "pie", Pattern: "x.elf"},
	}
	files := program()
	files["boot/deep/b.c"] = addC
	r := root{config: c, files: files}.run(t, `gcc -c main.c add.c; gcc -c add.c; gcc -fno-stack-protector -c boot/deep/b.c
gcc -no-pie -Wl,-z,execstack main.o add.o -o x.elf; cp x.elf y; gcc -no-pie -Wl,-z,execstack main.o add.o -o z`)
	byOutput := func(name string) *Call {
		t.Helper()
		calls := r.index.ByOutput(r.digestOf(t, name))
		if len(calls) == 0 {
			t.Fatalf("no call wrote %s\n%s", name, r.raw)
		}
		return calls[0]
	}
	b := byOutput("b.o")
	if got := b.Executed(); !slices.Contains(got, "-fno-stack-protector") || slices.Contains(got, "-fstack-protector-strong") || !slices.Equal(b.Excepted, []string{"stack-protector"}) {
		t.Errorf("boot/deep/b.c: %q, excepted %q", got, b.Excepted)
	}
	two, one := r.log.Calls[0], r.log.Calls[1]
	if !slices.Contains(two.Executed(), "-D_FORTIFY_SOURCE=3") || len(two.Excepted) != 0 {
		t.Errorf("an exception for one output of two took effect: %q", two.Executed())
	}
	if slices.Contains(one.Executed(), "-D_FORTIFY_SOURCE=3") || !slices.Equal(one.Excepted, []string{"fortify"}) {
		t.Errorf("the exception for add.o took no effect: %q", one.Executed())
	}
	if c := byOutput("x.elf"); !slices.Contains(c.Executed(), "execstack") || !slices.Contains(c.Excepted, "nx") {
		t.Errorf("x.elf: %q", c.Executed())
	}
	if c := byOutput("z"); slices.Contains(c.Executed(), "execstack") {
		t.Errorf("z: %q", c.Executed())
	}
}

// TestOmitted: what cannot be added is left out, and said.
func TestOmitted(t *testing.T) {
	files := program()
	files["free.c"] = "int free_standing(int x) { return x; }\n"
	r := root{config: userspace(), files: files}.run(t,
		"gcc -Werror -O0 -c main.c; gcc -Werror -ffreestanding -fno-stack-protector -c free.c; gcc -fPIC -c add.c; gcc -c -fstack-protector-all add.c")
	for i, want := range [][]Omission{
		{{"fortify", "optimised"}},
		{{"pie", "hosted"}, {"stack-protector", "hosted"}, {"fortify", "hosted"}},
		{{"pie", "-fPIC"}},
		{{"stack-protector", "-fstack-protector-all"}},
	} {
		got := slices.Compact(slices.Clone(r.log.Calls[i].Omitted))
		if !slices.Equal(got, want) {
			t.Errorf("call %d: omitted %v, want %v", i, got, want)
		}
	}
	if got := r.log.Calls[0].Executed(); slices.Contains(got, "-O2") {
		t.Errorf("-O0 was overridden: %q", got)
	}
}

// TestNothingAsked: with a configuration without rules, as for a kernel, objects
// and programs are byte for byte those of the real compiler.
func TestNothingAsked(t *testing.T) {
	c := Config{Base: "/build", Toolchain: []string{"/usr/"}}
	r := root{config: c, files: program()}.run(t, `build() { $1 -O1 -g -c main.c -o main.o; $1 -flto -c add.c -o add.o; $1 main.o add.o -o $2; $1 -S main.c -o $2.s; $1 -E main.c > $2.i; $1 -M main.c > $2.d; }
build gcc x; d=$(dirname $(readlink -f $(command -v gcc))); cp main.o main.x; build $d/.dombuild-$(basename $(readlink -f $(command -v gcc))) y
cmp main.x main.o; cmp x y; cmp x.s y.s; cmp x.i y.i; cmp x.d y.d`)
	for _, c := range r.log.Calls {
		if c.Kind != KindLTO && !slices.Equal(c.Expanded(), c.Executed()) {
			t.Errorf("changed: %q to %q", c.Expanded(), c.Executed())
		}
	}
	if got := describe(r.units(t, "x")); len(got) < 2 {
		t.Errorf("units %q", got)
	}
}

// TestKept: queries and probes of configure scripts answer what they answered.
func TestKept(t *testing.T) {
	r := root{config: userspace(), files: program()}.run(t, `real=$(dirname $(readlink -f /usr/bin/gcc))/.dombuild-$(basename $(readlink -f /usr/bin/gcc))
for q in --version -dumpversion -dumpmachine -dumpspecs -v -print-file-name=libc.so -print-search-dirs -print-multi-os-directory "-### -c main.c" --help=warnings "" "-c" "-o" "-c main.c -o" "-fno-such main.c" "nothing.c" "@nothing" "-E"; do
  (exec 2>&1; bash -c "exec -a gcc $real $q" && echo 0 || echo $?) > want
  (exec 2>&1; bash -c "exec -a gcc /usr/bin/gcc $q" && echo 0 || echo $?) > got
  sed -i -e 's,/tmp/cc[A-Za-z0-9]*,TEMP,' want got
  cmp want got || { echo "$q"; diff want got | head; exit 1; }
done
for p in ld as strip objcopy; do $p --version >/dev/null; $p --help >/dev/null; done; ld -v; ld --verbose >/dev/null
cd /tmp; cp /build/main.c /build/add.c .
probe() { echo "int main(void){return 0;}" > conftest.c; if gcc -Werror "$@" conftest.c -o conftest; then echo "yes $*"; else echo "no $*"; fi; }
probe -fno-stack-protector; probe -fstack-protector-strong; probe -fno-pie -no-pie; probe -Wl,-z,relro; probe -Wl,-z,execstack; probe -static; probe -D_FORTIFY_SOURCE=2 -O2; probe -O0 -D_FORTIFY_SOURCE=2; probe -fcf-protection=none; probe -Wall -Wextra -pedantic
probe -fno-such-option; probe -Wl,--no-such
gcc -Wl,--version | head -1
echo '__STDC__ _FORTIFY_SOURCE' | cpp -P | tail -1; printf 'x\n' | cpp -P -traditional -; gcc -E -P -x c /dev/null
gcc -fsyntax-only main.c; gcc -MM main.c; gcc -c main.c -o /dev/null; gcc -v main.c add.c -o v 2>&1 | grep -c collect2; ./v`)
	for _, want := range []string{"yes -fno-stack-protector\n", "yes -fno-pie -no-pie", "yes -Wl,-z,execstack", "yes -static", "yes -D_FORTIFY", "yes -O0 -D_FORTIFY",
		"yes -fcf-protection=none", "yes -Wall", "no -fno-such-option", "no -Wl,--no-such", "1 3\n", "main.o: main.c", "./v 1"} {
		if !strings.Contains(r.output, want) {
			t.Errorf("no %q in the output:\n%s", want, r.output)
		}
	}
	for _, c := range r.log.Calls {
		if c.Kind == KindQuery && !slices.Equal(c.Expanded(), c.Executed()) {
			t.Errorf("a query was changed: %v", c.Args)
		}
	}
}

// TestStatus: exit status and signals come through.
func TestStatus(t *testing.T) {
	r := root{config: userspace(), files: map[string]string{"bad.c": "int x = ;\n", "plain.c": "int x;\n"}}.run(t, `
s=0; gcc -c bad.c 2>/dev/null || s=$?; echo "status $s"
s=0; gcc -c missing.c 2>/dev/null || s=$?; echo "status $s"
mkfifo pipe; gcc -x c -c pipe -o pipe.o & p=$!; sleep 0.3; kill -TERM $p; s=0; wait $p || s=$?; echo "signal $s"
(sleep 0.2; cat plain.c > pipe) & gcc -x c -c pipe -o pipe.o; wait; test -s pipe.o; echo piped
trap '' CHLD; gcc -c plain.c; echo ignored`)
	for _, want := range []string{"status 1\nstatus 1\n", "signal 143\n", "piped\n", "ignored\n"} {
		if !strings.Contains(r.output, want) {
			t.Errorf("no %q in %q", want, r.output)
		}
	}
	if c := r.log.Calls[0]; c.Exit != 1 || len(c.Outputs) != 1 || c.Outputs[0].Digest != "" {
		t.Errorf("a failed compile has the record %+v", c)
	}
}

// TestInstalled: links and scripts are left alone, a second run changes nothing.
func TestInstalled(t *testing.T) {
	wrapper, err := built()
	if err != nil {
		t.Fatal(err)
	}
	r := root{config: userspace()}.run(t, "find /usr/bin -name '.dombuild-*' | sort")
	for _, want := range []string{"-gcc-", "-g++-", "-cpp-", "-ld.bfd\n", "-as\n", "-strip\n", "-objcopy\n"} {
		if !strings.Contains(r.installed, want) {
			t.Errorf("%s is not wrapped: %s", want, r.installed)
		}
	}
	if n := strings.Count(r.output, "\n"); n != strings.Count(r.installed, " /usr/bin/") {
		t.Errorf("%d programs moved, %s", n, r.installed)
	}
	dir := t.TempDir()
	elf := "\x7fELF program"
	write(t, dir, map[string]string{
		"w": string(wrapper), "install.sh": InstallScript,
		"root/usr/bin/x-gcc-12": elf, "root/usr/bin/x-gcc-ar-12": elf, "root/usr/bin/gcov": elf, "root/usr/bin/x-as": elf,
		"root/usr/bin/c99-gcc": "#!/bin/sh\n", "root/usr/bin/llvm-as": elf, "root/usr/lib/llvm-14/bin/clang-14": elf,
		"root/usr/lib/llvm-14/bin/clang-format": elf, "root/usr/lib/llvm-14/bin/llvm-objcopy": elf,
	})
	if err := os.Symlink("x-as", filepath.Join(dir, "root/usr/bin/as")); err != nil {
		t.Fatal(err)
	}
	install := func() string { return shell(t, dir, "sh install.sh w root") }
	want := "wrapped /usr/bin/x-as\nwrapped /usr/bin/x-gcc-12\nwrapped /usr/lib/llvm-14/bin/clang-14\nwrapped /usr/lib/llvm-14/bin/llvm-objcopy\n"
	if got := install(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	state := shell(t, dir, "find root | sort; find root -type f | sort | xargs sha256sum")
	if got := install(); got != "" {
		t.Errorf("a second run wrapped %s", got)
	}
	if after := shell(t, dir, "find root | sort; find root -type f | sort | xargs sha256sum"); after != state {
		t.Errorf("a second run changed the root from\n%s\nto\n%s", state, after)
	}
	write(t, dir, map[string]string{"root/usr/bin/x-gcc-12": elf + " 2"})
	if got := install(); got != "wrapped /usr/bin/x-gcc-12\n" {
		t.Errorf("after an upgrade: %s", got)
	}
}

// TestFHardened: the flag is taken away where all that it stands for is given.
// gcc before 14 refuses it, so that a compile that ends well shows that it is
// gone.
func TestFHardened(t *testing.T) {
	c := userspace()
	c.Rules = append(c.Rules, Rules(Flags{NoFHardened: true})...)
	r := root{config: c, files: program()}.run(t, "gcc -Werror -fhardened -c main.c add.c; gcc -Werror -fhardened main.o add.o -o x")
	hardened(t, r.units(t, "x"))
	if got := removedFor(&r.log.Calls[0]); !slices.Contains(got, "hardened") {
		t.Errorf("removed for %q", got)
	}
}

// TestSteered: a variable that has the driver run another compiler is recorded,
// with the driver's own call and with no other.
func TestSteered(t *testing.T) {
	r := root{config: userspace(), files: program()}.run(t, `
mkdir evil
ln -s "$(gcc -print-prog-name=cc1)" evil/cc1
COMPILER_PATH=/build/evil gcc -c main.c
gcc -c add.c
gcc main.o add.o -o x
`)
	for _, c := range r.log.Calls {
		var want []Variable
		if len(c.Inputs) > 0 && c.Inputs[0].Path == "main.c" {
			want = []Variable{{"COMPILER_PATH", "/build/evil"}}
		}
		if !slices.Equal(c.Environment, want) {
			t.Errorf("%s %q: %v, want %v", c.Kind, c.Given(), c.Environment, want)
		}
	}
	again, err := Parse(bytes.NewReader(r.log.Format()))
	if err != nil || !reflect.DeepEqual(again, r.log) {
		t.Errorf("%v: the record is not read as it was written", err)
	}
}
