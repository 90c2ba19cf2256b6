package debroot

import (
	"archive/tar"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/rpm"
)

// RPMVersion names the rules by which a root is made of RPM packages, besides
// those of Version.
const RPMVersion = "1"

// rpmAlternatives are links that scriptlets of RPM packages make.
var rpmAlternatives = []struct {
	link    string
	targets []string
}{
	{"usr/bin/ld", []string{"ld.bfd", "ld.gold", "ld.lld", "ld.mold"}},
}

// AssembleRPM writes the root made of RPM packages to w. It differs from
// Assemble in what a package is: the payload is a cpio archive whose entries
// must be the files that the header lists, without ghosts; there is no
// Replaces, so that different files at one path are an error; and a package
// may have files below a link to a directory of another package, such as
// usr/sbin, which then lie in that directory. Scriptlets and triggers are not
// run. Options.Database is not for it.
func AssembleRPM(ctx context.Context, rpms []Deb, w io.Writer, opt Options) error {
	opt = opt.withDefaults()
	pkgs, spools, err := unpackAll(ctx, rpms, opt, func(ctx context.Context, d Deb, s *spool, q *quota) (*pkg, error) {
		return unpackRPM(ctx, d, s, q, opt.TempDir)
	})
	defer closeSpools(spools)
	if err != nil {
		return err
	}
	slices.SortFunc(pkgs, func(a, b *pkg) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Architecture, b.Architecture))
	})
	if err := checkTwice(pkgs); err != nil {
		return err
	}
	if err := followLinks(pkgs); err != nil {
		return err
	}
	t, err := merge(pkgs)
	if err != nil {
		return err
	}
	for _, a := range rpmAlternatives {
		t.alternative(a.link, a.targets)
	}
	if err := t.finish(pkgs, opt); err != nil {
		return err
	}
	return t.write(ctx, w, opt.Epoch)
}

// unpackRPM unpacks a package by way of a temporary file: its headers and
// payload are read in place. The bytes were verified before any is looked at.
func unpackRPM(ctx context.Context, d Deb, s *spool, q *quota, dir string) (*pkg, error) {
	f, size, err := copyRPM(ctx, d, dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &pkg{file: d.Name}
	listed, err := p.identifyRPM(f, size)
	if err != nil {
		return nil, p.bad("", "%s", err)
	}
	in, err := image.Read(d.Name, f, size, image.Options{Format: image.RPM,
		Limits: image.Limits{Entries: int64(q.Entries), Bytes: q.Bytes}})
	if err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", d.Name, err)
	}
	u := &rpmPayload{pkg: p, spool: s, quota: q, listed: listed, seen: map[string]*entry{}}
	if err := in.Walk(ctx, u.entry); err != nil {
		return nil, p.annotate(strings.NewReader(""), err)
	}
	return p, u.complete()
}

// copyRPM copies a package to a file without a name.
func copyRPM(ctx context.Context, d Deb, dir string) (f *os.File, size int64, err error) {
	r, err := d.Open()
	if err != nil {
		return nil, 0, fmt.Errorf("opening %s: %w", d.Name, err)
	}
	defer r.Close()
	if f, err = os.CreateTemp(dir, "debroot-"); err != nil {
		return nil, 0, fmt.Errorf("making a temporary file: %w", err)
	}
	if err = os.Remove(f.Name()); err == nil {
		size, err = io.Copy(f, &contextReader{ctx, r})
	}
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("reading %s: %w", d.Name, err)
	}
	return f, size, nil
}

// identifyRPM reads what the package says it is, and the files it lists.
func (p *pkg) identifyRPM(f io.ReaderAt, size int64) (map[string]rpm.Listed, error) {
	file, err := rpm.Open(f, size)
	if err != nil {
		return nil, err
	}
	is, err := file.NEVRA()
	if err != nil {
		return nil, err
	}
	p.identity = identity{is.Name, is.EVR.String(), is.Arch}
	list, err := file.Files()
	if err != nil {
		return nil, err
	}
	listed := map[string]rpm.Listed{}
	for _, l := range list {
		name := strings.TrimPrefix(l.Path, "/")
		if _, twice := listed[name]; twice {
			return nil, fmt.Errorf("its header lists %q twice", l.Path)
		}
		listed[name] = l
	}
	return listed, nil
}

// rpmPayload takes the entries of a payload.
type rpmPayload struct {
	*pkg
	spool  *spool
	quota  *quota
	listed map[string]rpm.Listed
	seen   map[string]*entry // by path in the root
	found  int
}

// inside gives the path within the payload of an entry of the package.
func inside(p string) (string, bool) {
	payload, name, ok := strings.Cut(p, "!/")
	return name, ok && strings.HasPrefix(payload, "payload.cpio")
}

