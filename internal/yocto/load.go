package yocto

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/kas"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Audit evaluates layers and judges them. Syntax errors are in the result; an
// error means that there is none.
func Audit(ctx context.Context, in Input) (*Result, error) {
	k, err := kindOf(in.Paths)
	if err != nil {
		return nil, err
	}
	o := bitbake.Options{Set: in.Set, Progress: in.Progress}
	var project *kas.Config
	var lines map[string]kas.Lines
	switch k {
	case layers:
		o.Layers = in.Paths
	case buildDir:
		o.BuildDir = in.Paths[0]
	case kasFile:
		if project, err = readKas(in.Environment, in.Paths[0]); err != nil {
			return nil, err
		}
		dir, err := os.MkdirTemp("", "dombuild-kas-")
		if err != nil {
			return nil, fmt.Errorf("making a build directory: %w", err)
		}
		defer os.RemoveAll(dir)
		if lines, err = project.WriteBuild(dir); err != nil {
			return nil, err
		}
		o.BuildDir = dir
		if o.Root, err = commonRoot(project); err != nil {
			return nil, err
		}
	}
	return all(ctx, o, in, project, lines)
}

// commonRoot is the deepest directory that holds all layers of a project.
func commonRoot(c *kas.Config) (string, error) {
	dirs, err := c.Resolve()
	if err != nil {
		return "", err
	}
	root, err := filepath.Abs(dirs[0])
	if err != nil {
		return "", err
	}
	for _, dir := range dirs {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return "", err
		}
		for rel, err := filepath.Rel(root, abs); err != nil || !filepath.IsLocal(rel); rel, err = filepath.Rel(root, abs) {
			root = filepath.Dir(root)
		}
	}
	return root, nil
}

// run audits one configuration, and returns the names of the others.
func run(ctx context.Context, o bitbake.Options, in Input, project *kas.Config, lines map[string]kas.Lines) (*Result, []string, error) {
	w, err := bitbake.Load(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	release, err := releaseOf(w, in.Set)
	if err != nil {
		return nil, nil, err
	}
	a := &audit{release: release, files: filesOf(w), code: &code{}, errors: slices.Clone(w.Errors()), recipes: make([][]*recipe, w.Files())}
	if a.doubt, err = unpatched(project, w.Root()); err != nil {
		return nil, nil, err
	}
	a.configuration(&configuration{data: w.Configuration(), release: release, root: w.Root(), kas: project, multiconfig: o.MultiConfig})
	err = w.Recipes(ctx, func(file int, variants []*bitbake.Recipe) error {
		a.file(file, variants)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	result := a.result()
	result.replace(w.Root(), lines)
	names, _ := configurations(w.Configuration().Get("BBMULTICONFIG"))
	return result, names, nil
}

// unpatched is why nothing is proven of a project in whose layers kas changes
// what is checked out; nil where it has been done, or there is nothing to do.
func unpatched(project *kas.Config, root string) (*bitbake.Unknown, error) {
	if project == nil {
		return nil, nil
	}
	list, err := project.Unpatched()
	if err != nil || len(list) == 0 {
		return nil, err
	}
	u := list[0]
	return &bitbake.Unknown{
		Place:      bitbake.Place{File: relative(root, u.Place.File), Line: u.Place.Line},
		Expression: "patches",
		Reason:     fmt.Sprintf("kas patches repository %s, which is not on the branch %s where kas leaves it then: kas checkout applies them", u.Repo, u.Branch),
	}, nil
}

// releaseOf finds out which BitBake the layers are for: what was set, the
// series of the core layer, else the oldest that every layer is compatible with.
func releaseOf(w *bitbake.Workspace, set map[string]string) (source.Release, error) {
	if text := set["BB_VERSION"]; text != "" {
		return source.ParseRelease(text)
	}
	if r, ok := source.ReleaseOf(w.Configuration().Get("LAYERSERIES_CORENAMES").Text); ok {
		return r, nil
	}
	oldest, found := source.Release{}, false
	for _, l := range w.Layers() {
		for _, name := range l.Compat {
			if r, ok := source.ReleaseOf(name); ok && (!found || r.Before(oldest)) {
				oldest, found = r, true
			}
		}
	}
	if found {
		return oldest, nil
	}
	return source.Newest, nil
}

// replace puts the lines of a kas file in place of those of the configuration
// that was written from it.
func (r *Result) replace(root string, lines map[string]kas.Lines) {
	if len(lines) == 0 {
		return
	}
	place := func(file *string, line *int) {
		name := *file
		if !filepath.IsAbs(name) {
			name = filepath.Join(root, name)
		}
		written, ok := lines[name]
		if !ok {
			return
		}
		if p, ok := written[*line]; ok {
			*file, *line = relative(root, p.File), p.Line
			return
		}
		*file, *line = "", 0
	}
	for _, s := range r.Sources {
		for i := range s.Provenance {
			place(&s.Provenance[i].File, &s.Provenance[i].Line)
		}
		for i := range s.Reasons {
			place(&s.Reasons[i].File, &s.Reasons[i].Line)
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		place(&f.Place.File, &f.Place.Line)
		f.Related = slices.Clone(f.Related)
		for j := range f.Related {
			place(&f.Related[j].Place.File, &f.Related[j].Place.Line)
		}
		f.Related = slices.DeleteFunc(f.Related, func(g finding.Related) bool { return g.Place.File == "" })
	}
	for _, e := range r.Errors {
		place(&e.Place.File, &e.Place.Line)
	}
}
