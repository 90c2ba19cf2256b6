package kernel

import (
	"bytes"
	"encoding/binary"
)

// image is what the head of an image that is not compressed tells.
type image struct {
	name      string
	arch      Arch
	plausible bool // may be a kernel: its addresses are not those of a program
	certain   bool // is a kernel, even if nothing inside says which
	module    bool // a module: it may hold a configuration, and is no kernel
}

var elfArch = map[uint16]Arch{3: I386, 62: X8664, 40: ARM, 183: ARM64, 243: RISCV}

const (
	elfRelocatable = 1
	elfLoad        = 1
	elfDynamic     = 2
	elfInterpreter = 3

	multibootMagic = "\x02\xb0\xad\x1b"
)

func isELF(head []byte) bool { return bytes.HasPrefix(head, []byte("\x7fELF")) }

// isRawImage recognises the boot images of arm64 (Linux and Xen) and riscv:
// Linux's Documentation/arch/arm64/booting.rst and riscv/boot-image-header.rst.
func isRawImage(head []byte) bool {
	return len(head) >= 64 && (string(head[0x38:0x3c]) == "ARM\x64" || string(head[0x38:0x3c]) == "RSC\x05")
}

// isZImage recognises the self-extracting image of 32-bit arm.
func isZImage(head []byte) bool {
	return len(head) >= 0x28 && binary.LittleEndian.Uint32(head[0x24:]) == 0x016f2818
}

func imageOf(head []byte) image {
	if isRawImage(head) {
		arch := ARM64
		if string(head[0x38:0x3b]) == "RSC" {
			arch = RISCV
		}
		return image{name: "Image", arch: arch, plausible: true, certain: true}
	}
	if isELF(head) {
		return elfImage(head)
	}
	return image{}
}

// elfImage reads the header and the program headers of an ELF file. Kernels
// lie in the upper half of the addresses; Xen for x86 is a 32-bit file with a
// multiboot header; Xen for arm is linked low and has no dynamic section.
func elfImage(head []byte) image {
	if len(head) < 64 || head[5] != 1 { // little-endian
		return image{}
	}
	le, wide := binary.LittleEndian, head[4] == 2
	img := image{name: "ELF", arch: elfArch[le.Uint16(head[18:])]}
	if le.Uint16(head[16:]) == elfRelocatable {
		img.plausible, img.module = true, true
		return img
	}
	offset, size, count := uint64(le.Uint32(head[28:])), uint64(le.Uint16(head[42:])), uint64(le.Uint16(head[44:]))
	if wide {
		offset, size, count = le.Uint64(head[32:]), uint64(le.Uint16(head[54:])), uint64(le.Uint16(head[56:]))
	}
	img.plausible = true
	for i := range count {
		p := offset + i*size
		if offset > headSize || p+16+8 > uint64(len(head)) {
			break
		}
		kind, address := le.Uint32(head[p:]), uint64(le.Uint32(head[p+8:]))<<32
		if wide {
			address = le.Uint64(head[p+16:])
		}
		switch {
		case kind == elfInterpreter || kind == elfDynamic:
			img.plausible = false
		case kind == elfLoad && address >= 1<<63:
			img.plausible, img.certain = true, true
			return img
		}
	}
	if !wide && img.arch == I386 && bytes.Contains(head, []byte(multibootMagic)) {
		img.arch, img.plausible = X8664, true // Xen has been 64-bit only since 4.3
	}
	return img
}
