package debroot

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// Version names the rules by which a root is made. It changes whenever the same
// packages would give other bytes.
const Version = "1"

// Deb is a package file: a .deb, or for AssembleRPM an .rpm.
type Deb struct {
	Name string // of the file, for errors
	Size int64  // in bytes; a hint that lets the largest go first, may be 0
	Open func() (io.ReadCloser, error)
}

// Options say what Assemble makes. The zero value is usable.
type Options struct {
	Epoch    int64  // modification time of every entry, seconds since 1970
	Database bool   // write the state of dpkg with every package unpacked
	TempDir  string // for contents that wait to be sorted; default os.TempDir()
	Parallel int    // packages unpacked at once; default GOMAXPROCS
	Limits   Limits
	Seed     uint32      // of another order to unpack in; 0 is the largest first. The root is the same
	Queued   func([]Deb) // is called with that order; may be nil
	Done     func(Deb)   // is called after each package, from any goroutine; may be nil
}

// Limits bound what packages may unpack to. Fields that are 0 have the value
// of DefaultLimits.
type Limits struct {
	Bytes   int64 // of all contents together
	Entries int   // of all packages together
	Control int64 // bytes of one control.tar, unpacked
}

// DefaultLimits are far above what a build root needs.
func DefaultLimits() Limits {
	return Limits{Bytes: 32 << 30, Entries: 2_000_000, Control: 64 << 20}
}

// identity is what a package says it is.
type identity struct {
	Name, Version, Architecture string
}

// Assemble writes the root made of debs to w.
func Assemble(ctx context.Context, debs []Deb, w io.Writer, opt Options) error {
	opt = opt.withDefaults()
	pkgs, spools, err := unpackAll(ctx, debs, opt, unpackDeb)
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
	t, err := merge(pkgs)
	if err != nil {
		return err
	}
	if err := t.finish(pkgs, opt); err != nil {
		return err
	}
	return t.write(ctx, w, opt.Epoch)
}

func (o Options) withDefaults() Options {
	d := DefaultLimits()
	o.Limits.Bytes = cmp.Or(o.Limits.Bytes, d.Bytes)
	o.Limits.Entries = cmp.Or(o.Limits.Entries, d.Entries)
	o.Limits.Control = cmp.Or(o.Limits.Control, d.Control)
	o.Parallel = cmp.Or(o.Parallel, runtime.GOMAXPROCS(0))
	return o
}

// unpacker unpacks one package.
type unpacker func(context.Context, Deb, *spool, *quota) (*pkg, error)

// unpackAll unpacks every package, the largest first, each worker with a
// spool of its own. The spools are returned with an error too.
func unpackAll(ctx context.Context, debs []Deb, opt Options, unpack unpacker) ([]*pkg, []*spool, error) {
	order := slices.Clone(debs)
	slices.SortStableFunc(order, func(a, b Deb) int { return bySize(b, a) })
	if opt.Seed != 0 {
		random := rand.New(rand.NewPCG(uint64(opt.Seed), 0))
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if len(order) > 1 && order[0].Size == slices.MaxFunc(order, bySize).Size {
			order = append(order[1:], order[0]) // another order even of two
		}
	}
	if opt.Queued != nil {
		opt.Queued(order)
	}
	queue := make(chan int, len(order))
	for i := range order {
		queue <- i
	}
	close(queue)

	q := &quota{Limits: opt.Limits}
	pkgs := make([]*pkg, len(order))
	spools := make([]*spool, min(opt.Parallel, len(order)))
	g, ctx := errgroup.WithContext(ctx)
	for n := range spools {
		g.Go(func() error {
			s, err := newSpool(opt.TempDir)
			if err != nil {
				return err
			}
			spools[n] = s
			for i := range queue {
				if err := ctx.Err(); err != nil {
					return err
				}
				if pkgs[i], err = unpack(ctx, order[i], s, q); err != nil {
					return err
				}
				if opt.Done != nil {
					opt.Done(order[i])
				}
			}
			return s.flush()
		})
	}
	return pkgs, spools, g.Wait()
}

func bySize(a, b Deb) int { return cmp.Compare(a.Size, b.Size) }

func closeSpools(spools []*spool) {
	for _, s := range spools {
		if s != nil {
			s.close()
		}
	}
}

func checkTwice(pkgs []*pkg) error {
	for i, p := range pkgs[min(1, len(pkgs)):] {
		if q := pkgs[i]; p.Name == q.Name && p.Architecture == q.Architecture {
			return &ConflictError{Packages: [2]string{q.file, p.file}, Reason: "are the same package"}
		}
	}
	return nil
}

// FormatError says that a package is not one that can be unpacked.
type FormatError struct {
	Package string // name of the file
	Path    string // of the entry at fault; may be empty
	Reason  string
}

func (e *FormatError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("unpacking %s: %s", e.Package, e.Reason)
	}
	return fmt.Sprintf("unpacking %s: entry %q: %s", e.Package, e.Path, e.Reason)
}

// ConflictError says that two packages cannot be in one root.
type ConflictError struct {
	Path     string
	Packages [2]string
	Reason   string
}

func (e *ConflictError) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%s and %s %s", e.Packages[0], e.Packages[1], e.Reason)
	}
	return fmt.Sprintf("%s and %s conflict at /%s: %s", e.Packages[0], e.Packages[1], e.Path, e.Reason)
}

// LimitError says that packages unpack to more than Limits allow.
type LimitError struct {
	Package string
	What    string
	Limit   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("unpacking %s: exceeds the limit of %d %s", e.Package, e.Limit, e.What)
}
