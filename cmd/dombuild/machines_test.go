package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/dombuild/dombuild/internal/daemontest"
	"github.com/dombuild/dombuild/internal/sandbox/runtime"
)

// kernel FILE LINE… writes a multiboot kernel that prints the lines on the
// first serial port and halts.
func cmdKernel(ts *script, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: kernel FILE LINE…")
	}
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[0])), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), multibootKernel(strings.Join(args[1:], "\r\n")+"\r\n"), 0o644))
}

func multibootKernel(text string) []byte {
	const (
		base   = 0x100000
		header = 52 + 32 // of ELF, and one of a program
		magic  = 0x1badb002
	)
	code := []byte{
		0xbe, 0, 0, 0, 0, // mov esi, text
		0x66, 0xba, 0xf8, 0x03, // mov dx, 0x3f8
		0xac,       // lodsb
		0x84, 0xc0, // test al, al
		0x74, 0x03, // jz +3
		0xee,       // out dx, al
		0xeb, 0xf8, // jmp to lodsb
		0xf4,       // hlt
		0xeb, 0xfd, // jmp to hlt
	}
	entry := uint32(base + header + 12)
	binary.LittleEndian.PutUint32(code[1:], entry+uint32(len(code)))
	body := binary.LittleEndian.AppendUint32(nil, magic)
	body = binary.LittleEndian.AppendUint32(body, 0)
	body = binary.LittleEndian.AppendUint32(body, 0xffffffff-magic+1)
	body = append(append(append(body, code...), text...), 0)
	size := uint32(header + len(body))
	var b bytes.Buffer
	ident := [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS32), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)}
	for _, part := range []any{
		elf.Header32{Ident: ident, Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_386), Version: 1, Entry: entry,
			Phoff: 52, Ehsize: 52, Phentsize: 32, Phnum: 1, Shentsize: 40},
		elf.Prog32{Type: uint32(elf.PT_LOAD), Vaddr: base, Paddr: base, Filesz: size, Memsz: size, Flags: 7, Align: 4096},
		body,
	} {
		_ = binary.Write(&b, binary.LittleEndian, part) // to memory
	}
	return b.Bytes()
}

// buildkitd VAR ours|stock starts a real buildkitd with our runtime or plain
// runc, and sets VAR to its address.
func cmdBuildkitd(ts *script, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: buildkitd VAR ours|stock")
	}
	program, err := buildkitd()
	ts.Check(err)
	dir, err := os.MkdirTemp(ts.Getenv("WORK"), "buildkitd-")
	ts.Check(err)
	self, err := os.Executable()
	ts.Check(err)
	link := filepath.Join(dir, runtime.Name)
	ts.Check(os.Symlink(self, link))
	config, socket := filepath.Join(dir, "buildkitd.toml"), filepath.Join(dir, "sock")
	ts.Check(os.WriteFile(config, nil, 0o600))
	cmd := exec.Command(program, "--config", config, "--addr", "unix://"+socket, "--root", filepath.Join(dir, "root"),
		"--oci-worker-net", "host", "--containerd-worker=false")
	if args[1] == "ours" {
		cmd.Args = append(cmd.Args, "--oci-worker-binary", link)
	}
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	ts.Check(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	ts.Defer(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			_ = cmd.Process.Kill()
		}
		unmountBelow(dir)
	})
	for range 200 {
		if _, err := os.Stat(socket); err == nil {
			ts.Setenv(args[0], "unix://"+socket)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	ts.Fatalf("buildkitd does not answer")
}

// buildkitd builds the daemon of the very module that is embedded, once.
var buildkitd = sync.OnceValues(func() (string, error) {
	bin, err := exec.LookPath("dombuild") // in a directory of ours that goes with the test
	if err != nil {
		return "", err
	}
	return daemontest.Build(filepath.Dir(bin), "buildkitd")
})
