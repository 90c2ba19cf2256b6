package kernel

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
)

var peArch = map[uint16]Arch{0x14c: I386, 0x8664: X8664, 0xaa64: ARM64, 0x1c2: ARM, 0x1c4: ARM, 0x5064: RISCV}

// maxSections is what the format allows an image loader to see.
const maxSections = 96

// section is a section of a PE file: its name and its bytes in the file.
type section struct {
	name         string
	offset, size int64
}

// sections reads the section table of a PE file (Microsoft's PE/COFF
// specification, revision 11) and the machine it is for.
func sections(s *io.SectionReader, head []byte) (Arch, []section, bool) {
	if len(head) < 64 {
		return "", nil, false
	}
	le := binary.LittleEndian
	start := int64(le.Uint32(head[0x3c:]))
	coff := make([]byte, 24)
	if _, err := s.ReadAt(coff, start); err != nil || string(coff[:4]) != "PE\x00\x00" {
		return "", nil, false
	}
	count, optional := int(le.Uint16(coff[6:])), int64(le.Uint16(coff[20:]))
	if count > maxSections {
		return "", nil, false
	}
	table := make([]byte, 40*count)
	if _, err := s.ReadAt(table, start+24+optional); err != nil && err != io.EOF {
		return "", nil, false
	}
	var list []section
	for ; len(table) > 0; table = table[40:] {
		virtual, raw, offset := int64(le.Uint32(table[8:])), int64(le.Uint32(table[16:])), int64(le.Uint32(table[20:]))
		if raw == 0 || offset == 0 || offset+raw > s.Size() {
			continue
		}
		if virtual > 0 && virtual < raw {
			raw = virtual // the rest is padding
		}
		list = append(list, section{strings.TrimRight(string(table[:8]), "\x00"), offset, raw})
	}
	return peArch[le.Uint16(coff[4:])], list, true
}

// pe looks through a PE file: Xen's own, or a unified image, whose section
// .linux (systemd's stub) or .kernel (Xen's) is a kernel of its own.
func (f *finder) pe(s *io.SectionReader, head []byte, where string, depth int) ([]Found, error) {
	arch, list, ok := sections(s, head)
	if !ok {
		return nil, ErrNotKernel
	}
	var found []Found
	if own, ok := f.peOwn(s, list, arch, where); ok {
		found = append(found, own)
	}
	for _, sec := range list {
		if sec.name != ".linux" && sec.name != ".kernel" {
			continue
		}
		place := fmt.Sprintf("%sPE: section %s: ", where, sec.name)
		inner, err := f.look(io.NewSectionReader(s, sec.offset, sec.size), place, depth+1)
		if err != nil {
			inner = []Found{{Arch: arch, Where: strings.TrimSuffix(place, ": "), Missing: err.Error()}}
		}
		found = append(found, inner...)
	}
	if err := commandLine(s, list, found); err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, ErrNotKernel
	}
	return found, nil
}

// maxCommandLine is more than any kernel takes (COMMAND_LINE_SIZE), in bytes.
const maxCommandLine = 64 << 10

// commandLine reads the section .cmdline, which systemd's stub gives to Linux.
func commandLine(s *io.SectionReader, list []section, found []Found) error {
	i := slices.IndexFunc(list, func(sec section) bool { return sec.name == ".cmdline" })
	if i < 0 {
		return nil
	}
	text := make([]byte, min(list[i].size, maxCommandLine))
	if _, err := s.ReadAt(text, list[i].offset); err != nil && err != io.EOF {
		return err
	}
	for f := range found {
		if found[f].Kind != Xen {
			found[f].CommandLine, found[f].HasLine = strings.TrimRight(string(text), "\x00"), true
		}
	}
	return nil
}

// peOwn looks for Xen in the sections that are not payloads.
func (f *finder) peOwn(s *io.SectionReader, list []section, arch Arch, where string) (Found, bool) {
	payload := []string{".linux", ".kernel", ".initrd", ".ramdisk", ".ucode", ".xsm", ".config", ".dtb", ".splash"}
	list = slices.DeleteFunc(slices.Clone(list), func(sec section) bool { return slices.Contains(payload, sec.name) })
	var parts []io.Reader
	for _, sec := range list {
		parts = append(parts, io.NewSectionReader(s, sec.offset, sec.size))
	}
	result := f.scan(io.MultiReader(parts...))
	if result.header.kind != Xen && result.xen == "" {
		return Found{}, false
	}
	result.at = fileOffset(list, result.at)
	return result.found(image{arch: arch}, where+"PE")
}

// fileOffset finds in the file the byte at of the sections put together.
func fileOffset(list []section, at int64) int64 {
	for _, sec := range list {
		if at < sec.size {
			return sec.offset + at
		}
		at -= sec.size
	}
	return at
}

// isZboot recognises the self-extracting EFI image of Linux,
// drivers/firmware/efi/libstub/zboot-header.S.
func isZboot(head []byte) bool {
	return len(head) >= 64 && string(head[:2]) == "MZ" && string(head[4:8]) == "zimg"
}

func (f *finder) zboot(s *io.SectionReader, head []byte, where string) (Found, error) {
	le := binary.LittleEndian
	arch, _, _ := sections(s, head)
	found := Found{Kind: Linux, Arch: arch, Where: where + "zboot"}
	offset, length := int64(le.Uint32(head[8:])), int64(le.Uint32(head[12:]))
	if offset+length > s.Size() || length < 8 {
		found.Missing = fmt.Sprintf("the payload of %d bytes at %#x reaches behind the end of the image", length, offset)
		return found, nil
	}
	return f.payload(found, s, offset, length, 0), nil
}
