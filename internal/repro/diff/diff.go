package diff

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dombuild/dombuild/internal/repro/explain"
)

// Options say how artifacts are compared. The zero value is the default.
type Options struct {
	Exclude []Exclusion
	Limits  Limits
	Leaf    Leaf // explains contents that hold no entries; nil: explain.Contents
	Workers int  // that compare at the same time; 2
}

// Content is the bytes of an artifact, or of a file in one. ReadAt is safe for
// concurrent use.
type Content struct {
	Name string // "a.tar!/boot/initrd.img": for messages
	Size int64
	io.ReaderAt
}

// Result is the outcome of a comparison.
type Result struct {
	Left, Right string // names of the artifacts
	// Equal says that nothing differs but what is excluded; without exclusions
	// that used to match, that the bytes of both are the same.
	Equal       bool
	Differences []explain.Difference // innermost first, those of a level sorted by path
	Excluded    []Excluded           // in the order of Options.Exclude
	Examined    Examined

	named int // elements of all paths that are the name of the artifact: 1 when both are files
}

// Examined is how much was compared.
type Examined struct {
	Left  Count `json:"left"`
	Right Count `json:"right"`
}

// Count counts what one side has at all levels that were opened.
type Count struct {
	Entries int64 `json:"entries"`
	Bytes   int64 `json:"bytes"` // of all contents that were compared, packed and unpacked
}

// Identical says that nothing differs at all.
func (r *Result) Identical() bool {
	for _, e := range r.Excluded {
		if len(e.Differences) > 0 {
			return false
		}
	}
	return r.Equal
}

// comparer is one comparison at work.
type comparer struct {
	opt     Options
	limits  *budget
	helpers chan struct{} // a token for each worker but the first
	entries [2]atomic.Int64
	bytes   [2]atomic.Int64

	mu     sync.Mutex
	levels [][]string // see unproved
}

func newComparer(opt Options) *comparer {
	if opt.Workers <= 0 {
		opt.Workers = 2
	}
	if opt.Leaf == nil {
		opt.Leaf = explained
	}
	return &comparer{opt: opt, limits: newBudget(opt.Limits), helpers: make(chan struct{}, opt.Workers-1)}
}

// Compare compares the artifacts at two paths of the file system: directories,
// files or block devices, which may be named by symbolic links.
func Compare(ctx context.Context, left, right string, opt Options) (*Result, error) {
	rules, err := compileExclusions(opt.Exclude)
	if err != nil {
		return nil, err
	}
	c := newComparer(opt)
	l, err := openArtifact(left)
	if err != nil {
		return nil, err
	}
	defer l.close()
	r, err := openArtifact(right)
	if err != nil {
		return nil, err
	}
	defer r.close()
	c.limits.grant(l.size + r.size)
	found, err := c.artifacts(ctx, l, r)
	if err = cmp.Or(err, l.same(), r.same()); err != nil {
		return nil, c.limits.ofImage(err)
	}
	named := 0
	if l.dir == "" && r.dir == "" {
		named = 1
	}
	return c.result(left, right, named, found, rules), nil
}

// Read compares the bytes of two artifacts.
func Read(ctx context.Context, left, right Content, opt Options) (*Result, error) {
	rules, err := compileExclusions(opt.Exclude)
	if err != nil {
		return nil, err
	}
	c := newComparer(opt)
	c.limits.grant(left.Size + right.Size)
	found, err := c.contents(ctx, level{path: []string{baseName(left.Name)}}, left, right)
	if err != nil {
		return nil, c.limits.ofImage(err)
	}
	return c.result(left.Name, right.Name, 1, found, rules), nil
}

func (c *comparer) result(left, right string, named int, found []explain.Difference, rules []*exclusion) *Result {
	r := &Result{Left: left, Right: right, named: named}
	r.Differences, r.Excluded = exclude(found, rules)
	if more := c.hidden(r.Differences, r.Excluded); len(more) > 0 {
		r.Differences, r.Excluded = exclude(slices.Concat(found, more), rules)
	}
	r.Equal = len(r.Differences) == 0
	r.Examined = Examined{Count{c.entries[0].Load(), c.bytes[0].Load()}, Count{c.entries[1].Load(), c.bytes[1].Load()}}
	return r
}

// artifact is one of the two that were named: a directory or a content.
type artifact struct {
	name string
	dir  string // empty unless it is a directory
	file *os.File
	size int64
	*held
}

func openArtifact(path string) (*artifact, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, fmt.Errorf("opening an artifact: %w", err)
	}
	a := &artifact{name: filepath.ToSlash(filepath.Clean(path)), file: f}
	if err = a.measure(path); err == nil {
		a.held, err = hold(f, a.name)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("opening an artifact: %w", err)
	}
	return a, nil
}

func (a *artifact) measure(path string) error {
	info, err := a.file.Stat()
	if err != nil {
		return err
	}
	switch {
	case info.IsDir():
		a.dir = path
	case info.Mode().IsRegular():
		a.size = info.Size()
	case info.Mode().Type() == fs.ModeDevice:
		a.size, err = a.file.Seek(0, io.SeekEnd)
	default:
		err = &fs.PathError{Op: "read", Path: path, Err: errors.New("it is neither a file, a directory nor a block device")}
	}
	return err
}

func (a *artifact) close() { a.file.Close() }

func (a *artifact) content() Content { return Content{Name: a.name, Size: a.size, ReaderAt: a.file} }

// artifacts compares what was opened.
func (c *comparer) artifacts(ctx context.Context, l, r *artifact) ([]explain.Difference, error) {
	switch {
	case l.dir != "" && r.dir != "":
		return c.trees(ctx, l, r)
	case l.dir == "" && r.dir == "":
		return c.contents(ctx, level{path: []string{baseName(l.name)}}, l.content(), r.content())
	}
	return c.treeAndFile(ctx, l, r)
}

func (c *comparer) trees(ctx context.Context, l, r *artifact) ([]explain.Difference, error) {
	left, right, err := both(
		func() (*container, error) { return c.readTree(ctx, 0, l) },
		func() (*container, error) { return c.readTree(ctx, 1, r) })
	if err != nil {
		return nil, err
	}
	defer left.close()
	defer right.close()
	found, err := c.entriesOf(ctx, level{}, left, right)
	if err != nil {
		return nil, err
	}
	own, err := roots(l, r)
	return append(found, own...), err
}

// treeAndFile compares a directory with a file: they differ, and if the file
// is an artifact that holds entries it is said in what else.
func (c *comparer) treeAndFile(ctx context.Context, l, r *artifact) ([]explain.Difference, error) {
	read := func(side int, a *artifact) (*container, error) {
		if a.dir != "" {
			return c.readTree(ctx, side, a)
		}
		return c.readWhatever(ctx, side, level{}, a.content())
	}
	left, right, err := both(
		func() (*container, error) { return read(0, l) },
		func() (*container, error) { return read(1, r) })
	if err != nil {
		return nil, err
	}
	defer left.close()
	defer right.close()
	types := explain.Difference{Kind: explain.TypeOf, Left: string(left.format), Right: string(right.format),
		Detail: "a directory on one side, a file on the other"}
	c.unproved(level{})
	if !left.holds || !right.holds {
		return []explain.Difference{types}, nil
	}
	found, err := c.entriesOf(ctx, level{}, left, right)
	return append(found, types), err
}
