package fetch

import (
	"context"
	"fmt"
	"io"
)

// Stream hands the bytes at url to take, which reads them to their end and
// keeps nothing unless it returns nil. It tries again like Download, each time
// from the beginning and with another call of take; a server that breaks off
// where it did before is given up. More than limit bytes are
// a *LimitError. Nothing vouches for the bytes but take.
func (c *Client) Stream(ctx context.Context, url string, limit int64, take func(io.Reader) error) error {
	best := int64(0)
	err := c.retry(ctx, func() (bool, error) {
		r, err := c.open(ctx, url, 0, "")
		if err != nil {
			return false, err
		}
		defer r.body.Close()
		if r.size > limit {
			return false, &LimitError{url, limit}
		}
		body := &limited{r: r.body, left: limit, url: url, limit: limit}
		err = take(body)
		switch {
		case body.err != nil && body.err != io.EOF:
			more := body.n-best >= further
			best = max(best, body.n)
			return more, body.err
		case err != nil:
			return false, final{err}
		}
		return false, nil
	})
	if err != nil {
		return fmt.Errorf("downloading %s: %w", redact(url), err)
	}
	return nil
}

// limited is a body that is an error when it is too long, and remembers how it ended.
type limited struct {
	r              io.Reader
	left, n, limit int64
	url            string
	err            error
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	l.n += int64(n)
	if l.left -= int64(n); l.left < 0 {
		n, err = 0, &LimitError{l.url, l.limit}
	}
	if err != nil {
		l.err = err
	}
	return n, err
}
