package explain

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkPair explains one pair of lines, worst last.
func BenchmarkPair(b *testing.B) {
	for _, c := range []struct{ name, left, right string }{
		{"short", "cc -I/build/a/include -c x.c", "cc -I/check/build/a/include -c x.c"},
		{"unknown", "some words of a line that changed", "some other words of one line that changed"},
		{"long", strings.Repeat("a1 b2 /x/y:", 180), strings.Repeat("a2 b1 /x/z,", 180)},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				Hints{}.explainPair(c.left, c.right)
			}
		})
	}
}

// kernelSize is that of .text in the kernel that diffoscope took 110 s of CPU
// and 1.4 GB of memory for.
const kernelSize = 60 << 20

// writeKernel makes an executable with functions and symbols as a kernel has
// them; change edits .text before it is written.
func writeKernel(t testing.TB, path string, grow int, change func(text []byte)) {
	t.Helper()
	const base, each = 0xffffffff81000000, 480
	body := bytes.Repeat([]byte{0x55, 0x48, 0x89, 0xe5, 0xb8, 0x2a, 0, 0, 0, 0xe8, 0, 1, 0, 0, 0x5d, 0xc3}, each/16)
	text := bytes.Repeat([]byte{0x90}, grow)
	text = append(text, bytes.Repeat(body, kernelSize/each)...)
	change(text)
	names, symbols := []byte{0}, make([]byte, 24)
	for i := range kernelSize / each {
		symbols = binary.LittleEndian.AppendUint32(symbols, uint32(len(names)))
		symbols = append(symbols, 0x12, 0, 1, 0) // STB_GLOBAL, STT_FUNC; section 1
		symbols = binary.LittleEndian.AppendUint64(symbols, base+uint64(grow+i*each))
		symbols = binary.LittleEndian.AppendUint64(symbols, each)
		names = append(fmt.Appendf(names, "function_of_the_kernel_%06d", i), 0)
	}
	writeELF(t, path, []part{{".text", elf.SHT_PROGBITS, elf.SHF_ALLOC | elf.SHF_EXECINSTR, base, text, 0, 0}, {".symtab", elf.SHT_SYMTAB, 0, 0, symbols, 3, 24},
		{".strtab", elf.SHT_STRTAB, 0, 0, names, 0, 0}})
}

// part is a section to write.
type part struct {
	name    string
	kind    elf.SectionType
	flags   elf.SectionFlag
	addr    uint64
	data    []byte
	link    uint32
	entsize uint64
}

func writeELF(t testing.TB, path string, parts []part) {
	t.Helper()
	var names, table bytes.Buffer
	names.WriteByte(0)
	must(t, binary.Write(&table, binary.LittleEndian, elf.Section64{}))
	at := uint64(64)
	f, err := os.Create(path)
	must(t, err)
	parts = append(parts, part{name: ".shstrtab", kind: elf.SHT_STRTAB})
	for i, p := range parts {
		name := uint32(names.Len())
		names.WriteString(p.name + "\x00")
		if i == len(parts)-1 {
			p.data = names.Bytes()
		}
		must(t, binary.Write(&table, binary.LittleEndian, elf.Section64{Name: name, Type: uint32(p.kind), Flags: uint64(p.flags), Addr: p.addr, Off: at,
			Size: uint64(len(p.data)), Link: p.link, Info: 1, Entsize: p.entsize, Addralign: 1}))
		_, err := f.WriteAt(p.data, int64(at))
		must(t, err)
		at += uint64(len(p.data))
	}
	_, err = f.WriteAt(table.Bytes(), int64(at))
	must(t, err)
	h := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Shoff: at, Ehsize: 64, Shentsize: 64, Shnum: uint16(len(parts) + 1), Shstrndx: uint16(len(parts))}
	copy(h.Ident[:], elfMagic)
	var head bytes.Buffer
	must(t, binary.Write(&head, binary.LittleEndian, h))
	_, err = f.WriteAt(head.Bytes(), 0)
	must(t, err)
	must(t, f.Close())
}

func openFile(t testing.TB, path string) Content {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	t.Cleanup(func() { f.Close() })
	info, err := f.Stat()
	must(t, err)
	return io.NewSectionReader(f, 0, info.Size())
}

// kernels are a kernel and its changed twins.
func kernels(t testing.TB) (left string, right map[string]string) {
	dir := t.TempDir()
	left = filepath.Join(dir, "vmlinux")
	right = map[string]string{"one byte": left + ".byte", "all moved": left + ".moved", "every function": left + ".every"}
	writeKernel(t, left, 0, func([]byte) {})
	writeKernel(t, right["one byte"], 0, func(text []byte) { text[kernelSize/2/480*480+5] ^= 1 })
	writeKernel(t, right["all moved"], 64, func([]byte) {})
	writeKernel(t, right["every function"], 0, func(text []byte) {
		for i := 5; i < len(text); i += 480 {
			text[i] ^= 1
		}
	})
	return left, right
}

// BenchmarkKernel is the bar of a kernel with one byte changed in .text: less
// than 5 s and 300 MB. What is allocated bounds what is held.
func BenchmarkKernel(b *testing.B) {
	left, right := kernels(b)
	for _, name := range []string{"one byte", "all moved", "every function"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			l, r := openFile(b, left), openFile(b, right[name])
			for b.Loop() {
				all, err := Contents(context.Background(), "vmlinux", l, r, Options{})
				if err != nil || len(all) == 0 {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestKernelBar holds the bar in a process of its own, whose memory is measured
// as the system sees it: files that are read through the page cache do not count.
func TestKernelBar(t *testing.T) {
	if dir := os.Getenv("EXPLAIN_KERNELS"); dir != "" {
		all, err := Contents(context.Background(), "vmlinux", openFile(t, dir+"/vmlinux"), openFile(t, dir+os.Getenv("EXPLAIN_OTHER")), Options{})
		must(t, err)
		fmt.Println(byPath(all, ".text").Detail)
		fmt.Print(string(readFile(t, "/proc/self/status")))
		return
	}
	left, right := kernels(t)
	for _, c := range []struct{ name, want string }{
		{"one byte", "the code of 1 function differs: function_of_the_kernel_065536"},
		{"all moved", "64 bytes inserted at 0xffffffff81000000, all others are the same; all functions are the same, if moved"},
		{"every function", "more functions differ and were not disassembled"},
	} {
		dir, other := filepath.Split(right[c.name])
		cmd := exec.Command(os.Args[0], "-test.run=^TestKernelBar$")
		cmd.Env = append(os.Environ(), "EXPLAIN_KERNELS="+filepath.Dir(left), "EXPLAIN_OTHER=/"+other)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("%s in %s: %v\n%s", c.name, dir, err, out)
		}
		rss := peak(t, string(out))
		cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		t.Logf("%s: %s of CPU, %d MB", c.name, cpu, rss)
		if cpu > 5*time.Second || rss > 300 {
			t.Errorf("%s: %s of CPU and %d MB, more than 5 s and 300 MB", c.name, cpu, rss)
		}
	}
}

// peak is the largest resident set of a process in MB, from its proc(5) status:
// that of getrusage(2) begins with the parent's.
func peak(t testing.TB, status string) int {
	t.Helper()
	_, rest, _ := strings.Cut(status, "VmHWM:")
	var kb int
	if _, err := fmt.Sscan(rest, &kb); err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}
