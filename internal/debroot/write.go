package debroot

import (
	"archive/tar"
	"bufio"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// write writes the archive: sorted, everything of 0:0 and of one time.
func (t tree) write(ctx context.Context, w io.Writer, epoch int64) error {
	bw := bufio.NewWriterSize(w, 1<<20)
	tw := tar.NewWriter(bw)
	first := map[*content]string{}
	buf := make([]byte, 256<<10)
	for _, path := range slices.Sorted(maps.Keys(t)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		e := t[path]
		h := e.header(epoch, first)
		if err := tw.WriteHeader(h); err != nil {
			return fmt.Errorf("writing /%s: %w", path, err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := e.content.writeTo(tw, buf); err != nil {
			return fmt.Errorf("writing /%s: %w", path, err)
		}
	}
	if err := tw.Close(); err != nil {
		return err
	}
	return bw.Flush()
}

func (e *entry) header(epoch int64, first map[*content]string) *tar.Header {
	h := &tar.Header{
		Typeflag: e.kind,
		Name:     e.path,
		Linkname: e.link,
		Mode:     e.mode,
		ModTime:  time.Unix(epoch, 0),
		Format:   tar.FormatPAX,
	}
	switch e.kind {
	case tar.TypeDir:
		h.Name += "/"
	case tar.TypeReg:
		if name, ok := first[e.content]; ok {
			h.Typeflag, h.Linkname = tar.TypeLink, name
			return h
		}
		first[e.content] = e.path
		h.Size = e.content.size
	}
	return h
}
