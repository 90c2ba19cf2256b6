package git

import (
	"bytes"
	"cmp"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"slices"
	"strings"
)

// PackWriter writes a pack of version 2 without deltas, and the index of it,
// as gitformat-pack(5) has them.
type PackWriter struct {
	out     io.Writer
	format  string
	sum     hash.Hash
	n       int64
	left    uint32
	entries []packed
	trailer []byte
}

// packed is an object in the index.
type packed struct {
	id     ID
	crc    uint32
	offset int64
}

// NewPackWriter begins a pack of count objects.
func NewPackWriter(w io.Writer, format string, count int) (*PackWriter, error) {
	if count < 0 || count > maxObjects {
		return nil, fmt.Errorf("a pack of %d objects; the limit is %d", count, maxObjects)
	}
	p := &PackWriter{out: w, format: format, sum: newHash(format), left: uint32(count)}
	head := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(count))
	return p, p.write(head)
}

func (p *PackWriter) write(data []byte) error {
	p.sum.Write(data)
	p.n += int64(len(data))
	_, err := p.out.Write(data)
	return err
}

var numbers = map[Kind]byte{CommitKind: 1, TreeKind: 2, BlobKind: 3, TagKind: 4}

// Add writes an object, and returns its name.
func (p *PackWriter) Add(kind Kind, content []byte) (ID, error) {
	number, ok := numbers[kind]
	if !ok || p.left == 0 {
		return "", fmt.Errorf("packing a %q: there is no such kind, or no room for it", kind)
	}
	p.left--
	var b bytes.Buffer
	size := uint64(len(content))
	first := number<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		b.WriteByte(first | 0x80)
		first = byte(size & 0x7f)
	}
	b.WriteByte(first)
	z := zlib.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	id := Name(p.format, kind, content)
	p.entries = append(p.entries, packed{id, crc32.ChecksumIEEE(b.Bytes()), p.n})
	return id, p.write(b.Bytes())
}

// Close ends the pack and returns the hash that its file is named after.
func (p *PackWriter) Close() (ID, error) {
	if p.left > 0 {
		return "", fmt.Errorf("packing: %d objects are missing", p.left)
	}
	p.trailer = p.sum.Sum(nil)
	_, err := p.out.Write(p.trailer)
	return ID(hex.EncodeToString(p.trailer)), err
}

// Index writes the index of version 2, after Close.
func (p *PackWriter) Index(w io.Writer) error {
	slices.SortFunc(p.entries, func(a, b packed) int {
		return cmp.Or(strings.Compare(string(a.id), string(b.id)), cmp.Compare(a.offset, b.offset))
	})
	out := []byte("\xfftOc\x00\x00\x00\x02")
	var fanout [256]uint32
	var ids, crcs, small, large []byte
	for _, e := range p.entries {
		raw, err := hex.DecodeString(string(e.id))
		if err != nil {
			return err
		}
		for i := int(raw[0]); i < len(fanout); i++ {
			fanout[i]++
		}
		ids = append(ids, raw...)
		crcs = binary.BigEndian.AppendUint32(crcs, e.crc)
		if e.offset < 1<<31 {
			small = binary.BigEndian.AppendUint32(small, uint32(e.offset))
			continue
		}
		small = binary.BigEndian.AppendUint32(small, 1<<31|uint32(len(large)/8))
		large = binary.BigEndian.AppendUint64(large, uint64(e.offset))
	}
	for _, n := range fanout {
		out = binary.BigEndian.AppendUint32(out, n)
	}
	h := newHash(p.format)
	for _, part := range [][]byte{out, ids, crcs, small, large, p.trailer} {
		h.Write(part)
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	_, err := w.Write(h.Sum(nil))
	return err
}
