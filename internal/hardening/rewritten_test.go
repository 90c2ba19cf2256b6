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
		{wrapper.KindObjcopy, "--add-section .code=x --set-section-flags .code=alloc,code p", true},
		{wrapper.KindObjcopy, "--rename-section .data=.text p", true},
		{wrapper.KindObjcopy, "-R .note.gnu.property p", true},
		{wrapper.KindObjcopy, "-R.note.* p", true},
		{wrapper.KindStrip, "--remove-section=.note.gnu.p[r]operty p", true},
		{wrapper.KindStrip, "-R [ p", true},
		{wrapper.KindObjcopy, "-j .text b.o", true},
		{wrapper.KindStrip, "-g -R .comment p", false},
		{wrapper.KindObjcopy, "--only-keep-debug p p.debug", false},
		{wrapper.KindObjcopy, "--add-gnu-debuglink=p.debug p", false},
		{wrapper.KindObjcopy, "--add-section .gnu_debuglink=x p", false},
		{wrapper.KindObjcopy, "--redefine-sym a=b -R .note.ABI-tag p", false},
		{wrapper.KindLink, "-plugin /usr/lib/gcc/liblto_plugin.so a.o", false},
		{wrapper.KindLink, "-plugin=/build/e.so a.o", true},
		{wrapper.KindPartialLink, "--plugin e.so a.o", true},
	} {
		c := &wrapper.Call{Kind: tt.kind}
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
