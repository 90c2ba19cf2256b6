package kernel

import (
	"encoding/binary"
	"fmt"
	"io"
	"strings"
)

// Fields of the x86 boot protocol, Documentation/arch/x86/boot.rst.
const (
	setupSectors  = 0x1f1
	bootFlag      = 0x1fe
	setupMagic    = 0x202
	protocol      = 0x206
	kernelVersion = 0x20e
	loadFlags     = 0x236
	payloadOffset = 0x248
	payloadLength = 0x24c
	setupEnd      = 0x250
)

func isBzImage(head []byte) bool {
	return len(head) >= setupEnd && binary.LittleEndian.Uint16(head[bootFlag:]) == 0xaa55 &&
		string(head[setupMagic:setupMagic+4]) == "HdrS"
}

// bzImage unpacks the payload of an image for x86, which is an ELF file.
func (f *finder) bzImage(s *io.SectionReader, head []byte, where string) (Found, error) {
	le := binary.LittleEndian
	found := Found{Kind: Linux, Arch: I386, Version: bzVersion(s, le.Uint16(head[kernelVersion:])), Where: where + "bzImage"}
	if le.Uint16(head[protocol:]) < 0x208 {
		found.Missing = fmt.Sprintf("boot protocol %#x does not say where the payload lies", le.Uint16(head[protocol:]))
		return found, nil
	}
	if le.Uint16(head[protocol:]) >= 0x20c && le.Uint16(head[loadFlags:])&1 != 0 {
		found.Arch = X8664
	}
	sectors := int64(head[setupSectors])
	if sectors == 0 {
		sectors = 4
	}
	offset, length := (sectors+1)*512+int64(le.Uint32(head[payloadOffset:])), int64(le.Uint32(head[payloadLength:]))
	if offset+length > s.Size() || length < 8 {
		found.Missing = fmt.Sprintf("the payload of %d bytes at %#x reaches behind the end of the image", length, offset)
		return found, nil
	}
	return f.payload(found, s, offset, length, 4), nil
}

// bzVersion reads the version that the boot protocol points at.
func bzVersion(s *io.SectionReader, pointer uint16) string {
	if pointer == 0 {
		return ""
	}
	text := make([]byte, 128)
	n, _ := s.ReadAt(text, int64(pointer)+0x200)
	version, _, _ := strings.Cut(string(text[:n]), " ")
	if !parseVersion(version).known() || strings.ContainsFunc(version, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return version
}

// payload unpacks the compressed kernel at offset. Behind data that is not
// gzip's, kbuild appends the unpacked size, trailer bytes that are not part
// of it.
func (f *finder) payload(found Found, s *io.SectionReader, offset, length, trailer int64) Found {
	head := make([]byte, min(16, length))
	if _, err := s.ReadAt(head, offset); err != nil && err != io.EOF {
		found.Missing = fmt.Sprintf("reading the payload: %v", err)
		return found
	}
	c, packed := compressionOf(head)
	if packed && c.magic != gzipMagic {
		length -= trailer
	}
	part := io.NewSectionReader(s, offset, length)
	if !packed {
		found.Where = fmt.Sprintf("%s: payload at %#x", found.Where, offset)
		if !isELF(head) && !isRawImage(head) && trailer > 0 {
			found.Missing = "the payload is compressed in a way that is not known"
			return found
		}
		return found.merge(f.scan(part))
	}
	found.Where = fmt.Sprintf("%s: %s at %#x", found.Where, c.name, offset)
	r, err := c.open(part, f.limits.Window)
	if err != nil {
		found.Missing = fmt.Sprintf("unpacking the payload: %v", err)
		return found
	}
	return found.merge(f.scan(r))
}

// merge adds to what the container told what its payload holds.
func (f Found) merge(s *scanned) Found {
	if s.header.kind == Xen {
		s.header = header{}
		s.problem = "the configuration inside is Xen's, the image is Linux's"
	}
	inner, _ := s.found(image{arch: f.Arch, certain: true}, f.Where)
	inner.Kind = f.Kind
	if s.header.kind == "" && f.Version != "" {
		inner.Version = f.Version
	}
	return inner
}
