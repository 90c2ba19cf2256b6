package image

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strconv"

	"github.com/ulikunitz/xz/lzma"
)

// Sizes of the lzip format, version 1 (lzip manual, "File format"): "LZIP", the
// version, the size of the dictionary; an LZMA stream with lc=3, lp=0, pb=2 that
// ends with a marker; CRC-32 and size of what was packed, size of the member.
const (
	lzipHeader  = 6
	lzipTrailer = 20
)

var errLzip = errors.New("a damaged member")

// lzipDictionary is the size of the dictionary in bytes: a power of two from 4
// KiB to 512 MiB, less up to seven sixteenths; 0: there is none such.
func lzipDictionary(b byte) int64 {
	size := int64(1) << (b & 31)
	size -= size / 16 * int64(b>>5)
	if size < 4<<10 || size > 512<<20 {
		return 0
	}
	return size
}

// lzip unpacks members in a row.
type lzip struct {
	r      *counted
	z      io.Reader // of the member that is being read
	start  int64
	sum    uint32
	size   uint64
	opened bool
}

func newLzip(r *bufio.Reader) io.ReadCloser { return &lzip{r: &counted{r: r}} }

func (*lzip) Close() error { return nil }

func (l *lzip) Read(p []byte) (int, error) {
	for {
		if l.z == nil {
			if err := l.next(); err != nil {
				return 0, err
			}
		}
		n, err := l.z.Read(p)
		l.sum, l.size = crc32.Update(l.sum, crc32.IEEETable, p[:n]), l.size+uint64(n)
		switch {
		case err == io.EOF:
			if err = l.trailer(); err != nil {
				return n, err
			}
			l.z = nil
		case err != nil:
			return n, unexpected(err)
		}
		if n > 0 || len(p) == 0 {
			return n, nil
		}
	}
}

// next begins a member; io.EOF is the end of all.
func (l *lzip) next() error {
	var h [lzipHeader]byte
	l.start = l.r.n
	if _, err := io.ReadFull(l.r, h[:1]); err == io.EOF && l.opened {
		return io.EOF
	} else if err != nil {
		return unexpected(err)
	}
	if h[0] == 0 && l.opened {
		return errorsOr(onlyZeros(l.r), io.EOF)
	}
	if _, err := io.ReadFull(l.r, h[1:]); err != nil {
		return unexpected(err)
	}
	if string(h[:4]) != "LZIP" || !isLzip(h[:]) {
		if l.opened {
			return errTrailing
		}
		return errLzip
	}
	l.opened, l.sum, l.size = true, 0, 0
	dict := lzipDictionary(h[5])
	if dict > maxWindow {
		return errors.New("its dictionary of " + strconv.FormatInt(dict, 10) + " bytes is too large")
	}
	head := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32([]byte{93}, uint32(dict)), 1<<64-1)
	z, err := lzma.ReaderConfig{DictCap: int(dict)}.NewReader(&prefixed{head, l.r})
	l.z = z
	return unexpected(err)
}

func (l *lzip) trailer() error {
	var t [lzipTrailer]byte
	if _, err := io.ReadFull(l.r, t[:]); err != nil {
		return unexpected(err)
	}
	if le.Uint32(t[:]) != l.sum || le.Uint64(t[4:]) != l.size || le.Uint64(t[12:]) != uint64(l.r.n-l.start) {
		return errSum
	}
	return nil
}

// counted counts what was read.
type counted struct {
	r *bufio.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte lets the decoder take no byte more than the stream has.
func (c *counted) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// prefixed reads some bytes before the rest.
type prefixed struct {
	head []byte
	rest *counted
}

func (p *prefixed) Read(b []byte) (int, error) {
	if len(p.head) == 0 {
		return p.rest.Read(b)
	}
	n := copy(b, p.head)
	p.head = p.head[n:]
	return n, nil
}

func (p *prefixed) ReadByte() (byte, error) {
	if len(p.head) == 0 {
		return p.rest.ReadByte()
	}
	b := p.head[0]
	p.head = p.head[1:]
	return b, nil
}

// lzipFields tells the dictionaries of all members, and how large they are,
// from the last to the first, as each trailer says how long its member is.
func lzipFields(f *facts, in input) error {
	last, err := withoutZeros(in)
	if err != nil {
		return err
	}
	for end := last; end <= min(last+7, in.size); end++ { // a size may end with zeros
		if size, ok := lzipMember(in, end); ok {
			return lzipMembers(f, in, end, size)
		}
	}
	return io.ErrUnexpectedEOF
}

// lzipMember is the size of the member that ends at an offset.
func lzipMember(in input, end int64) (int64, bool) {
	b, err := readAtMost(in, max(end-8, 0), 8)
	if err != nil || len(b) < 8 {
		return 0, false
	}
	size := int64(le.Uint64(b))
	if size < lzipHeader+lzipTrailer || size > end {
		return 0, false
	}
	h, err := readAtMost(in, end-size, lzipHeader)
	return size, err == nil && len(h) == lzipHeader && string(h[:4]) == "LZIP" && isLzip(h)
}

func lzipMembers(f *facts, in input, end, size int64) error {
	var dictionaries, sizes runs
	for n := 0; n < maxMembers; n++ {
		h, err := readAtMost(in, end-size, lzipHeader)
		if err != nil {
			return err
		}
		dictionaries.add(strconv.FormatInt(lzipDictionary(h[5]), 10))
		sizes.add(strconv.FormatInt(size, 10))
		if end -= size; end == 0 {
			break
		}
		var ok bool
		if size, ok = lzipMember(in, end); !ok {
			return errLzip
		}
	}
	f.text("dictionary sizes, last first", dictionaries.String())
	f.text("member sizes, last first", sizes.String())
	return nil
}
