package image

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

var (
	peMachines     = map[uint16]string{0x14c: "386", 0x1c0: "ARM", 0x1c4: "ARMNT", 0x8664: "AMD64", 0xaa64: "ARM64", 0x5032: "RISCV32", 0x5064: "RISCV64", 0x6264: "LOONGARCH64"}
	peSubsystems   = map[uint16]string{1: "native", 2: "Windows GUI", 3: "Windows CUI", 10: "EFI application", 11: "EFI boot driver", 12: "EFI runtime driver", 13: "EFI ROM"}
	peDirectories  = []string{"export", "import", "resource", "exception", "certificates", "relocations", "debug", "architecture", "global pointer", "tls", "load configuration", "bound import", "import addresses", "delay import", "clr", "reserved"}
	peDebugTypes   = map[uint32]string{1: "COFF", 2: "CodeView", 4: "misc", 13: "POGO", 16: "repro", 20: "extended characteristics"}
	peSectionFlags = []string{5: "CODE", 6: "DATA", 7: "UNINITIALIZED", 9: "INFO", 11: "REMOVE", 12: "COMDAT", 24: "NRELOC_OVFL", 25: "DISCARDABLE", 26: "NOT_CACHED", 27: "NOT_PAGED", 28: "SHARED",
		29: "EXECUTE", 30: "READ", 31: "WRITE"}
)

// peField is a number of the optional header: where it is in PE32 and in
// PE32+ (0: not there), and its size in each.
var peOptional = []struct {
	name           string
	at32, at64     int
	size32, size64 int
	hex            bool
}{
	{"linker major", 2, 2, 1, 1, false}, {"linker minor", 3, 3, 1, 1, false}, {"code size", 4, 4, 4, 4, false}, {"data size", 8, 8, 4, 4, false},
	{"uninitialized size", 12, 12, 4, 4, false}, {"entry", 16, 16, 4, 4, true}, {"code base", 20, 20, 4, 4, true}, {"data base", 24, 0, 4, 0, true},
	{"image base", 28, 24, 4, 8, true}, {"section alignment", 32, 32, 4, 4, false}, {"file alignment", 36, 36, 4, 4, false}, {"os major", 40, 40, 2, 2, false},
	{"os minor", 42, 42, 2, 2, false}, {"image major", 44, 44, 2, 2, false}, {"image minor", 46, 46, 2, 2, false}, {"subsystem major", 48, 48, 2, 2, false},
	{"subsystem minor", 50, 50, 2, 2, false}, {"win32 version", 52, 52, 4, 4, false}, {"image size", 56, 56, 4, 4, false}, {"headers size", 60, 60, 4, 4, false},
	{"checksum", 64, 64, 4, 4, true}, {"dll characteristics", 70, 70, 2, 2, true}, {"stack reserve", 72, 72, 4, 8, true}, {"stack commit", 76, 80, 4, 8, true},
	{"heap reserve", 80, 88, 4, 8, true}, {"heap commit", 84, 96, 4, 8, true}, {"loader flags", 88, 104, 4, 4, true}, {"directories", 92, 108, 4, 4, false},
}

// peFields notes the headers and the debug directory.
func (w *walker) peFields(in input) error {
	p, err := openPE(in)
	if err != nil {
		return err
	}
	f := w.notes
	f.text("machine", word(peMachines, le.Uint16(p.coff)))
	f.number("sections", int64(le.Uint16(p.coff[2:])))
	peStamp(f, "time stamp", le.Uint32(p.coff[4:]))
	f.text("symbols", fmt.Sprintf("%d at %d", le.Uint32(p.coff[12:]), le.Uint32(p.coff[8:])))
	f.hex("characteristics", uint64(le.Uint16(p.coff[18:])))
	p.optionalFields(f)
	if err := f.part("dos header", in, 0, p.at-4); err != nil {
		return err
	}
	return p.debugFields(f)
}

// peStamp is seconds since 1970, or, of a reproducible build, part of a digest
// in their place.
func peStamp(f *facts, name string, v uint32) {
	f.text(name, fmt.Sprintf("%#08x (%s)", v, time.Unix(int64(v), 0).UTC().Format(time.RFC3339)))
}

