package diff

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"github.com/dombuild/dombuild/internal/image"
)

// nonblock keeps an open from waiting for a FIFO's writer or taking a terminal.
const nonblock = unix.O_NONBLOCK | unix.O_NOCTTY | unix.O_CLOEXEC

// node is an entry of a container.
type node struct {
	image.Entry
	key      string // what it is paired by; unique in its container
	name     string // the element of paths that leads to it
	data     *data  // of a Regular
	examined bool
}

// container is an artifact whose entries were read.
type container struct {
	place   string
	format  image.Format
	holds   bool // entries; false: the format is one that has none
	ordered bool // the order of entries is the artifact's, not that of their names
	nodes   []*node
	fields  []image.Field // of the artifact itself
	held    []interface{ close() }

	contents []span // where the contents of entries are
	streamed bool   // some are not there in one piece
}

func (t *container) close() {
	for _, h := range t.held {
		h.close()
	}
}

// holdsEntries says whether artifacts of the format are read as entries. ELF
// files are left to Options.Leaf, which knows more of them.
func holdsEntries(f image.Format) bool { return f != image.File && f != image.ELF && !f.Packs() }

// formatOf says what a content is. Debian packages and OCI layouts are taken
// for the archives that they are: what is in them are further levels.
func formatOf(c Content) image.Format {
	switch f := image.Detect(c, c.Size); f {
	case image.Deb:
		return image.Ar
	default:
		return f
	}
}

// readTree reads a directory on disk.
func (c *comparer) readTree(ctx context.Context, side int, a *artifact) (*container, error) {
	root, err := os.OpenRoot(a.dir)
	if err != nil {
		return nil, err
	}
	t := &container{place: a.name, format: image.Tree, holds: true, held: []interface{ close() }{closer{root}}}
	img, err := image.Open(a.dir, c.limits.forTree())
	if err == nil {
		defer img.Close()
		err = img.Walk(ctx, func(e image.Entry, content *image.Content) error {
			n := &node{Entry: e, name: e.Path}
			if content != nil {
				n.data = inTree(root, t.place, image.SplitPath(e.Path)[0], e)
			}
			t.nodes = append(t.nodes, n)
			c.limits.grant(e.Size + entryBytes*e.Weight())
			return c.limits.entry(side, t.place+"/"+e.Path, e.Weight())
		})
	}
	return c.indexed(t, side, err)
}

type closer struct{ io.Closer }

func (c closer) close() { c.Close() }

// indexed ends the reading of a container's entries.
func (c *comparer) indexed(t *container, side int, err error) (*container, error) {
	if err != nil {
		t.close()
		return nil, c.limits.ofImage(err)
	}
	c.entries[side].Add(int64(len(t.nodes)))
	number(t.nodes)
	return t, nil
}

// readEntries reads the entries of a content of a format. Contents that come
// out of a stream are copied.
func (c *comparer) readEntries(ctx context.Context, side int, in Content, f image.Format) (*container, error) {
	t := &container{place: in.Name, format: f, holds: true, ordered: true}
	opt := c.limits.forImage(side, f)
	opt.Fields, opt.Undecoded = true, true
	img, err := image.Read(in.Name, in, in.Size, opt)
	if err != nil {
		return nil, err
	}
	s := &scratch{}
	t.held = append(t.held, s)
	err = img.WalkInside(ctx, func(e image.Entry, content *image.Content) error {
		n := &node{Entry: e, name: e.Path}
		t.nodes = append(t.nodes, n)
		if err := c.limits.entry(side, t.place+"!/"+e.Path, e.Weight()); err != nil || content == nil {
			return err
		}
		off, ok := content.Offset()
		t.contents, t.streamed = append(t.contents, span{off, off + e.Size}), t.streamed || !ok
		n.data, err = c.keep(s, t.place+"!/"+e.Path, content)
		return err
	})
	if err == nil {
		err = s.done()
	}
	if err == nil {
		t.fields, err = img.FieldsInside(ctx)
	}
	return c.indexed(t, side, err)
}

// readWhatever reads the entries of a content, which may be packed. A content
// without any is a container that holds nothing.
func (c *comparer) readWhatever(ctx context.Context, side int, at level, in Content) (*container, error) {
	f := formatOf(in)
	switch {
	case f.Packs():
		if err := c.limits.depth(at, in.Name); err != nil {
			return nil, err
		}
		s, err := c.unpack(ctx, f, in)
		if err != nil {
			return &container{place: in.Name, format: f}, c.unlessDamaged(err)
		}
		t, err := c.readWhatever(ctx, side, at.down(), s.content(in.Name))
		if err != nil {
			s.close()
			return nil, err
		}
		t.held = append(t.held, s)
		return t, nil
	case !holdsEntries(f):
		return &container{place: in.Name, format: f}, nil
	}
	t, err := c.readEntries(ctx, side, in, f)
	if err != nil {
		return &container{place: in.Name, format: f}, c.unlessDamaged(err)
	}
	return t, nil
}

// unpack returns what a content holds packed.
func (c *comparer) unpack(ctx context.Context, f image.Format, in Content) (*scratch, error) {
	z, err := image.Unpack(f, io.NewSectionReader(in, 0, in.Size))
	if err != nil {
		return nil, damagedAs(in, f, err)
	}
	defer z.Close()
	s := &scratch{}
	if _, err = s.fill(&meter{z, c.limits, in.Name, ctx.Err}); err == nil {
		err = s.done()
	}
	if err != nil {
		s.close()
		return nil, damagedAs(in, f, err)
	}
	return s, nil
}

func (s *scratch) content(name string) Content { return Content{Name: name, Size: s.size, ReaderAt: s} }

// damagedAs makes a *image.FormatError of what a decoder says of a content,
// unless it is a limit, the end of the context or an error of the machine.
func damagedAs(in Content, f image.Format, err error) error {
	var limit *image.LimitError
	var machine *os.PathError
	if errors.As(err, &limit) || errors.As(err, &machine) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &image.FormatError{Place: in.Name, Format: f, Err: err}
}

// unlessDamaged returns an error but not that of a damaged artifact.
func (c *comparer) unlessDamaged(err error) error {
	if isDamage(err) {
		return nil
	}
	return err
}

func isDamage(err error) bool {
	var f *image.FormatError
	var machine *os.PathError
	return errors.As(err, &f) && !errors.As(err, &machine)
}

// baseName is the last element of a path.
func baseName(name string) string { return filepath.Base(filepath.ToSlash(name)) }
