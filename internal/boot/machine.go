package boot

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// Firmware is a pair of OVMF images.
type Firmware struct {
	Code, Vars string
}

// firmwares are the places where distributions have OVMF without Secure Boot.
var firmwares = [...]Firmware{
	{"/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},             // Debian, Ubuntu
	{"/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},                   // older
	{"/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"},         // Fedora
	{"/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"},     // Arch
	{"/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"}, // Gentoo
	{"/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"},   // openSUSE
	{"/usr/share/qemu/edk2-x86_64-code.fd", "/usr/share/qemu/edk2-i386-vars.fd"},       // QEMU's own
	{"/usr/local/share/qemu/edk2-x86_64-code.fd", "/usr/local/share/qemu/edk2-i386-vars.fd"},
}

// FindQEMU returns the path of the emulator: name, or the usual one.
func FindQEMU(name string) (string, error) {
	if name == "" {
		name = "qemu-system-x86_64"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", &MissingError{"QEMU (" + name + ")", "qemu-system-x86"}
	}
	return filepath.Abs(path)
}

// FindFirmware returns the first OVMF below root, which is "/" but in tests.
func FindFirmware(root string) (Firmware, error) {
	for _, f := range firmwares {
		f = Firmware{filepath.Join(root, f.Code), filepath.Join(root, f.Vars)}
		if isFile(f.Code) && isFile(f.Vars) {
			return f, nil
		}
	}
	return Firmware{}, &MissingError{"the UEFI firmware OVMF", "ovmf"}
}

func isFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.Mode().IsRegular()
}

// prepare puts what QEMU reads under plain names into dir, so that no comma or
// space of a path means anything to QEMU, and returns the arguments.
func prepare(spec Spec, dir string) ([]string, error) {
	if spec.Memory < 1<<20 {
		return nil, fmt.Errorf("booting: %d bytes of memory are too few", spec.Memory)
	}
	args := []string{
		"-no-user-config", "-accel", "tcg", "-cpu", "qemu64,+svm,+npt",
		"-m", strconv.FormatInt(spec.Memory>>20, 10),
		"-nodefaults", "-nographic", "-vga", "none", "-serial", "stdio", "-nic", "none", "-no-reboot",
	}
	switch spec.Kind {
	case ISOBIOS, ISOUEFI:
		args = append(args, "-drive", "if=ide,media=cdrom,format=raw,readonly=on,file=artifact", "-boot", "d")
		if err := link(spec.Artifact, dir, "artifact"); err != nil {
			return nil, err
		}
	case UKI:
		args = append(args, "-drive", "if=none,id=esp,format=raw,readonly=on,file=fat:esp", "-device", "virtio-blk-pci,drive=esp")
		if err := link(spec.Artifact, dir, "esp/EFI/BOOT/BOOTX64.EFI"); err != nil {
			return nil, err
		}
	case Multiboot:
		more, err := multiboot(spec, dir)
		return append(args, more...), err
	default:
		return nil, fmt.Errorf("booting: kind %q is not known", spec.Kind)
	}
	if spec.Kind == ISOBIOS {
		return args, nil
	}
	return append(args,
		"-drive", "if=pflash,unit=0,format=raw,readonly=on,file=code.fd",
		"-drive", "if=pflash,unit=1,format=raw,file=vars.fd"), firmware(spec, dir)
}

func multiboot(spec Spec, dir string) ([]string, error) {
	args := []string{"-kernel", "artifact"}
	if err := executable(spec.Artifact, dir); err != nil {
		return nil, err
	}
	if spec.Options != "" {
		args = append(args, "-append", spec.Options)
	}
	var modules []string
	for i, m := range spec.Modules {
		name := fmt.Sprintf("module%d", i)
		if err := link(m.Path, dir, name); err != nil {
			return nil, err
		}
		modules = append(modules, strings.TrimSpace(name+" "+strings.ReplaceAll(m.Options, ",", ",,")))
	}
	if modules != nil {
		args = append(args, "-initrd", strings.Join(modules, ","))
	}
	return args, nil
}

// executable puts the file at path into dir as artifact, unpacked: QEMU's
// multiboot loader does not know gzip.
func executable(path, dir string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return link(path, dir, "artifact")
	}
	out, err := os.Create(filepath.Join(dir, "artifact"))
	if err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	_, err = io.Copy(out, z)
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("booting: unpacking %s: %w", path, err)
	}
	return nil
}

// firmware puts OVMF into dir; its variables are written to and so are copied.
func firmware(spec Spec, dir string) error {
	fw := spec.Firmware
	if fw == nil {
		found, err := FindFirmware("/")
		if err != nil {
			return err
		}
		fw = &found
	}
	return errors.Join(link(fw.Code, dir, "code.fd"), copyFile(fw.Vars, filepath.Join(dir, "vars.fd")))
}

func link(target, dir, name string) error {
	target, err := filepath.Abs(target)
	if err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	if !isFile(target) {
		return fmt.Errorf("booting %s: %w", target, fs.ErrNotExist)
	}
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	return os.Symlink(target, path)
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return fmt.Errorf("booting: %w", err)
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
