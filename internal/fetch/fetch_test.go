package fetch_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/store"
)

// TestMirror is every way in which one mirror may behave.
func TestMirror(t *testing.T) {
	file, n := noise(1<<20), 1<<20
	other := noise(n + 1)[1:]
	half := fmt.Sprintf("/f bytes=%d-", n/2)
	noRange := func(w http.ResponseWriter, _ *http.Request) { w.Write(file) }
	tests := map[string]struct {
		tricks []http.HandlerFunc
		asked  []string
		err    any // pointer to the type of error wanted, or nil
	}{
		"good":                   {nil, []string{"/f"}, nil},
		"500 once":               {[]http.HandlerFunc{status(500)}, []string{"/f", "/f"}, nil},
		"503, 429":               {[]http.HandlerFunc{status(503), status(429)}, []string{"/f", "/f", "/f"}, nil},
		"502 for ever":           {[]http.HandlerFunc{status(502), status(502), status(502)}, []string{"/f", "/f", "/f"}, new(*fetch.StatusError)},
		"404":                    {[]http.HandlerFunc{status(404)}, []string{"/f"}, new(*fetch.NotFoundError)},
		"410":                    {[]http.HandlerFunc{status(410)}, []string{"/f"}, new(*fetch.NotFoundError)},
		"403":                    {[]http.HandlerFunc{status(403)}, []string{"/f"}, new(*fetch.StatusError)},
		"204":                    {[]http.HandlerFunc{status(204)}, []string{"/f"}, new(*fetch.StatusError)},
		"206 unasked":            {[]http.HandlerFunc{status(206)}, []string{"/f"}, new(*fetch.StatusError)},
		"wrong bytes":            {[]http.HandlerFunc{gives(other)}, []string{"/f"}, new(*store.IntegrityError)},
		"wrong size":             {[]http.HandlerFunc{gives([]byte("<html>captive portal"))}, []string{"/f"}, new(*store.IntegrityError)},
		"breaks off":             {[]http.HandlerFunc{breaksOff(file, n/2)}, []string{"/f", half}, nil},
		"breaks off, no range":   {[]http.HandlerFunc{breaksOff(file, n/2), noRange}, []string{"/f", half}, nil},
		"breaks off, 416":        {[]http.HandlerFunc{breaksOff(file, n/2), status(416)}, []string{"/f", half, "/f"}, nil},
		"breaks off, wrong 206":  {[]http.HandlerFunc{breaksOff(file, n/2), status(206)}, []string{"/f", half, "/f"}, nil},
		"wrong bytes break off":  {[]http.HandlerFunc{breaksOff(other, n/2)}, []string{"/f", half, "/f"}, nil},
		"stalls":                 {[]http.HandlerFunc{stalls}, []string{"/f", "/f"}, nil},
		"slow loris":             {[]http.HandlerFunc{loris}, nil, nil},
		"stalls for ever":        {[]http.HandlerFunc{stalls, stalls, stalls}, []string{"/f", "/f", "/f"}, new(*fetch.Error)},
		"breaks off without end": {[]http.HandlerFunc{breaksOff(file, 10), breaksOff(file, 0), breaksOff(file, 0)}, nil, new(*fetch.Error)},
		"breaks off here and there, no range": {[]http.HandlerFunc{
			breaksOff(file, n/2), breaksOff(file, n/4), breaksOff(file, n/2), breaksOff(file, n/4), breaksOff(file, n/2), breaksOff(file, n/4),
		}, []string{"/f", half, fmt.Sprintf("/f bytes=%d-", n/4)}, new(*fetch.Error)},
		"redirect":                 {[]http.HandlerFunc{http.RedirectHandler("/f", http.StatusFound).ServeHTTP}, []string{"/f", "/f"}, nil},
		"redirect to another file": {[]http.HandlerFunc{http.RedirectHandler("file:///etc/passwd", http.StatusFound).ServeHTTP}, []string{"/f"}, new(*fetch.RedirectError)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, m := openStore(t), newMirror(t, map[string][]byte{"/f": file}, test.tricks...)
			client := impatient()
			if strings.HasPrefix(name, "stalls") || name == "slow loris" { // on a busy machine a good server may seem to
				client.Stall = time.Second
			}
			err := fetch.Fetch(t.Context(), s, []fetch.Request{request("xen", file, m.URL+"/f")}, fetch.Options{Client: client})
			if test.asked != nil {
				m.wantAsked(t, test.asked...)
			}
			if test.err == nil {
				if err != nil {
					t.Fatal(err)
				}
				wantOnly(t, s, file)
				return
			}
			if !errors.As(err, test.err) {
				t.Fatalf("error is %T %v, want %T", err, err, test.err)
			}
			if !strings.HasPrefix(name, "breaks off") { // then something is kept to be resumed
				wantOnly(t, s)
			}
		})
	}
}

