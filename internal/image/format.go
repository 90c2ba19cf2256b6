package image

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// Format names a format of artifacts.
type Format string

// The formats that can be opened. A File is anything else.
const (
	File      Format = "file"
	ELF       Format = "elf"
	EROFS     Format = "erofs"
	FDT       Format = "fdt"    // a flattened device tree
	Kernel    Format = "kernel" // an x86 Linux bzImage
	RPM       Format = "rpm"
	Tree      Format = "directory"
	Tar       Format = "tar"
	CPIO      Format = "cpio" // newc, crc, odc and the old binary one; also several in a row, packed or not, as an initramfs is
	Ar        Format = "ar"
	Deb       Format = "deb"
	OCI       Format = "oci" // an image layout
	SquashFS  Format = "squashfs"
	Ext       Format = "ext" // ext2, ext3 and ext4
	ISO9660   Format = "iso9660"
	FAT       Format = "fat"
	PE        Format = "pe"
	Zip       Format = "zip"
	GPT       Format = "gpt"
	MBR       Format = "mbr"
	Gzip      Format = "gzip"
	XZ        Format = "xz"
	Zstandard Format = "zstd"
	Bzip2     Format = "bzip2"
	LZ4       Format = "lz4"
	LZMA      Format = "lzma"
	Lzip      Format = "lzip"
)

// headSize is how much of an artifact Detect looks at: the last thing it
// knows is the volume descriptor of an ISO image.
const headSize = 0x10000 + 0x100

// magics are the formats that a few bytes tell. The ones that Open refuses are
// here too, lest an image nobody looked into pass as a file of no interest.
var magics = []struct {
	format Format
	at     int
	magic  string
}{
	{Gzip, 0, "\x1f\x8b\x08"},
	{XZ, 0, "\xfd7zXZ\x00"},
	{Zstandard, 0, "\x28\xb5\x2f\xfd"},
	{Bzip2, 0, "BZh"},
	{LZ4, 0, "\x04\x22\x4d\x18"},
	{LZ4, 0, "\x02\x21\x4c\x18"}, // the legacy frame, which Linux uses
	{LZMA, 0, "\x5d\x00\x00"},
	{CPIO, 0, "070701"},
	{CPIO, 0, "070702"},
	{CPIO, 0, "070707"},
	{Ar, 0, "!<arch>\n"},
	{SquashFS, 0, "hsqs"},
	{Zip, 0, "PK\x03\x04"},
	{Zip, 0, "PK\x05\x06"}, // with nothing in it
	{Zip, 0, jmodMagic + zipLocal},
	{Zip, 4, zipCentral}, // the directory first, as Mozilla has it
	{Tar, 257, "ustar"},
	{Ext, 1080, "\x53\xef"},
	{ISO9660, 0x8001, "CD001"},
	{"thin ar", 0, "!<thin>\n"},
	{"lzo", 0, "\x89LZO\x00"},
	{Lzip, 0, "LZIP"},
	{"compress", 0, "\x1f\x9d"},
	{CPIO, 0, oldCPIOLittle},
	{CPIO, 0, oldCPIOBig},
	{ELF, 0, "\x7fELF"},
	{FDT, 0, "\xd0\x0d\xfe\xed"},
	{RPM, 0, "\xed\xab\xee\xdb"},
	{"7z", 0, "7z\xbc\xaf\x27\x1c"},
	{"rar", 0, "Rar!\x1a\x07"},
	{"cab", 0, "MSCF\x00\x00\x00\x00"},
	{"big-endian squashfs", 0, "sqsh"},
	{"cramfs", 0, "\x45\x3d\xcd\x28"},
	{"romfs", 0, "-rom1fs-"},
	{"ubi", 0, "UBI#"},
	{"xfs", 0, "XFSB"},
	{"luks", 0, "LUKS\xba\xbe"},
	{"qcow", 0, "QFI\xfb"},
	{"vmdk", 0, "KDMV"},
	{"vhdx", 0, "vhdxfile"},
	{EROFS, 1024, "\xe2\xe1\xf5\xe0"},
	{"f2fs", 1024, "\x10\x20\xf5\xf2"},
	{"btrfs", 0x10040, "_BHRfS_M"},
}

// Detect says of which format an artifact is, by its beginning. It reports a
// compression as such, whatever is packed. What cannot be read is a File.
func Detect(r io.ReaderAt, size int64) Format {
	f, err := detect(r, size)
	if err != nil {
		return File
	}
	return f
}

