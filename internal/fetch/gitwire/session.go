package gitwire

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/dombuild/dombuild/internal/fetch"
)

// session is a server that was asked what it can do.
type session interface {
	// command sends a request and returns the answer, which is closed.
	command(ctx context.Context, body []byte) (io.ReadCloser, error)
	close() error
}

// webSession is a server that speaks HTTP.
type webSession struct {
	client *fetch.Client
	base   string // without slash
}

const protocol = "version=2"

func openWeb(ctx context.Context, c *fetch.Client, address string) (*webSession, io.ReadCloser, error) {
	base := strings.TrimRight(address, "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/info/refs?service=git-upload-pack", nil)
	if err != nil {
		return nil, nil, err
	}
	req.Header.Set("Git-Protocol", protocol)
	resp, err := c.Exchange(req)
	if err != nil {
		return nil, nil, err
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != "application/x-git-upload-pack-advertisement" {
		resp.Body.Close()
		return nil, nil, fmt.Errorf("%s: there is no git server that speaks the smart protocol (it answers with %q)", address, kind)
	}
	if u := *resp.Request.URL; strings.HasSuffix(u.Path, "/info/refs") { // after redirects
		u.Path, u.RawQuery = strings.TrimSuffix(u.Path, "/info/refs"), ""
		base = u.String()
	}
	return &webSession{c, base}, resp.Body, nil
}

func (s *webSession) command(ctx context.Context, body []byte) (io.ReadCloser, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/git-upload-pack", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Git-Protocol", protocol)
	req.Header.Set("Content-Type", "application/x-git-upload-pack-request")
	req.Header.Set("Accept", "application/x-git-upload-pack-result")
	resp, err := s.client.Exchange(req)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func (s *webSession) close() error { return nil }

// portSession is a server that speaks git's own protocol over TCP.
type portSession struct{ conn *deadline }

const stall = 30 * time.Second

func openPort(ctx context.Context, u *url.URL) (*portSession, io.ReadCloser, error) {
	address := u.Host
	if u.Port() == "" {
		address = net.JoinHostPort(u.Hostname(), "9418")
	}
	conn, err := (&net.Dialer{Timeout: 15 * time.Second}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", u.Redacted(), err)
	}
	s := &portSession{&deadline{Conn: conn, stop: context.AfterFunc(ctx, func() { conn.Close() })}}
	var hello bytes.Buffer
	packet(&hello, "git-upload-pack %s\x00host=%s\x00\x00%s\x00", u.Path, u.Host, protocol)
	if _, err := s.conn.Write(hello.Bytes()); err != nil {
		s.close()
		return nil, nil, err
	}
	return s, io.NopCloser(s.conn), nil
}

func (s *portSession) command(_ context.Context, body []byte) (io.ReadCloser, error) {
	_, err := s.conn.Write(body)
	return io.NopCloser(s.conn), err
}

func (s *portSession) close() error {
	s.conn.stop()
	return s.conn.Close()
}

// deadline is a connection whose other end may not stall.
type deadline struct {
	net.Conn
	stop func() bool
}

func (d *deadline) Read(p []byte) (int, error) {
	if err := d.SetReadDeadline(time.Now().Add(stall)); err != nil {
		return 0, err
	}
	return d.Conn.Read(p)
}

func (d *deadline) Write(p []byte) (int, error) {
	if err := d.SetWriteDeadline(time.Now().Add(stall)); err != nil {
		return 0, err
	}
	return d.Conn.Write(p)
}
