package git

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// Limits of a pack.
const (
	maxPack    = 16 << 30 // bytes
	maxObjects = 8 << 20
	maxObject  = 512 << 20 // bytes of one object
	maxChain   = 512       // deltas upon deltas; git itself makes 50
	cacheBytes = 64 << 20  // objects that are kept because deltas build upon them
)

// ErrLarge is the error of an object that is larger than the limit.
var ErrLarge = fmt.Errorf("an object has more than %d MiB", maxObject>>20)

// Pack holds the objects of one repository that were received. It lies in a
// nameless temporary file until Close.
type Pack struct {
	format  string
	file    *os.File
	entries map[int64]entry // by offset
	byID    map[ID]int64
	cache   map[int64]object
	cached  int64
}

// entry is an object as it lies in the pack.
type entry struct {
	kind Kind  // "" for a delta
	size int64 // of the content, or of the delta
	data int64 // offset of the compressed bytes
	on   int64 // of a delta: offset of its base, or -1
	base ID    // of a delta whose base is named
}

type object struct {
	kind    Kind
	content []byte
}

// ReadPack takes a pack in, to its end, and computes the name of each object.
func ReadPack(ctx context.Context, r io.Reader, format string) (*Pack, error) {
	f, err := os.CreateTemp("", "pack-")
	if err != nil {
		return nil, fmt.Errorf("making a temporary file: %w", err)
	}
	p := &Pack{format: format, file: f, entries: map[int64]entry{}, byID: map[ID]int64{}, cache: map[int64]object{}}
	err = os.Remove(f.Name())
	if err == nil {
		err = p.take(ctx, r)
	}
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("reading a pack: %w", err)
	}
	return p, nil
}

// Close gives the disk space back.
func (p *Pack) Close() error { return p.file.Close() }

// Format is the repository's hash.
func (p *Pack) Format() string { return p.format }

// PackError is a pack that was received whole, as far as its sender says, and
// cannot be believed.
type PackError struct{ Err error }

func (e *PackError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *PackError) Unwrap() error { return e.Err }

func (p *Pack) take(ctx context.Context, r io.Reader) error {
	n, err := io.Copy(p.file, io.LimitReader(r, maxPack+1))
	if err != nil {
		return err
	}
	if err := p.judge(ctx, n); err != nil && ctx.Err() == nil {
		return &PackError{err}
	}
	return ctx.Err()
}

// judge reads a pack of n bytes.
func (p *Pack) judge(ctx context.Context, n int64) error {
	trailer := int64(idSize(p.format))
	if n > maxPack {
		return fmt.Errorf("it has more than %d GiB", maxPack>>30)
	}
	if n < 12+trailer {
		return io.ErrUnexpectedEOF
	}
	if err := p.checkSum(n - trailer); err != nil {
		return err
	}
	deltas, err := p.scan(ctx, n-trailer)
	if err != nil {
		return err
	}
	return p.resolve(ctx, deltas)
}

// checkSum compares the hash at the end, to tell a broken transfer from a
// forged object.
func (p *Pack) checkSum(size int64) error {
	h := newHash(p.format)
	if _, err := io.Copy(h, io.NewSectionReader(p.file, 0, size)); err != nil {
		return err
	}
	sum := make([]byte, h.Size())
	if _, err := p.file.ReadAt(sum, size); err != nil {
		return err
	}
	if !bytes.Equal(sum, h.Sum(nil)) {
		return fmt.Errorf("its bytes have the sum %x, it ends with %s", h.Sum(nil), hex.EncodeToString(sum))
	}
	return nil
}

// scan finds the entries, names the whole objects and returns where deltas are.
func (p *Pack) scan(ctx context.Context, size int64) (deltas []int64, err error) {
	in := &counter{r: bufio.NewReaderSize(io.NewSectionReader(p.file, 0, size), 64<<10)}
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, err
	}
	count := binary.BigEndian.Uint32(head[8:])
	if string(head[:4]) != "PACK" || binary.BigEndian.Uint32(head[4:]) != 2 {
		return nil, errors.New("it is not a pack of version 2")
	}
	if count > maxObjects {
		return nil, fmt.Errorf("it has %d objects, more than %d", count, maxObjects)
	}
	for range count {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		at := in.n
		e, err := p.header(in, at)
		if err != nil {
			return nil, err
		}
		p.entries[at] = e
		if e.kind == "" {
			deltas = append(deltas, at)
		}
		if err := p.pass(in, e, at); err != nil {
			return nil, fmt.Errorf("object at %d: %w", at, err)
		}
	}
	if in.n != size {
		return nil, fmt.Errorf("there are %d bytes after its last object", size-in.n)
	}
	return deltas, nil
}

var kinds = map[byte]Kind{1: CommitKind, 2: TreeKind, 3: BlobKind, 4: TagKind}

// header reads type, size and base of an entry.
func (p *Pack) header(in *counter, at int64) (entry, error) {
	b, err := in.ReadByte()
	if err != nil {
		return entry{}, eof(err)
	}
	e := entry{size: int64(b & 15), on: -1}
	number := b >> 4 & 7
	for shift := 4; b&0x80 != 0; shift += 7 {
		if b, err = in.ReadByte(); err != nil || shift > 60 {
			return entry{}, errors.Join(errors.New("the size of an object cannot be read"), err)
		}
		e.size |= int64(b&0x7f) << shift
	}
	if e.size < 0 || e.size > maxObject {
		return entry{}, ErrLarge
	}
	switch kind, ok := kinds[number]; {
	case ok:
		e.kind = kind
	case number == 6:
		back, err := backwards(in)
		if e.on = at - back; err != nil || p.entries[e.on] == (entry{}) {
			return entry{}, errors.Join(errDelta, err)
		}
	case number == 7:
		raw := make([]byte, idSize(p.format))
		if _, err := io.ReadFull(in, raw); err != nil {
			return entry{}, eof(err)
		}
		e.base = ID(hex.EncodeToString(raw))
	default:
		return entry{}, fmt.Errorf("an object is of the unknown type %d", number)
	}
	e.data = in.n
	return e, nil
}

