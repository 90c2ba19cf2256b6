package tree

import (
	"archive/tar"
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/opencontainers/go-digest"
)

const capabilityRecord = "SCHILY.xattr.security.capability"

// EntryError says which entry a tree may not have.
type EntryError struct {
	Path   string
	Reason string
}

func (e *EntryError) Error() string { return fmt.Sprintf("entry %q %s", e.Path, e.Reason) }

// node is an entry on its way from the input to the output.
type node struct {
	Entry
	content *piece // shared by the paths of a hard link
}

// Canonical reads a tar archive and writes its canonical form. Nothing is
// written before the whole input was accepted. Contents of more than a few
// megabytes wait in a nameless temporary file.
func Canonical(in io.Reader, out io.Writer, epoch int64) (Index, error) {
	return CanonicalWithout(in, out, epoch, nil)
}

// CanonicalWithout is Canonical for a tree that has one directory too many,
// which is taken aside; nil takes nothing.
func CanonicalWithout(in io.Reader, out io.Writer, epoch int64, a *Aside) (Index, error) {
	s := &spool{}
	defer s.close()
	nodes, err := read(in, s, a)
	if err != nil {
		return nil, fmt.Errorf("reading a tree: %w", err)
	}
	if err := addParents(nodes); err != nil {
		return nil, fmt.Errorf("reading a tree: %w", err)
	}
	index, err := write(nodes, s, out, epoch)
	if err != nil {
		return nil, fmt.Errorf("writing a tree: %w", err)
	}
	return index, nil
}

// Read returns the index of a tree that was written by Canonical, or of any
// other that Canonical accepts.
func Read(in io.Reader) (Index, error) {
	nodes, err := read(in, nil, nil)
	if err == nil {
		err = addParents(nodes)
	}
	if err != nil {
		return nil, fmt.Errorf("reading a tree: %w", err)
	}
	index := make(Index, 0, len(nodes))
	for _, n := range order(nodes) {
		index = append(index, n.Entry)
	}
	return index, nil
}

func read(in io.Reader, s *spool, a *Aside) (map[string]*node, error) {
	nodes := map[string]*node{}
	r := tar.NewReader(in)
	for {
		h, err := r.Next()
		if err == io.EOF {
			// What is behind the end is read too: a verifying reader is
			// heard only at the end of the input.
			_, err = io.Copy(io.Discard, in)
			return nodes, err
		} else if err != nil {
			return nil, err
		}
		path, err := cleanPath(h.Name)
		if err != nil {
			return nil, &EntryError{h.Name, err.Error()}
		}
		if path == "" && h.Typeflag == tar.TypeDir {
			continue
		}
		if a.holds(path) {
			if err := a.entry(path, h, r); err != nil {
				return nil, err
			}
			continue
		}
		if nodes[path] != nil {
			return nil, &EntryError{path, "occurs twice"}
		}
		if nodes[path], err = newNode(path, h, r, nodes, s); err != nil {
			return nil, err
		}
	}
}

func newNode(path string, h *tar.Header, r io.Reader, nodes map[string]*node, s *spool) (*node, error) {
	n := &node{Entry: Entry{Path: path, Mode: uint32(h.Mode) & 0o7777}}
	if isSparse(h) {
		return nil, &EntryError{path, "is a sparse file, which is not allowed"}
	}
	if path == "" {
		return nil, &EntryError{h.Name, "must be a directory"}
	}
	switch h.Typeflag {
	case tar.TypeDir:
		n.Type = Directory
	case tar.TypeSymlink:
		n.Type, n.Mode, n.Link = Symlink, 0o777, h.Linkname
		if n.Link == "" || strings.Contains(n.Link, "\x00") || !utf8.ValidString(n.Link) {
			return nil, &EntryError{path, "is a symbolic link without a valid text"}
		}
	case tar.TypeLink:
		return n, n.linkTo(h.Linkname, nodes)
	case tar.TypeReg:
		n.Type, n.Size = Regular, h.Size
		n.Capability = hex.EncodeToString([]byte(h.PAXRecords[capabilityRecord]))
		d := digest.SHA256.Digester()
		var err error
		if n.content, err = s.add(io.TeeReader(r, d.Hash()), h.Size); err != nil {
			return nil, err
		}
		n.Digest = d.Digest()
	default:
		return nil, &EntryError{path, "is " + typeName(h.Typeflag) + ", which is not allowed"}
	}
	return n, nil
}