// entry takes one entry; those outside the payload are the package's own parts.
func (u *rpmPayload) entry(e image.Entry, c *image.Content) error {
	name, ok := inside(e.Path)
	if !ok {
		return nil
	}
	if err := u.quota.take(u.file, e.Size); err != nil {
		return err
	}
	if clean, err := cleanPath(name); err != nil || clean != name {
		return u.bad(name, "its name is not a clean path")
	}
	l, ok := u.listed[name]
	switch {
	case !ok:
		return u.bad(name, "is in the payload and the header does not list it")
	case l.Ghost:
		return u.bad(name, "is in the payload and the header says that it is not")
	case l.Mode&0o7777 != e.Mode && e.Type != image.Symlink:
		return u.bad(name, "has the mode %o in the payload and %o in the header", e.Mode, l.Mode&0o7777)
	}
	u.found++
	out, err := u.newRPMEntry(name, e)
	if err != nil || out == nil {
		return err
	}
	if statTypes[out.kind] != l.Mode&0o170000 {
		return u.bad(name, "has another type in the payload than in the header")
	}
	if e.Type == image.Regular {
		if out.content, err = u.spool.add(c, e.Size); err != nil {
			return truncated(err)
		}
	}
	return u.add(out, &tar.Header{Name: name}, u.seen)
}

// statTypes are the type bits of st_mode.
var statTypes = map[byte]uint32{tar.TypeReg: 0o100000, tar.TypeDir: 0o040000, tar.TypeSymlink: 0o120000}

// newRPMEntry makes the entry of the root; nil when the root has it anyway.
func (u *rpmPayload) newRPMEntry(name string, e image.Entry) (*entry, error) {
	out := &entry{path: mergeUsr(name), owner: u.pkg}
	switch e.Type {
	case image.Directory:
		out.kind, out.mode = tar.TypeDir, int64(e.Mode&0o1777)
	case image.Regular:
		out.kind, out.mode = tar.TypeReg, int64(e.Mode&0o777)
	case image.HardLink:
		first := u.seen[mergeUsr(e.Link)]
		if first == nil || first.kind != tar.TypeReg {
			return nil, u.bad(name, "is a link to %q, which is no file of the package", e.Link)
		}
		out.kind, out.mode, out.content = tar.TypeReg, first.mode, first.content
	case image.Symlink:
		out.kind, out.mode, out.link = tar.TypeSymlink, 0o777, e.Link
		if e.Link == "" || strings.ContainsAny(e.Link, "\x00\n") {
			return nil, u.bad(name, "has a link without a valid target")
		}
		if linksToItself(name, e.Link) {
			return nil, nil
		}
	default:
		return nil, u.bad(name, "is a %s, which is not allowed", e.Type)
	}
	if out.kind != tar.TypeDir && isMerged(name) {
		target, ok := strings.CutPrefix(strings.TrimPrefix(out.link, "/"), "usr/") // such as sbin -> usr/bin
		if !ok {
			return nil, u.bad(name, "must be a directory")
		}
		out.link = target
	}
	return out, nil
}

// complete demands that every file that the header lists was in the payload.
func (u *rpmPayload) complete() error {
	want := 0
	for _, l := range u.listed {
		if !l.Ghost && l.Path != "/" {
			want++
		}
	}
	if u.found != want {
		return u.bad("", "its payload has %d of the %d files that its header lists", u.found, want)
	}
	return nil
}

// maxLinks bounds how many links the way to an entry may lead over.
const maxLinks = 40

// followLinks moves entries that lie below a link to a directory to that
// directory. A directory that another package has as such a link is the link.
func followLinks(pkgs []*pkg) error {
	links := map[string]string{}
	for _, p := range pkgs {
		for _, e := range p.entries {
			if _, ok := links[e.path]; !ok && e.kind == tar.TypeSymlink {
				links[e.path] = e.link
			}
		}
	}
	for _, p := range pkgs {
		kept := p.entries[:0]
		for _, e := range p.entries {
			dir, err := follow(links, parent(e.path), maxLinks)
			if err != nil {
				return p.bad(e.path, "%s", err)
			}
			e.path = strings.TrimPrefix(dir+"/"+path.Base(e.path), "/")
			if _, linked := links[e.path]; !linked || e.kind != tar.TypeDir {
				kept = append(kept, e)
			}
		}
		p.entries = kept
	}
	return nil
}

// follow returns the directory that a path of directories leads to.
func follow(links map[string]string, dir string, left int) (string, error) {
	at := ""
	for part := range strings.SplitSeq(dir, "/") {
		if part == "" {
			continue
		}
		at = strings.TrimPrefix(at+"/"+part, "/")
		target, ok := links[at]
		if !ok {
			continue
		}
		if left == 0 {
			return "", fmt.Errorf("lies below more than %d links", maxLinks)
		}
		if !strings.HasPrefix(target, "/") {
			target = "/" + parent(at) + "/" + target
		}
		var err error
		if at, err = follow(links, mergeUsr(strings.TrimPrefix(path.Clean(target), "/")), left-1); err != nil {
			return "", err
		}
	}
	return at, nil
}
