package diff

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// Leaf explains two contents that differ and that hold no entries. The paths
// of what it returns are relative to the content, such as [".rodata"]. When it
// returns nothing the contents are explained by their bytes.
type Leaf func(ctx context.Context, left, right Content) ([]explain.Difference, error)

// explained is the Leaf that is used when there is no other.
func explained(ctx context.Context, left, right Content) ([]explain.Difference, error) {
	return explain.Contents(ctx, left.Name, io.NewSectionReader(left, 0, left.Size), io.NewSectionReader(right, 0, right.Size), explain.Options{})
}

// Bounds of a view of bytes.
const (
	windows    = 4  // that are shown
	windowRows = 4  // in each
	rowBytes   = 16 // in each
)

// ExplainBytes shows the first places where two contents differ.
func ExplainBytes(ctx context.Context, left, right Content) ([]explain.Difference, error) {
	lines, first, err := hexWindows(ctx, left, right)
	if err != nil || first < 0 {
		return nil, err
	}
	d := explain.Difference{Kind: explain.Bytes, Lines: lines, Detail: fmt.Sprintf("first at offset %#x", first)}
	if left.Size != right.Size {
		d.Left, d.Right = size(left.Size), size(right.Size)
		if first == min(left.Size, right.Size) {
			d.Detail = fmt.Sprintf("one side goes on where the other ends, at offset %#x", first)
		}
	}
	return []explain.Difference{d}, nil
}

func size(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// hexWindows returns rows of bytes around the first places that differ, and
// the first; -1 if there is none.
func hexWindows(ctx context.Context, l, r Content) (lines []explain.Line, first int64, err error) {
	first = -1
	from := int64(0)
	for range windows {
		at, err := firstDifference(ctx, l, r, from)
		if err != nil || at < 0 {
			return lines, first, err
		}
		if first < 0 {
			first = at
		}
		if at >= max(l.Size, r.Size) {
			return lines, first, nil
		}
		row := at / rowBytes * rowBytes
		lines = append(lines, explain.Line{Side: explain.Place, Text: fmt.Sprintf("offset %#x", row)})
		for range windowRows {
			same, err := hexRow(&lines, l, r, row)
			if err != nil {
				return nil, first, err
			}
			if row += rowBytes; same || row >= max(l.Size, r.Size) {
				break
			}
		}
		from = row
	}
	if at, err := firstDifference(ctx, l, r, from); err != nil {
		return nil, first, err
	} else if at >= 0 && at < max(l.Size, r.Size) {
		lines = append(lines, explain.Line{Side: explain.Place, Text: fmt.Sprintf("and more from offset %#x on", at)})
	}
	return lines, first, nil
}

func hexRow(lines *[]explain.Line, l, r Content, off int64) (same bool, err error) {
	a, err := rowAt(l, off)
	if err != nil {
		return false, err
	}
	b, err := rowAt(r, off)
	if err != nil {
		return false, err
	}
	if string(a) == string(b) {
		*lines = append(*lines, explain.Line{Side: explain.Both, Text: hexText(off, a)})
		return true, nil
	}
	if len(a) > 0 {
		*lines = append(*lines, explain.Line{Side: explain.Left, Text: hexText(off, a)})
	}
	if len(b) > 0 {
		*lines = append(*lines, explain.Line{Side: explain.Right, Text: hexText(off, b)})
	}
	return false, nil
}

func rowAt(c Content, off int64) ([]byte, error) {
	b := make([]byte, max(0, min(rowBytes, c.Size-off)))
	if len(b) == 0 {
		return b, nil
	}
	return b, c.read(b, off)
}

// hexText is one row as hexdump -C has it.
func hexText(off int64, b []byte) string {
	var hex, text strings.Builder
	for i := range rowBytes {
		switch {
		case i >= len(b):
			hex.WriteString("   ")
			continue
		case i == rowBytes/2:
			hex.WriteByte(' ')
		}
		fmt.Fprintf(&hex, "%02x ", b[i])
		if b[i] >= ' ' && b[i] <= '~' {
			text.WriteByte(b[i])
		} else {
			text.WriteByte('.')
		}
	}
	if len(b) <= rowBytes/2 {
		hex.WriteByte(' ')
	}
	return fmt.Sprintf("%08x  %s |%s|", off, hex.String(), text.String())
}
