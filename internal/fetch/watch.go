package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"
)

// errStalled is a server that brings nothing, or next to nothing.
var errStalled = errors.New("the server stalled")

// trickle is what a server must bring in every window, or it has stalled.
const trickle = 1024

// watched is a body whose server may not stall. Only the time spent waiting
// for the server counts, not that of the local disk.
type watched struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	address string
	timer   *time.Timer
	window  time.Duration
	body    io.ReadCloser
	waited  time.Duration // in the current window
	got     int
}

// watch returns a context for a request, which ends when the server stalls.
func (c *Client) watch(ctx context.Context, address string) (context.Context, *watched) {
	w := &watched{window: c.Stall, address: address}
	if w.window <= 0 {
		w.window = stall
	}
	w.ctx, w.cancel = context.WithCancelCause(ctx)
	w.timer = time.AfterFunc(w.window, func() { w.cancel(errStalled) })
	return w.ctx, w
}

func (w *watched) Read(p []byte) (int, error) {
	start := time.Now()
	w.timer.Reset(w.window)
	n, err := w.body.Read(p)
	w.timer.Stop()
	w.waited += time.Since(start)
	w.got += n
	if w.waited >= w.window && err == nil {
		if w.got < trickle {
			w.cancel(errStalled)
			return n, w.cause(errStalled)
		}
		w.waited, w.got = 0, 0
	}
	if err != nil && err != io.EOF {
		err = w.cause(err)
	}
	return n, err
}

// cause tells a stalled server from a cancelled caller, and names it.
func (w *watched) cause(err error) error {
	if context.Cause(w.ctx) == errStalled {
		err = errStalled
	}
	var named *url.Error
	if errors.As(err, &named) {
		return err
	}
	return fmt.Errorf("%s: %w", w.address, err)
}

// failed ends the watch over a request that brought no body.
func (w *watched) failed(err error) error {
	err = w.cause(err)
	w.stop()
	return err
}

func (w *watched) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

func (w *watched) Close() error {
	w.stop()
	return w.body.Close()
}
