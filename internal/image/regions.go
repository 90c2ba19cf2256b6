package image

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// region is a part of a file that is shown as an entry. Names in parentheses
// are of parts that the format gives no name, such as "(header)".
type region struct {
	name      string
	off, size int64
	fields    []Field
}

// showRegions shows parts of a file in the given order. Together they cover
// all of it: zeros behind a part are told in its field "padding", other bytes
// that belong to none follow the part that they stand behind, as
// "(behind NAME)". A name that is there already gets "#2", "#3" … behind it;
// one that cannot be a path's is replaced by "(section N)", N being the place
// in the list, and told in the field "name".
func (w *walker) showRegions(in input, list []region) error {
	gaps, err := w.gaps(in, list)
	if err != nil {
		return err
	}
	names := namer{}
	for i, r := range list {
		path := names.unique(pathOfRegion(&r, i))
		if r.off < 0 || r.size < 0 || r.off > in.size || r.size > in.size-r.off {
			return w.fail(path, io.ErrUnexpectedEOF)
		}
		gap, behind := gaps[i]
		if behind && gap.zeros {
			r.fields = append(r.fields, Field{"padding", strconv.FormatInt(gap.size, 10) + " zero bytes"})
		}
		if err := w.showRegion(in, path, r); err != nil {
			return err
		}
		if behind && !gap.zeros {
			if err := w.showRegion(in, names.unique("(behind "+path+")"), region{off: gap.off, size: gap.size}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) showRegion(in input, path string, r region) error {
	e := Entry{Path: path, Type: Regular, Mode: 0o644, Size: r.size}
	if w.opt.Fields {
		e.Fields = r.fields
	}
	return w.emit(e, section(in, r.off, r.size))
}

// pathOfRegion is the name if it can be one of a path.
func pathOfRegion(r *region, i int) string {
	if _, err := joinName("", r.name); err == nil {
		return r.name
	}
	r.fields = append(slices.Clip(r.fields), Field{"name", strconv.Quote(r.name)})
	return fmt.Sprintf("(section %d)", i)
}

// namer makes names unique.
type namer map[string]int

func (n namer) unique(name string) string {
	path := name
	for n[path] > 0 {
		n[name]++
		path = name + "#" + strconv.Itoa(n[name])
	}
	n[path]++
	return path
}

// gap is what no part covers.
type gap struct {
	off, size int64
	zeros     bool
}

// gaps finds the gaps, by the number of the part that each stands behind. One
// at the beginning of the file stands behind part 0.
func (w *walker) gaps(in input, list []region) (map[int]gap, error) {
	order := make([]int, 0, len(list))
	for i, r := range list {
		if r.size > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(list[a].off, list[b].off) })
	gaps := map[int]gap{}
	end, last := int64(0), 0
	note := func(to int64) error {
		if to <= end {
			return nil
		}
		zeros, err := w.zeros(in, end, to-end)
		gaps[last] = gap{end, to - end, zeros}
		return err
	}
	for _, i := range order {
		r := list[i]
		if r.off < 0 || r.off > in.size || r.size > in.size-r.off {
			continue // told when it is shown
		}
		if err := note(r.off); err != nil {
			return nil, err
		}
		if r.off+r.size >= end {
			end, last = r.off+r.size, i
		}
	}
	return gaps, note(in.size)
}

// zeros says whether there is nothing but zeros.
func (w *walker) zeros(in input, off, size int64) (bool, error) {
	buf := make([]byte, min(size, 64<<10))
	zero := make([]byte, len(buf))
	for size > 0 {
		if err := w.ctx.Err(); err != nil {
			return false, err
		}
		b := buf[:min(size, int64(len(buf)))]
		if _, err := in.ReadAt(b, off); err != nil && err != io.EOF {
			return false, err
		}
		if !bytes.Equal(b, zero[:len(b)]) {
			return false, nil
		}
		off, size = off+int64(len(b)), size-int64(len(b))
	}
	return true, nil
}

// flagText names bits.
func flagText(v uint64, names []string) string {
	var words []string
	for i := range 64 {
		switch {
		case v&(1<<i) == 0:
		case i < len(names) && names[i] != "":
			words = append(words, names[i])
		default:
			words = append(words, fmt.Sprintf("%#x", uint64(1)<<i))
		}
	}
	return strings.Join(words, " ")
}
