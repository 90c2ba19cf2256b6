package build

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/debroot"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/sandbox"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

func (r *runner) putLocal(ctx context.Context, l plan.LocalBlob) error {
	_, err := r.opt.Store.Put(ctx, bytes.NewReader(l.Content), l.Digest, int64(len(l.Content)))
	if err != nil {
		return fmt.Errorf("storing %s: %w", l.Name, err)
	}
	return nil
}

// toolchain unpacks pinned packages into a root, and where the recipe wants
// it, lets dpkg configure them in the sandbox.
func (r *runner) toolchain(ctx context.Context, s plan.Step, out *Step) (err error) {
	var total int64
	for _, d := range s.Debs {
		total += d.Size
	}
	task := r.opt.Progress.Begin(fmt.Sprintf("%s: unpack %d packages", s.Name, len(s.Debs)), total)
	defer func() { task.End(err) }()
	var debs []debroot.Deb
	for _, d := range s.Debs {
		blob, err := r.opt.Store.Get(ctx, d.Digest)
		if err != nil {
			return fmt.Errorf("package %s: %w", d.Name, err)
		}
		debs = append(debs, debroot.Deb{Name: d.Name, Size: d.Size, Open: blob.Open})
	}
	opt := debroot.Options{
		Epoch: r.plan.Recipe().SourceDateEpoch, Database: s.Configure, Limits: debroot.DefaultLimits(),
		TempDir: r.opt.Store.Dir(), Done: func(d debroot.Deb) { task.Add(d.Size) },
		Seed: r.plan.Environment().PackageOrder, Queued: func(order []debroot.Deb) { out.Order = names(order) },
	}
	assemble := debroot.Assemble
	if s.Type == recipe.RPM {
		assemble = debroot.AssembleRPM
	}
	blob, err := r.pipe(ctx, func(w io.Writer) error { return assemble(ctx, debs, w, opt) })
	if err != nil {
		return fmt.Errorf("unpacking %s: %w", s.Name, err)
	}
	out.Output, out.Size = blob.Digest(), blob.Size()
	if s.Configure {
		return r.configure(ctx, s, out)
	}
	return nil
}

func names(debs []debroot.Deb) []string {
	var list []string
	for _, d := range debs {
		list = append(list, d.Name)
	}
	return list
}

// configureScript runs the packages' own scripts. What they leave that only
// records when they ran is removed.
const configureScript = `set -eu
export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true
dpkg --force-depends --configure -a
rm -rf /var/log/* /var/cache/ldconfig /var/lib/dpkg/*-old /tmp/*
`

func (r *runner) configure(ctx context.Context, s plan.Step, out *Step) error {
	x := sandbox.Exec{
		Name: s.Name, Root: out.Output, RootOut: true,
		Args: []string{"/bin/sh", "-c", configureScript},
		Env:  []string{"HOME=/root", "LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TZ=UTC"},
		Cwd:  "/", Hostname: plan.Standard(r.plan.Recipe()).Hostname,
	}
	return r.exec(ctx, s, x, out)
}

// script runs a package's or image's script and accepts or refuses its output.
func (r *runner) script(ctx context.Context, s plan.Step, out *Step) error {
	root, err := r.output(s.Root)
	if err != nil {
		return err
	}
	x := sandbox.Exec{
		Name: s.Name, Root: root.Output,
		Args: []string{"/bin/sh", plan.RunScript}, Env: s.Env, Cwd: "/",
		Hostname: s.Host.Hostname, Domain: s.Host.Domain, UID: s.Host.UID, GID: s.Host.GID, Work: s.Host.BuildDir, Out: s.Host.OutDir,
		Files: map[string]sandbox.File{}, Links: s.Links,
	}
	if err := pretend(s, &x); err != nil {
		return err
	}
	if s.Over != "" {
		over, err := r.output(s.Over)
		if err != nil {
			return err
		}
		x.Layers = append(x.Layers, over.Output)
	}
	for _, f := range s.Files {
		mode := uint32(0o444)
		if f.Exec {
			mode = 0o555
		}
		x.Files[f.Path] = sandbox.File{Content: []byte(f.Content), Mode: mode}
	}
	for _, b := range s.Blobs {
		x.Mounts = append(x.Mounts, sandbox.Mount{Target: b.Target, Blob: b.Digest, Filename: b.Name, Unpack: b.Unpack})
	}
	for _, t := range s.Trees {
		in, err := r.output(t.Step)
		if err != nil {
			return err
		}
		x.Mounts = append(x.Mounts, sandbox.Mount{Target: t.Target, Blob: in.Output, Unpack: true})
	}
	return r.exec(ctx, s, x, out)
}

// exec runs x and stores the canonical form of what it left, if the gates accept it.
func (r *runner) exec(ctx context.Context, s plan.Step, x sandbox.Exec, out *Step) error {
	engine, err := r.sandbox(ctx)
	if err != nil {
		return err
	}
	log, err := r.log(s)
	if err != nil {
		return err
	}
	defer log.Close()
	out.Log, out.Probe = log.Name(), r.probe
	sink := sandbox.Sink{Status: r.opt.Status, Log: log, LogPath: log.Name(), Shell: r.opt.Shell}
	x.Source = source(s)
	x.IgnoreCache = r.opt.Fresh
	return engine.Run(ctx, x, sink, func(in io.Reader) error {
		var index tree.Index
		var calls bytes.Buffer
		blob, err := r.pipe(ctx, func(w io.Writer) (err error) {
			index, err = tree.CanonicalWithout(in, w, r.plan.Recipe().SourceDateEpoch, takeCalls(s, &calls))
			return err
		})
		if err != nil {
			return fmt.Errorf("taking the output of %s: %w", s.Name, err)
		}
		out.Output, out.Size, out.Tree = blob.Digest(), blob.Size(), index.Digest()
		return r.accept(ctx, s, index, blob, calls.Bytes(), out)
	})
}

// pipe stores what fill writes.
func (r *runner) pipe(ctx context.Context, fill func(io.Writer) error) (store.Blob, error) {
	pr, pw := io.Pipe()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		err := fill(pw)
		pw.CloseWithError(err)
		return err
	})
	var blob store.Blob
	group.Go(func() (err error) {
		blob, err = r.opt.Store.Put(ctx, pr, digest.Digest(""), -1)
		pr.CloseWithError(err)
		return err
	})
	return blob, group.Wait()
}

// log opens the file that keeps what a step prints; an older one is replaced.
func (r *runner) log(s plan.Step) (*os.File, error) {
	if err := os.MkdirAll(r.opt.Logs, 0o755); err != nil {
		return nil, fmt.Errorf("keeping the log of %s: %w", s.Name, err)
	}
	f, err := os.Create(filepath.Join(r.opt.Logs, s.Digest.Encoded()[:16]+"-"+path.Base(s.Name)+".log"))
	if err != nil {
		return nil, fmt.Errorf("keeping the log of %s: %w", s.Name, err)
	}
	return f, nil
}

// source names the place in the recipe that a step comes from. Its text is
// only for showing; a file that cannot be read is not shown.
func source(s plan.Step) *sandbox.Source {
	text, err := os.ReadFile(s.Place.Filename)
	if err != nil {
		return nil
	}
	return &sandbox.Source{Filename: s.Place.Filename, Text: text, StartLine: s.Place.Start.Line, EndLine: s.Place.End.Line}
}
