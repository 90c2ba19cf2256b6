package lfs

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// Limits of what a server says.
const (
	maxBatch   = 100     // files that are asked for at once
	maxReply   = 8 << 20 // bytes of the answer
	maxHeaders = 32      // of one file
	maxHeader  = 16 << 10
	maxHref    = 64 << 10
	maxMessage = 200
)

const mediaType = "application/vnd.git-lfs+json"

// question is what a batch asks, docs/api/batch.md.
type question struct {
	Operation string   `json:"operation"`
	Transfers []string `json:"transfers"`
	Objects   []object `json:"objects"`
	Hash      string   `json:"hash_algo"`
}

type object struct {
	OID     string            `json:"oid"`
	Size    int64             `json:"size"`
	Actions map[string]action `json:"actions,omitempty"`
	Error   *refusal          `json:"error,omitempty"`
}

type action struct {
	Href   string            `json:"href"`
	Header map[string]string `json:"header,omitempty"`
}

type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

type answer struct {
	Transfer string   `json:"transfer"`
	Objects  []object `json:"objects"`
	Hash     string   `json:"hash_algo"`
}

// place is where a file is to be had.
type place struct {
	pins.Object
	href   string
	header http.Header
}

func ask(wanted []pins.Object) ([]byte, error) {
	q := question{Operation: "download", Transfers: []string{"basic"}, Objects: []object{}, Hash: "sha256"}
	for _, o := range wanted {
		q.Objects = append(q.Objects, object{OID: o.Digest.Encoded(), Size: o.Size})
	}
	return json.Marshal(q)
}

// read reads an answer of the server at an address: a place for each file that
// it was asked for, or why there is none. No places at all come with an answer
// that cannot be read.
func read(text []byte, from *url.URL, wanted []pins.Object) ([]place, error) {
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, fmt.Errorf("its answer is none of a git LFS server: %w", err)
	}
	if a.Transfer != "" && a.Transfer != "basic" {
		return nil, fmt.Errorf("it wants to transfer by %.40q, not as it was asked", a.Transfer)
	}
	if a.Hash != "" && a.Hash != "sha256" {
		return nil, fmt.Errorf("it names files by %.40q, not by SHA-256", a.Hash)
	}
	sizes, answers := map[digest.Digest]int64{}, map[digest.Digest]object{}
	for _, w := range wanted {
		sizes[w.Digest] = w.Size
	}
	for _, o := range a.Objects {
		d := digest.Digest("sha256:" + o.OID)
		if _, asked := sizes[d]; !asked {
			return nil, fmt.Errorf("it answers for %.70q, which it was not asked for", o.OID)
		}
		if _, twice := answers[d]; twice {
			return nil, fmt.Errorf("it answers twice for %s", d)
		}
		answers[d] = o
	}
	out, errs := []place{}, []error{}
	for _, w := range wanted {
		p, err := answers[w.Digest].place(from, w)
		if err != nil {
			errs = append(errs, fmt.Errorf("file %s: %w", w.Digest, err))
			continue
		}
		out = append(out, p)
	}
	return out, few(errs)
}

// maxErrors are told of one batch.
const maxErrors = 10

// few joins the first errors, those of integrity before others.
func few(errs []error) error {
	slices.SortStableFunc(errs, func(a, b error) int { return rank(a) - rank(b) })
	if n := len(errs) - maxErrors; n > 0 {
		errs = append(errs[:maxErrors:maxErrors], fmt.Errorf("and %d files more", n))
	}
	return errors.Join(errs...)
}

func rank(err error) int {
	if errors.As(err, new(*store.IntegrityError)) {
		return 0
	}
	return 1
}

func (o object) place(from *url.URL, w pins.Object) (place, error) {
	p := place{Object: w, header: http.Header{}}
	if o.OID == "" {
		return p, errors.New("it does not answer for it")
	}
	if o.Error != nil {
		return p, fmt.Errorf("it replied %d: %.*q", o.Error.Code, maxMessage, o.Error.Message)
	}
	if o.Size != w.Size {
		return p, &store.IntegrityError{What: "the file " + string(w.Digest) + " of git LFS", Want: w.Digest, WantSize: w.Size, GotSize: o.Size,
			From: from.Redacted(), Action: "nothing was asked for, nothing was kept", Remedy: distrust}
	}
	a, ok := o.Actions["download"]
	if !ok {
		return p, errors.New("it does not say where it is")
	}
	u, err := url.Parse(a.Href)
	switch {
	case err != nil || len(a.Href) > maxHref:
		return p, errors.New("where it says it is is no URL")
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "":
		return p, fmt.Errorf("%.100q is no URL of http or https", u.Redacted())
	case u.User != nil:
		return p, errors.New("the URL has a user or password")
	case from.Scheme == "https" && u.Scheme != "https":
		return p, fmt.Errorf("%.100q leaves https", u.Redacted())
	}
	p.href = u.String()
	return p, p.headers(a.Header)
}

// own are headers that the connection itself sets.
var own = regexp.MustCompile(`^(Host|Connection|Keep-Alive|Content-Length|Transfer-Encoding|Te|Trailer|Upgrade|Expect|Range|If-Range|Accept-Encoding|User-Agent|Cookie|Proxy-.*)$`)

var (
	headerName  = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$")
	headerValue = regexp.MustCompile(`^[\t\x20-\x7e\x80-\xff]*$`)
)

// headers takes over what the server gives along for a file.
func (p *place) headers(all map[string]string) error {
	if len(all) > maxHeaders {
		return fmt.Errorf("it gives %d headers along, more than %d", len(all), maxHeaders)
	}
	total := 0
	for name, value := range all {
		total += len(name) + len(value)
		if !headerName.MatchString(name) || !headerValue.MatchString(value) {
			return fmt.Errorf("the header %.40q cannot be sent", name)
		}
		if name = textproto.CanonicalMIMEHeaderKey(name); !own.MatchString(name) {
			p.header.Set(name, strings.TrimSpace(value))
		}
	}
	if total > maxHeader {
		return fmt.Errorf("its headers have %d bytes, more than %d", total, maxHeader)
	}
	return nil
}
