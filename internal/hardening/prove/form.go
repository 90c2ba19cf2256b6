package prove

import "fmt"

// Forms, DWARF 5 section 7.5.6 and the GNU extensions.
const (
	formAddr          = 0x01
	formBlock2        = 0x03
	formBlock4        = 0x04
	formData2         = 0x05
	formData4         = 0x06
	formData8         = 0x07
	formString        = 0x08
	formBlock         = 0x09
	formBlock1        = 0x0a
	formData1         = 0x0b
	formFlag          = 0x0c
	formSdata         = 0x0d
	formStrp          = 0x0e
	formUdata         = 0x0f
	formRefAddr       = 0x10
	formRef1          = 0x11
	formRef2          = 0x12
	formRef4          = 0x13
	formRef8          = 0x14
	formRefUdata      = 0x15
	formIndirect      = 0x16
	formSecOffset     = 0x17
	formExprloc       = 0x18
	formFlagPresent   = 0x19
	formStrx          = 0x1a
	formAddrx         = 0x1b
	formRefSup4       = 0x1c
	formStrpSup       = 0x1d
	formData16        = 0x1e
	formLineStrp      = 0x1f
	formRefSig8       = 0x20
	formImplicitConst = 0x21
	formLoclistx      = 0x22
	formRnglistx      = 0x23
	formRefSup8       = 0x24
	formStrx1         = 0x25
	formStrx2         = 0x26
	formStrx3         = 0x27
	formStrx4         = 0x28
	formAddrx1        = 0x29
	formAddrx2        = 0x2a
	formAddrx3        = 0x2b
	formAddrx4        = 0x2c
	formGNUAddrIndex  = 0x1f01
	formGNUStrIndex   = 0x1f02
	formGNURefAlt     = 0x1f20
	formGNUStrpAlt    = 0x1f21
)

// value is an attribute's value; form says how to take n: as a number, an
// offset into a string section or an index.
type value struct {
	form uint64
	n    uint64
	text string // of formString
	set  bool
}

// read decodes a value of an entry of this unit. Offsets and addresses are
// relocated.
func (u *unit) read(c *cursor, rel *relocs, a attr) value {
	v := value{form: a.form, set: true}
	if v.form == formIndirect {
		if v.form = c.uleb(); v.form == formIndirect || v.form == formImplicitConst {
			c.fail(fmt.Errorf("form %#x is not allowed to be indirect", v.form))
			return v
		}
	}
	at := c.off
	switch v.form {
	case formAddr:
		v.n = c.uint(u.addrSize)
	case formData1, formRef1, formFlag, formStrx1, formAddrx1:
		v.n = c.uint(1)
	case formData2, formRef2, formStrx2, formAddrx2:
		v.n = c.uint(2)
	case formStrx3, formAddrx3:
		v.n = c.uint(3)
	case formData4, formRef4, formRefSup4, formStrx4, formAddrx4:
		v.n = c.uint(4)
	case formData8, formRef8, formRefSup8, formRefSig8:
		v.n = c.uint(8)
	case formData16:
		c.skip(16)
	case formSdata:
		v.n = uint64(c.sleb())
	case formUdata, formRefUdata, formStrx, formAddrx, formLoclistx, formRnglistx, formGNUAddrIndex, formGNUStrIndex:
		v.n = c.uleb()
	case formStrp, formSecOffset, formStrpSup, formLineStrp, formGNURefAlt, formGNUStrpAlt:
		v.n = c.uint(offsetSize(u.wide))
	case formRefAddr:
		if u.version <= 2 {
			v.n = c.uint(u.addrSize)
		} else {
			v.n = c.uint(offsetSize(u.wide))
		}
	case formString:
		v.text = c.cstring()
	case formBlock1:
		c.skip(c.uint(1))
	case formBlock2:
		c.skip(c.uint(2))
	case formBlock4:
		c.skip(c.uint(4))
	case formBlock, formExprloc:
		c.skip(c.uleb())
	case formFlagPresent:
		v.n = 1
	case formImplicitConst:
		v.n = uint64(a.implicit)
	default:
		c.fail(fmt.Errorf("form %#x is unknown", v.form))
	}
	return u.relocated(c, rel, at, v)
}

// relocated applies the relocation at the value, where its form can have one.
func (u *unit) relocated(c *cursor, rel *relocs, at uint64, v value) value {
	switch v.form {
	case formAddr, formData4, formData8, formStrp, formSecOffset, formLineStrp:
		n, err := rel.apply(at, v.n)
		if err != nil {
			c.fail(err)
		}
		v.n = n
	}
	return v
}
