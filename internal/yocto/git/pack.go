package git

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"

	gitobject "github.com/dombuild/dombuild/internal/git"
)

// pack is a pack and its index.
type pack struct {
	store  *store
	name   string
	file   *os.File
	size   int64
	fanout [256]uint32
	ids    []byte // 20 each, sorted
	small  []byte // 4 each
	large  []byte // 8 each
	cache  map[int64]object
	cached int
}

// maxIndex bounds an index in bytes.
const maxIndex = 1 << 30

// maxCache bounds the bases of deltas that are kept, in bytes.
const maxCache = 64 << 20

// openPack reads an index of version 2 and opens the pack beside it.
func openPack(s *store, index string) (*pack, error) {
	info, err := os.Lstat(index)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxIndex {
		return nil, fmt.Errorf("no regular file of at most %d bytes", maxIndex)
	}
	text, err := os.ReadFile(index)
	if err != nil {
		return nil, err
	}
	p := &pack{store: s, name: strings.TrimSuffix(index, ".idx") + ".pack", cache: map[int64]object{}}
	if err := p.index(text); err != nil {
		return nil, err
	}
	if info, err = os.Lstat(p.name); err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("the pack is no regular file")
	}
	p.size = info.Size()
	if p.file, err = os.Open(p.name); err != nil {
		return nil, err
	}
	var head [8]byte
	if _, err := p.file.ReadAt(head[:], 0); err != nil || string(head[:4]) != "PACK" || binary.BigEndian.Uint32(head[4:]) != 2 {
		p.close()
		return nil, errors.New("not a pack of version 2")
	}
	return p, nil
}

func (p *pack) close() {
	if p.file != nil {
		p.file.Close()
	}
}

// index reads the tables of an index.
func (p *pack) index(text []byte) error {
	const head = 8 + 256*4
	if len(text) < head || !bytes.Equal(text[:8], []byte{0xff, 't', 'O', 'c', 0, 0, 0, 2}) {
		return errors.New("not an index of version 2")
	}
	for i := range p.fanout {
		p.fanout[i] = binary.BigEndian.Uint32(text[8+4*i:])
		if i > 0 && p.fanout[i] < p.fanout[i-1] {
			return errors.New("the index is not in order")
		}
	}
	n := int(p.fanout[255])
	if n > maxObjects || len(text) < head+n*28+40 {
		return errors.New("the index is cut off")
	}
	text = text[head : len(text)-40]
	p.ids, p.small, p.large = text[:n*20], text[n*24:n*28], text[n*28:]
	return p.inOrder()
}

// inOrder refuses an index in which git's bisection could find what ours does
// not: ids must rise, and the fanout must count them by their first byte.
func (p *pack) inOrder() error {
	n := len(p.ids) / 20
	for k := range n {
		i := p.ids[k*20 : k*20+20]
		if k > 0 && bytes.Compare(p.ids[k*20-20:k*20], i) >= 0 {
			return errors.New("the index is not in order")
		}
		if first := i[0]; uint32(k) >= p.fanout[first] || first > 0 && uint32(k) < p.fanout[first-1] {
			return errors.New("the fanout of the index does not fit")
		}
	}
	return nil
}

// lookup returns the offset that the index has for an id.
func (p *pack) lookup(i id) (int64, bool) {
	n := len(p.ids) / 20
	at := func(k int) []byte { return p.ids[k*20 : k*20+20] }
	k := sort.Search(n, func(k int) bool { return bytes.Compare(at(k), i[:]) >= 0 })
	if k == n || !bytes.Equal(at(k), i[:]) {
		return 0, false
	}
	return p.offset(k), true
}

func (p *pack) offset(k int) int64 {
	v := binary.BigEndian.Uint32(p.small[k*4:])
	if v&0x80000000 == 0 {
		return int64(v)
	}
	j := int(v&0x7fffffff) * 8
	if j+8 > len(p.large) {
		return -1
	}
	return int64(binary.BigEndian.Uint64(p.large[j:]) & (1<<63 - 1))
}

// packed is an object in a pack.
type packed struct {
	pack   *pack
	offset int64
}

func (c packed) where() string {
	return fmt.Sprintf("%s at %d", c.pack.name[strings.LastIndexByte(c.pack.name, '/')+1:], c.offset)
}

