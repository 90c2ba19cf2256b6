package debroot

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"sync/atomic"
)

// pkg is an unpacked package.
type pkg struct {
	identity
	file      string // name of the .deb
	control   stanza
	relations []relation // of Replaces
	members   []member   // of control.tar, without "control"
	entries   []*entry   // in the order of the archive
	list      []string   // paths as dpkg would list them
}

// member is a file of control.tar.
type member struct {
	name string
	data []byte
}

// entry is one path of the root.
type entry struct {
	path    string
	kind    byte // tar.TypeDir, tar.TypeReg or tar.TypeSymlink
	mode    int64
	link    string   // text of a symbolic link
	content *content // shared by the paths of a hard link
	owner   *pkg     // nil: made by this package
}

// quota is what is left of Limits for all workers together.
type quota struct {
	Limits
	bytes, entries atomic.Int64
}

func (q *quota) take(file string, size int64) error {
	if q.entries.Add(1) > int64(q.Entries) {
		return &LimitError{file, "entries", int64(q.Entries)}
	}
	if size < 0 || size > q.Bytes || q.bytes.Add(size) > q.Bytes {
		return &LimitError{file, "bytes", q.Bytes}
	}
	return nil
}

func unpackDeb(ctx context.Context, d Deb, s *spool, q *quota) (*pkg, error) {
	r, err := d.Open()
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", d.Name, err)
	}
	defer r.Close()
	in := &contextReader{ctx, r}
	p := &pkg{file: d.Name}
	if err := p.readArchive(in, s, q); err != nil {
		return nil, p.annotate(in, err)
	}
	// Whoever verifies the bytes must see the last one.
	if _, err := io.Copy(io.Discard, in); err != nil {
		return nil, p.annotate(in, err)
	}
	return p, nil
}

// annotate names the package in err. When the bytes are bad, the reader's own
// verdict counts more than what the damage looked like.
func (p *pkg) annotate(in io.Reader, err error) error {
	var format *FormatError
	var limit *LimitError
	if _, rest := io.Copy(io.Discard, in); rest != nil {
		return fmt.Errorf("reading %s: %w", p.file, rest)
	}
	if errors.As(err, &format) || errors.As(err, &limit) {
		return err
	}
	return fmt.Errorf("unpacking %s: %w", p.file, err)
}

func (p *pkg) readArchive(r io.Reader, s *spool, q *quota) error {
	a, err := newArReader(r)
	if err != nil {
		return err
	}
	stage := 0
	for {
		name, _, err := a.next()
		if err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(name, "_"):
		case stage == 0 && name == "debian-binary":
			err = checkFormat(a)
			stage = 1
		case stage == 1 && strings.HasPrefix(name, "control.tar"):
			err = p.readControl(name, a, q.Control)
			stage = 2
		case stage == 2 && strings.HasPrefix(name, "data.tar"):
			err = p.readData(name, a, s, q)
			stage = 3
		default:
			err = p.bad("", "unexpected archive member %q", name)
		}
		if err != nil {
			return err
		}
	}
	if stage != 3 {
		return p.bad("", "an archive member is missing")
	}
	return nil
}

func checkFormat(r io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(r, 64))
	if err == nil && !strings.HasPrefix(string(b), "2.") {
		return errors.New("package format is not 2.x")
	}
	return err
}

func (p *pkg) bad(path, format string, args ...any) error {
	return &FormatError{Package: p.file, Path: path, Reason: fmt.Sprintf(format, args...)}
}

// readControl reads control.tar, which is small.
func (p *pkg) readControl(name string, r io.Reader, limit int64) error {
	z, err := decompress(name, "control.tar", r)
	if err != nil {
		return err
	}
	defer z.Close()
	lr := &io.LimitedReader{R: z, N: limit}
	tr := tar.NewReader(lr)
	control := ""
	for {
		h, err := tr.Next()
		if err == io.EOF {
			break
		} else if err != nil {
			return p.limited(lr, limit, err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if h.Size > lr.N {
			return &LimitError{p.file, "bytes of control files", limit}
		}
		b, err := io.ReadAll(tr)
		if err != nil {
			return p.limited(lr, limit, err)
		}
		name := path.Clean(h.Name)
		switch {
		case name == "control":
			control = string(b)
		case !controlName(name):
			return p.bad(h.Name, "is no name of a control file")
		default:
			p.members = append(p.members, member{name, b})
		}
	}
	if err := p.drain(lr); err != nil {
		return p.limited(lr, limit, err)
	}
	return p.identify(control)
}

func (p *pkg) limited(lr *io.LimitedReader, limit int64, err error) error {
	if lr.N <= 0 {
		return &LimitError{p.file, "bytes of control files", limit}
	}
	return err
}

func controlName(s string) bool {
	return s != "" && s[0] != '.' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

func (p *pkg) identify(control string) error {
	s, err := parseStanza(control)
	if err != nil {
		return err
	}
	p.control = s
	p.identity = identity{s.fields["package"], s.fields["version"], s.fields["architecture"]}
	for _, v := range []string{p.Name, p.Version, p.Architecture} {
		if v == "" || strings.ContainsAny(v, "/ \n") || v[0] == '.' {
			return p.bad("", "control file lacks a valid name, version or architecture")
		}
	}
	p.relations = parseRelations(s.fields["replaces"])
	return nil
}

// drain reads what is behind the end of a tar archive: zeros.
func (p *pkg) drain(r io.Reader) error {
	buf := make([]byte, 16<<10)
	for {
		n, err := r.Read(buf)
		for _, b := range buf[:n] {
			if b != 0 {
				return p.bad("", "data after the end of a tar archive")
			}
		}
		if err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
