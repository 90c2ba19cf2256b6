package lfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

const content = "a large file"

func wanted(text string) pins.Object {
	return pins.Object{Digest: digest.FromString(text), Size: int64(len(text))}
}

// machine is an empty store and an impatient client.
func machine(t *testing.T) *Machine {
	t.Helper()
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &Machine{Store: st, Client: &fetch.Client{Waits: []time.Duration{time.Millisecond}}}
}

// server answers a batch with a text in which HOST, OID and SIZE stand for what
// was asked, and serves files.
func server(t *testing.T, answer string, file http.HandlerFunc) (*url.URL, *httptest.Server) {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("POST /r.git/info/lfs/objects/batch", func(w http.ResponseWriter, r *http.Request) {
		var q question
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Operation != "download" || q.Hash != "sha256" || r.Header.Get("Accept") != mediaType || len(q.Objects) > maxBatch {
			http.Error(w, "no", http.StatusUnprocessableEntity)
			return
		}
		fmt.Fprint(w, strings.NewReplacer("HOST", r.Host, "OID", q.Objects[0].OID, "SIZE", fmt.Sprint(q.Objects[0].Size)).Replace(answer))
	})
	mux.HandleFunc("GET /f", file)
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	u, err := Server(s.URL+"/r", "")
	if err != nil {
		t.Fatal(err)
	}
	return u, s
}

const right = `{"transfer":"basic","objects":[{"oid":"OID","size":SIZE,"actions":{"download":{"href":"http://HOST/f","header":{"Authorization":"x"}}}}]}`

func serve(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, text) }
}

func TestFetch(t *testing.T) {
	asked := 0
	u, _ := server(t, right, func(w http.ResponseWriter, r *http.Request) {
		asked++
		if r.Header.Get("Authorization") != "x" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		fmt.Fprint(w, content)
	})
	m := machine(t)
	list := []pins.Object{wanted(content), wanted("")}
	for range 2 {
		if err := m.Fetch(t.Context(), "r.git", []*url.URL{u}, list); err != nil {
			t.Fatal(err)
		}
	}
	for _, o := range list {
		if b, err := m.Store.Get(t.Context(), o.Digest); err != nil || b.Size() != o.Size {
			t.Errorf("%v %v", b, err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
}

// TestHostile: what a server may not do, and that nothing of it is kept.
func TestHostile(t *testing.T) {
	for name, test := range map[string]struct {
		answer, want string
		file         http.HandlerFunc
		integrity    bool
	}{
		"other bytes":    {right, "does not hold the bytes", serve("a longer fil"), true},
		"shorter":        {right, "", serve("a large"), true},
		"endless":        {right, "", func(w http.ResponseWriter, r *http.Request) { forever(w) }, true},
		"gone":           {right, "is not there any more", http.NotFound, false},
		"another size":   {strings.Replace(right, "SIZE", "13", 1), "13 bytes", serve(content), true},
		"refused":        {`{"objects":[{"oid":"OID","size":SIZE,"error":{"code":404,"message":"it\nis gone"}}]}`, `it replied 404: "it\nis gone"`, nil, false},
		"no answer":      {`{"objects":[]}`, "does not answer for", nil, false},
		"not asked":      {`{"objects":[{"oid":"` + strings.Repeat("0", 64) + `","size":1}]}`, "was not asked for", nil, false},
		"twice":          {`{"objects":[{"oid":"OID","size":SIZE},{"oid":"OID","size":SIZE}]}`, "answers twice", nil, false},
		"nowhere":        {`{"objects":[{"oid":"OID","size":SIZE,"actions":{"upload":{"href":"http://HOST/f"}}}]}`, "does not say where", nil, false},
		"a file of ours": {strings.Replace(right, "http://HOST/f", "file:///etc/passwd", 1), "no URL of http", nil, false},
		"relative":       {strings.Replace(right, "http://HOST/f", "/f", 1), "no URL of http", nil, false},
		"password":       {strings.Replace(right, "http://HOST/f", "http://a:b@HOST/f", 1), "user or password", nil, false},
		"no URL":         {strings.Replace(right, "http://HOST/f", "http://%zz/", 1), "is no URL", nil, false},
		"header":         {strings.Replace(right, `"x"`, `"x\r\nHost: y"`, 1), "cannot be sent", nil, false},
		"headers":        {strings.Replace(right, `"x"`, `"`+strings.Repeat("x", 20000)+`"`, 1), "more than 16384", nil, false},
		"transfer":       {strings.Replace(right, "basic", "tus", 1), "wants to transfer", nil, false},
		"hash":           {strings.Replace(right, `"transfer"`, `"hash_algo":"sha1","transfer"`, 1), "not by SHA-256", nil, false},
		"no JSON":        {"<html>", "none of a git LFS server", nil, false},
		"large answer":   {`{"objects":[],"x":"` + strings.Repeat("x", maxReply) + `"}`, "larger than", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			if test.file == nil {
				test.file = func(http.ResponseWriter, *http.Request) { t.Error("a file was asked for") }
			}
			u, _ := server(t, test.answer, test.file)
			m := machine(t)
			err := m.Fetch(t.Context(), "r.git", []*url.URL{u}, []pins.Object{wanted(content)})
			var own *Error
			var wrong *store.IntegrityError
			if !errors.As(err, &own) || own.Hint() == "" || !strings.Contains(err.Error(), test.want) || errors.As(err, &wrong) != test.integrity {
				t.Errorf("%v", err)
			}
			if infos, err := m.Store.List(t.Context()); err != nil || len(infos) > 0 {
				t.Errorf("it keeps %v %v", infos, err)
			}
		})
	}
}

func forever(w http.ResponseWriter) {
	for {
		if _, err := w.Write(make([]byte, 1<<16)); err != nil {
			return
		}
	}
}

// TestOthers: a second server, and files beside one that cannot be had.
func TestOthers(t *testing.T) {
	bad, _ := server(t, `{"objects":[]}`, http.NotFound)
	good, _ := server(t, right, serve(content))
	m := machine(t)
	if err := m.Fetch(t.Context(), "r.git", []*url.URL{bad, good}, []pins.Object{wanted(content)}); err != nil {
		t.Error(err)
	}
	m = machine(t)
	err := m.Fetch(t.Context(), "r.git", []*url.URL{good}, []pins.Object{wanted(content), wanted("another")})
	if err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("%v", err)
	}
	if _, err := m.Store.Get(t.Context(), wanted(content).Digest); err != nil {
		t.Errorf("a file beside one that cannot be had: %v", err)
	}
}

// TestRedirect: what was given along for one address does not go to another.
func TestRedirect(t *testing.T) {
	var mu sync.Mutex
	var leaked []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		leaked = append(leaked, r.Header.Get("Authorization")+r.Header.Get("X-Token"))
		mu.Unlock()
		fmt.Fprint(w, content)
	}))
	defer other.Close()
	u, _ := server(t, strings.Replace(right, `"Authorization":"x"`, `"Authorization":"x","X-Token":"y"`, 1), func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Token") != "y" {
			t.Error("the header did not come along")
		}
		http.Redirect(w, r, other.URL, http.StatusFound)
	})
	m := machine(t)
	if err := m.Fetch(t.Context(), "r.git", []*url.URL{u}, []pins.Object{wanted(content)}); err != nil {
		t.Fatal(err)
	}
	if len(leaked) != 1 || leaked[0] != "" {
		t.Errorf("another host was given %q", leaked)
	}
}