func TestRedirects(t *testing.T) {
	file := noise(100)
	plain := newMirror(t, map[string][]byte{"/f": file})
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/f", http.StatusFound))
	defer secure.Close()
	s := openStore(t)
	client := impatient()
	client.HTTP = secure.Client()
	err := fetch.Fetch(t.Context(), s, []fetch.Request{request("xen", file, secure.URL+"/f")}, fetch.Options{Client: client})
	as[*fetch.RedirectError](t, err)
	plain.wantAsked(t)

	loop := newMirror(t, nil)
	for range 20 {
		loop.tricks = append(loop.tricks, http.RedirectHandler("/f", http.StatusFound).ServeHTTP)
	}
	as[*fetch.RedirectError](t, do(t, s, request("xen", file, loop.URL+"/f")))
	if len(loop.asked) != 11 {
		t.Errorf("followed %d redirects, want 10", len(loop.asked)-1)
	}

	_, err = impatient().Download(t.Context(), secure.URL, 10) // its certificate is unknown here
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("error is %v", err)
	}
	wantOnly(t, s)
}

func TestEndless(t *testing.T) {
	file := noise(1 << 20)
	var sent int64
	m := newMirror(t, nil, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			n, err := w.Write(file[:1000])
			sent += int64(n)
			if err != nil {
				return
			}
		}
	})
	s := openStore(t)
	err := do(t, s, request("xen", file, m.URL+"/f"))
	e := as[*store.IntegrityError](t, err)
	if e.From != m.URL+"/f" || e.What != "xen" || !strings.Contains(err.Error(), "nothing was kept") {
		t.Errorf("error is %v", err)
	}
	m.wantAsked(t, "/f")
	wantOnly(t, s)
	m.Close()
	if sent > 32<<20 {
		t.Errorf("the server could send %d bytes", sent)
	}
}

func TestMirrorsInOrder(t *testing.T) {
	file, other := noise(1000), noise(1001)[1:]
	path := map[string][]byte{"/f": file}
	gone, broken := newMirror(t, nil), newMirror(t, nil, status(500), status(500), status(500))
	evil, good, unused := newMirror(t, map[string][]byte{"/f": other}), newMirror(t, path), newMirror(t, path)
	dead := httptest.NewServer(nil)
	dead.Close()
	s := openStore(t)
	err := do(t, s, request("xen", file, dead.URL+"/f", gone.URL+"/f", broken.URL+"/f", evil.URL+"/f", good.URL+"/f", unused.URL+"/f"))
	if err != nil {
		t.Fatal(err)
	}
	gone.wantAsked(t, "/f")
	evil.wantAsked(t, "/f")
	good.wantAsked(t, "/f")
	unused.wantAsked(t)
	wantOnly(t, s, file)
}

