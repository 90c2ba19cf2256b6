package wrapper_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// attacks build p of a.c and b.c in a way that loses the hardening of b and that
// the rules' own flags do not show. want is the rule and the part that the gate
// refuses; where it is empty the wrapper has to mend it.
var attacks = []struct{ name, script, want string }{
	{"library preloaded", `printf '%s\n' '#include <errno.h>' '#include <stdlib.h>' '#include <string.h>' \
	'__attribute__((constructor)) void f(void) { if (strstr(program_invocation_name, "cc")) abort(); }' > e.c; gcc -D_GNU_SOURCE -shared -fPIC e.c -o e.so
printf 'b.o: b.c\n\tLD_PRELOAD=./e.so:libm.so.6 gcc -c b.c\n' > Makefile; gcc -c a.c; make -s b.o; gcc a.o b.o -o p`, ""},
	{"libraries of the loader", `mkdir lib; echo > lib/libc.so.6; cp lib/libc.so.6 lib/libbfd.so; gcc -c a.c; LD_LIBRARY_PATH="$PWD/lib;/usr/lib" gcc -c b.c; LD_LIBRARY_PATH=lib LD_AUDIT=$PWD/lib/libc.so.6 gcc a.o b.o -o p`, ""},
	{"assembler by PATH", `mkdir e; printf '#!/bin/sh\nPATH=/usr/bin\nwhile [ "$1" != -o ]; do shift; done\n%s -O2 -c b.c -o "$2"\n' "$(real gcc)" > e/as; chmod 755 e/as
gcc -c a.c; PATH=$PWD/e:$PATH gcc -c b.c; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"linker by PATH", `$(real gcc) -O2 -c b.c -o ccb.o; mkdir e; printf '#!/bin/bash\nn=()\nfor a; do case $a in /tmp/cc*.o) a=ccb.o ;; esac; n+=("$a"); done\nexec /usr/bin/ld "${n[@]}"\n' > e/ld; chmod 755 e/ld
gcc -c a.c; PATH=$PWD/e:$PATH gcc b.c a.o -o p`, "compiled-outside ccb.o"},
	{"object like a temporary one", `$(real gcc) -O2 -c b.c -o ccb.o; echo 'INPUT(ccb.o)' > more.ld; gcc -c a.c; gcc a.c more.ld -o p`, "compiled-outside ccb.o"},
	{"plugin of the linker", `printf 'int onload(void *t) { return t == 0; }\n' > e.c; gcc -shared -fPIC e.c -o e.so; gcc -c a.c b.c; gcc a.o b.o -Wl,-plugin,./e.so -o p`, "compiled-outside"},
	{"collect2", `gcc -c a.c; $(real gcc) -O2 -c b.c; $(gcc -print-prog-name=collect2) -dynamic-linker /lib64/ld-linux-x86-64.so.2 -pie -o p $(gcc -print-file-name=Scrt1.o) a.o b.o -lc`, "compiled-outside b.o"},
	{"collect2, weak link", `gcc -c a.c b.c; $(gcc -print-prog-name=collect2) -z execstack -z norelro -dynamic-linker /lib64/ld-linux-x86-64.so.2 -pie -o p $(gcc -print-file-name=Scrt1.o) a.o b.o -lc`, ""},
	{"cc1 and the real assembler", `gcc -c a.c; $(gcc -print-prog-name=cc1) -quiet -imultiarch x86_64-linux-gnu -O2 b.c -o b.s; $(real as) b.s -o b.o; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"archives merged", `gcc -c a.c; $(real gcc) -O2 -c b.c; ar rc one.a b.o; echo 'int unused;' > c.c; gcc -c c.c; ar rc two.a c.o
printf 'create all.a\naddlib one.a\naddlib two.a\nsave\nend\n' | ar -M; rm b.o one.a; gcc a.o all.a -o p`, "compiled-outside all.a(b.o)"},
	{"object among the sources", `gcc -c a.c; cp /tmp/shipped.o b.o; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"directory named as the linker", `mkdir -p e/ld e/as; gcc -c a.c b.c; PATH=$PWD/e:$PATH gcc a.o b.o -o p`, ""},
	{"data among the objects", `gcc -c a.c b.c; head -c 64 /dev/zero > logo; objcopy -I binary -O elf64-x86-64 --rename-section .data=.rodata,alloc,load,readonly,data,contents --add-section .note.GNU-stack=/dev/null logo logo.o
gcc a.o b.o logo.o -o p; objcopy --add-section .osrel=a.c p`, ""},
	{"code among the objects as data", `gcc -c a.c; $(real gcc) -O2 -c b.c; objcopy -O binary -j .text b.o text; objcopy -I binary -O elf64-x86-64 --rename-section .data=.text --add-symbol sum=.text:0,global,function text b.o; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"section replaced", `gcc -c a.c b.c; objcopy -O binary -j .text b.o text; changed text; objcopy --update-section .text=text b.o; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"section replaced in the program", `gcc a.c b.c -o p; head -c 64 /dev/zero > x; objcopy --update-section .comment=x p; objcopy -O binary -j .text p text; changed text; objcopy --update-section .text=text p`, "compiled-outside"},
	{"property removed", `gcc -c a.c b.c; objcopy --remove-section .note.gnu.property b.o; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"properties removed by strip", `gcc a.c b.c -o p; strip -R '.note.gnu.*' p`, "compiled-outside"},
	{"segments of a script", `gcc -c a.c b.c; script 7 6 > x.ld; gcc a.o b.o -T x.ld -o p`, "no-rwx"},
	{"stack of a script", `gcc -c a.c b.c; script 6 7 > x.ld; gcc a.o b.o -T x.ld -o p`, "nx"},
	{"response file of the linker", `gcc -c a.c b.c; echo '-z execstack -z norelro' > args; gcc a.o b.o -Wl,@args -o p`, ""},
	{"response file in a response file", `gcc -c a.c b.c; echo '-z execstack' > args; echo '-Xlinker @args' > more; gcc a.o b.o @more -o p`, ""},
	{"pieces for the linker", `gcc -c a.c b.c; gcc a.o b.o -Xlinker -z -Xlinker execstack -Xlinker -z -Wl,norelro -o p`, ""},
	{"bytes of a program", `gcc a.c b.c -o q; python3 -c 'open("p", "wb").write(open("q", "rb").read() + b"x")'; chmod 755 p`, "compiled-outside"},
	{"weak unit of LTO", `gcc -flto -c a.c; $(real gcc) -O2 -flto -c b.c; gcc -flto a.o b.o -o p`, "compiled-outside b.o"},
	{"weak link of LTO", `gcc -g -flto -c a.c b.c; gcc -flto -O0 -fno-stack-protector -fcf-protection=none a.o b.o -o p; objdump -d p | grep -q __stack_chk_fail`, ""},
	{"compiled twice", `gcc -c a.c b.c; cp b.o good.o; gcc -O0 -c b.c; gcc a.o b.o -o p`, "fortify b.c"},
	{"compiled twice, weak one hidden", `gcc -c a.c b.c; cp b.o good.o; $(real gcc) -O2 -c b.c; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"preprocessed by another", `gcc -c a.c; $(real gcc) -O2 -E b.c -o b.i; gcc -c b.i; gcc a.o b.o -o p`, "fortify b.i"},
	{"preprocessed through a pipe", `gcc -c a.c; $(real gcc) -O2 -E b.c | gcc -x cpp-output -c - -o b.o; gcc a.o b.o -o p`, "fortify -"},
	{"preprocessed by the recorded one", `gcc -c a.c; gcc -E b.c -o b.i; gcc -c b.i; gcc a.o b.o -o p`, ""},
	{"optimisation denied", `gcc -c a.c; gcc -U__OPTIMIZE__ -c b.c; gcc a.o b.o -o p`, "fortify b.c"},
	{"endbr by hand", `gcc -c a.c; gcc -mmanual-endbr -c b.c; gcc a.o b.o -o p`, "cet b.c"},
	{"guard of a gigabyte", `gcc -c a.c; gcc --param stack-clash-protection-guard-size=30 -c b.c; gcc a.o b.o -o p`, "stack-clash b.c"},
	{"compiler beside a copy of the wrapper", `mkdir e; cp $(readlink -f /usr/bin/gcc) e/gcc; printf '#!/bin/sh\nexec %s -O2 -c b.c -o b.o\n' "$(real gcc)" > e/.dombuild-gcc; chmod 755 e/.dombuild-gcc
gcc -c a.c; e/gcc -c b.c -o b.o; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"assembler beside a copy of the wrapper", `mkdir e; cp $(readlink -f /usr/bin/as) e/as; printf '#!/bin/sh\nexec %s -O2 -c b.c -o b.o\n' "$(real gcc)" > e/.dombuild-as; chmod 755 e/.dombuild-as
gcc -c a.c; echo > b.s; e/as b.s -o b.o; gcc a.o b.o -o p`, "compiled-outside b.o"},
	{"strip beside a copy of the wrapper", `gcc -c a.c b.c; gcc a.o b.o -o p; mkdir e; cp $(readlink -f /usr/bin/strip) e/strip; printf '#!/bin/sh\nexec %s -O2 a.c b.c -pie -Wl,-z,now -o p\n' "$(real gcc)" > e/.dombuild-strip; chmod 755 e/.dombuild-strip
e/strip p`, "compiled-outside"},
	{"linker beside a copy of the wrapper", `mkdir e; cp $(readlink -f /usr/bin/ld) e/ld; printf '#!/bin/sh\n%s -O2 a.c b.c -pie -Wl,-z,now -o p\necho "p: \\\\\n  a.o" > d\n' "$(real gcc)" > e/.dombuild-ld; chmod 755 e/.dombuild-ld
gcc -c a.c; e/ld a.o --dependency-file=d -o p`, "compiled-outside"},
	{"response file of the compiler", `gcc -c a.c; echo -U_FORTIFY_SOURCE > args; gcc -Wp,@args -c b.c; gcc a.o b.o -o p`, "fortify b.c"},
	{"response file of the preprocessor", `gcc -c a.c; echo -U_FORTIFY_SOURCE > args; gcc -Xpreprocessor @args -c b.c; gcc a.o b.o -o p`, ""},
	{"optimisation denied to the preprocessor", `gcc -c a.c; gcc -Wp,-U__OPTIMIZE__ -c b.c; gcc a.o b.o -o p`, "fortify b.c"},
	{"optimisation denied in two words", `gcc -c a.c; gcc -Xpreprocessor -U -Xpreprocessor __OPTIMIZE__ -c b.c; gcc a.o b.o -o p`, "fortify b.c"},
	{"no predefined macros", `gcc -c a.c; echo 'int c;' > c.c; gcc -undef -c c.c; gcc a.c b.c c.o -o p`, "fortify c.c"},
	{"guard of a header", `gcc -c a.c; gcc -D_BITS_STRING_FORTIFIED_H -c b.c; gcc a.o b.o -o p`, "fortify b.c"},
	{"no warnings", `gcc -c a.c; gcc -w -c b.c; gcc a.o b.o -o p`, "format-security b.c"},
	{"no builtins", `gcc -c a.c; gcc -fno-builtin -c b.c; gcc a.o b.o -o p`, "format-security b.c"},
	{"link of LTO that keeps registers", `gcc -g -flto -c a.c b.c; gcc -g -flto -fzero-call-used-regs=skip a.o b.o -o p`, ""},
	{"link of LTO by hand", `gcc -flto -c a.c b.c; plugin=$(gcc -print-file-name=liblto_plugin.so); COLLECT_GCC=gcc COLLECT_GCC_OPTIONS="'-flto' '-O2'" $(gcc -print-prog-name=collect2) -plugin $plugin -plugin-opt=$(gcc -print-prog-name=lto-wrapper) -plugin-opt=-fresolution=res -plugin-opt=-pass-through=-lc -dynamic-linker /lib64/ld-linux-x86-64.so.2 -pie -o p $(gcc -print-file-name=Scrt1.o) a.o b.o -lc`, "compiled-outside"},
	{"canary of the program", `gcc -c a.c; echo 'unsigned long __stack_chk_guard;' > c.c; gcc -mstack-protector-guard=global -c b.c; gcc a.o b.o c.c -o p`, "stack-protector b.c"},
}

