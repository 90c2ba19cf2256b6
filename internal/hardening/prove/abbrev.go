package prove

import "fmt"

const (
	maxAttributes = 256     // of one entry
	maxAbbrevs    = 1 << 16 // declarations read to find one
)

// Attributes read, DWARF 5 section 7.5.4 and the GNU extensions before it.
const (
	attrName           = 0x03
	attrLowPC          = 0x11
	attrHighPC         = 0x12
	attrLanguage       = 0x13
	attrProducer       = 0x25
	attrRanges         = 0x55
	attrStrOffsetsBase = 0x72
	attrAddrBase       = 0x73
	attrRnglistsBase   = 0x74
	attrDwoName        = 0x76
	attrMacros         = 0x79
	attrGNUMacros      = 0x2119
	attrGNUDwoName     = 0x2130
)

const (
	tagCompileUnit  = 0x11
	tagPartialUnit  = 0x3c
	tagSkeletonUnit = 0x4a
)

// abbrev declares how an entry is laid out.
type abbrev struct {
	tag   uint64
	attrs []attr
}

type attr struct {
	name, form uint64
	implicit   int64
}

// readAbbrev finds the declaration with a code in the table that begins at
// c.off. The first entry of a unit is nearly always declared first.
func readAbbrev(c *cursor, code uint64) (abbrev, error) {
	for range maxAbbrevs {
		got := c.uleb()
		if c.err != nil {
			return abbrev{}, c.err
		}
		if got == 0 {
			return abbrev{}, fmt.Errorf(".debug_abbrev has no declaration %d", code)
		}
		a := abbrev{tag: c.uleb(), attrs: make([]attr, 0, 12)}
		c.skip(1) // whether the entry has children
		for {
			at := attr{name: c.uleb(), form: c.uleb()}
			if at.form == formImplicitConst {
				at.implicit = c.sleb()
			}
			if c.err != nil {
				return abbrev{}, c.err
			}
			if at.name == 0 && at.form == 0 {
				break
			}
			if len(a.attrs) == maxAttributes {
				return abbrev{}, fmt.Errorf(".debug_abbrev declares more than %d attributes", maxAttributes)
			}
			a.attrs = append(a.attrs, at)
		}
		if got == code {
			return a, nil
		}
	}
	return abbrev{}, fmt.Errorf(".debug_abbrev: declaration %d is not among the first %d", code, maxAbbrevs)
}
