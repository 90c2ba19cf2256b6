package image

import (
	"bytes"
	"io"
	"strings"
)

// tarOrLayout walks a tar archive, or the OCI image layout in it. The input is
// nil when the stream is unpacked on the way.
func (w *walker) tarOrLayout(s *stream, in *input) error {
	head, err := s.peek(1024)
	if err != nil {
		return w.fail("", err)
	}
	if !beginsLikeLayout(head) {
		return w.tar(s, w.emit)
	}
	if in == nil {
		all, err := w.spoolAll(s)
		if err != nil {
			return w.fail("", err)
		}
		defer all.close()
		in = &input{all, all.size}
	}
	parts, err := w.tarParts(*in)
	if err != nil {
		return err
	}
	if parts["oci-layout"] == nil || parts["index.json"] == nil {
		return w.tar(inPlaceStream(in, 0, in.size), w.emit)
	}
	layout := *w
	layout.format = OCI
	return layout.layout(tarBlobs{parts})
}

// beginsLikeLayout says whether the first entry, or the second when the first
// is the root, is one that a layout has.
func beginsLikeLayout(head []byte) bool {
	for len(head) >= 512 {
		name, _, _ := bytes.Cut(head[:100], []byte{0})
		n := strings.TrimPrefix(string(name), "./")
		if n != "" {
			return n == "blobs" || n == "oci-layout" || n == "index.json" || n == "manifest.json" || strings.HasPrefix(n, "blobs/")
		}
		head = head[512:]
	}
	return false
}

// tarParts finds where the files of an archive are.
func (w *walker) tarParts(in input) (map[string]*input, error) {
	parts := map[string]*input{}
	scan := *w
	scan.notes, scan.opt.Fields = nil, false
	scan.budget = newBudget(w.ctx, w.limits, w.opt.Unpacked)
	err := scan.tar(inPlaceStream(in, 0, in.size), func(e Entry, src source) error {
		if err := scan.entry(w.place); err != nil {
			return err
		}
		if src == nil {
			return nil
		}
		if _, ok := src.(inPlace); ok {
			parts[e.Path] = &input{src, e.Size}
		}
		return src.close()
	})
	return parts, err
}

// tarBlobs is a layout in a tar archive.
type tarBlobs struct{ parts map[string]*input }

func (b tarBlobs) open(name string) (input, io.Closer, error) {
	if in := b.parts[name]; in != nil {
		return *in, io.NopCloser(nil), nil
	}
	return input{}, nil, errNoBlob
}

func (tarBlobs) hold(io.Closer) {}