func detect(r io.ReaderAt, size int64) (Format, error) {
	head := make([]byte, min(max(size, 0), headSize))
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return detectHead(head[:n], size), nil
}

// detectHead needs headSize bytes of the artifact, or all. The size is -1 when
// it is not known.
func detectHead(head []byte, size int64) Format {
	if f := detectMagic(head); f != "" {
		return f
	}
	switch {
	case isKernel(head):
		return Kernel
	case isPE(head):
		return PE
	case isGPT(head):
		return GPT
	case isFAT(head):
		return FAT
	case isMBR(head, size):
		return MBR
	case isOldTar(head):
		return Tar
	case leadsToArchive(head):
		return CPIO
	}
	return File
}

func detectMagic(head []byte) Format {
	for _, m := range magics {
		if len(head) < m.at || !bytes.HasPrefix(head[m.at:], []byte(m.magic)) {
			continue
		}
		switch {
		case m.format == Ar && len(head) >= 24 && string(bytes.TrimRight(head[8:24], " /")) == "debian-binary":
			return Deb
		case m.format == LZMA && !isLZMA(head), m.format == Bzip2 && !isBzip2(head),
			m.format == CPIO && m.magic[0] != '0' && !isOldCPIO(head), m.format == Lzip && !isLzip(head), m.format == Ext && !isExt(head),
			m.format == ELF && !isELF(head), m.format == FDT && !isFDT(head):
			continue
		}
		return m.format
	}
	return ""
}

// isBzip2 wants the magic of a block, or of the end, behind the level.
func isBzip2(h []byte) bool {
	return len(h) >= 10 && h[3] >= '1' && h[3] <= '9' &&
		(string(h[4:10]) == "1AY&SY" || string(h[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isLZMA wants the properties that encoders use, a dictionary of a power of
// two or one and a half of one, and a size that is unknown or below 2³⁸.
func isLZMA(h []byte) bool {
	if len(h) < 14 {
		return false
	}
	dict, size := binary.LittleEndian.Uint32(h[1:]), binary.LittleEndian.Uint64(h[5:])
	power := dict != 0 && dict&(dict-1) == 0
	half := dict%3 == 0 && dict != 0 && dict/3&(dict/3-1) == 0
	return (power || half) && (size == 1<<64-1 || size < 1<<38) && h[13] == 0
}

// isLzip wants a version and a size of the dictionary that the format has.
func isLzip(h []byte) bool {
	return len(h) >= lzipHeader && h[4] == 1 && lzipDictionary(h[5]) != 0
}

// isOldCPIO wants a plausible size of the name.
func isOldCPIO(h []byte) bool {
	if len(h) < 26 {
		return false
	}
	n := binary.LittleEndian.Uint16(h[20:])
	if h[0] == 0x71 {
		n = binary.BigEndian.Uint16(h[20:])
	}
	return n > 1 && int(n) <= 1024 && len(h) >= 26+int(n) && h[26+int(n)-1] == 0
}

// isOldTar finds the archives that have no magic, by the header's checksum.
func isOldTar(h []byte) bool {
	if len(h) < 512 || h[0] == 0 {
		return false
	}
	want, digits := int64(0), 0
	for _, c := range bytes.Trim(h[148:156], " \x00") {
		if c < '0' || c > '7' {
			return false
		}
		want, digits = want<<3|int64(c-'0'), digits+1
	}
	var sum int64
	for i, c := range h[:512] {
		if i >= 148 && i < 156 {
			c = ' '
		}
		sum += int64(c)
	}
	return digits > 0 && sum == want
}

// leadsToArchive says whether zeros, as an initramfs may have them anywhere,
// lead to a cpio archive.
func leadsToArchive(h []byte) bool {
	rest := bytes.TrimLeft(h, "\x00")
	return len(rest) < len(h) && (len(h)-len(rest))%4 == 0 && (bytes.HasPrefix(rest, []byte("070701")) || bytes.HasPrefix(rest, []byte("070702")))
}

// isCompression says whether the format packs one stream of bytes.
func (f Format) isCompression() bool {
	switch f {
	case Gzip, XZ, Zstandard, Bzip2, LZ4, LZMA, Lzip:
		return true
	}
	return false
}

// isFileLike says whether the artifact itself is a file to be looked at: what
// is inside is shown only to those who ask to descend.
func (f Format) isFileLike() bool {
	switch f {
	case File, Ar, PE, ELF, FDT, Kernel:
		return true
	}
	return false
}
