package explain

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// need finds a program that only itself can do honestly.
func need(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must have %s", program)
	}
	t.Skipf("there is no %s", program)
	return ""
}

func run(t testing.TB, dir, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(need(t, program), args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "SOURCE_DATE_EPOCH=1795375000")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cmd, err, out)
	}
}

// compile builds one source in a directory and returns the file.
func compile(t testing.TB, dir, source string, args ...string) []byte {
	t.Helper()
	must(t, os.MkdirAll(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "main.c"), []byte(source), 0o644))
	run(t, dir, "gcc", append([]string{"-o", "out", "main.c"}, args...)...)
	return readFile(t, filepath.Join(dir, "out"))
}

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

const program = `#include <stdio.h>
static const char *where = FILE_NAME;
int table[64] = { 1, 2, 3 };
__attribute__((noinline)) int before(int a) { return a * 3 + table[a & 63]; }
__attribute__((noinline)) int answer(void) { return ANSWER; }
__attribute__((noinline)) int after(int a) { return before(a) + answer(); }
int main(int argc, char **argv) { puts(where); EXTRA return after(argc); }
`

func source(file, answer, extra string) string {
	return strings.NewReplacer("FILE_NAME", file, "ANSWER", answer, "EXTRA", extra).Replace(program)
}

func byPath(all []Difference, path ...string) *Difference {
	for i, d := range all {
		if slices.Equal(d.Path, path) {
			return &all[i]
		}
	}
	return nil
}

func TestOneConstantInCode(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`"x"`, "42", ""), "-O1")
	r := compile(t, dir, source(`"x"`, "43", ""), "-O1")
	all := contents(t, "out", l, r, Options{})
	d := byPath(all, ".text", "answer")
	if d == nil || d.Left != "mov eax, 0x2a" || d.Right != "mov eax, 0x2b" || d.Kind != Symbol || d.Cause != "" {
		t.Fatalf("%+v", all)
	}
	v := view(*d)
	if !strings.Contains(v, "mov eax, 0x2a\n+") || !strings.Contains(v, "mov eax, 0x2b") {
		t.Error(v)
	}
	if d := byPath(all, ".text"); d == nil || d.Detail != "the code of 1 function differs: answer" {
		t.Errorf("%+v", d)
	}
	if d := byPath(all, ".note.gnu.build-id"); d == nil || d.Cause != BuildID || d.Detail != followsDetail {
		t.Errorf("%+v", d)
	}
	if len(all) != 3 {
		t.Errorf("%+v", all)
	}
}

func TestShiftedAddresses(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`"x"`, "42", ""), "-O1", "-fcf-protection=none")
	r := compile(t, dir, source(`"x"`, "42", "puts(where); puts(where); puts(where);"), "-O1", "-fcf-protection=none")
	grown := strings.Replace(source(`"x"`, "42", ""), "int a) { return a * 3", "int a) { __asm__(\".skip 64, 0x90\"); return a * 3", 1)
	moved := compile(t, dir, grown, "-O1", "-fcf-protection=none")
	all := contents(t, "out", l, r, Options{})
	if byPath(all, ".text", "main") == nil || byPath(all, ".text", "answer") != nil || byPath(all, ".text", "after") != nil {
		t.Errorf("%+v", all)
	}
	all = contents(t, "out", l, moved, Options{})
	d := byPath(all, ".text")
	if d == nil || !strings.HasPrefix(d.Detail, "the code of 1 function differs: before; in ") || !strings.HasSuffix(d.Detail, "only addresses differ") {
		t.Errorf("%+v", d)
	}
	if s := byPath(all, ".symtab"); s == nil || !strings.Contains(s.Detail, "1 with another size") {
		t.Errorf("%+v", s)
	}
}

func TestPathInData(t *testing.T) {
	dir := t.TempDir()
	build := func(file string) []byte {
		return compile(t, dir, source(`"`+file+`"`, "1", ""), "-Wl,--build-id=none")
	}
	l := build("/build/a/main.c")
	for _, file := range []string{"/build/a/main.c", "/checks/a/main.c", "/check/build/a/main.c"} {
		r := build(file)
		all := contents(t, "out", l, r, Options{})
		if file == "/build/a/main.c" {
			if len(all) != 0 {
				t.Errorf("%+v", all)
			}
			continue
		}
		d := byPath(all, ".rodata")
		if d == nil || d.Cause != BuildPath || !strings.HasPrefix(d.Detail, "path /build/a/main.c against "+file+" in .rodata at 0x") {
			t.Errorf("%s: %+v", file, all)
		}
		for _, d := range all {
			if d.Cause != BuildPath && d.Cause != "" {
				t.Errorf("%+v", d)
			}
		}
	}
}

