package repro

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/tree"
)

// Artifact is one side of what an Explainer compares.
type Artifact struct {
	io.ReaderAt
	Name string // for messages
	Size int64  // bytes
}

// Explainer says why two outputs differ: tar archives in canonical form. The
// first element of a difference's path is the path in the output. An Explainer
// decides nothing: what differs is known when it is asked.
type Explainer func(ctx context.Context, left, right Artifact) ([]explain.Difference, error)

// explained asks for the differences of two outputs.
func (s Search) explained(ctx context.Context, left, right build.Step) ([]explain.Difference, error) {
	if s.Explain == nil {
		return s.listed(ctx, left, right)
	}
	a, err := open(ctx, s.Store, left, "first/"+left.Name)
	if err != nil {
		return nil, err
	}
	defer a.Close()
	b, err := open(ctx, s.Store, right, "second/"+right.Name)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	list, err := s.Explain(ctx, a.Artifact, b.Artifact)
	var limit *image.LimitError
	if errors.As(err, &limit) { // that the outputs differ is known all the same
		return s.unopened(ctx, left, right, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("explaining how %s differs: %w", left.Name, err)
	}
	return list, nil
}

type openArtifact struct {
	Artifact
	io.Closer
}

func open(ctx context.Context, st *store.Store, s build.Step, name string) (openArtifact, error) {
	blob, err := st.Get(ctx, s.Output)
	if err != nil {
		return openArtifact{}, fmt.Errorf("the output of %s: %w", s.Name, err)
	}
	r, err := st.Content().ReaderAt(ctx, ocispecs.Descriptor{Digest: blob.Digest(), Size: blob.Size()})
	if err != nil {
		return openArtifact{}, fmt.Errorf("the output of %s: %w", s.Name, err)
	}
	return openArtifact{Artifact{r, name, blob.Size()}, r}, nil
}

// kinds are the words for what trees differ in.
var kinds = map[tree.Kind]explain.Kind{
	tree.OnlyInFirst: explain.OnlyLeft, tree.OnlyInSecond: explain.OnlyRight, tree.TypeDiffers: explain.TypeOf,
	tree.ModeDiffers: explain.Mode, tree.LinkDiffers: explain.LinkTarget, tree.Capability: explain.Xattr,
	tree.SizeDiffers: explain.Bytes, tree.Content: explain.Bytes,
}

// unopened lists differences, none of which was looked into because one would
// be more than a limit allows.
func (s Search) unopened(ctx context.Context, left, right build.Step, limit *image.LimitError) ([]explain.Difference, error) {
	list, err := s.listed(ctx, left, right)
	for i := range list {
		list[i].Detail = strings.TrimPrefix(list[i].Detail+"; no file was opened: "+limit.Error(), "; ")
	}
	return list, err
}

// listed is what can be said without looking into files.
func (s Search) listed(ctx context.Context, left, right build.Step) ([]explain.Difference, error) {
	a, err := build.Index(ctx, s.Store, left)
	if err != nil {
		return nil, err
	}
	b, err := build.Index(ctx, s.Store, right)
	if err != nil {
		return nil, err
	}
	var list []explain.Difference
	for _, d := range tree.Compare(a, b) {
		x := explain.Difference{Path: []string{d.Path}, Kind: kinds[d.Kind], Left: d.Left, Right: d.Right}
		switch d.Kind {
		case tree.ModeDiffers:
			x.Cause = explain.Permissions
		case tree.SizeDiffers:
			x.Detail = "the files have " + d.Left + " and " + d.Right + " bytes"
		}
		list = append(list, x)
	}
	return list, nil
}
