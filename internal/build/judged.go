package build

import (
	"bytes"
	"cmp"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/hardening/wrapper"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/store"
)

// gateID tells the gate of one program from that of another: the build ID that
// the Go linker gave this program, which covers all of its code, or its hash
// where it has none.
var gateID = sync.OnceValue(func() string {
	const self = "/proc/self/exe"
	if f, err := elf.Open(self); err == nil {
		defer f.Close()
		if s := f.Section(".note.go.buildid"); s != nil {
			if note, err := s.Data(); err == nil && len(note) > 32 {
				return digest.FromBytes(note).String()
			}
		}
	}
	f, err := os.Open(self)
	if err != nil {
		return ""
	}
	defer f.Close()
	d, err := digest.FromReader(f)
	if err != nil {
		return ""
	}
	return d.String()
})

// judgeAnew judges what is cached again where another program's gate judged it:
// its rules may have been weaker. What cannot be judged again, because the
// store no longer has all it takes, is built again; a blob that was changed is a
// *store.IntegrityError, once.
func (r *runner) judgeAnew(ctx context.Context, steps []plan.Step) error {
	if r.opt.Fresh {
		return nil
	}
	for _, s := range steps {
		out, ok := Lookup(r.opt.Store, s)
		if !ok {
			continue
		}
		r.known[s.Name] = out
		if out.Verdict == "" || out.Gate != "" && out.Gate == gateID() {
			continue
		}
		err := r.gateAgain(ctx, s, &out)
		if err == nil {
			err = r.record(s, out)
		}
		var gone *store.NotFoundError
		var bad *store.IntegrityError
		var unread *unreadError
		switch {
		case errors.As(err, &bad):
			// moved away, so that the next run builds the step again
			return fmt.Errorf("judging %s again: %w", s.Name, cmp.Or(r.opt.Store.Quarantine(ctx, bad.Want), err))
		case errors.As(err, &gone), errors.As(err, &unread):
			delete(r.known, s.Name)
			r.stale[s.Name] = true
		case err != nil:
			return err
		default:
			r.known[s.Name] = out
		}
	}
	return nil
}

// unreadError is a step whose output the cache does not have.
type unreadError struct{ step string }

func (e *unreadError) Error() string { return fmt.Sprintf("step %s is read before it ran", e.step) }

// gateAgain judges one step by what the store has of it.
func (r *runner) gateAgain(ctx context.Context, s plan.Step, out *Step) error {
	if s.Rooted {
		return r.rooted(ctx, s, out)
	}
	blob, err := r.opt.Store.Get(ctx, out.Output)
	if err != nil {
		return err
	}
	index, err := Index(ctx, r.opt.Store, *out)
	if err != nil {
		return err
	}
	var calls *wrapper.Log
	if s.Over != "" {
		text, err := readBlob(ctx, r.opt.Store, out.Calls)
		if err != nil {
			return err
		}
		if calls, err = wrapper.Parse(bytes.NewReader(text)); err != nil {
			return fmt.Errorf("reading the compiler calls of %s: %w", s.Name, err)
		}
	}
	return r.judge(ctx, s, index, blob, calls, out)
}

// judgeAgain applies the exceptions to the verdicts of what is cached: an
// exception that was good when the package was built may have expired.
func (r *runner) judgeAgain(ctx context.Context, steps, todo []plan.Step) error {
	for _, s := range steps {
		again := slices.ContainsFunc(todo, func(t plan.Step) bool { return t.Name == s.Name })
		if s.Kind != plan.KindPackage && !s.Rooted || again || r.opt.Fresh {
			continue
		}
		out, ok := Lookup(r.opt.Store, s)
		if !ok || out.Verdict == "" {
			continue
		}
		v, err := Verdict(ctx, r.opt.Store, out)
		if err != nil {
			return err
		}
		if err := passed(s, v.Findings, time.Now()); err != nil {
			return err
		}
	}
	return nil
}