func (c packed) read(keep bool) (object, error) {
	kind, size, z, base, err := c.pack.entry(c.offset)
	if err != nil {
		return object{}, err
	}
	if base == nil {
		defer z.Close()
		return hashed(kind, size, z, keep)
	}
	z.Close()
	o, err := c.pack.whole(c.offset, 0)
	if err != nil || o.tooLarge {
		return o, err
	}
	return hashed(o.kind, int64(len(o.content)), bytes.NewReader(o.content), keep)
}

var kinds = map[byte]string{1: "commit", 2: "tree", 3: "blob", 4: "tag"}

// entry reads the header of the object at an offset. Base is where the base of
// a delta is, nil for a whole object.
func (p *pack) entry(offset int64) (kind string, size int64, z io.ReadCloser, base copyOf, err error) {
	if offset < 12 || offset >= p.size-20 {
		return "", 0, nil, nil, errors.New("the index points outside of the pack")
	}
	r := bufio.NewReaderSize(io.NewSectionReader(p.file, offset, p.size-20-offset), 8192)
	b, err := r.ReadByte()
	if err != nil {
		return "", 0, nil, nil, err
	}
	code := b >> 4 & 7
	size = int64(b & 15)
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = r.ReadByte(); err != nil || shift > 57 {
			return "", 0, nil, nil, errors.New("the size is cut off")
		}
		size |= int64(b&0x7f) << shift
	}
	switch code {
	case 6:
		back, err := backwards(r)
		if err != nil || back <= 0 || back > offset {
			return "", 0, nil, nil, errors.New("the base of a delta is outside of the pack")
		}
		base = packed{p, offset - back}
	case 7:
		var i id
		if _, err := io.ReadFull(r, i[:]); err != nil {
			return "", 0, nil, nil, err
		}
		found := p.store.find(i)
		if len(found) == 0 {
			return "", 0, nil, nil, fmt.Errorf("the base %s of a delta is missing", i)
		}
		base = found[0]
	default:
		if kind = kinds[code]; kind == "" {
			return "", 0, nil, nil, fmt.Errorf("no object has type %d", code)
		}
	}
	z, err = zlib.NewReader(r)
	return kind, size, z, base, err
}

// backwards reads the distance to the base of a delta.
func backwards(r io.ByteReader) (int64, error) {
	b, err := r.ReadByte()
	n := int64(b & 0x7f)
	for err == nil && b&0x80 != 0 {
		if n >= 1<<55 {
			return 0, errors.New("too far")
		}
		b, err = r.ReadByte()
		n = (n+1)<<7 | int64(b&0x7f)
	}
	return n, err
}

// whole returns the content of an object, deltas applied. It is not hashed.
func (p *pack) whole(offset int64, depth int) (object, error) {
	if o, ok := p.cache[offset]; ok {
		return o, nil
	}
	if depth > maxChain {
		return object{}, fmt.Errorf("a chain of more than %d deltas", maxChain)
	}
	kind, size, z, base, err := p.entry(offset)
	if err != nil {
		return object{}, err
	}
	defer z.Close()
	if size > maxMemory {
		return object{tooLarge: true}, nil
	}
	content, err := io.ReadAll(io.LimitReader(z, size+1))
	if err != nil || int64(len(content)) != size {
		return object{}, errors.Join(errors.New("the size is wrong"), err)
	}
	o := object{kind: kind, content: content}
	if base != nil {
		if o, err = apply(base, content, depth); err != nil || o.tooLarge {
			return o, err
		}
	}
	p.keep(offset, o)
	return o, nil
}

// keep caches an object; when the cache is full it is emptied.
func (p *pack) keep(offset int64, o object) {
	if p.cached += len(o.content); p.cached > maxCache {
		p.cache, p.cached = map[int64]object{}, len(o.content)
	}
	if len(o.content) <= maxCache/4 {
		p.cache[offset] = o
	}
}

// apply applies a delta to its base.
func apply(base copyOf, delta []byte, depth int) (object, error) {
	var o object
	var err error
	if c, ok := base.(packed); ok {
		o, err = c.pack.whole(c.offset, depth+1)
	} else {
		o, err = base.read(true)
	}
	if err != nil || o.tooLarge {
		return o, err
	}
	content, err := gitobject.Patch(o.content, delta, maxMemory)
	if errors.Is(err, gitobject.ErrLarge) {
		return object{tooLarge: true}, nil
	}
	return object{kind: o.kind, content: content}, err
}