// helpers are what attacks call: script prints the linker's own script with
// segments of these flags for data and the stack, changed alters a file's first
// byte.
const helpers = `script() {
echo "PHDRS { t PT_LOAD FILEHDR PHDRS FLAGS(5); w PT_LOAD FLAGS($1); i PT_INTERP; d PT_DYNAMIC; r PT_GNU_RELRO; s PT_GNU_STACK FLAGS($2); }"
ld -pie --verbose | sed -E -e '1,/^===/d;/^===/,$d' -e 's/^(  \.interp .*\}) *$/\1 :t :i/; s/^(  \.note\.gnu\.build-id .*\}) *$/\1 :t/' \
	-e 's/^  \.preinit_array .*/  .first : { *(.none) . = . + 8; } :w\n&/; s/^(  \.dynamic .*\}) *$/\1 :w :d/; s/^(  \.got .*\}) *$/\1 :w/'
}
changed() { printf '\314' | dd of="$1" conv=notrunc 2>/dev/null; }
`

// TestAttacks has the gate judge what each attack leaves.
func TestAttacks(t *testing.T) {
	files := map[string]string{}
	var script strings.Builder
	script.WriteString(realOf + helpers + "cd /tmp; cp /build/library-preloaded/b.c .; $(real gcc) -O2 -c b.c -o shipped.o; cd /build\n")
	for _, a := range attacks {
		dir := directory(a.name)
		files[dir+"/a.c"], files[dir+"/b.c"] = aC, bC
		// Files are known by their content: each attack has a log of its own.
		script.WriteString("echo '" + a.name + "'; (cd " + dir + "; " + a.script + "); mv " + wrapper.LogDir + "/" + wrapper.LogName + " " + dir + "/calls\n")
	}
	_, dir := wrapper.RunWrapped(t, enforce(strict()), files, script.String())
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			f, err := os.Open(filepath.Join(dir, directory(a.name), "calls"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			log, err := wrapper.Parse(f)
			if err != nil {
				t.Fatal(err)
			}
			gate := hardening.Gate{Profile: strict(), Compiler: gcc12, Calls: log.Canonical("/build", "", "/tmp"), Pinned: func(digest.Digest) string { return "" }}
			program, sum := proved(t, filepath.Join(dir, directory(a.name), "p"))
			v := gate.Judge([]prove.File{program}, map[string]digest.Digest{program.Path: sum})
			if a.want == "" {
				if len(v.Findings) > 0 || !v.Files[0].Hardened {
					t.Errorf("not mended: %+v", v.Findings)
				}
				return
			}
			rule, unit, _ := strings.Cut(a.want, " ")
			named := slices.ContainsFunc(v.Findings, func(f finding.Finding) bool {
				return f.Rule == rule && (unit == "" || filepath.Base(f.Place.Unit) == unit)
			})
			if !named || v.Files[0].Hardened {
				t.Errorf("not refused by %s: %+v", a.want, v.Findings)
			}
		})
	}
}

// directory is the name of an attack as one of a directory.
func directory(name string) string {
	return strings.NewReplacer(" ", "-", ",", "").Replace(name)
}
