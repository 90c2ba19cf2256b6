package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// rawServer answers each request with the same bytes, whatever they are, and
// then closes the connection if asked to.
type rawServer struct {
	net.Listener
	connections, requests atomic.Int32
}

func serveRaw(t testing.TB, answer string, closes bool) *rawServer {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &rawServer{Listener: l}
	var g sync.WaitGroup
	t.Cleanup(func() { l.Close(); g.Wait() })
	g.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.connections.Add(1)
			g.Go(func() { s.serve(c, answer, closes) })
		}
	})
	return s
}

func (s *rawServer) serve(c net.Conn, answer string, closes bool) {
	defer c.Close()
	r := bufio.NewReader(c)
	for {
		if _, err := http.ReadRequest(r); err != nil {
			return
		}
		s.requests.Add(1)
		if _, err := io.WriteString(c, answer); err != nil || closes {
			return
		}
	}
}

// answer is what a transport makes of the bytes of a server.
type answer struct {
	status int
	header string
	length int64
	body   string
	failed string // where: "", "header", "body"
}

func ask(t testing.TB, rt http.RoundTripper, url string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := rt.RoundTrip(req)
	if err != nil {
		return answer{failed: "header"}
	}
	defer resp.Body.Close()
	a := answer{status: resp.StatusCode, length: resp.ContentLength}
	var header strings.Builder
	resp.Header.Write(&header)
	a.header = header.String()
	data, err := io.ReadAll(resp.Body)
	if a.body = string(data); err != nil {
		a.failed = "body"
	}
	return a
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

// TestPlain: whatever a server sends, it is understood as http.Transport
// understands it, and a connection is used again exactly where it may be.
func TestPlain(t *testing.T) {
	early := "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
	for name, c := range map[string]struct {
		answer string
		closes bool // the server does, after each answer
		reused bool
		failed string
	}{
		"length":             {answer: ok, reused: true},
		"empty":              {answer: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", reused: true},
		"204":                {answer: "HTTP/1.1 204 No Content\r\n\r\n", reused: true},
		"304":                {answer: "HTTP/1.1 304 Not Modified\r\n\r\n", reused: true},
		"404":                {answer: "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno", reused: true},
		"chunked":            {answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", reused: true},
		"chunked, trailer":   {answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n", reused: true},
		"early hints":        {answer: early + ok, reused: true},
		"five early hints":   {answer: strings.Repeat(early, 5) + ok, reused: true},
		"many early hints":   {answer: strings.Repeat(early, 50) + ok, reused: true},
		"continue":           {answer: "HTTP/1.1 100 Continue\r\n\r\n" + ok, reused: true},
		"close":              {answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"},
		"until the end":      {answer: "HTTP/1.1 200 OK\r\n\r\nhello", closes: true},
		"1.0":                {answer: "HTTP/1.0 200 OK\r\n\r\nhello", closes: true},
		"1.0, length":        {answer: "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"},
		"1.0, keep-alive":    {answer: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello", reused: true},
		"closes":             {answer: ok, closes: true},
		"more than was said": {answer: ok + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"},
		"breaks off":         {answer: "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", closes: true, failed: "body"},
		"chunk breaks off":   {answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhe", closes: true, failed: "body"},
		"wrong chunk":        {answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello", closes: true, failed: "body"},
		"header breaks off":  {answer: "HTTP/1.1 200 OK\r\nContent-Le", closes: true, failed: "header"},
		"nothing":            {answer: "", closes: true, failed: "header"},
		"not HTTP":           {answer: "SSH-2.0-OpenSSH_9.2\r\n\r\n", closes: true, failed: "header"},
		"HTTP/2":             {answer: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", closes: true, failed: "header"},
		"two lengths":        {answer: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", closes: true, failed: "header"},
		"negative length":    {answer: "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", closes: true, failed: "header"},
		"length and chunked": {answer: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", reused: true},
		"line feeds":         {answer: strings.ReplaceAll(ok, "\r", ""), reused: true},
		"no reason":          {answer: "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", reused: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, theirs := serveRaw(t, c.answer, c.closes), serveRaw(t, c.answer, c.closes)
			ours, other := &transport{other: newTransport()}, newTransport()
			defer ours.CloseIdleConnections()
			defer other.CloseIdleConnections()
			for range 3 {
				got, want := ask(t, ours, "http://"+s.Addr().String()+"/f"), ask(t, other, "http://"+theirs.Addr().String()+"/f")
				if got != want {
					t.Fatalf("%+v, http.Transport says %+v", got, want)
				}
				if got.failed != c.failed {
					t.Fatalf("%+v, want it to fail in the %s", got, c.failed)
				}
			}
			if n := s.connections.Load(); c.reused != (n == 1) {
				t.Errorf("%d connections for three requests", n)
			}
		})
	}
}

// TestPlainSwitches: a protocol that nobody asked for is an error, where http.Transport hands it on.
func TestPlainSwitches(t *testing.T) {
	s := serveRaw(t, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", false)
	if a := ask(t, &transport{other: newTransport()}, "http://"+s.Addr().String()); a.failed != "header" {
		t.Errorf("%+v", a)
	}
}

// TestPlainHeader: a header without an end takes a bounded amount of memory.
func TestPlainHeader(t *testing.T) {
	for name, answer := range map[string]string{
		"one line":   "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 4<<20),
		"many lines": "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", 1<<20),
		"early":      strings.Repeat("HTTP/1.1 103 Early Hints\r\nX: "+strings.Repeat("x", 600<<10)+"\r\n\r\n", 4),
	} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, answer, false)
			rt := &transport{other: newTransport()}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr().String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := rt.RoundTrip(req); !errors.Is(err, errHeader) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// TestPlainStale: a connection that the server has closed, or sent something
// over, in the meantime is not used for a request.
func TestPlainStale(t *testing.T) {
	for name, spoil := range map[string]func(net.Conn){
		"closed": func(c net.Conn) { c.Close() },
		"unasked": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
		},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			spoiled := make(chan struct{})
			go func() {
				for i := 0; ; i++ {
					c, err := l.Accept()
					if err != nil {
						return
					}
					http.ReadRequest(bufio.NewReader(c))
					io.WriteString(c, ok)
					if i == 0 {
						spoil(c)
						close(spoiled)
					}
				}
			}()
			rt := &transport{other: newTransport()}
			defer rt.CloseIdleConnections()
			url := "http://" + l.Addr().String()
			first := ask(t, rt, url)
			<-spoiled
			time.Sleep(20 * time.Millisecond) // until it is there
			if again := ask(t, rt, url); first.body != "hello" || again != first {
				t.Errorf("%+v, then %+v", first, again)
			}
		})
	}
}

// TestPlainClosedMeanwhile: the server closes connections when the second request
// comes, which is no fault of that request.
func TestPlainClosedMeanwhile(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				r := bufio.NewReader(c)
				http.ReadRequest(r)
				io.WriteString(c, ok)
				http.ReadRequest(r)
			}()
		}
	}()
	rt := &transport{other: newTransport()}
	defer rt.CloseIdleConnections()
	for i := range 5 {
		if a := ask(t, rt, "http://"+l.Addr().String()); a.body != "hello" {
			t.Errorf("request %d: %+v", i, a)
		}
	}
}

// TestPlainCancel: a request ends when its context does, in the header and in the
// body, with its cause.
func TestPlainCancel(t *testing.T) {
	for name, answer := range map[string]string{"header": "HTTP/1.1 200 OK\r\n", "body": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"} {
		t.Run(name, func(t *testing.T) {
			s := serveRaw(t, answer, false)
			rt := &transport{other: newTransport()}
			ctx, cancel := context.WithCancelCause(t.Context())
			defer time.AfterFunc(50*time.Millisecond, func() { cancel(errStalled) }).Stop()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Addr().String(), nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := rt.RoundTrip(req)
			if err == nil {
				_, err = io.ReadAll(resp.Body)
				resp.Body.Close()
			}
			if !errors.Is(err, errStalled) {
				t.Errorf("error is %v", err)
			}
			if len(rt.idle[s.Addr().String()]) > 0 {
				t.Error("the connection is kept")
			}
		})
	}
}

// TestPlainUnread: a body that was not read to its end takes its connection with it.
func TestPlainUnread(t *testing.T) {
	s := serveRaw(t, ok, false)
	rt := &transport{other: newTransport()}
	defer rt.CloseIdleConnections()
	for range 3 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr().String(), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := rt.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		io.ReadFull(resp.Body, make([]byte, 2))
		resp.Body.Close()
		if _, err := resp.Body.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
			t.Errorf("reading a closed body: %v", err)
		}
	}
	if n := s.connections.Load(); n != 3 {
		t.Errorf("%d connections", n)
	}
}

// TestPlainMany has many goroutines ask one server; idle connections are bounded, and go.
func TestPlainMany(t *testing.T) {
	s := serveRaw(t, ok, false)
	rt := &transport{other: newTransport()}
	var g sync.WaitGroup
	for range 3 * maxIdle {
		g.Go(func() {
			for range 20 {
				if a := ask(t, rt, "http://"+s.Addr().String()); a.body != "hello" {
					t.Errorf("%+v", a)
				}
			}
		})
	}
	g.Wait()
	address := s.Addr().String()
	rt.mu.Lock()
	idle := rt.idle[address]
	rt.mu.Unlock()
	if n := len(idle); n == 0 || n > maxIdle {
		t.Errorf("%d connections are idle", n)
	}
	for _, c := range append([]*conn(nil), idle...) {
		rt.drop(c)
	}
	if len(rt.idle[address]) > 0 {
		t.Error("connections that were dropped are there")
	}
}

// TestPlainFor: what is not plain is for http.Transport.
func TestPlainFor(t *testing.T) {
	t.Setenv("HTTP_PROXY", "")
	rt := &transport{other: newTransport()}
	for _, c := range []struct {
		method, url, want string
		body              io.Reader
	}{
		{"GET", "http://a.example/f", "a.example:80", nil},
		{"GET", "http://a.example:8080/f", "a.example:8080", nil},
		{"GET", "http://[::1]/f", "[::1]:80", nil},
		{"GET", "https://a.example/f", "", nil},
		{"HEAD", "http://a.example/f", "", nil},
		{"POST", "http://a.example/f", "", strings.NewReader("x")},
		{"GET", "http://a.example/f", "", strings.NewReader("x")},
		{"GET", "http://bücher.example/f", "", nil},
	} {
		req, err := http.NewRequest(c.method, c.url, c.body)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := rt.plain(req); got != c.want || ok != (c.want != "") {
			t.Errorf("%s %s: %q", c.method, c.url, got)
		}
	}
	rt.other.Proxy = http.ProxyURL(must(t, "http://proxy.example:3128"))
	req, err := http.NewRequest("GET", "http://a.example/f", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := rt.plain(req); ok {
		t.Errorf("with a proxy: %q", got)
	}
}

// FuzzPlain compares what the two transports make of the same bytes.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{
		ok, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
		"HTTP/1.1 103 Early Hints\r\n\r\n" + ok, "HTTP/1.0 200\n\nhello", "HTTP/1.1 416 No\r\nContent-Length: 1\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		dial := func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				defer theirs.Close()
				if _, err := http.ReadRequest(bufio.NewReader(theirs)); err == nil {
					io.WriteString(theirs, text)
				}
			}()
			return ours, nil
		}
		a, b := newTransport(), newTransport()
		a.DialContext, b.DialContext = dial, dial
		got, want := ask(t, &transport{other: a}, "http://a.example/f"), ask(t, b, "http://a.example/f")
		if want.status == http.StatusSwitchingProtocols || len(text) > maxHeader {
			return // told apart on purpose
		}
		if got != want {
			t.Errorf("%+v, http.Transport says %+v", got, want)
		}
	})
}

func must(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
