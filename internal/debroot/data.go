package debroot

import (
	"archive/tar"
	"io"
	"path"
	"strings"
)

// readData reads data.tar: contents go to the spool, entries to p.
func (p *pkg) readData(name string, r io.Reader, s *spool, q *quota) error {
	z, err := decompress(name, "data.tar", r)
	if err != nil {
		return err
	}
	defer z.Close()
	limit := &io.LimitedReader{R: z, N: q.Bytes + 2048*int64(q.Entries)}
	tr := tar.NewReader(limit)
	seen := map[string]*entry{}
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return p.drain(limit)
		} else if err != nil {
			return err
		}
		if err := q.take(p.file, h.Size); err != nil {
			return err
		}
		e, err := p.newEntry(h, seen)
		if err != nil {
			return err
		}
		if e != nil && h.Typeflag == tar.TypeReg {
			if e.content, err = s.add(tr, h.Size); err != nil {
				return truncated(err)
			}
		}
		if err := p.add(e, h, seen); err != nil {
			return err
		}
	}
}

// newEntry makes the entry of a header; nil when the root has it anyway.
func (p *pkg) newEntry(h *tar.Header, seen map[string]*entry) (*entry, error) {
	name, err := cleanPath(h.Name)
	if err != nil {
		return nil, p.bad(h.Name, "%s", err)
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return nil, p.bad(h.Name, "is a sparse file, which is not allowed")
		}
	}
	p.list = append(p.list, "/"+name)
	e := &entry{path: mergeUsr(name), owner: p}
	switch h.Typeflag {
	case tar.TypeDir:
		e.kind, e.mode = tar.TypeDir, h.Mode&0o1777
		if name == "" {
			return nil, nil
		}
	case tar.TypeReg:
		e.kind, e.mode = tar.TypeReg, h.Mode&0o777
	case tar.TypeSymlink:
		e.kind, e.mode, e.link = tar.TypeSymlink, 0o777, h.Linkname
		if h.Linkname == "" || strings.ContainsAny(h.Linkname, "\x00\n") {
			return nil, p.bad(h.Name, "has a link without a valid target")
		}
		if linksToItself(name, h.Linkname) {
			return nil, nil
		}
	case tar.TypeLink:
		return e, p.hardLink(e, h, seen)
	default:
		return nil, p.bad(h.Name, "has the type %q, which is not allowed", h.Typeflag)
	}
	if e.path == "" || e.kind != tar.TypeDir && isMerged(name) {
		return nil, p.bad(h.Name, "must be a directory")
	}
	return e, nil
}

// linksToItself says whether a link ends up as its own target in a merged /usr,
// like lib -> usr/lib and usr/bin/x -> /bin/x do.
func linksToItself(name, target string) bool {
	if !strings.HasPrefix(target, "/") {
		target = "/" + parent(name) + "/" + target
	}
	return mergeUsr(strings.TrimPrefix(path.Clean(target), "/")) == mergeUsr(name)
}

func (p *pkg) hardLink(e *entry, h *tar.Header, seen map[string]*entry) error {
	target, err := cleanPath(h.Linkname)
	if err != nil {
		return p.bad(h.Name, "is a link whose target %s", err)
	}
	t := seen[mergeUsr(target)]
	if t == nil || t.kind != tar.TypeReg {
		return p.bad(h.Name, "is a link to %q, which is no file of the package before it", h.Linkname)
	}
	e.kind, e.mode, e.content = tar.TypeReg, t.mode, t.content
	return nil
}

// add keeps e; the same path twice in a package must be the same thing twice.
func (p *pkg) add(e *entry, h *tar.Header, seen map[string]*entry) error {
	if e == nil {
		return nil
	}
	if old := seen[e.path]; old != nil {
		if old.kind == tar.TypeDir && e.kind == tar.TypeDir {
			return nil
		}
		return p.bad(h.Name, "occurs twice")
	}
	seen[e.path] = e
	p.entries = append(p.entries, e)
	return nil
}
