package prove

import (
	"errors"
	"fmt"
)

// Kinds of units, DWARF 5 section 7.5.1.
const (
	kindCompile      = 1
	kindType         = 2
	kindPartial      = 3
	kindSkeleton     = 4
	kindSplitCompile = 5
	kindSplitType    = 6
)

// unit is a compilation unit: the header and the entry that it begins with.
type unit struct {
	off      uint64 // in .debug_info
	entry    uint64 // offset of the first entry
	end      uint64
	version  uint64
	addrSize uint64
	wide     bool // 64-bit format
	kind     uint64
	abbrevs  uint64 // offset in .debug_abbrev
	code     uint64 // of the first entry
	layout   *abbrev

	nameAt, producerAt         value
	low, high, ranges, macros  value
	strBase, addrBase, rngBase value
	split                      bool // the producer is in another file
	intermediate               bool // its code is not generated yet

	language uint64
	name     string
	producer string
	problem  string // why there is no producer
}

// readHeader reads a unit's header at c.off (section 7.5.1 of DWARF 5, 7.5.1.1
// of the versions before); ok is false for units without a producer of their
// own. The cursor is moved to the next unit.
func readHeader(c *cursor, rel *relocs) (u *unit, ok bool, err error) {
	u = &unit{off: c.off, kind: kindCompile}
	n, wide := c.initialLength()
	if c.err != nil {
		return nil, false, c.err
	}
	if n > c.end-c.off {
		return nil, false, fmt.Errorf("the unit at %#x is beyond the end of %s", u.off, c.name)
	}
	u.wide, u.end = wide, c.off+n
	whole := c.end
	c.end = u.end
	if u.version = c.uint(2); c.err == nil && (u.version < 2 || u.version > 5) {
		return nil, false, fmt.Errorf("the unit at %#x is of DWARF version %d, which is unknown", u.off, u.version)
	}
	if u.version >= 5 {
		u.kind = c.uint(1)
		u.addrSize = c.uint(1)
		u.readAbbrevOffset(c, rel)
		switch u.kind {
		case kindSkeleton, kindSplitCompile:
			c.skip(8)
		}
	} else {
		u.readAbbrevOffset(c, rel)
		u.addrSize = c.uint(1)
	}
	u.entry = c.off
	ok = u.kind != kindType && u.kind != kindSplitType && u.kind != kindPartial && u.entry < u.end
	if ok {
		u.code = c.uleb()
	}
	if c.err != nil {
		return nil, false, c.err
	}
	c.off, c.end = u.end, whole
	if ok && u.code == 0 {
		ok = false // nothing but padding
	}
	return u, ok, nil
}

func (u *unit) readAbbrevOffset(c *cursor, rel *relocs) {
	at := c.off
	n, err := rel.apply(at, c.uint(offsetSize(u.wide)))
	if err != nil {
		c.fail(err)
	}
	u.abbrevs = n
}

// readEntry reads the attributes of the first entry.
func (u *unit) readEntry(c *cursor, rel *relocs) error {
	c.off, c.end = u.entry, u.end
	c.uleb()
	for _, a := range u.layout.attrs {
		v := u.read(c, rel, a)
		if c.err != nil {
			return c.err
		}
		switch a.name {
		case attrName:
			u.nameAt = v
		case attrProducer:
			u.producerAt = v
		case attrLanguage:
			u.language = v.n
		case attrLowPC:
			u.low = v
		case attrHighPC:
			u.high = v
		case attrRanges:
			u.ranges = v
		case attrStrOffsetsBase:
			u.strBase = v
		case attrAddrBase:
			u.addrBase = v
		case attrRnglistsBase:
			u.rngBase = v
		case attrMacros, attrGNUMacros:
			u.macros = v
		case attrDwoName, attrGNUDwoName:
			u.split = true
		}
	}
	return nil
}

// isCompilation tells a compilation from the parts that dwz moves out of
// several.
func (u *unit) isCompilation() bool {
	switch u.layout.tag {
	case tagCompileUnit, tagSkeletonUnit:
		return true
	}
	return false
}

// stringOf returns the section that holds a string and its offset there.
func (u *unit) stringOf(v value) (section string, off uint64, err error) {
	switch v.form {
	case formStrp:
		return ".debug_str", v.n, nil
	case formLineStrp:
		return ".debug_line_str", v.n, nil
	case formStrpSup, formGNUStrpAlt:
		return "", 0, errors.New("its text is in a supplementary file (dwz)")
	case formStrx, formStrx1, formStrx2, formStrx3, formStrx4, formGNUStrIndex:
		size := offsetSize(u.wide)
		if v.n > 1<<32 {
			return "", 0, fmt.Errorf("string index %d is too large", v.n)
		}
		base := u.strBase.n
		if !u.strBase.set && u.version >= 5 {
			base = size * 2 // behind the header of the only table
		}
		return ".debug_str_offsets", base + v.n*size, nil
	}
	return "", 0, fmt.Errorf("form %#x is not one of a string", v.form)
}
