package archivetest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"time"
)

// Fault is a way in which a server misbehaves.
type Fault string

// The faults.
const (
	Missing   Fault = "missing"   // 404
	Wrong     Fault = "wrong"     // other bytes, as many
	Truncated Fault = "truncated" // the connection breaks off in the middle
	Longer    Fault = "longer"    // some bytes more
	Short     Fault = "short"     // half of the bytes, as if they were all
	Hold      Fault = "hold"      // nothing after the first half, until the client goes
	Busy      Fault = "busy"      // 503
)

// fault is one that is set up.
type fault struct {
	part  string // of the path
	kind  Fault
	times int // how often it shows; less than 0: always
}

type server struct {
	*httptest.Server
	stop chan struct{}
}

// Start serves the archive on the loopback interface and returns its URL.
func (a *Archive) Start() string {
	a.server = &server{httptest.NewServer(http.HandlerFunc(a.serve)), make(chan struct{})}
	return a.server.URL + "/debian"
}

// Close ends the server and whatever it holds back.
func (a *Archive) Close() {
	close(a.server.stop)
	a.server.CloseClientConnections()
	a.server.Close()
}

// Break makes the server misbehave for paths that contain part: the next
// times requests, or all when times is less than 0.
func (a *Archive) Break(part string, kind Fault, times int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = append(a.faults, &fault{part, kind, times})
}

// Mend ends all faults.
func (a *Archive) Mend() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = nil
}

// Asked counts the requests for paths that contain part.
func (a *Archive) Asked(part string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, p := range a.asked {
		if strings.Contains(p, part) {
			n++
		}
	}
	return n
}

// Forget sets the count of requests to zero.
func (a *Archive) Forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = nil
}

// find notes a request and returns the file and how it is to be served.
func (a *Archive) find(path string) (data []byte, kind Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = append(a.asked, path)
	data, ok := a.files[strings.TrimPrefix(path, "/debian/")]
	if !ok {
		return nil, Missing
	}
	for _, f := range a.faults {
		if f.times != 0 && strings.Contains(path, f.part) {
			f.times--
			return data, f.kind
		}
	}
	return data, ""
}

func (a *Archive) serve(w http.ResponseWriter, r *http.Request) {
	data, kind := a.find(r.URL.Path)
	half := func() {
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush()
	}
	switch kind {
	case Missing:
		http.NotFound(w, r)
		return
	case Busy:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case Wrong:
		data = bytes.Clone(data)
		data[len(data)/2] ^= 1
	case Longer:
		data = append(bytes.Clone(data), "more"...)
	case Short:
		data = data[:len(data)/2]
	case Truncated:
		half()
		panic(http.ErrAbortHandler)
	case Hold:
		half()
		select {
		case <-r.Context().Done():
		case <-a.server.stop:
		}
		panic(http.ErrAbortHandler)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(data))
}