func TestDebugInformation(t *testing.T) {
	dir := t.TempDir()
	build := func(sub string, args ...string) []byte {
		return compile(t, filepath.Join(dir, sub), source(`"x"`, "1", ""), append([]string{"-g", "-Wl,--build-id=sha1"}, args...)...)
	}
	for _, args := range [][]string{{"-gdwarf-5"}, {"-gdwarf-4"}, {"-gdwarf-4", "-gz=zlib"}, {"-c"}, {"-gdwarf-5", "-gdwarf64"}} {
		all := contents(t, "out", build("build/a", args...), build("check/build/a", args...), Options{})
		d := byPath(all, ".debug_info", "DW_AT_comp_dir")
		if d == nil || d.Cause != BuildPath || !strings.HasSuffix(d.Left, "/build/a") || !strings.HasSuffix(d.Right, "/check/build/a") {
			t.Errorf("%v: %+v", args, all)
		}
		if b := byPath(all, ".note.gnu.build-id"); slices.Contains(args, "-c") != (b == nil) {
			t.Errorf("%v: %+v", args, b)
		}
		for _, d := range all {
			if d.Cause != BuildPath && d.Cause != BuildID && d.Cause != "" {
				t.Errorf("%v: %+v", args, d)
			}
		}
	}
	all := contents(t, "out", build("build/a"), build("build/a", "-O2"), Options{})
	if d := byPath(all, ".debug_info", "DW_AT_producer"); d == nil || !strings.Contains(d.Right, "-O2") {
		t.Errorf("%+v", all)
	}
}

// TestGoProgram: the Go linker has paths in .gopclntab and in compressed DWARF.
func TestGoProgram(t *testing.T) {
	dir := t.TempDir()
	build := func(sub string) []byte {
		sub = filepath.Join(dir, sub)
		must(t, os.MkdirAll(sub, 0o755))
		must(t, os.WriteFile(filepath.Join(sub, "go.mod"), []byte("module x\n"), 0o644))
		must(t, os.WriteFile(filepath.Join(sub, "main.go"), []byte("package main\n\nfunc main() { println(1) }\n"), 0o644))
		run(t, sub, "go", "build", "-trimpath=false", "-o", "out", ".")
		return readFile(t, filepath.Join(sub, "out"))
	}
	all := contents(t, "out", build("build/a"), build("check/build/a"), Options{})
	for _, name := range []string{".gopclntab", ".debug_line"} {
		if d := byPath(all, name); d == nil || d.Cause != BuildPath || !strings.Contains(d.Right, "/check/build/a") {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d := byPath(all, ".note.go.buildid"); d == nil || d.Cause != BuildID || d.Detail != followsDetail {
		t.Errorf("%+v", d)
	}
}

// TestBuildIDOnly: what the build-id was made of has been stripped.
func TestBuildIDOnly(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`"x"`, "1", ""), "-Wl,--build-id=0x0011223344556677")
	r := compile(t, dir, source(`"x"`, "1", ""), "-Wl,--build-id=0x8899aabbccddeeff")
	all := contents(t, "out", l, r, Options{})
	if len(all) != 1 || all[0].Cause != BuildID || !strings.HasPrefix(all[0].Detail, "build-id only") || all[0].Left != "GNU build-id 0011223344556677" {
		t.Errorf("%+v", all)
	}
	run(t, dir, "cp", "out", "copy")
	appended := append(bytes.Clone(readFile(t, filepath.Join(dir, "copy"))), "appended"...)
	all = contents(t, "out", l, appended, Options{})
	if d := byPath(all, "after the end"); d == nil || d.Right != "appended" {
		t.Errorf("%+v", all)
	}
	if d := byPath(all, ".note.gnu.build-id"); d == nil || d.Detail != followsDetail {
		t.Errorf("%+v", all)
	}
}

func TestTimeInObject(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`__DATE__ " " __TIME__`, "1", ""), "-c")
	r := bytes.Replace(bytes.Clone(l), []byte("Nov 22 2026"), []byte("Dec 27 2027"), 1)
	if bytes.Equal(l, r) {
		t.Fatal("the compiler does not use SOURCE_DATE_EPOCH")
	}
	all := contents(t, "out.o", l, r, Options{})
	if len(all) != 1 || all[0].Cause != Timestamp || !slices.Equal(all[0].Path, all[0].Path[:1]) || !strings.HasPrefix(all[0].Path[0], ".rodata") {
		t.Errorf("%+v", all)
	}
}

func TestRandomSeeds(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`"x"`, "1", ""), "-c", "-flto", "-frandom-seed=a")
	r := compile(t, dir, source(`"x"`, "1", ""), "-c", "-flto", "-frandom-seed=b")
	all := contents(t, "out.o", l, r, Options{})
	if !slices.ContainsFunc(all, func(d Difference) bool { return d.Cause == Random && d.Kind == Section }) {
		t.Errorf("%+v", all)
	}
}

