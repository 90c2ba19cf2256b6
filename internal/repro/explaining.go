package repro

import (
	"context"
	"io"
	"strconv"
	"time"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/repro/diff"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

// Diff is an Explainer that compares the outputs of two builds to any depth.
// What differed between the builds is the evidence for causes; second is nil
// when nothing is known of it.
func Diff(first, second *build.Result) Explainer {
	var hints explain.Hints
	if second != nil {
		hints = hintsOf(first, second)
	}
	leaf := func(ctx context.Context, left, right diff.Content) ([]explain.Difference, error) {
		return explain.Contents(ctx, left.Name, io.NewSectionReader(left, 0, left.Size), io.NewSectionReader(right, 0, right.Size),
			explain.Options{Hints: hints})
	}
	return func(ctx context.Context, left, right Artifact) ([]explain.Difference, error) {
		result, err := diff.Read(ctx, contentOf(left), contentOf(right), diff.Options{Leaf: leaf})
		if err != nil {
			return nil, err
		}
		var list []explain.Difference
		for _, d := range result.Differences {
			if d.Path = d.Path[1:]; len(d.Path) == 0 {
				d.Path = []string{"."} // of the tree as a whole
			}
			if d.Cause == "" {
				d.Cause = hints.Classify(d)
			}
			list = append(list, d)
		}
		return list, nil
	}
}

func contentOf(a Artifact) diff.Content {
	return diff.Content{Name: a.Name, Size: a.Size, ReaderAt: a.ReaderAt}
}

// hintsOf are the values that two builds were told, as evidence.
func hintsOf(first, second *build.Result) explain.Hints {
	a, b := first.Plan.Environment(), second.Plan.Environment()
	h := explain.Hints{Clock: [2]explain.Period{clockOf(first, a), clockOf(second, b)}}
	for _, v := range []explain.Value{
		{Cause: explain.BuildPath, Left: a.BuildDir, Right: b.BuildDir},
		{Cause: explain.BuildPath, Left: a.OutDir, Right: b.OutDir},
		{Cause: explain.Hostname, Left: a.Hostname, Right: b.Hostname},
		{Cause: explain.Hostname, Left: a.Domain, Right: b.Domain},
		{Cause: explain.Timezone, Left: a.Timezone, Right: b.Timezone},
		{Cause: explain.Locale, Left: a.Locale, Right: b.Locale},
		{Cause: explain.User, Left: strconv.Itoa(a.UID), Right: strconv.Itoa(b.UID)},
		{Cause: explain.User, Left: strconv.Itoa(a.GID), Right: strconv.Itoa(b.GID)},
		{Cause: explain.User, Left: a.User, Right: b.User},
		{Cause: explain.User, Left: a.Home, Right: b.Home},
		{Cause: explain.Parallelism, Left: strconv.Itoa(a.Jobs), Right: strconv.Itoa(b.Jobs)},
		{Cause: explain.Uname, Left: a.KernelRelease, Right: b.KernelRelease},
		{Cause: explain.Uname, Left: a.KernelVersion, Right: b.KernelVersion},
		{Cause: explain.Environment, Left: a.Terminal, Right: b.Terminal},
	} {
		if v.Left != v.Right && v.Left != "" && v.Right != "" {
			h.Values = append(h.Values, v)
		}
	}
	return h
}

// clockOf is what the clock showed while a build ran.
func clockOf(r *build.Result, e plan.Environment) explain.Period {
	var p explain.Period
	for _, s := range r.Steps {
		from := s.Built.Add(time.Duration(e.ClockOffset) * time.Second)
		to := from.Add(time.Duration(s.Seconds*float64(time.Second)) + time.Second)
		if p.From.IsZero() || from.Before(p.From) {
			p.From = from
		}
		if to.After(p.To) {
			p.To = to
		}
	}
	return p
}
