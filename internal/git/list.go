package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// List is a file of objects of every kind, in the one form that Objects.Format
// writes: sorted by name, each as git hashes it. So the hash of the file is one
// of the contents, whatever git's own names are worth.
type List struct {
	format  string
	file    io.ReaderAt
	entries map[ID]listed
}

// listed is where the content of an object is.
type listed struct {
	kind   Kind
	offset int64
	size   int64
}

// ErrContents is the error of a commit whose objects are larger than the limit.
var ErrContents = fmt.Errorf("the objects of the commit have more than %d GiB", maxContents>>30)

// WriteList writes the objects of a closure. The error is ErrContents if they
// are too large together.
func WriteList(ctx context.Context, w io.Writer, s Source, c *Closure) error {
	out := bufio.NewWriterSize(w, 1<<20)
	var total int64
	for _, id := range c.IDs {
		if err := ctx.Err(); err != nil {
			return err
		}
		kind := s.Kind(id)
		content, err := s.Object(id, kind)
		if err != nil {
			return err
		}
		if total += int64(len(content)); total > maxContents {
			return ErrContents
		}
		if _, err := fmt.Fprintf(out, "%s %d\x00", kind, len(content)); err != nil {
			return err
		}
		if _, err := out.Write(content); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ReadList computes the name of every object in a file of size bytes, whose
// order it checks. The file stays in use.
func ReadList(ctx context.Context, file io.ReaderAt, size int64, format string) (*List, error) {
	l := &List{format: format, file: file, entries: map[ID]listed{}}
	in := &counter{r: bufio.NewReaderSize(io.NewSectionReader(file, 0, size), 1<<20)}
	last := ID("")
	for in.n < size {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(l.entries) == maxObjects {
			return nil, fmt.Errorf("reading objects: more than %d", maxObjects)
		}
		at := in.n
		id, e, err := l.next(in)
		if err == nil && id <= last {
			err = fmt.Errorf("it is not in order")
		}
		if err != nil {
			return nil, fmt.Errorf("reading objects: object at %d: %w", at, err)
		}
		l.entries[id], last = e, id
	}
	return l, nil
}

// next hashes the next object.
func (l *List) next(in *counter) (ID, listed, error) {
	var kind, digits []byte
	for field := &kind; ; {
		b, err := in.ReadByte()
		if err != nil {
			return "", listed{}, eof(err)
		}
		switch {
		case b == 0 && field == &digits:
			return l.content(in, Kind(kind), string(digits))
		case b == ' ' && field == &kind:
			field = &digits
		case len(*field) == 12:
			return "", listed{}, errObjects
		default:
			*field = append(*field, b)
		}
	}
}

func (l *List) content(in *counter, kind Kind, digits string) (ID, listed, error) {
	size, err := strconv.ParseInt(digits, 10, 64)
	known := slices.Contains([]Kind{CommitKind, TreeKind, BlobKind, TagKind}, kind)
	switch {
	case err != nil || !known || strconv.FormatInt(size, 10) != digits || size < 0:
		return "", listed{}, errObjects
	case size > maxObject:
		return "", listed{}, ErrLarge
	}
	e, h := listed{kind, in.n, size}, objectHash(l.format, kind, size)
	if _, err := io.CopyN(h, in, size); err != nil {
		return "", listed{}, eof(err)
	}
	id, err := idOf(h)
	return id, e, err
}

// Format is the hash that names the objects.
func (l *List) Format() string { return l.format }

// Kind says what an object is, "" if it is not there.
func (l *List) Kind(id ID) Kind { return l.entries[id].kind }

// Len is the number of objects.
func (l *List) Len() int { return len(l.entries) }

// Size is the size of an object's content in bytes.
func (l *List) Size(id ID) int64 { return l.entries[id].size }

// Object returns the content of an object of a kind.
func (l *List) Object(id ID, kind Kind) ([]byte, error) {
	e, ok := l.entries[id]
	if !ok {
		return nil, &MissingError{id, kind}
	}
	if e.kind != kind {
		return nil, fmt.Errorf("%s is a %s, not a %s", id, e.kind, kind)
	}
	content := make([]byte, e.size)
	if _, err := l.file.ReadAt(content, e.offset); err != nil && e.size > 0 {
		return nil, fmt.Errorf("reading %s %s: %w", kind, id, err)
	}
	return content, nil
}

// Walk follows a commit, as the function Walk does; the list has to hold what
// it consists of and nothing else.
func (l *List) Walk(ctx context.Context, root ID) (*Closure, error) {
	c, err := Walk(ctx, l, root)
	if err == nil && !slices.Equal(c.IDs, slices.Sorted(maps.Keys(l.entries))) {
		return nil, errNotClosed
	}
	return c, err
}