// TestMany: thousands of files are asked for a hundred at a time.
func TestMany(t *testing.T) {
	batches, names := 0, map[string]string{} // by digest
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			fmt.Fprint(w, strings.TrimPrefix(r.URL.Path, "/"))
			return
		}
		batches++
		var q question
		_ = json.NewDecoder(r.Body).Decode(&q)
		for i, o := range q.Objects {
			q.Objects[i].Actions = map[string]action{"download": {Href: "http://" + r.Host + "/" + names[o.OID]}}
		}
		_ = json.NewEncoder(w).Encode(answer{Objects: q.Objects})
	}))
	defer s.Close()
	var list []pins.Object
	for i := range 250 {
		o := wanted(fmt.Sprint("file", i))
		names[o.Digest.Encoded()] = fmt.Sprint("file", i)
		list = append(list, o)
	}
	u, err := Server(s.URL+"/r.git/", "")
	if err != nil {
		t.Fatal(err)
	}
	m := machine(t)
	if err := m.Fetch(t.Context(), "r.git", []*url.URL{u}, list); err != nil || batches != 3 {
		t.Errorf("%d batches: %v", batches, err)
	}
}

func TestServer(t *testing.T) {
	for _, test := range []struct{ repository, named, want string }{
		{"https://example.org/a", "", "https://example.org/a.git/info/lfs"},
		{"https://example.org/a.git/", "", "https://example.org/a.git/info/lfs"},
		{"git://example.org/a.git", "", "https://example.org/a.git/info/lfs"},
		{"https://example.org/a.git", "https://example.com/lfs/", "https://example.com/lfs"},
		{"https://example.org/a.git", "ssh://example.com/lfs", ""},
		{"https://example.org/a.git", "file:///etc", ""},
		{"https://example.org/a.git", "https://me:it@example.com/lfs", ""},
	} {
		u, err := Server(test.repository, test.named)
		if (test.want == "") != (err != nil) || err == nil && u.String() != test.want {
			t.Errorf("%+v: %v %v", test, u, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	o := wanted(content)
	from, err := url.Parse("https://example.org/a.git/info/lfs/objects/batch")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(strings.NewReplacer("http:", "https:", "OID", o.Digest.Encoded(), "SIZE", fmt.Sprint(o.Size)).Replace(right))
	f.Add(`{"objects":[{"error":{}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		places, err := read([]byte(text), from, []pins.Object{o})
		if (err == nil) != (len(places) == 1) {
			t.Errorf("%v %v", places, err)
		}
		for _, p := range places {
			if u, err := url.Parse(p.href); err != nil || u.Scheme != "https" || u.User != nil || p.Object != o || len(p.header) > maxHeaders {
				t.Errorf("%+v", p)
			}
		}
	})
}