func TestAllMirrorsFail(t *testing.T) {
	file, other := noise(1000), noise(1001)[1:]
	gone, evil := newMirror(t, nil), newMirror(t, map[string][]byte{"/f": other})
	s := openStore(t)
	err := do(t, s, request("xen", file, gone.URL+"/f", evil.URL+"/f"))
	e := as[*store.IntegrityError](t, err)
	if e.Want != digest.FromBytes(file) || e.Got != digest.FromBytes(other) || e.From != evil.URL+"/f" || e.Hint() == "" {
		t.Errorf("error is %#v", e)
	}
	if h := as[*fetch.Error](t, err).Hint(); h != e.Hint() {
		t.Errorf("hint is %q", h)
	}

	nf := as[*fetch.NotFoundError](t, do(t, s, request("xen", file, gone.URL+"/f", "file:///nowhere/f")))
	if nf.Hint() != "dombuild update xen" || len(nf.URLs) != 2 {
		t.Errorf("error is %#v", nf)
	}
	nf = as[*fetch.NotFoundError](t, do(t, s, request("xen", file)))
	if nf.Hint() == "" || len(nf.URLs) != 0 {
		t.Errorf("error is %#v", nf)
	}
	wantOnly(t, s)
}

func TestOneBrokenPinDoesNotStopTheOthers(t *testing.T) {
	files, requests, blobs := map[string][]byte{}, []fetch.Request{}, [][]byte{}
	m := newMirror(t, files)
	for i := range 40 {
		b := noise(1000 + i)
		path := fmt.Sprintf("/%d", i)
		requests = append(requests, request(path, b, m.URL+path))
		switch i {
		case 7: // is not there
		case 11:
			files[path] = append([]byte("x"), b[1:]...)
		default:
			files[path] = b
			blobs = append(blobs, b)
		}
	}
	s := openStore(t)
	err := do(t, s, requests...)
	if e := as[*fetch.NotFoundError](t, err); e.Name != "/7" {
		t.Errorf("missing is %s", e.Name)
	}
	if e := as[*store.IntegrityError](t, err); e.What != "/11" {
		t.Errorf("wrong is %s", e.What)
	}
	if text := err.Error(); strings.Index(text, "/7") > strings.Index(text, "/11") {
		t.Errorf("errors are not in the order of the requests: %s", text)
	}
	wantOnly(t, s, blobs...)
	asked := len(m.asked)
	do(t, s, requests...)
	if more := len(m.asked) - asked; more != 2 {
		t.Errorf("the second fetch asked %d times, want 2", more)
	}
}

func TestSameBlobTwice(t *testing.T) {
	file := noise(1000)
	m := newMirror(t, map[string][]byte{"/b": file})
	s := openStore(t)
	if err := do(t, s, request("a", file, m.URL+"/a"), request("b", file, m.URL+"/b")); err != nil {
		t.Fatal(err)
	}
	m.wantAsked(t, "/a", "/b")
}

// TestLost: a blob that may be missing is no error when it cannot be had, unless
// it is wanted in earnest too.
func TestLost(t *testing.T) {
	there, gone, wrong, both := noise(1000), noise(1001), noise(1002), noise(1003)
	m := newMirror(t, map[string][]byte{"/there": there, "/wrong": noise(1003)[1:]})
	s := openStore(t)
	lost := map[string]error{}
	may := func(name string, data []byte) fetch.Request {
		r := request(name, data, m.URL+"/"+name)
		r.Lost = func(err error) { lost[name] = err }
		return r
	}
	if err := do(t, s, may("gone", gone), may("there", there), may("wrong", wrong)); err != nil {
		t.Error(err)
	}
	wantOnly(t, s, there)
	as[*fetch.NotFoundError](t, lost["gone"])
	as[*store.IntegrityError](t, lost["wrong"])
	if len(lost) != 2 {
		t.Errorf("lost: %v", lost)
	}
	clear(lost)
	as[*fetch.NotFoundError](t, do(t, s, may("both", both), request("both", both, m.URL+"/both")))
	if len(lost) > 0 {
		t.Errorf("lost: %v", lost)
	}
}