// linkTo makes n a further path of a file. Which path is the first is known
// only when all are.
func (n *node) linkTo(target string, nodes map[string]*node) error {
	clean, err := cleanPath(target)
	if err != nil {
		return &EntryError{n.Path, "is a hard link whose target " + err.Error()}
	}
	t := nodes[clean]
	if t == nil || t.Type != Regular {
		return &EntryError{n.Path, fmt.Sprintf("is a hard link to %q, which is no file before it", target)}
	}
	path := n.Path
	*n = *t
	n.Path = path
	return nil
}

// isSparse says whether h is of a sparse file in one of the PAX forms, which
// claim a size that no input bears.
func isSparse(h *tar.Header) bool {
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func typeName(flag byte) string {
	switch flag {
	case tar.TypeBlock:
		return "a block device"
	case tar.TypeChar:
		return "a character device"
	case tar.TypeFifo:
		return "a fifo"
	}
	return fmt.Sprintf("of type %q", flag)
}

func cleanPath(name string) (string, error) {
	switch {
	case name == "":
		return "", errors.New("is empty")
	case name[0] == '/':
		return "", errors.New("is absolute")
	case strings.Contains(name, "\x00"):
		return "", errors.New("contains NUL")
	case !utf8.ValidString(name):
		return "", errors.New("is not UTF-8")
	}
	var parts []string
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			return "", errors.New(`contains ".."`)
		default:
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "/"), nil
}

// addParents adds implied directories.
func addParents(nodes map[string]*node) error {
	for _, path := range slices.Collect(maps.Keys(nodes)) {
		for i := strings.LastIndexByte(path, '/'); i > 0; i = strings.LastIndexByte(path[:i], '/') {
			dir := path[:i]
			if n := nodes[dir]; n == nil {
				nodes[dir] = &node{Entry: Entry{Path: dir, Type: Directory, Mode: 0o755}}
			} else if n.Type != Directory {
				return &EntryError{path, fmt.Sprintf("is below %q, which is no directory", dir)}
			}
		}
	}
	return nil
}

// order sorts the nodes by path and makes every path of a hard link but the
// first one a link to that.
func order(nodes map[string]*node) []*node {
	first := map[*piece]string{}
	sorted := make([]*node, 0, len(nodes))
	for _, path := range slices.Sorted(maps.Keys(nodes)) {
		n := nodes[path]
		if target, ok := first[n.content]; ok {
			n.Type, n.Link = Hardlink, target
		} else if n.content != nil {
			first[n.content] = path
		}
		sorted = append(sorted, n)
	}
	return sorted
}

func write(nodes map[string]*node, s *spool, out io.Writer, epoch int64) (Index, error) {
	bw := bufio.NewWriterSize(out, 256<<10)
	w := tar.NewWriter(bw)
	index := make(Index, 0, len(nodes))
	for _, n := range order(nodes) {
		index = append(index, n.Entry)
		if err := w.WriteHeader(n.header(epoch)); err != nil {
			return nil, err
		}
		if n.Type == Regular {
			if _, err := io.Copy(w, s.reader(n.content)); err != nil {
				return nil, err
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return index, bw.Flush()
}

func (n *node) header(epoch int64) *tar.Header {
	h := &tar.Header{Name: n.Path, Mode: int64(n.Mode), Linkname: n.Link, ModTime: time.Unix(epoch, 0)}
	switch n.Type {
	case Directory:
		h.Typeflag = tar.TypeDir
		h.Name += "/"
	case Symlink:
		h.Typeflag = tar.TypeSymlink
	case Hardlink:
		h.Typeflag = tar.TypeLink
	case Regular:
		h.Typeflag = tar.TypeReg
		h.Size = n.Size
		if n.Capability != "" {
			value, _ := hex.DecodeString(n.Capability)
			h.PAXRecords = map[string]string{capabilityRecord: string(value)}
		}
	}
	if h.Format = tar.FormatPAX; h.PAXRecords == nil && ustar(h) {
		h.Format = tar.FormatUSTAR
	}
	return h
}

// ustar says whether the old format can hold h.
func ustar(h *tar.Header) bool {
	probe := *h
	probe.Format = tar.FormatUSTAR
	return tar.NewWriter(io.Discard).WriteHeader(&probe) == nil
}
