package build

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
)

// rooted applies the gates of an image's root tree: the rules about its files,
// those about what it is started with, and its budget. The verdict is kept, so
// that exceptions are applied anew when the step is cached.
func (r *runner) rooted(ctx context.Context, s plan.Step, out *Step) error {
	files, err := Root(ctx, r.opt.Store, s, r.output)
	if err != nil {
		return err
	}
	boot, err := r.boot(ctx, s)
	if err != nil {
		return err
	}
	v := hardening.Verdict{Schema: hardening.VerdictSchema, Files: []hardening.FileVerdict{}, Findings: []finding.Finding{}}
	for _, f := range files {
		v.Findings = append(v.Findings, hardening.Judge([]prove.File{f.verdict}, profile.Profile{}, false)...)
	}
	v.Findings = append(v.Findings, boot.Findings()...)
	if err := r.keepVerdict(ctx, s, v, out); err != nil {
		return err
	}
	return within(s, Count(files))
}

// boot reads what an image is started with from its recipe and its packages.
func (r *runner) boot(ctx context.Context, s plan.Step) (*hardening.Boot, error) {
	b := new(hardening.Boot)
	for _, t := range s.Trees {
		if !strings.HasPrefix(t.Target, plan.InputsDir+"/") {
			continue // what a varied environment is made of
		}
		if err := r.readBoot(ctx, t.Step, b); err != nil {
			return nil, fmt.Errorf("judging what %s is started with: %w", s.Name, err)
		}
	}
	if o := bootOf(r.plan.Recipe(), s); o != nil {
		b.Options(o.HypervisorOptions, o.KernelOptions, finding.Place{File: filepath.ToSlash(o.Range.Filename), Line: o.Range.Start.Line})
	}
	return b, nil
}

func (r *runner) readBoot(ctx context.Context, step string, b *hardening.Boot) error {
	in, err := r.output(step)
	if err != nil {
		return err
	}
	blob, err := r.opt.Store.Get(ctx, in.Output)
	if err != nil {
		return err
	}
	content, err := r.opt.Store.Content().ReaderAt(ctx, ocispecs.Descriptor{Digest: blob.Digest(), Size: blob.Size()})
	if err != nil {
		return err
	}
	defer content.Close()
	return b.Read(ctx, step, content, blob.Size())
}

// bootOf is the block boot of the image that a step packs, or nil.
func bootOf(r *recipe.Recipe, s plan.Step) *recipe.Boot {
	for _, m := range r.Images {
		if m.Address == s.Address {
			return m.Boot
		}
	}
	return nil
}