func TestSectionsAndSymbols(t *testing.T) {
	dir := t.TempDir()
	base := source(`"x"`, "1", "")
	l := compile(t, dir, base)
	r := compile(t, dir, base+"int added(void) { return 7; }\n__attribute__((section(\".extra\"))) int more = 5;\n", "-Wl,-rpath,/opt/x")
	all := contents(t, "out", l, r, Options{})
	if d := byPath(all, ".extra"); d == nil || d.Kind != OnlyRight {
		t.Errorf("%+v", all)
	}
	if d := byPath(all, ".symtab"); d == nil || !strings.Contains(d.Detail, "0 removed, 2 added") || !strings.Contains(view(*d), "STT_FUNC added") {
		t.Errorf("%+v", d)
	}
	if d := byPath(all, ".dynamic"); d == nil || !strings.Contains(view(*d), "+DT_RUNPATH /opt/x") {
		t.Errorf("%+v", d)
	}
	if d := byPath(all, ".text"); d == nil || !strings.Contains(d.Detail, "1 function only on the right: added") {
		t.Errorf("%+v", d)
	}
	if d := byPath(all, "section headers"); d == nil || !strings.Contains(d.Detail, "with another size") {
		t.Errorf("%+v", d)
	}
	run(t, dir, "strip", "out")
	all = contents(t, "out", r, readFile(t, filepath.Join(dir, "out")), Options{})
	if d := byPath(all, ".symtab"); d == nil || d.Kind != OnlyLeft {
		t.Errorf("%+v", all)
	}
}

func TestComment(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`"x"`, "1", ""), "-c")
	r := bytes.Replace(bytes.Clone(l), []byte("GCC: ("), []byte("GCC: ["), 1)
	all := contents(t, "out.o", l, r, Options{})
	if len(all) != 1 || all[0].Path[0] != ".comment" || !strings.HasPrefix(all[0].Detail, "versions of compilers: ") || all[0].Cause != "" {
		t.Errorf("%+v", all)
	}
}

// TestStrippedCode: without symbols the place is shown all the same.
func TestStrippedCode(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`"x"`, "42", ""), "-O1", "-s", "-Wl,--build-id=none")
	r := compile(t, dir, source(`"x"`, "43", ""), "-O1", "-s", "-Wl,--build-id=none")
	all := contents(t, "out", l, r, Options{})
	if len(all) != 1 || !strings.Contains(all[0].Detail, "no symbol names the place") || !strings.Contains(view(all[0]), "mov eax, 0x2b") {
		t.Errorf("%+v", all)
	}
}

// TestForeignCode: arm64 is disassembled too; what no disassembler is there for
// is named all the same.
func TestForeignCode(t *testing.T) {
	for _, c := range []struct{ target, want string }{
		{"aarch64-linux-gnu", "mov w0, #0x2a"}, {"i386-linux-gnu", "mov eax, 0x2a"}, {"riscv64-linux-gnu", ""},
	} {
		dir := t.TempDir()
		build := func(answer, grown string) []byte {
			must(t, os.WriteFile(filepath.Join(dir, "main.c"),
				[]byte("int shared, more;\nint first(void) { "+grown+" return shared; }\n__attribute__((weak)) int answer(void) { return "+answer+"; }\nint last(void) { return shared + more + answer(); }\n"), 0o644))
			run(t, dir, "clang", "--target="+c.target, "-O1", "-fno-inline", "-fno-pic", "-nostdlib", "-static", "-Wl,-e,first", "-fuse-ld=lld", "-Wl,--build-id=none", "-o", "out", "main.c")
			return readFile(t, filepath.Join(dir, "out"))
		}
		all := contents(t, "out", build("42", ""), build("43", ""), Options{})
		summary := byPath(all, ".text")
		if summary == nil || summary.Detail != "the code of 1 function differs: answer" {
			t.Errorf("%s: %+v", c.target, all)
			continue
		}
		if d := byPath(all, ".text", "answer"); (d == nil) != (c.want == "") || d != nil && d.Left != c.want {
			t.Errorf("%s: %+v", c.target, d)
		}
		if c.want == "" {
			continue
		}
		all = contents(t, "out", build("42", ""), build("42", `__asm__(".skip 32");`), Options{})
		if d := byPath(all, ".text"); d == nil || d.Detail != "the code of 1 function differs: first; in 1 function only addresses differ" {
			t.Errorf("%s: %+v", c.target, all)
		}
	}
}

// TestDamagedELF: what cannot be read as ELF is compared as bytes.
func TestDamagedELF(t *testing.T) {
	dir := t.TempDir()
	l := compile(t, dir, source(`"x"`, "1", ""))
	for name, r := range map[string][]byte{
		"cut":              l[:len(l)/2],
		"no header":        append([]byte(elfMagic), bytes.Repeat([]byte{0xff}, 200)...),
		"section outside":  corrupt(l, 0x28, 0xf0),
		"string table":     corrupt(l, 0x3e, 0xff),
		"entry only":       corrupt(l, 0x18, 1),
		"identification":   corrupt(l, 15, 1),
		"unknown flags":    corrupt(l, 0x30, 1),
		"size of a header": corrupt(l, 0x34, 1),
	} {
		if all := contents(t, "out", l, r, Options{}); len(all) == 0 {
			t.Errorf("%s: no difference", name)
		}
		if all := contents(t, "out", r, l, Options{}); len(all) == 0 {
			t.Errorf("%s: no difference", name)
		}
	}
}

const elfMagic = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"

func corrupt(b []byte, at int, with byte) []byte {
	b = bytes.Clone(b)
	b[at] ^= with
	return b
}
