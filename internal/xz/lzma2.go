package xz

import "io"

// chunkMax is the largest size of an unpacked chunk, slack what a match may
// write beyond it.
const (
	chunkMax = 2 << 20
	slack    = 16
	origin   = 16 // where a dictionary begins in the window; there is a zero before it
)

// lzma2 unpacks the chunks of a block. The window holds the dictionary and
// behind it the chunk that is being unpacked; when its end is reached, the
// dictionary moves to the front.
type lzma2 struct {
	lzma
	window []byte
	dict   int // size of the dictionary
	size   int // to which the window may grow

	needDict, needProps, needState bool
	input                          [inputSize]byte
}

// begin begins a block.
func (l *lzma2) begin(dict int) {
	l.dict = dict
	l.size = origin + dict + max(dict/2, chunkMax) + chunkMax + slack
	l.needDict, l.needProps, l.needState = true, true, true
	l.pos, l.base = origin, origin
}

// chunk unpacks the next chunk; io.EOF is the end of the block. The result is
// valid until the next call.
func (l *lzma2) chunk(in *counter) ([]byte, error) {
	control, err := in.ReadByte()
	if err != nil {
		return nil, unexpected(err)
	}
	if control == 0 {
		return nil, io.EOF
	}
	if control == 1 || control >= 0xe0 {
		l.needDict, l.needProps = false, true
		l.pos, l.base = origin, origin
		if len(l.window) > 0 {
			l.window[origin-1] = 0
		}
	}
	if l.needDict {
		return nil, ErrCorrupt
	}
	if control < 0x80 {
		return l.stored(control, in)
	}
	return l.packed(control, in)
}

// stored copies a chunk that is not packed.
func (l *lzma2) stored(control byte, in *counter) ([]byte, error) {
	var h [2]byte
	if control > 2 {
		return nil, ErrCorrupt
	}
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return nil, unexpected(err)
	}
	n := int(h[0])<<8 + int(h[1]) + 1
	l.room(n)
	out := l.window[l.pos : l.pos+n]
	if _, err := io.ReadFull(in, out); err != nil {
		return nil, unexpected(err)
	}
	l.pos += n
	return out, nil
}

func (l *lzma2) packed(control byte, in *counter) ([]byte, error) {
	var h [4]byte
	if _, err := io.ReadFull(in, h[:]); err != nil {
		return nil, unexpected(err)
	}
	n := int(control&0x1f)<<16 + int(h[0])<<8 + int(h[1]) + 1
	packed := int(h[2])<<8 + int(h[3]) + 1
	if control >= 0xc0 {
		props, err := in.ReadByte()
		if err != nil {
			return nil, unexpected(err)
		}
		if !l.setProperties(props) {
			return nil, ErrCorrupt
		}
		l.needProps = false
	}
	if l.needProps {
		return nil, ErrCorrupt
	}
	if control >= 0xa0 {
		l.reset()
		l.needState = false
	}
	if l.needState {
		return nil, ErrCorrupt
	}
	if _, err := io.ReadFull(in, l.input[:packed]); err != nil {
		return nil, unexpected(err)
	}
	l.room(n)
	start := l.pos
	if !l.decode(&l.input, packed, l.window, start+n, l.dict) {
		return nil, ErrCorrupt
	}
	return l.window[start:l.pos], nil
}

// room makes room for n more bytes, and the slack, behind pos.
func (l *lzma2) room(n int) {
	need := l.pos + n + slack
	if need > len(l.window) && len(l.window) < l.size {
		bigger := make([]byte, min(l.size, max(2*need, 256<<10)))
		copy(bigger, l.window)
		l.window = bigger
	}
	if need <= min(len(l.window), l.size) {
		return
	}
	// Positions keep their alignment, on which contexts depend.
	shift := (l.pos - l.dict - origin) &^ 15
	copy(l.window[origin:], l.window[origin+shift:l.pos])
	l.pos -= shift
	l.base -= shift
}
