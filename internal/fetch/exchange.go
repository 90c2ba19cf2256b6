package fetch

import (
	"context"
	"net/http"
)

// Exchange sends a request that is more than asking for a file: redirects are
// followed as for files, and a server that stalls is given up. Whoever sends it
// verifies what comes back. A status that is not 200 is a *StatusError.
func (c *Client) Exchange(req *http.Request) (*http.Response, error) {
	ctx, w := c.watch(req.Context(), req.URL.Redacted())
	req = req.WithContext(ctx)
	req.Header.Set("User-Agent", userAgent)
	resp, err := c.client().Do(req)
	if err != nil {
		return nil, w.failed(err)
	}
	w.body = resp.Body
	if resp.StatusCode != http.StatusOK {
		w.Close()
		return nil, &StatusError{URL: req.URL.Redacted(), Code: resp.StatusCode}
	}
	resp.Body = w
	return resp, nil
}

// RoundTrip lets libraries that speak a protocol of their own send their
// requests as this client does. It follows no redirects, and refuses those that
// the library follows where this client would not.
func (c *Client) RoundTrip(req *http.Request) (*http.Response, error) {
	if from := req.Response; from != nil && from.Request != nil { // it is because of a redirect
		if err := checkRedirect(req, []*http.Request{from.Request}); err != nil {
			return nil, err
		}
	}
	ctx, w := c.watch(req.Context(), req.URL.Redacted())
	transport := c.client().Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	resp, err := transport.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, w.failed(err)
	}
	w.body, resp.Body = resp.Body, w
	return resp, nil
}

// Retry calls try until it succeeds, fails for good, or was tried often enough,
// with the waits between tries that a file would have.
func (c *Client) Retry(ctx context.Context, try func() error) error {
	return c.retry(ctx, func() (bool, error) { return false, try() })
}
