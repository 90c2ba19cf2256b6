package diff

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// each calls fn for 0 to n-1, in this goroutine and in those of helpers that
// are free, and returns the error of the smallest number that had one. Calls
// may nest: no call waits for a helper.
func (c *comparer) each(ctx context.Context, n int, fn func(i int) error) error {
	w := &work{n: int64(n), fn: fn, failed: n}
	for i := w.take(ctx); i >= 0; i = w.take(ctx) {
		c.help(ctx, w)
		w.do(i)
	}
	w.helpers.Wait()
	if w.err != nil {
		return w.err
	}
	return ctx.Err()
}

// help has a free helper take part, if there is one and something to do.
func (c *comparer) help(ctx context.Context, w *work) {
	if w.next.Load() >= w.n {
		return
	}
	select {
	case c.helpers <- struct{}{}:
	default:
		return
	}
	w.helpers.Go(func() {
		defer func() { <-c.helpers }()
		for i := w.take(ctx); i >= 0; i = w.take(ctx) {
			w.do(i)
		}
	})
}

// work is what one call of each does.
type work struct {
	n       int64
	fn      func(int) error
	next    atomic.Int64
	stop    atomic.Bool
	helpers sync.WaitGroup

	mu     sync.Mutex
	failed int // smallest number that failed
	err    error
}

func (w *work) take(ctx context.Context) int {
	if w.stop.Load() || ctx.Err() != nil {
		return -1
	}
	i := w.next.Add(1) - 1
	if i >= w.n {
		return -1
	}
	return int(i)
}

func (w *work) do(i int) {
	err := w.fn(i)
	if err == nil {
		return
	}
	w.stop.Store(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	if i < w.failed {
		w.failed, w.err = i, err
	}
}

// both opens the two sides at the same time. When one fails the other is
// closed, and the left side's error comes first.
func both[T interface{ close() }](left, right func() (T, error)) (l, r T, err error) {
	var lerr, rerr error
	var g errgroup.Group
	g.Go(func() error { r, rerr = right(); return nil })
	l, lerr = left()
	g.Wait()
	switch {
	case lerr != nil && rerr == nil:
		r.close()
	case rerr != nil && lerr == nil:
		l.close()
	}
	if lerr != nil {
		return l, r, lerr
	}
	return l, r, rerr
}
