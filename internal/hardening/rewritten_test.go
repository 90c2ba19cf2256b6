package hardening

import (
	"strings"
	"testing"

	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

func TestReplaced(t *testing.T) {
	for _, tt := range []struct {
		kind wrapper.Kind
		args string
		bad  bool
	}{
		{wrapper.KindObjcopy, "--update-section .text=x p", true},
		{wrapper.KindObjcopy, "--update-section=.text=x p", true},
		{wrapper.KindObjcopy, "--update-s .text=x p", true},
		{wrapper.KindObjcopy, "--update-section code=x p", true},
		{wrapper.KindObjcopy, "--update-section .note.gnu.property=x p", true},
		{wrapper.KindObjcopy, "--update-section .rodata.sum=x p", false},
		{wrapper.KindObjcopy, "--add-section .code=x --set-section-flags .code=alloc,code p", true},
		{wrapper.KindObjcopy, "--add-section .text.x=x b.o", true},
		{wrapper.KindObjcopy, "--add-section .osrel=x --add-section .note.fdo.integrity=y p", false},
		{wrapper.KindObjcopy, "--set-section-flags .bss=alloc,load,contents p", false},
		{wrapper.KindObjcopy, "--set-section-flags .text=alloc,load,readonly,code p", false},
		{wrapper.KindObjcopy, "--rename-section .data=.text p", true},
		{wrapper.KindObjcopy, "--rename-section .data=x,alloc,load,code p", true},
		{wrapper.KindObjcopy, "--rename-section .note.gnu.property=.comment p", true},
		{wrapper.KindObjcopy, "-I binary -O elf64-x86-64 -B i386 --rename-section .data=.rodata,alloc,load,readonly,data,contents logo.png logo.o", false},
		{wrapper.KindObjcopy, "--rename-section .data=.init p", true},
		{wrapper.KindObjcopy, "--rename-section .text=.init.text --rename-section .rodata=.init.rodata p", false},
		{wrapper.KindObjcopy, "-R .note.gnu.property p", true},
		{wrapper.KindObjcopy, "-R.note.* p", true},
		{wrapper.KindObjcopy, "-R [!x]note.* p", true},
		{wrapper.KindStrip, "--remove-section=.note.gnu.p[r]operty p", true},
		{wrapper.KindStrip, "-R [ p", true},
		{wrapper.KindStrip, "-s --remove-section=.note --remove-section=.comment p", false},
		{wrapper.KindObjcopy, "-j .text b.o", true},
		{wrapper.KindObjcopy, "--only-section=.text -O elf64-x86-64 b.o", true},
		{wrapper.KindObjcopy, "-j .text -j .note.gnu.* b.o", false},
		{wrapper.KindObjcopy, "-j .text -O binary b.o text", false},
		{wrapper.KindObjcopy, "-j .text -j .sdata --target=efi-app-x86_64 b.so b.efi", false},
		{wrapper.KindStrip, "-g -R .comment p", false},
		{wrapper.KindObjcopy, "--only-keep-debug p p.debug", false},
		{wrapper.KindObjcopy, "--add-gnu-debuglink=p.debug p", false},
		{wrapper.KindObjcopy, "--redefine-sym a=b -R .note.ABI-tag p", false},
		{wrapper.KindLink, "-plugin /usr/lib/gcc/liblto_plugin.so a.o", false},
		{wrapper.KindLink, "-plugin=/build/e.so a.o", true},
		{wrapper.KindPartialLink, "--plugin e.so a.o", true},
	} {
		c := &wrapper.Call{Kind: tt.kind, Program: "/usr/bin/" + string(tt.kind)}
		for _, a := range strings.Fields(tt.args) {
			c.Args = append(c.Args, wrapper.Arg{Text: a})
		}
		if why := replaced(c); (why != "") != tt.bad {
			t.Errorf("%s %s: %q", tt.kind, tt.args, why)
		}
	}
}

func TestUndermined(t *testing.T) {
	for _, tt := range []struct {
		rule, args string
		bad        bool
	}{
		{"fortify", "-D _FORTIFY_SOURCE=3 -U __OPTIMIZE__", true},
		{"fortify", "--define-macro __OPTIMIZE__=0", true},
		{"fortify", "-DOPTIMIZE -Ux", false},
		{"fortify", "-Wp,-MD,x.d,-U__OPTIMIZE__", true},
		{"fortify", "-Wp,-U,__OPTIMIZE__", true},
		{"fortify", "-Xpreprocessor -U -Xpreprocessor __OPTIMIZE__", true},
		{"fortify", "-undef", true},
		{"fortify", "-undefined x", false},
		{"fortify", "-D_BITS_STDIO2_H=1", true},
		{"fortify", "-D_FILE_OFFSET_BITS=64 -D_GNU_SOURCE", false},
		{"format-security", "-w", true},
		{"format-security", "-wrapper -Wp,-w", true},
		{"format-security", "-Wall -fno-builtin-printf -wx", false},
		{"format-security", "-fno-builtin", true},
		{"stack-clash", "--param stack-clash-protection-guard-size=30", true},
		{"stack-clash", "--param=stack-clash-protection-guard-size=30", true},
		{"stack-clash", "--param ssp-buffer-size=4", false},
		{"cet", "-mmanual-endbr", true},
		{"stack-protector", "-mmanual-endbr", false},
	} {
		if why := undermined(strings.Fields(tt.args), tt.rule); (why != "") != tt.bad {
			t.Errorf("%s %s: %q", tt.rule, tt.args, why)
		}
	}
}

// TestFromFile: the compiler reads response files of its own.
func TestFromFile(t *testing.T) {
	for args, bad := range map[string]bool{
		"-Wp,@x": true, "-Wp,-MD,d,@x": true, "-Xpreprocessor @x": true, "-Xclang @x": true, "-Wp,-MD,a@b": false, "-Xlinker @x": false, "-Wl,@x": false,
	} {
		if why := fromFile(strings.Fields(args)); (why != "") != bad {
			t.Errorf("%s: %q", args, why)
		}
	}
}

// TestOwn: what is recorded of a program of the build's own says nothing.
func TestOwn(t *testing.T) {
	for program, ok := range map[string]bool{
		"/usr/bin/gcc-12": true, "/bin/as": true, "/usr/lib/llvm-14/bin/clang": true,
		"": false, "/build/e/gcc": false, "/usr/../build/gcc": false, "./gcc": false, "/usr": false,
	} {
		if why := own(&wrapper.Call{Program: program}); (why == "") != ok {
			t.Errorf("%q: %q", program, why)
		}
	}
}
