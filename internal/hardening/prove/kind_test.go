package prove

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"
)

func TestKernelModule(t *testing.T) {
	b := newBench(t)
	b.write("m.c", "static const char license[] __attribute__((section(\".modinfo\"), used)) = \"license=GPL\";\nint init_module(void) { return 0; }\n")
	b.run("gcc -O2 -g -ffreestanding -mcmodel=kernel -fno-pie -fno-stack-protector -c m.c -o m.o\nld -r -T /dev/null --build-id m.o -o m.ko")
	expect(t, b.prove("m.ko", Options{}), Relocatable, "stack-protector=refuted~m.c", "nx=not-applicable~module", "build-id=proved", "fortify=not-applicable", "ibt=not-applicable", "separate-debug=refuted", "relro=not-applicable")
	b.run("strip -g m.ko")
	expect(t, b.prove("m.ko", Options{}), Relocatable, "stack-protector=unknown", "separate-debug=proved")
}

// TestKernels links what has the marks of a kernel, of a hypervisor and of a
// program that pretends to be a kernel.
func TestKernels(t *testing.T) {
	b := newBench(t)
	b.write("k.s", ".text\n.globl _start\n_start: ret\n.section __ksymtab,\"a\"\n.quad 0\n.section .note.GNU-stack,\"\",@progbits\n")
	b.write("x.s", ".text\n.globl _start\n.p2align 3\n.long 0x1badb002, 0, -0x1badb002\n_start: ret\n.section .rodata\n.ascii \"(XEN) hello\"\n.section .note.GNU-stack,\"\",@progbits\n")
	b.run(`gcc -nostdlib -static -Wl,-Ttext=0xffffffff81000000 -Wl,-N,--no-warn-rwx-segments k.s -o vmlinux
gcc -nostdlib -static k.s -o pretender
gcc -nostdlib -static -Wl,-N,--no-warn-rwx-segments x.s -o xen`)
	expect(t, b.prove("vmlinux", Options{}), Kernel, "no-rwx=not-applicable", "pie=not-applicable", "fortify=not-applicable")
	expect(t, b.prove("pretender", Options{}), Static, "pie=refuted")
	expect(t, b.prove("xen", Options{}), Hypervisor, "no-rwx=not-applicable", "ibt=not-applicable")
}

// TestHiddenCode marks the code of a program as not there: a loader does not
// look at that, and neither may the verdict.
func TestHiddenCode(t *testing.T) {
	b := newBench(t)
	b.write("a.c", helloC)
	b.run("gcc -O2 -no-pie -z execstack a.c -o a")
	text, err := os.ReadFile(filepath.Join(b.dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	o := binary.LittleEndian
	at := o.Uint64(text[40:])
	for i := range uint64(o.Uint16(text[60:])) {
		if head := text[at+64*i:]; o.Uint64(head[8:])&uint64(elf.SHF_EXECINSTR) != 0 {
			o.PutUint32(head[4:], uint32(elf.SHT_NOBITS))
		}
	}
	f := Prove("a", bytes.NewReader(text), int64(len(text)), Options{})
	expect(t, f, Executable, "pie=refuted", "nx=refuted")
}

// TestGo judges this test's own program.
func TestGo(t *testing.T) {
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("this program has no build information")
	}
	f, err := proveFile(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "unknown"
	if slices.Contains(info.Settings, debug.BuildSetting{Key: "CGO_ENABLED", Value: "0"}) {
		want = "not-applicable~Go"
	}
	expect(t, f, f.Type, "stack-protector="+want, "auto-var-init="+want, "nx=proved", "no-rwx=proved")
}

func TestCore(t *testing.T) {
	core := image{wide: true, machine: elf.EM_X86_64, typ: elf.ET_CORE, stack: -1}
	f := core.prove("core", Options{})
	if f.Type != Core {
		t.Errorf("a core dump is %s", f.Type)
	}
	for _, c := range f.Checks {
		if c.Status != NotApplicable {
			t.Errorf("%s is %s: %q", c.Rule, c.Status, c.Evidence)
		}
	}
}
