package prove

import (
	"errors"
	"fmt"
)

const maxSpans = 1 << 21 // of one file

// span is an extent of addresses, end excluded.
type span struct{ begin, end uint64 }

// Range list entries, DWARF 5 section 7.25.
const (
	rleEnd          = 0
	rleBaseAddressx = 1
	rleStartxEndx   = 2
	rleStartxLength = 3
	rleOffsetPair   = 4
	rleBaseAddress  = 5
	rleStartEnd     = 6
	rleStartLength  = 7
)

// spans appends the addresses of the code of a unit (DWARF 5, section 2.17).
func (r *reader) spans(u *unit, list []span) ([]span, error) {
	low, err := r.address(u, u.low)
	if err != nil {
		return list, err
	}
	switch {
	case u.ranges.set && u.version >= 5:
		return r.rnglist(u, low, list)
	case u.ranges.set:
		return r.rangeList(u, low, list)
	case !u.low.set || !u.high.set:
		return list, nil
	}
	high := u.high.n
	switch u.high.form {
	case formAddr, formAddrx, formAddrx1, formAddrx2, formAddrx3, formAddrx4, formGNUAddrIndex:
		if high, err = r.address(u, u.high); err != nil {
			return list, err
		}
	default:
		high += low
	}
	return append(list, span{low, high}), nil
}

// address returns an address, which may stand in .debug_addr.
func (r *reader) address(u *unit, v value) (uint64, error) {
	switch v.form {
	case formAddrx, formAddrx1, formAddrx2, formAddrx3, formAddrx4, formGNUAddrIndex:
		return r.indexed(u, v.n)
	}
	return v.n, nil
}

func (r *reader) indexed(u *unit, index uint64) (uint64, error) {
	table, err := r.open(".debug_addr")
	if err != nil {
		return 0, err
	}
	if index > 1<<32 {
		return 0, fmt.Errorf("address index %d is too large", index)
	}
	c := &cursor{content: table, order: r.f.order, off: u.addrBase.n + index*u.addrSize, end: table.size}
	p, err := r.patches(".debug_addr")
	if err != nil {
		return 0, err
	}
	return r.relocated(c, p, u.addrSize), c.err
}

// rangeList reads .debug_ranges (DWARF 4, section 2.17.3).
func (r *reader) rangeList(u *unit, base uint64, list []span) ([]span, error) {
	table, err := r.open(".debug_ranges")
	if err != nil {
		return list, err
	}
	last := ^uint64(0)
	if u.addrSize == 4 {
		last = 0xffffffff
	}
	p, err := r.patches(".debug_ranges")
	if err != nil {
		return list, err
	}
	c := &cursor{content: table, order: r.f.order, off: u.ranges.n, end: table.size}
	for {
		begin, end := r.relocated(c, p, u.addrSize), r.relocated(c, p, u.addrSize)
		switch {
		case c.err != nil:
			return list, c.err
		case begin == 0 && end == 0:
			return list, nil
		case begin == last:
			base = end
			continue
		}
		if list, err = r.push(list, base+begin, base+end); err != nil {
			return list, err
		}
	}
}

// rnglist reads .debug_rnglists (DWARF 5, section 7.25).
func (r *reader) rnglist(u *unit, base uint64, list []span) ([]span, error) {
	table, err := r.open(".debug_rnglists")
	if err != nil {
		return list, err
	}
	p, err := r.patches(".debug_rnglists")
	if err != nil {
		return list, err
	}
	c := &cursor{content: table, order: r.f.order, off: u.ranges.n, end: table.size}
	if u.ranges.form == formRnglistx {
		size := offsetSize(u.wide)
		if u.ranges.n > 1<<32 {
			return list, errors.New("a range list index is too large")
		}
		c.off = u.rngBase.n + u.ranges.n*size
		c.off = u.rngBase.n + c.uint(size)
	}
	at := func() uint64 {
		a, err := r.indexed(u, c.uleb())
		if err != nil {
			c.fail(err)
		}
		return a
	}
	for {
		kind := c.uint(1)
		var begin, end uint64
		switch kind {
		case rleEnd:
			return list, c.err
		case rleBaseAddressx:
			base = at()
			continue
		case rleBaseAddress:
			base = r.relocated(c, p, u.addrSize)
			continue
		case rleStartxEndx:
			begin, end = at(), at()
		case rleStartxLength:
			begin = at()
			end = begin + c.uleb()
		case rleOffsetPair:
			begin = base + c.uleb()
			end = base + c.uleb()
		case rleStartEnd:
			begin, end = r.relocated(c, p, u.addrSize), r.relocated(c, p, u.addrSize)
		case rleStartLength:
			begin = r.relocated(c, p, u.addrSize)
			end = begin + c.uleb()
		default:
			c.fail(fmt.Errorf("entry %d of a range list is unknown", kind))
		}
		if c.err != nil {
			return list, c.err
		}
		if list, err = r.push(list, begin, end); err != nil {
			return list, err
		}
	}
}

func (r *reader) push(list []span, begin, end uint64) ([]span, error) {
	if r.listed++; r.listed > maxSpans {
		return list, fmt.Errorf("more than %d ranges", maxSpans)
	}
	if begin < end {
		list = append(list, span{begin, end})
	}
	return list, nil
}
