package xz

// inputSize is a power of two, so that an index into the input needs no check
// when it is masked. Chunks are at most half as large; the rest, which stays
// whatever it is, is what a decoder can run into before it notices.
const inputSize = 1 << 17

// lzma is the state of a decoder. Arrays have sizes of powers of two and are
// indexed with masks, so that no access needs a check.
type lzma struct {
	pos, base int // next position in the window; where the dictionary begins, maybe negative

	state                  uint32
	rep0, rep1, rep2, rep3 uint32
	lc, lpMask, pbMask     uint32

	isMatch    [256]uint16 // by state and position
	isRep0Long [256]uint16
	isRep      [16]uint16
	isRepG0    [16]uint16
	isRepG1    [16]uint16
	isRepG2    [16]uint16
	slots      [4][64]uint16
	special    [128]uint16
	align      [16]uint16
	matchLen   lengths
	repLen     lengths
	literals   [16][1024]uint16 // by context: 256 plain, 512 with a match byte
}

type lengths struct {
	choice, choice2 uint16
	low, mid        [16][8]uint16
	high            [256]uint16
}

const half = 1 << 10 // of the probability range

func fill(p []uint16) {
	for i := range p {
		p[i] = half
	}
}

func (l *lengths) reset() {
	l.choice, l.choice2 = half, half
	for i := range l.low {
		fill(l.low[i][:])
		fill(l.mid[i][:])
	}
	fill(l.high[:])
}

// setProperties takes the byte that gives lc, lp and pb.
func (d *lzma) setProperties(b byte) bool {
	if b >= 9*5*5 {
		return false
	}
	lc, lp, pb := uint32(b%9), uint32(b/9%5), uint32(b/45)
	d.lc, d.lpMask, d.pbMask = lc, 1<<lp-1, 1<<pb-1
	return lc+lp <= 4
}

func (d *lzma) reset() {
	d.state, d.rep0, d.rep1, d.rep2, d.rep3 = 0, 0, 0, 0, 0
	for _, p := range [][]uint16{d.isMatch[:], d.isRep0Long[:], d.isRep[:], d.isRepG0[:], d.isRepG1[:], d.isRepG2[:], d.special[:], d.align[:]} {
		fill(p)
	}
	for i := range d.slots {
		fill(d.slots[i][:])
	}
	for i := range d.literals {
		fill(d.literals[i][:])
	}
	d.matchLen.reset()
	d.repLen.reset()
}

// round makes the step of a probability towards 1 round like the one towards 0.
const round = 1<<32 - 2048 + 31

// bit decodes one bit without a branch on it.
func bit(rng, code uint32, p *uint16) (uint32, uint32, uint32) {
	prob := uint32(*p)
	bound := (rng >> 11) * prob
	zero := uint32(int64(uint64(code)-uint64(bound)) >> 63) // all ones when the bit is 0
	*p = uint16(prob - uint32(int32(prob+zero&round)>>5))
	return bound + (rng-2*bound)&^zero, code - bound&^zero, zero + 1
}
