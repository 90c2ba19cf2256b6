package fetch_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/dombuild/dombuild/internal/fetch"
)

// TestStreamBreaksOff has a server that breaks off at the same byte each time:
// it is asked a few times, not for ever. One that gets further is asked on.
func TestStreamBreaksOff(t *testing.T) {
	file := noise(1 << 20)
	take := func(r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return err
	}
	m := newMirror(t, nil)
	for range 50 {
		m.tricks = append(m.tricks, breaksOff(file, 200<<10))
	}
	err := impatient().Stream(t.Context(), m.URL+"/f", 1<<30, take)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error is %v", err)
	}
	if len(m.asked) != 3 {
		t.Errorf("asked %d times", len(m.asked))
	}
	m = newMirror(t, map[string][]byte{"/f": file})
	for n := range 8 {
		m.tricks = append(m.tricks, breaksOff(file, (n+1)*100<<10))
	}
	if err := impatient().Stream(t.Context(), m.URL+"/f", 1<<30, take); err != nil {
		t.Error(err)
	}
}

// TestRoundTripRedirects has a client of a library, which follows redirects by
// itself: it must not leave https either.
func TestRoundTripRedirects(t *testing.T) {
	plain := newMirror(t, map[string][]byte{"/f": noise(10)})
	secure := httptest.NewTLSServer(http.RedirectHandler(plain.URL+"/f", http.StatusTemporaryRedirect))
	defer secure.Close()
	client := &fetch.Client{HTTP: secure.Client(), Waits: []time.Duration{time.Millisecond}}
	library := &http.Client{Transport: client}
	resp, err := library.Get(secure.URL + "/f")
	if err == nil {
		resp.Body.Close()
	}
	as[*fetch.RedirectError](t, err)
	plain.wantAsked(t)
	if resp, err = library.Get(plain.URL + "/f"); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	resp.Body.Close()
}
