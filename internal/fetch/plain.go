package fetch

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// transport asks by plain HTTP/1.1, without a proxy, from the goroutine that
// waits for the answer; everything else is left to http.Transport, which has two
// goroutines for each connection. With many small files that is an eighth of
// the processor time of client, server and disk together. Requests and answers
// are written and read by net/http.
type transport struct {
	other *http.Transport

	mu   sync.Mutex
	idle map[string][]*conn // by address, the longest idle first
}

const (
	maxHeader = 1 << 20 // bytes before the body of an answer
	maxIdle   = 2 * defaultParallel
	idleTime  = 30 * time.Second
)

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	address, ok := t.plain(req)
	if !ok {
		return t.other.RoundTrip(req)
	}
	for {
		c, err := t.connect(req.Context(), address)
		if err != nil {
			return nil, err
		}
		resp, err := c.exchange(req)
		if err == nil {
			return resp, nil
		}
		// A server may close a connection just when it is to be used again.
		if !c.used || c.answered || req.Context().Err() != nil {
			return nil, err
		}
	}
}

// plain gives the address to ask, if the request is for this transport.
func (t *transport) plain(req *http.Request) (address string, ok bool) {
	host := req.URL.Hostname()
	if req.URL.Scheme != "http" || req.Method != http.MethodGet || req.Body != nil || host == "" {
		return "", false
	}
	for _, c := range []byte(host) {
		if c >= 0x80 { // internationalized
			return "", false
		}
	}
	if proxy, err := t.other.Proxy(req); proxy != nil || err != nil {
		return "", false
	}
	port := req.URL.Port()
	if port == "" {
		port = "80"
	}
	return net.JoinHostPort(host, port), true
}

// connect gives a connection that nobody uses, or makes one.
func (t *transport) connect(ctx context.Context, address string) (*conn, error) {
	for {
		c := t.take(address)
		if c == nil {
			break
		}
		if c.quiet() {
			return c, nil
		}
		c.Close()
	}
	nc, err := t.other.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	c := &conn{Conn: nc, t: t, address: address}
	c.r, c.w = bufio.NewReader(c), bufio.NewWriter(c)
	return c, nil
}

// take gives the connection that was used last.
func (t *transport) take(address string) *conn {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.idle[address]
	if len(list) == 0 {
		return nil
	}
	c := list[len(list)-1]
	t.idle[address] = list[:len(list)-1]
	c.old.Stop()
	return c
}

// give keeps a connection for the next request.
func (t *transport) give(c *conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.idle[c.address]) >= maxIdle {
		c.Close()
		return
	}
	if t.idle == nil {
		t.idle = map[string][]*conn{}
	}
	c.used = true
	c.old = time.AfterFunc(idleTime, func() { t.drop(c) })
	t.idle[c.address] = append(t.idle[c.address], c)
}

// drop closes a connection that is idle.
func (t *transport) drop(c *conn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.idle[c.address]
	for i := range list {
		if list[i] == c {
			t.idle[c.address] = append(list[:i:i], list[i+1:]...)
			c.Close()
			return
		}
	}
}

// CloseIdleConnections is what http.Client asks for.
func (t *transport) CloseIdleConnections() {
	t.other.CloseIdleConnections()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, list := range t.idle {
		for _, c := range list {
			c.old.Stop()
			c.Close()
		}
	}
	clear(t.idle)
}

// conn is a connection. It has one request at a time.
type conn struct {
	net.Conn
	t        *transport
	address  string
	r        *bufio.Reader
	w        *bufio.Writer
	used     bool // for a request before this one
	answered bool // a byte of the answer has come
	header   int  // how many bytes of the header may still come; -1: it is over
	old      *time.Timer
}

var errHeader = fmt.Errorf("the header of the answer is longer than %d bytes", maxHeader)

func (c *conn) Read(p []byte) (int, error) {
	if c.header == 0 {
		return 0, errHeader
	}
	if c.header > 0 {
		p = p[:min(len(p), c.header)]
	}
	n, err := c.Conn.Read(p)
	c.answered = c.answered || n > 0
	if c.header > 0 {
		c.header -= n
	}
	return n, err
}

// quiet says whether an idle connection is open and nothing has come that was
// not asked for.
func (c *conn) quiet() bool {
	sc, ok := c.Conn.(syscall.Conn)
	if !ok || c.r.Buffered() > 0 {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	quiet := false
	err = raw.Control(func(fd uintptr) {
		var b [1]byte
		_, _, err := unix.Recvfrom(int(fd), b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		quiet = err == unix.EAGAIN
	})
	return err == nil && quiet
}

// exchange sends a request and reads the answer up to its body.
func (c *conn) exchange(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	c.answered, c.header = false, maxHeader
	stop := context.AfterFunc(ctx, func() { c.Close() })
	resp, err := c.ask(req)
	if err != nil {
		stop()
		c.Close()
		return nil, because(ctx, err)
	}
	c.header = -1
	b := &body{from: resp.Body, c: c, ctx: ctx, stop: stop, last: resp.Close}
	if resp.Body == http.NoBody {
		b.end(true)
	}
	resp.Body = b
	return resp, nil
}

func (c *conn) ask(req *http.Request) (*http.Response, error) {
	if err := errors.Join(req.Write(c.w), c.w.Flush()); err != nil {
		return nil, err
	}
	for { // answers before the answer are passed over (RFC 9110, section 15.2)
		resp, err := http.ReadResponse(c.r, req)
		switch {
		case c.header == 0:
			return nil, errHeader
		case err != nil:
			return nil, err
		case resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, errors.New("the server switches to another protocol, which nobody asked for")
		case resp.StatusCode < 100 || resp.StatusCode >= 200:
			return resp, nil
		}
	}
}

// because gives the reason for which a connection was closed.
func because(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// body is that of an answer. At its end the connection is free.
type body struct {
	from io.ReadCloser
	c    *conn // nil when the end was reached, or the body closed
	ctx  context.Context
	stop func() bool
	last bool // nothing comes over the connection after it
	err  error
}

func (b *body) Read(p []byte) (int, error) {
	if b.c == nil {
		return 0, b.err
	}
	n, err := b.from.Read(p)
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		err = because(b.ctx, err)
	}
	b.err = err
	b.end(err == io.EOF)
	return n, err
}

func (b *body) Close() error {
	if b.c != nil {
		b.err = http.ErrBodyReadAfterClose
		b.end(false)
	}
	return nil
}

// end gives the connection back, or closes it.
func (b *body) end(whole bool) {
	c := b.c
	b.c = nil
	if b.err == nil {
		b.err = io.EOF
	}
	if b.stop() && whole && !b.last && c.r.Buffered() == 0 {
		c.t.give(c)
		return
	}
	c.Close()
}
