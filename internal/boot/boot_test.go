package boot

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fake returns a spec whose QEMU is a shell script.
func fake(t *testing.T, script string) Spec {
	t.Helper()
	dir := t.TempDir()
	qemu := filepath.Join(dir, "qemu")
	if err := os.WriteFile(qemu, []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	artifact := filepath.Join(dir, "a, b.iso")
	if err := os.WriteFile(artifact, []byte("image"), 0o644); err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(dir, "temp")
	if err := os.Mkdir(temp, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	})
	return Spec{Kind: ISOBIOS, Artifact: artifact, Marker: "READY", QEMU: qemu, TempDir: temp, Timeout: 20 * time.Second}
}

func TestBootGood(t *testing.T) {
	spec := fake(t, `cat artifact; printf '\r\nREADY'; exec sleep 60`)
	spec.Expect = []*regexp.Regexp{regexp.MustCompile("im.ge")}
	res, err := Boot(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(res.Matched, []string{"image"}) || !slices.Equal(res.Console, []string{"image", "READY"}) || res.Duration <= 0 {
		t.Errorf("got %+v", res)
	}
}

func TestBootFailures(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		timeout      time.Duration
		want         Reason
		text         string
	}{
		{"crash", `echo one; echo Kernel panic; echo trace; exec sleep 60`, 0, Crashed, "trace"},
		{"exit", `echo one; echo oh no >&2; exit 1`, 0, Exited, "QEMU said: oh no"},
		{"exit with a crash", `echo Panic on CPU 0`, 0, Crashed, "Panic on CPU 0"},
		{"timeout", `echo one; exec sleep 60`, 300 * time.Millisecond, TimedOut, "  one"},
		{"unmet", `echo READY; exec sleep 60`, 0, Unmet, `no line matched "xl info"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spec := fake(t, tt.script)
			spec.Expect = []*regexp.Regexp{regexp.MustCompile("xl info")}
			if tt.timeout != 0 {
				spec.Timeout = tt.timeout
			}
			_, err := Boot(t.Context(), spec)
			var bad *Error
			if !errors.As(err, &bad) || bad.Reason != tt.want || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("got error %v", err)
			}
		})
	}
}

// TestBootKillsItsGroup shows that a child of QEMU's ends with it.
func TestBootKillsItsGroup(t *testing.T) {
	spec := fake(t, `sleep 61 & echo "child $!"; echo READY; wait`)
	res, err := Boot(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimPrefix(res.Console[0], "child "))
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if gone(pid) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Errorf("process %d lives on", pid)
}

func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ") // nobody may have waited for it yet
}

func TestBootCancelled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := Boot(ctx, fake(t, `exec sleep 60`))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got error %v", err)
	}
}

func TestBootMissing(t *testing.T) {
	spec := fake(t, "")
	spec.QEMU = "/nonexistent/qemu"
	var missing *MissingError
	if _, err := Boot(t.Context(), spec); !errors.As(err, &missing) || missing.Package != "qemu-system-x86" {
		t.Errorf("got error %v", err)
	}
	if _, err := FindFirmware(t.TempDir()); !errors.As(err, &missing) || missing.Hint() != "apt-get install ovmf" {
		t.Errorf("got error %v", err)
	}
	spec = fake(t, "")
	spec.Artifact += ".gone"
	if _, err := Boot(t.Context(), spec); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v", err)
	}
	spec = fake(t, "")
	spec.Marker = ""
	if _, err := Boot(t.Context(), spec); err == nil {
		t.Error("no marker is accepted")
	}
}

func TestArguments(t *testing.T) {
	for kind, want := range map[Kind]string{
		ISOBIOS:   "-m 512 -nodefaults -nographic -vga none -serial stdio -nic none -no-reboot -drive if=ide,media=cdrom",
		ISOUEFI:   "-drive if=pflash,unit=1,format=raw,file=vars.fd",
		UKI:       "file=fat:esp -device virtio-blk-pci,drive=esp -drive if=pflash",
		Multiboot: "-kernel artifact -append x console=com1 -initrd module0 console=hvc0 a=1,,2,module1",
	} {
		spec := fake(t, "")
		spec.Kind, spec.Memory = kind, 512<<20
		spec.Options = "x console=com1"
		spec.Modules = []Module{{spec.Artifact, "console=hvc0 a=1,2"}, {spec.Artifact, ""}}
		spec.Firmware = &Firmware{spec.Artifact, spec.Artifact}
		dir := t.TempDir()
		args, err := prepare(spec, dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(args, " "); !strings.Contains(got, want) || !strings.Contains(got, "-accel tcg ") {
			t.Errorf("%s: got %s", kind, got)
		}
	}
}

// printer is the machine code, of 32 and of 64 bits, that prints the text at
// esi or rsi on the first serial port.
var printer = []byte{
	0xac,       // next: lodsb
	0x84, 0xc0, // test al, al
	0x74, 0x13, // jz done
	0x88, 0xc4, // mov ah, al
	0x66, 0xba, 0xfd, 0x03, // mov dx, 0x3fd
	0xec,       // poll: in al, dx
	0xa8, 0x20, // test al, 0x20
	0x74, 0xfb, // jz poll
	0x88, 0xe0, // mov al, ah
	0xb2, 0xf8, // mov dl, 0xf8
	0xee,       // out dx, al
	0x90,       // nop
	0xeb, 0xe8, // jmp next
}

var hang = []byte{0xf4, 0xeb, 0xfd} // hlt; jmp hang

// payload is a multiboot image that prints text and then runs code.
func payload(t *testing.T, text string, code ...byte) string {
	t.Helper()
	const base, entry = 0x100000, 0x20
	program := slices.Concat([]byte{0xfa, 0xbe, 0, 0, 0, 0}, printer, code, hang) // cli; mov esi, text
	binary.LittleEndian.PutUint32(program[2:], base+entry+uint32(len(program)))
	image := make([]byte, entry)
	const magic, flags = 0x1badb002, 1 << 16
	for i, v := range []uint32{magic, flags, -(magic + flags) & 0xffffffff, base, base, 0, 0, base + entry} {
		binary.LittleEndian.PutUint32(image[4*i:], v)
	}
	image = append(append(image, program...), text+"\x00"...)
	return save(t, image)
}

func save(t *testing.T, image []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "payload")
	if err := os.WriteFile(path, image, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func pack(t *testing.T, path string) string {
	t.Helper()
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(image)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return save(t, b.Bytes())
}

// application is a UEFI application that prints text.
func application(t *testing.T, text string) string {
	t.Helper()
	const header, page = 0x200, 0x1000
	program := slices.Concat([]byte{0xfa, 0x48, 0x8d, 0x35, 0, 0, 0, 0}, printer, hang) // cli; lea rsi, [rip+text]
	binary.LittleEndian.PutUint32(program[4:], uint32(len(program)-8))
	program = append(program, text+"\x00"...)
	program = append(program, make([]byte, header-len(program)%header)...)
	size := uint32(len(program))

	image := make([]byte, header)
	put := func(at int, values ...uint32) {
		for i, v := range values {
			binary.LittleEndian.PutUint32(image[at+4*i:], v)
		}
	}
	copy(image, "MZ")
	put(0x3c, 0x40)
	copy(image[0x40:], "PE\x00\x00\x64\x86\x01\x00") // x86-64, one section
	put(0x54, 0xf0|0x22<<16)                         // size of the optional header; executable, large addresses
	optional := 0x58
	put(optional, 0x20b, size, 0, 0, page, page)                  // PE32+, code size, entry, base of code
	put(optional+32, page, header)                                // alignments
	put(optional+56, page+(size+page-1)&^(page-1), header, 0, 10) // image size, header size, EFI application
	put(optional+108, 16)                                         // data directories
	section := optional + 0xf0
	copy(image[section:], ".text")
	put(section+8, size, page, size, header)
	put(section+36, 0x60000020)
	return save(t, append(image, program...))
}

// TestUEFI runs the real emulator and firmware.
func TestUEFI(t *testing.T) {
	spec := Spec{Kind: UKI, Marker: "READY", Memory: 256 << 20, Timeout: 2 * time.Minute, TempDir: t.TempDir(),
		Artifact: application(t, "\r\nhello from UEFI\r\nREADY\r\n"), Expect: []*regexp.Regexp{regexp.MustCompile("^hello from UEFI$")}}
	if _, err := Boot(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(spec.TempDir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestQEMU runs the real emulator.
func TestQEMU(t *testing.T) {
	spec := Spec{Kind: Multiboot, Marker: "READY", Memory: 64 << 20, Timeout: time.Minute, TempDir: t.TempDir(),
		Expect: []*regexp.Regexp{regexp.MustCompile("^hello from the (.*)$")}}
	spec.Artifact = payload(t, "\r\n\x1b[1mhello from the payload\r\nREADY\r\n")
	res, err := Boot(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(res.Matched, []string{"hello from the payload"}) {
		t.Errorf("matched %q", res.Matched)
	}

	spec.Artifact = pack(t, spec.Artifact)
	if _, err := Boot(t.Context(), spec); err != nil {
		t.Errorf("packed: %v", err)
	}

	spec.Artifact = payload(t, "hello from the payload\r\n", 0xb0, 0xfe, 0xe6, 0x64) // mov al, 0xfe; out 0x64, al: reset
	var bad *Error
	if _, err := Boot(t.Context(), spec); !errors.As(err, &bad) || bad.Reason != Exited {
		t.Errorf("reset: got error %v", err)
	}

	spec.Artifact, spec.Timeout = payload(t, "hello\r\n"), 2*time.Second
	if _, err := Boot(t.Context(), spec); !errors.As(err, &bad) || bad.Reason != TimedOut {
		t.Errorf("hang: got error %v", err)
	}

	spec.Artifact = filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(spec.Artifact, []byte("no kernel"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Boot(t.Context(), spec); !errors.As(err, &bad) || bad.Reason != Exited || bad.QEMU == "" {
		t.Errorf("no kernel: got error %v", err)
	}
}
