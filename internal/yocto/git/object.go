package git

import (
	"bufio"
	"compress/zlib"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	gitobject "github.com/dombuild/dombuild/internal/git"
)

// object is what was read of one copy of an object.
type object struct {
	kind     string
	sum      id
	content  []byte // only when asked for
	tooLarge bool
}

// copyOf is one place at which git could find an object.
type copyOf interface {
	// read hashes the object; with keep it keeps the content.
	read(keep bool) (object, error)
	where() string
}

// store is an object store: packs and loose files.
type store struct {
	dir   string
	packs []*pack
}

func (s *store) open() error {
	names, err := filepath.Glob(filepath.Join(s.dir, "objects", "pack", "*.idx"))
	if err != nil {
		return err
	}
	if len(names) > maxPacks {
		return fmt.Errorf("more than %d packs", maxPacks)
	}
	for _, name := range names {
		p, err := openPack(s, name)
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		s.packs = append(s.packs, p)
	}
	return nil
}

func (s *store) close() {
	for _, p := range s.packs {
		p.close()
	}
}

// find returns every copy of an object.
func (s *store) find(i id) []copyOf {
	var out []copyOf
	for _, p := range s.packs {
		if offset, ok := p.lookup(i); ok {
			out = append(out, packed{p, offset})
		}
	}
	name := i.String()
	path := filepath.Join(s.dir, "objects", name[:2], name[2:])
	if _, err := os.Lstat(path); err == nil {
		out = append(out, loose(path))
	}
	return out
}

// loose is a loose object: zlib of "blob 12\0content".
type loose string

func (l loose) where() string { return "loose object " + filepath.Base(string(l)) }

func (l loose) read(keep bool) (object, error) {
	info, err := os.Lstat(string(l))
	if err != nil {
		return object{}, err
	}
	if !info.Mode().IsRegular() {
		return object{}, errors.New("not a regular file")
	}
	f, err := os.Open(string(l))
	if err != nil {
		return object{}, err
	}
	defer f.Close()
	z, err := zlib.NewReader(bufio.NewReader(f))
	if err != nil {
		return object{}, err
	}
	r := bufio.NewReader(z)
	head, err := r.ReadString(0)
	if err != nil || len(head) > 64 {
		return object{}, errors.New("the header is cut off")
	}
	kind, length, _ := strings.Cut(strings.TrimSuffix(head, "\x00"), " ")
	size, err := strconv.ParseInt(length, 10, 64)
	if err != nil || size < 0 {
		return object{}, fmt.Errorf("size %q is no number", length)
	}
	return hashed(kind, size, r, keep)
}

func newHash(kind string, size int64) hash.Hash {
	h := gitobject.NewSHA1()
	fmt.Fprintf(h, "%s %d\x00", kind, size)
	return h
}

// hashed reads a content of a size that must be exact.
func hashed(kind string, size int64, r io.Reader, keep bool) (object, error) {
	o := object{kind: kind}
	if keep && size > maxMemory {
		o.tooLarge = true
		return o, nil
	}
	h := newHash(kind, size)
	if keep {
		content, err := io.ReadAll(io.LimitReader(r, size+1))
		if err != nil {
			return o, err
		}
		if int64(len(content)) != size {
			return o, errors.New("the size is wrong")
		}
		h.Write(content)
		o.content = content
	} else if n, err := io.Copy(h, io.LimitReader(r, size+1)); err != nil || n != size {
		return o, errors.Join(errors.New("the size is wrong"), err)
	}
	sum, err := gitobject.Sum(h)
	copy(o.sum[:], sum)
	return o, err
}