func (p *peFile) wide() bool { return len(p.optional) >= 2 && le.Uint16(p.optional) == 0x20b }

func (p *peFile) optionalFields(f *facts) {
	if len(p.optional) < 2 {
		return
	}
	f.hex("magic", uint64(le.Uint16(p.optional)))
	for _, o := range peOptional {
		at, size := o.at32, o.size32
		if p.wide() {
			at, size = o.at64, o.size64
		}
		if size == 0 || at+size > len(p.optional) {
			continue
		}
		var b [8]byte
		copy(b[:], p.optional[at:at+size])
		if o.hex {
			f.hex(o.name, le.Uint64(b[:]))
		} else {
			f.text(o.name, strconv.FormatUint(le.Uint64(b[:]), 10))
		}
	}
	if len(p.optional) >= 70 {
		f.text("subsystem", word(peSubsystems, le.Uint16(p.optional[68:])))
	}
	for i, name := range peDirectories {
		if d := p.directory(i); d != nil && le.Uint64(d) != 0 {
			f.text("directory "+name, fmt.Sprintf("%#x, %d bytes", le.Uint32(d), le.Uint32(d[4:])))
		}
	}
}

// directory is an entry of the data directory, nil if there is none: a place
// and a size.
func (p *peFile) directory(i int) []byte {
	at := 96
	if p.wide() {
		at = 112
	}
	if len(p.optional) < at || uint32(i) >= le.Uint32(p.optional[at-4:]) || at+8*i+8 > len(p.optional) {
		return nil
	}
	return p.optional[at+8*i:][:8]
}

// fileOffset is where what has an address in memory is in the file.
func (p *peFile) fileOffset(addr int64) (int64, bool) {
	for t := p.table; len(t) > 0; t = t[sectionEntry:] {
		from, raw := int64(le.Uint32(t[12:])), int64(le.Uint32(t[16:]))
		if addr >= from && addr < from+raw {
			return addr - from + int64(le.Uint32(t[20:])), true
		}
	}
	return 0, false
}

// debugFields notes the entries of the debug directory.
func (p *peFile) debugFields(f *facts) error {
	d := p.directory(6)
	if d == nil || le.Uint32(d[4:]) == 0 {
		return nil
	}
	at, ok := p.fileOffset(int64(le.Uint32(d)))
	if !ok {
		f.text("debug", "outside the sections")
		return nil
	}
	for n := range min(le.Uint32(d[4:])/28, maxMembers) {
		e, err := readAtMost(p.in, at+int64(n)*28, 28)
		if err != nil || len(e) < 28 {
			return errorsOr(err, io.ErrUnexpectedEOF)
		}
		name := fmt.Sprintf("debug %d ", n+1)
		f.text(name+"type", word(peDebugTypes, le.Uint32(e[12:])))
		peStamp(f, name+"time stamp", le.Uint32(e[4:]))
		f.text(name+"version", fmt.Sprintf("%d.%d", le.Uint16(e[8:]), le.Uint16(e[10:])))
		b, err := readAtMost(p.in, int64(le.Uint32(e[24:])), int(min(le.Uint32(e[16:]), 4096)))
		if err != nil {
			return err
		}
		if len(b) > 24 && string(b[:4]) == "RSDS" {
			f.guid(name+"guid", b[4:])
			f.number(name+"age", int64(le.Uint32(b[20:])))
			f.text(name+"path", padded(b[24:], "\x00"))
		} else {
			f.bytes(name+"data", b)
		}
	}
	return nil
}

// peSectionFields are a section's header without where it is in the file.
func peSectionFields(s []byte) []Field {
	var f facts
	f.text("flags", flagText(uint64(le.Uint32(s[36:])), peSectionFlags))
	f.hex("virtual address", uint64(le.Uint32(s[12:])))
	f.number("virtual size", int64(le.Uint32(s[8:])))
	f.number("raw size", int64(le.Uint32(s[16:])))
	f.nonzero("relocations", int64(le.Uint16(s[32:])))
	f.nonzero("line numbers", int64(le.Uint16(s[34:])))
	return f.list
}
