package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Client asks servers. The zero value is ready; it must not be copied once it
// is in use.
type Client struct {
	// HTTP does the work; nil means one that takes proxies from the
	// environment. Its redirect policy is replaced by ours.
	HTTP *http.Client
	// Waits are the pauses before the second, third … try of a URL; nil means
	// 0.5, 2 and 5 seconds.
	Waits []time.Duration
	// Stall is how long a server may bring less than a kilobyte; 0 means 30
	// seconds.
	Stall time.Duration

	once sync.Once
	http http.Client
}

const (
	userAgent    = "dombuild"
	maxRedirects = 10
	stall        = 30 * time.Second
)

func (c *Client) client() *http.Client {
	c.once.Do(func() {
		if c.HTTP != nil {
			c.http = *c.HTTP
		} else {
			c.http.Transport = &transport{other: newTransport()}
		}
		c.http.CheckRedirect = checkRedirect
	})
	return &c.http
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: 15 * time.Second,
		MaxIdleConnsPerHost: maxIdle,
		IdleConnTimeout:     idleTime,
		ForceAttemptHTTP2:   true,
		DisableCompression:  true,
	}
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	from, to := via[len(via)-1].URL, req.URL
	refuse := func(reason string) error { return &RedirectError{from.Redacted(), to.Redacted(), reason} }
	switch {
	case len(via) > maxRedirects:
		return refuse(fmt.Sprintf("more than %d in a row", maxRedirects))
	case to.Scheme != "http" && to.Scheme != "https":
		return refuse("only http and https are followed")
	case from.Scheme == "https" && to.Scheme == "http":
		return refuse("it leaves https")
	}
	return nil
}

// reply is what a URL gave.
type reply struct {
	body   io.ReadCloser
	offset int64  // of the first byte of body in the file
	size   int64  // of the whole file; -1 if the server does not say
	etag   string // strong, or ""
	whole  bool   // body ends with an error if it breaks off
}

// open asks for a file from offset on. The reply may begin at zero instead.
// An etag makes the server send the whole file if it is another one now.
func (c *Client) open(ctx context.Context, address string, offset int64, etag string) (*reply, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("parsing URL: %w", err)
	}
	switch u.Scheme {
	case "http", "https":
		return c.openHTTP(ctx, u, offset, etag)
	case "file":
		return openFile(u, offset)
	}
	return nil, &url.Error{Op: "opening", URL: u.Redacted(), Err: errScheme}
}

var errScheme = errors.New("only http, https and file are supported")

func openFile(u *url.URL, offset int64) (*reply, error) {
	if u.Host != "" && u.Host != "localhost" {
		return nil, &url.Error{Op: "opening", URL: u.Redacted(), Err: errors.New("a file URL has no host: write file:///path")}
	}
	f, err := os.Open(u.Path)
	if err != nil {
		return nil, err
	}
	fi, err := f.Stat()
	if err == nil && !fi.Mode().IsRegular() {
		err = &fs.PathError{Op: "reading", Path: u.Path, Err: errors.New("not a regular file")}
	}
	if err == nil && offset > fi.Size() {
		offset = 0
	}
	if err == nil {
		_, err = f.Seek(offset, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &reply{body: f, offset: offset, size: fi.Size(), whole: true}, nil
}

func (c *Client) openHTTP(ctx context.Context, u *url.URL, offset int64, etag string) (*reply, error) {
	ctx, w := c.watch(ctx, u.Redacted())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		w.stop()
		return nil, err
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept-Encoding", "identity")
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		if etag != "" {
			req.Header.Set("If-Range", etag)
		}
	}
	resp, err := c.client().Do(req)
	if err != nil {
		return nil, w.failed(err)
	}
	w.body = resp.Body
	r, err := interpret(resp, u, offset)
	if err != nil {
		w.Close()
		return nil, err
	}
	r.body = w
	return r, nil
}

// errRange says that a server cannot continue a file where it was asked to.
var errRange = errors.New("the server does not continue where it was asked to")

func interpret(resp *http.Response, u *url.URL, offset int64) (*reply, error) {
	r := &reply{size: resp.ContentLength, etag: strongETag(resp)}
	r.whole = resp.ContentLength >= 0 || len(resp.TransferEncoding) > 0 || resp.ProtoMajor > 1
	switch {
	case resp.StatusCode == http.StatusOK:
		return r, nil
	case resp.StatusCode == http.StatusPartialContent && offset > 0:
		first, size, ok := parseContentRange(resp.Header.Get("Content-Range"))
		if !ok || first != offset {
			return nil, fmt.Errorf("%s: %w", u.Redacted(), errRange)
		}
		r.offset, r.size = first, size
		return r, nil
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && offset > 0:
		return nil, fmt.Errorf("%s: %w", u.Redacted(), errRange)
	}
	return nil, &StatusError{URL: u.Redacted(), Code: resp.StatusCode}
}

func strongETag(resp *http.Response) string {
	if tag := resp.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return ""
}

// parseContentRange reads "bytes 5-9/10"; the size is -1 for "bytes 5-9/*".
func parseContentRange(text string) (first, size int64, ok bool) {
	span, total, ok1 := strings.Cut(strings.TrimPrefix(text, "bytes "), "/")
	a, b, ok2 := strings.Cut(span, "-")
	first, err1 := strconv.ParseInt(a, 10, 64)
	last, err2 := strconv.ParseInt(b, 10, 64)
	size, err3 := strconv.ParseInt(total, 10, 64)
	if total == "*" {
		size, err3 = -1, nil
	}
	ok = ok1 && ok2 && err1 == nil && err2 == nil && err3 == nil &&
		0 <= first && first <= last && (size == -1 || last < size)
	return first, size, ok
}

// Download returns the bytes at url, limit of them at most: more is a
// *LimitError. It tries again like Fetch. That there is nothing is
// fs.ErrNotExist. Nothing vouches for the bytes.
func (c *Client) Download(ctx context.Context, url string, limit int64) ([]byte, error) {
	var data []byte
	err := c.retry(ctx, func() (bool, error) {
		r, err := c.open(ctx, url, 0, "")
		if err != nil {
			return false, err
		}
		defer r.body.Close()
		if r.size > limit {
			return false, &LimitError{url, limit}
		}
		data, err = io.ReadAll(io.LimitReader(r.body, limit+1))
		if err == nil && int64(len(data)) > limit {
			err = &LimitError{url, limit}
		}
		return false, err
	})
	if err != nil {
		return nil, fmt.Errorf("downloading %w", err)
	}
	return data, nil
}
