package image

import (
	"errors"
	"io"
)

// errPieces says that a file's parts lie outside the artifact.
var errPieces = errors.New("the content lies outside the artifact")

// pieces is a content that stands in several parts of an artifact.
type pieces struct {
	in   input
	runs []piece
	size int64
}

// piece is a part: where it begins in the content and in the artifact.
type piece struct{ at, off, size int64 }

func (p *pieces) add(off, size int64) {
	if n := len(p.runs); n > 0 && p.runs[n-1].off+p.runs[n-1].size == off {
		p.runs[n-1].size += size
	} else {
		p.runs = append(p.runs, piece{p.size, off, size})
	}
	p.size += size
}

func (p *pieces) ReadAt(b []byte, off int64) (int, error) {
	done := 0
	for i := p.find(off); i < len(p.runs) && done < len(b); i++ {
		r := p.runs[i]
		skip := off - r.at
		n := int(min(int64(len(b)-done), r.size-skip))
		if r.off+skip > p.in.size-int64(n) {
			return done, errPieces
		}
		got, err := p.in.ReadAt(b[done:done+n], r.off+skip)
		done, off = done+got, off+int64(got)
		if got < n {
			return done, unexpected(err)
		}
	}
	if done < len(b) {
		return done, io.EOF
	}
	return done, nil
}

// find returns the first run that ends behind an offset.
func (p *pieces) find(off int64) int {
	low, high := 0, len(p.runs)
	for low < high {
		mid := (low + high) / 2
		if r := p.runs[mid]; r.at+r.size <= off {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}
