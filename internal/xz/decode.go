package xz

import "encoding/binary"

// norm refills the range coder.
func norm(rng, code uint32, in *[inputSize]byte, p uint) (uint32, uint32, uint) {
	if rng < 1<<24 {
		return rng << 8, code<<8 | uint32(in[p&(inputSize-1)]), p + 1
	}
	return rng, code, p
}

// decode unpacks in[:n] to out[d.pos:limit] and says whether the data was
// valid. It is one long function so that the coder's state stays in registers.
// Distances are below dict; out has slack behind limit.
func (d *lzma) decode(in *[inputSize]byte, n int, out []byte, limit, dict int) bool {
	if n < 5 || in[0] != 0 {
		return false
	}
	rng, code, p := uint32(0xffffffff), binary.BigEndian.Uint32(in[1:]), uint(5)
	pos, base, state := d.pos, d.base, d.state
	rep0, rep1, rep2, rep3 := d.rep0, d.rep1, d.rep2, d.rep3
	var b uint32
	for pos < limit {
		if p > uint(n) {
			return false
		}
		at := uint32(pos - base)
		posState := at & d.pbMask
		rng, code, p = norm(rng, code, in, p)
		prob := &d.isMatch[(state<<4|posState)&255]
		if bound := (rng >> 11) * uint32(*prob); code < bound {
			rng = bound
			*prob += (2048 - *prob) >> 5

			prev := uint32(out[pos-1])
			lit := &d.literals[((at&d.lpMask)<<(d.lc&15)+prev>>((8-d.lc)&15))&15]
			m := uint32(1)
			if state < 7 {
				for m < 0x100 {
					rng, code, p = norm(rng, code, in, p)
					rng, code, b = bit(rng, code, &lit[m&0xff])
					m = m<<1 | b
				}
			} else {
				match, offset := uint32(out[pos-int(rep0)-1]), uint32(0x100)
				for m < 0x100 {
					match <<= 1
					mb := match & offset
					rng, code, p = norm(rng, code, in, p)
					rng, code, b = bit(rng, code, &lit[(offset+mb+m)&1023])
					m = m<<1 | b
					offset &= mb ^ (b - 1)
				}
			}
			out[pos] = byte(m)
			pos++
			switch {
			case state < 4:
				state = 0
			case state < 10:
				state -= 3
			default:
				state -= 6
			}
			continue
		} else {
			rng -= bound
			code -= bound
			*prob -= *prob >> 5
		}

		var ll *lengths
		rng, code, p = norm(rng, code, in, p)
		rng, code, b = bit(rng, code, &d.isRep[state&15])
		isMatch := b == 0
		if isMatch {
			rep3, rep2, rep1 = rep2, rep1, rep0
			ll = &d.matchLen
			if state < 7 {
				state = 7
			} else {
				state = 10
			}
		} else {
			rng, code, p = norm(rng, code, in, p)
			rng, code, b = bit(rng, code, &d.isRepG0[state&15])
			if b == 0 {
				rng, code, p = norm(rng, code, in, p)
				rng, code, b = bit(rng, code, &d.isRep0Long[(state<<4|posState)&255])
				if b == 0 {
					if int(rep0) >= min(pos-base, dict) {
						return false
					}
					out[pos] = out[pos-int(rep0)-1]
					pos++
					if state < 7 {
						state = 9
					} else {
						state = 11
					}
					continue
				}
			} else {
				rng, code, p = norm(rng, code, in, p)
				rng, code, b = bit(rng, code, &d.isRepG1[state&15])
				if b == 0 {
					rep0, rep1 = rep1, rep0
				} else {
					rng, code, p = norm(rng, code, in, p)
					rng, code, b = bit(rng, code, &d.isRepG2[state&15])
					if b == 0 {
						rep0, rep1, rep2 = rep2, rep0, rep1
					} else {
						rep0, rep1, rep2, rep3 = rep3, rep0, rep1, rep2
					}
				}
			}
			ll = &d.repLen
			if state < 7 {
				state = 8
			} else {
				state = 11
			}
		}

		length, m := 0, uint32(1)
		rng, code, p = norm(rng, code, in, p)
		rng, code, b = bit(rng, code, &ll.choice)
		if b == 0 {
			tree := &ll.low[posState&15]
			for m < 8 {
				rng, code, p = norm(rng, code, in, p)
				rng, code, b = bit(rng, code, &tree[m&7])
				m = m<<1 | b
			}
			length = int(m) - 8 + 2
		} else {
			rng, code, p = norm(rng, code, in, p)
			rng, code, b = bit(rng, code, &ll.choice2)
			if b == 0 {
				tree := &ll.mid[posState&15]
				for m < 8 {
					rng, code, p = norm(rng, code, in, p)
					rng, code, b = bit(rng, code, &tree[m&7])
					m = m<<1 | b
				}
				length = int(m) - 8 + 10
			} else {
				for m < 256 {
					rng, code, p = norm(rng, code, in, p)
					rng, code, b = bit(rng, code, &ll.high[m&255])
					m = m<<1 | b
				}
				length = int(m) - 256 + 18
			}
		}

		if isMatch {
			slots := &d.slots[min(length-2, 3)&3]
			m = 1
			for m < 64 {
				rng, code, p = norm(rng, code, in, p)
				rng, code, b = bit(rng, code, &slots[m&63])
				m = m<<1 | b
			}
			slot := m - 64
			if slot < 4 {
				rep0 = slot
			} else if bits := slot>>1 - 1; slot < 14 {
				rep0 = (2 | slot&1) << (bits & 31)
				first := rep0 - slot - 1
				m = 1
				for i := uint32(0); i < bits; i++ {
					rng, code, p = norm(rng, code, in, p)
					rng, code, b = bit(rng, code, &d.special[(first+m)&127])
					m = m<<1 | b
					rep0 += b << (i & 31)
				}
			} else {
				rep0 = 2 | slot&1
				for range bits - 4 {
					rng, code, p = norm(rng, code, in, p)
					rng >>= 1
					code -= rng
					mask := -(code >> 31)
					code += rng & mask
					rep0 = rep0<<1 + mask + 1
				}
				rep0 <<= 4
				m = 1
				for i := uint32(0); i < 4; i++ {
					rng, code, p = norm(rng, code, in, p)
					rng, code, b = bit(rng, code, &d.align[m&15])
					m = m<<1 | b
					rep0 += b << i
				}
			}
		}

		if int(rep0) >= min(pos-base, dict) || length > limit-pos {
			return false
		}
		distance := int(rep0) + 1
		from, to := out[pos-distance:], out[pos:]
		pos += length
		switch {
		case distance >= length && length > 32:
			copy(to[:length], from)
		case distance >= 8:
			for {
				*(*[8]byte)(to) = *(*[8]byte)(from)
				if length -= 8; length <= 0 {
					break
				}
				to, from = to[8:], from[8:]
			}
		default:
			for i := range length {
				to[i] = from[i]
			}
		}
	}
	_, code, p = norm(rng, code, in, p)
	d.pos, d.state = pos, state
	d.rep0, d.rep1, d.rep2, d.rep3 = rep0, rep1, rep2, rep3
	return p == uint(n) && code == 0
}
