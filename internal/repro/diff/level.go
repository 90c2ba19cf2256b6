package diff

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// level is where a comparison is: the path that leads there, from the
// outermost artifact inwards, and how deep that is.
type level struct {
	path  []string
	depth int
}

func (at level) down() level { return level{at.path, at.depth + 1} }

// into is the level of an entry or a packed file.
func (at level) into(name string) level {
	return level{append(slices.Clip(slices.Clone(at.path)), name), at.depth}
}

// says puts the level's path before the path of a difference.
func (at level) says(d explain.Difference) explain.Difference {
	d.Path = slices.Concat(at.path, d.Path)
	return d
}

// contents compares two contents. It returns no difference only if their bytes
// are the same.
func (c *comparer) contents(ctx context.Context, at level, l, r Content) ([]explain.Difference, error) {
	c.bytes[0].Add(l.Size)
	c.bytes[1].Add(r.Size)
	same, err := c.same(ctx, l, r)
	if err != nil || same {
		return nil, err
	}
	lf, rf := formatOf(l), formatOf(r)
	packed := lf.Packs() || rf.Packs()
	if !packed && !(holdsEntries(lf) && holdsEntries(rf)) {
		return c.leaf(ctx, at, l, r, lf, rf, nil)
	}
	if err := c.limits.depth(at, l.Name); err != nil {
		return nil, err
	}
	var found []explain.Difference
	if packed {
		found, err = c.packed(ctx, at, l, r, lf, rf)
	} else {
		found, err = c.opened(ctx, at, l, r, lf, rf)
	}
	if isDamage(err) {
		return c.leaf(ctx, at, l, r, lf, rf, err)
	}
	return found, err
}

// leaf explains contents by their bytes. The error, maybe nil, says why they
// were not taken for what they seem to be.
func (c *comparer) leaf(ctx context.Context, at level, l, r Content, lf, rf image.Format, damage error) ([]explain.Difference, error) {
	found, err := c.opt.Leaf(ctx, l, r)
	if err == nil && len(found) == 0 {
		found, err = ExplainBytes(ctx, l, r)
	}
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("comparing %s: the bytes differed and now do not: %w", l.Name, errChanged)
	}
	if err != nil {
		return nil, err
	}
	for i := range found {
		if len(found[i].Path) > 0 {
			c.unproved(at)
		}
		found[i] = at.says(found[i])
	}
	if damage != nil {
		found[0].Detail = strings.TrimPrefix(found[0].Detail+"; compared as bytes: "+damage.Error(), "; ")
	}
	if lf != rf {
		found = append(found, formats(at, lf, rf))
	}
	return found, nil
}

// formats says that the sides are artifacts of different formats.
func formats(at level, l, r image.Format) explain.Difference {
	d := explain.Difference{Kind: explain.TypeOf, Left: string(l), Right: string(r), Detail: "other format"}
	if l.Packs() || r.Packs() {
		d.Cause = explain.Compression
	}
	return at.says(d)
}

// packed compares what one or both sides hold packed.
func (c *comparer) packed(ctx context.Context, at level, l, r Content, lf, rf image.Format) ([]explain.Difference, error) {
	left, right, err := both(
		func() (*unpacked, error) { return c.unpackedOf(ctx, l, lf) },
		func() (*unpacked, error) { return c.unpackedOf(ctx, r, rf) })
	if isDamage(err) {
		return c.members(ctx, at, l, r, lf, rf, err)
	} else if err != nil {
		return nil, err
	}
	defer left.close()
	defer right.close()
	inner := at.down()
	if name := left.nameIn(at); name != "" && !holdsEntries(formatOf(left.Content)) {
		inner = inner.into(name)
	}
	found, err := c.contents(ctx, inner, left.Content, right.Content)
	if err != nil {
		return nil, err
	}
	c.unproved(at)
	if lf != rf {
		return append(found, formats(at, lf, rf)), nil
	}
	own, err := c.packing(ctx, at, l, r, lf)
	if err != nil {
		return nil, err
	}
	if found = append(found, own...); len(found) > 0 {
		return found, nil
	}
	d, err := c.layout(ctx, at, l, r, "same content, packed into other bytes")
	d.Cause = explain.Compression
	return []explain.Difference{d}, err
}

// packing compares what the header of a compression records.
func (c *comparer) packing(ctx context.Context, at level, l, r Content, f image.Format) ([]explain.Difference, error) {
	fields := func(side int, in Content) ([]image.Field, error) {
		img, err := image.Read(in.Name, in, in.Size, c.limits.forImage(side, f))
		if err != nil {
			return nil, err
		}
		return img.FieldsInside(ctx)
	}
	left, err := fields(0, l)
	if err != nil {
		return nil, err
	}
	right, err := fields(1, r)
	return fieldDifferences(at, left, right), err
}

// members compares initramfs images of several members, which are no one
// stream; nothing else is like that.
func (c *comparer) members(ctx context.Context, at level, l, r Content, lf, rf image.Format, damage error) ([]explain.Difference, error) {
	found, err := c.opened(ctx, at, l, r, lf, rf)
	if isDamage(err) {
		return nil, damage
	}
	return found, err
}

// unpacked is one side of a packed content: what was packed, or the content
// itself if it is not.
type unpacked struct {
	Content
	s *scratch
}

func (u *unpacked) close() {
	if u.s != nil {
		u.s.close()
	}
}

func (c *comparer) unpackedOf(ctx context.Context, in Content, f image.Format) (*unpacked, error) {
	if !f.Packs() {
		return &unpacked{Content: in}, nil
	}
	s, err := c.unpack(ctx, f, in)
	if err != nil {
		return nil, err
	}
	return &unpacked{s.content(in.Name), s}, nil
}

// nameIn is the name of what was packed, of a level whose last element is the
// name of the packed file.
func (u *unpacked) nameIn(at level) string {
	if len(at.path) == 0 {
		return "unpacked"
	}
	name := at.path[len(at.path)-1]
	return unpackedName(name[strings.LastIndexByte(name, '/')+1:])
}

// opened compares two contents that hold entries.
func (c *comparer) opened(ctx context.Context, at level, l, r Content, lf, rf image.Format) ([]explain.Difference, error) {
	left, right, err := both(
		func() (*container, error) { return c.readEntries(ctx, 0, l, lf) },
		func() (*container, error) { return c.readEntries(ctx, 1, r, rf) })
	if err != nil {
		return nil, err
	}
	defer left.close()
	defer right.close()
	found, err := c.entriesOf(ctx, at.down(), left, right)
	if err != nil {
		return nil, err
	}
	if lf != rf {
		found = append(found, formats(at, lf, rf))
	} else {
		found = append(found, fieldDifferences(at, left.fields, right.fields)...)
	}
	if len(found) > 0 {
		return found, c.noteFrame(ctx, at, left, right, l, r)
	}
	d, err := c.layout(ctx, at, l, r, "same entries and contents in other bytes")
	return []explain.Difference{d}, err
}

// layout is the difference of bytes that no structure explains.
func (c *comparer) layout(ctx context.Context, at level, l, r Content, detail string) (explain.Difference, error) {
	lines, first, err := hexWindows(ctx, l, r)
	if err == nil && first < 0 {
		err = fmt.Errorf("comparing %s: the bytes differed and now do not: %w", l.Name, errChanged)
	}
	d := explain.Difference{Kind: explain.Layout, Lines: lines, Detail: fmt.Sprintf("%s, first at offset %#x", detail, first)}
	if l.Size != r.Size {
		d.Left, d.Right = size(l.Size), size(r.Size)
	}
	return at.says(d), err
}
