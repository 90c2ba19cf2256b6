package explain

import (
	"debug/elf"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/arch/arm64/arm64asm"
	"golang.org/x/arch/x86/x86asm"
)

// instruction is one line of a disassembly.
type instruction struct {
	addr uint64
	text string // for people, addresses as symbol+offset
	key  string // equal for instructions that differ in addresses only
}

func keys(list []instruction) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].key
	}
	return out
}

// decode disassembles code of x86 and arm64 at an address; nil for others.
func (o *object) decode(s *elf.Section, code []byte, addr uint64) []instruction {
	switch o.file.Machine {
	case elf.EM_X86_64:
		return o.decodeX86(s, code, addr, 64)
	case elf.EM_386:
		return o.decodeX86(s, code, addr, 32)
	case elf.EM_AARCH64:
		if o.file.Data == elf.ELFDATA2LSB {
			return o.decodeARM64(s, code, addr)
		}
	}
	return nil
}

// name resolves an address to symbol+offset, or else to section+offset; exact
// is false when offsets into sections are left out, because they shift when
// something is put in before them. "" for what is no address.
func (o *object) name(s *elf.Section, addr uint64, exact bool) string {
	candidates := o.file.Sections
	if o.file.Type == elf.ET_REL {
		candidates = []*elf.Section{s} // the addresses of all sections are 0
	}
	for _, c := range candidates {
		if addr < c.Addr || addr-c.Addr >= c.Size || c.Flags&elf.SHF_ALLOC == 0 || c.Flags&elf.SHF_TLS != 0 && c.Type == elf.SHT_NOBITS {
			continue
		}
		if sym, ok := o.table().at(o.index(c), addr); ok {
			if addr == sym.addr {
				return printable(sym.name)
			}
			return fmt.Sprintf("%s+0x%x", printable(sym.name), addr-sym.addr)
		}
		if exact {
			return fmt.Sprintf("%s+0x%x", printable(c.Name), addr-c.Addr)
		}
		return printable(c.Name)
	}
	return ""
}

func (o *object) decodeX86(s *elf.Section, code []byte, addr uint64, mode int) []instruction {
	all := []instruction{}
	for len(code) > 0 {
		inst, err := x86asm.Decode(code, mode)
		n := inst.Len
		if err != nil || n == 0 {
			text := fmt.Sprintf("(bad) %02x", code[0])
			all = append(all, instruction{addr, text, text})
			addr, code = addr+1, code[1:]
			continue
		}
		named := false
		syntax := func(exact bool) string {
			return x86asm.IntelSyntax(inst, addr, func(a uint64) (string, uint64) {
				if !o.mayBeAddress(inst, a) {
					return "", 0
				}
				name := o.name(s, a, exact)
				named = named || name != ""
				return name, a
			})
		}
		i := instruction{addr: addr, key: syntax(false)}
		if i.text = i.key; named {
			i.text = syntax(true)
		}
		all = append(all, i)
		addr, code = addr+uint64(n), code[n:]
	}
	return all
}

// mayBeAddress keeps constants from being taken for addresses: only in files
// that are loaded where they were linked does an immediate hold one.
func (o *object) mayBeAddress(inst x86asm.Inst, a uint64) bool {
	return o.file.Type == elf.ET_EXEC || !slices.Contains(inst.Args[:], x86asm.Arg(x86asm.Imm(int64(a))))
}

func (o *object) decodeARM64(s *elf.Section, code []byte, addr uint64) []instruction {
	all := []instruction{}
	page := map[string]uint64{} // what registers hold after adrp
	for ; len(code) >= 4; addr, code = addr+4, code[4:] {
		inst, err := arm64asm.Decode(code)
		if err != nil {
			text := fmt.Sprintf("(bad) % x", code[:4])
			all = append(all, instruction{addr, text, text})
			continue
		}
		all = append(all, o.instructionARM64(s, inst, addr, page))
	}
	return all
}

// instructionARM64 names in the key what addresses are made of: targets of
// branches, and those that adrp and an offset make together.
func (o *object) instructionARM64(s *elf.Section, inst arm64asm.Inst, addr uint64, page map[string]uint64) instruction {
	text := arm64asm.GNUSyntax(inst)
	i := instruction{addr, text, text}
	first := ""
	if inst.Args[0] != nil {
		first = inst.Args[0].String()
	}
	for _, a := range inst.Args {
		rel, ok := a.(arm64asm.PCRel)
		if !ok {
			continue
		}
		if inst.Op == arm64asm.ADRP {
			i.key = "adrp " + first
			page[first] = addr&^0xfff + uint64(int64(rel))
			return i
		}
		target := addr + uint64(int64(rel))
		if n := o.name(s, target, true); n != "" {
			i.text = strings.Replace(text, rel.String(), n, 1)
			i.key = strings.Replace(text, rel.String(), o.name(s, target, false), 1)
		}
	}
	if from, ok := page[baseOf(inst)]; ok {
		if before, offset, ok := strings.Cut(text, "#"); ok {
			n, _ := strconv.ParseUint(strings.TrimRight(offset, "]!"), 0, 64)
			i.key = before + o.name(s, from+n, false)
			i.text += "  // " + o.name(s, from+n, true)
		}
	}
	if !strings.HasPrefix(inst.Op.String(), "ST") {
		delete(page, first)
	}
	return i
}

// baseOf is the register that an add or a load takes an address from.
func baseOf(inst arm64asm.Inst) string {
	if inst.Args[1] == nil {
		return ""
	}
	if m, ok := inst.Args[1].(arm64asm.MemImmediate); ok {
		return m.Base.String()
	}
	if inst.Op == arm64asm.ADD {
		return inst.Args[1].String()
	}
	return ""
}