// backwards reads how far before a delta its base is.
func backwards(r io.ByteReader) (int64, error) {
	b, err := r.ReadByte()
	if err != nil {
		return 0, eof(err)
	}
	n := int64(b & 0x7f)
	for b&0x80 != 0 {
		if b, err = r.ReadByte(); err != nil || n > maxPack {
			return 0, errors.Join(errDelta, err)
		}
		n = (n+1)<<7 | int64(b&0x7f)
	}
	return n, nil
}

// pass inflates an entry, to know where the next one begins, and names it if
// it is a whole object.
func (p *Pack) pass(in *counter, e entry, at int64) error {
	z, err := zlib.NewReader(in)
	if err != nil {
		return eof(err)
	}
	defer z.Close()
	h := objectHash(p.format, e.kind, e.size)
	n, err := io.Copy(h, io.LimitReader(z, e.size+1))
	if err != nil {
		return eof(err)
	}
	if n != e.size {
		return errors.New("its size is not what it says")
	}
	if e.kind == "" {
		return nil
	}
	id, err := idOf(h)
	p.byID[id] = at
	return err
}

// resolve names what deltas make. A base that is named may itself be made by
// a delta that comes later.
func (p *Pack) resolve(ctx context.Context, deltas []int64) error {
	for len(deltas) > 0 {
		var later []int64
		for _, at := range deltas {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			o, err := p.at(at, 0)
			if errors.Is(err, errNoBase) {
				later = append(later, at)
				continue
			}
			if err != nil {
				return err
			}
			id := Name(p.format, o.kind, o.content)
			if id == "" {
				return fmt.Errorf("object at %d: %w", at, ErrCollision)
			}
			p.byID[id] = at
		}
		if len(later) == len(deltas) {
			return errNoBase
		}
		deltas = later
	}
	return nil
}

var errNoBase = errors.New("the base of a delta is not in it")

// at returns the object at an offset.
func (p *Pack) at(offset int64, depth int) (object, error) {
	if o, ok := p.cache[offset]; ok {
		return o, nil
	}
	e := p.entries[offset]
	content, err := p.inflate(e)
	if err != nil {
		return object{}, err
	}
	if e.kind != "" {
		return p.keep(offset, object{e.kind, content}), nil
	}
	if depth == maxChain {
		return object{}, fmt.Errorf("more than %d deltas build upon each other", maxChain)
	}
	on := e.on
	if e.base != "" {
		var ok bool
		if on, ok = p.byID[e.base]; !ok {
			return object{}, errNoBase
		}
	}
	base, err := p.at(on, depth+1)
	if err != nil {
		return object{}, err
	}
	if content, err = Patch(base.content, content, maxObject); err != nil {
		return object{}, err
	}
	return p.keep(offset, object{base.kind, content}), nil
}

// keep caches small objects: a base is often the base of several.
func (p *Pack) keep(offset int64, o object) object {
	size := int64(len(o.content))
	if size > cacheBytes/8 {
		return o
	}
	if p.cached+size > cacheBytes {
		clear(p.cache)
		p.cached = 0
	}
	p.cache[offset] = o
	p.cached += size
	return o
}

func (p *Pack) inflate(e entry) ([]byte, error) {
	z, err := zlib.NewReader(bufio.NewReader(io.NewSectionReader(p.file, e.data, maxPack)))
	if err != nil {
		return nil, eof(err)
	}
	defer z.Close()
	var out bytes.Buffer
	n, err := io.Copy(&out, io.LimitReader(z, e.size+1))
	if err == nil && n != e.size {
		err = errors.New("the size of an object is not what it says")
	}
	return out.Bytes(), eof(err)
}

// MissingError says that a repository did not send an object.
type MissingError struct {
	ID   ID
	Kind Kind // as what it was wanted
}

func (e *MissingError) Error() string { return fmt.Sprintf("there is no %s %s", e.Kind, e.ID) }

// Object returns the content of an object of a kind.
func (p *Pack) Object(id ID, kind Kind) ([]byte, error) {
	offset, ok := p.byID[id]
	if !ok {
		return nil, &MissingError{id, kind}
	}
	o, err := p.at(offset, 0)
	if err != nil {
		return nil, fmt.Errorf("reading %s %s: %w", kind, id, err)
	}
	if o.kind != kind {
		return nil, fmt.Errorf("%s is a %s, not a %s", id, o.kind, kind)
	}
	return o.content, nil
}

// Kind says what an object is, or "" if it is not there.
func (p *Pack) Kind(id ID) Kind {
	offset, ok := p.byID[id]
	if !ok {
		return ""
	}
	o, err := p.at(offset, 0)
	if err != nil {
		return ""
	}
	return o.kind
}

// counter knows how many bytes were read; what inflates reads no more than it
// needs, because it can read single bytes.
type counter struct {
	r *bufio.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func (c *counter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

func eof(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
