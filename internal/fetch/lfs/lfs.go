package lfs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

const distrust = "do not trust this server; another one has to give the files, or lfs=0 in the recipe leaves them out"

// Error says which files of a repository could not be had.
type Error struct {
	Clone string
	Err   error
}

func (e *Error) Error() string { return fmt.Sprintf("files of git LFS for %s: %v", e.Clone, e.Err) }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *Error) Hint() string {
	var wrong *store.IntegrityError
	if errors.As(e.Err, &wrong) {
		return distrust
	}
	return "fetch again: what was received is kept; if the recipe does not need these files, lfs=0 leaves them out"
}

// Machine is where files come from and where they go.
type Machine struct {
	Store    *store.Store
	Client   *fetch.Client
	Progress progress.Reporter // nil: none
}

// Fetch brings the files that the store lacks, from one of several servers. The
// error is an *Error.
func (m *Machine) Fetch(ctx context.Context, clone string, servers []*url.URL, wanted []pins.Object) error {
	missing, err := m.missing(ctx, wanted)
	var errs []error
	for _, server := range servers {
		if err != nil || len(missing) == 0 {
			break
		}
		err := m.from(ctx, clone, server, missing)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", server.Redacted(), err))
	}
	if err = errors.Join(append(errs, err)...); err != nil {
		return &Error{clone, err}
	}
	return nil
}

// missing are the files that the store lacks. The empty one needs no server.
func (m *Machine) missing(ctx context.Context, wanted []pins.Object) (list []pins.Object, err error) {
	for _, o := range wanted {
		if o.Size == 0 {
			if _, err := m.Store.Put(ctx, bytes.NewReader(nil), o.Digest, 0); err != nil {
				return nil, err
			}
			continue
		}
		has, err := m.Store.Has(o.Digest)
		if err != nil {
			return nil, err
		}
		if has {
			_, err := m.Store.Get(ctx, o.Digest)
			var corrupt *store.IntegrityError
			if has = !errors.As(err, &corrupt); has && err != nil {
				return nil, err
			} // what is corrupt is moved away where it is fetched
		}
		if !has {
			list = append(list, o)
		}
	}
	return list, nil
}

// from asks one server, for a few files at a time: what it says of where they
// are does not hold for long. One file that cannot be had does not stop the others.
func (m *Machine) from(ctx context.Context, clone string, server *url.URL, wanted []pins.Object) error {
	var errs []error
	for some := range slices.Chunk(wanted, maxBatch) {
		places, err := m.batch(ctx, server, some)
		if err = errors.Join(err, m.download(ctx, clone, places)); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil || places == nil {
			break
		}
	}
	return errors.Join(errs...)
}

// batch asks where files are.
func (m *Machine) batch(ctx context.Context, server *url.URL, wanted []pins.Object) (places []place, err error) {
	text, err := ask(wanted)
	if err != nil {
		return nil, err
	}
	var lasting error
	err = m.Client.Retry(ctx, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.String()+"/objects/batch", bytes.NewReader(text))
		if err != nil {
			return err
		}
		req.Header.Set("Accept", mediaType)
		req.Header.Set("Content-Type", mediaType)
		resp, err := m.Client.Exchange(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
		if err != nil {
			return err
		}
		if len(reply) > maxReply {
			return &fetch.LimitError{URL: server.Redacted(), Limit: maxReply}
		}
		places, lasting = read(reply, resp.Request.URL, wanted)
		return nil
	})
	return places, errors.Join(err, lasting)
}

// download fetches files from where they are.
func (m *Machine) download(ctx context.Context, clone string, places []place) error {
	along := headers{map[string]http.Header{}, m.Client}
	var wanted []fetch.Request
	for _, p := range places {
		along.of[p.href] = p.header
		wanted = append(wanted, fetch.Request{Digest: p.Digest, Size: p.Size, Name: "file " + p.Digest.Encoded()[:12] + " of " + clone, URLs: []string{p.href}})
	}
	client := &fetch.Client{HTTP: &http.Client{Transport: along}, Waits: m.Client.Waits, Stall: m.Client.Stall}
	return fetch.Fetch(ctx, m.Store, wanted, fetch.Options{Progress: m.Progress, Client: client})
}

// headers sends what belongs to an address to that address, and to no other one
// to which a request was led.
type headers struct {
	of   map[string]http.Header // by address
	next http.RoundTripper
}

func (h headers) RoundTrip(req *http.Request) (*http.Response, error) {
	if all := h.of[req.URL.String()]; len(all) > 0 {
		req = req.Clone(req.Context())
		for name, values := range all {
			req.Header[name] = values
		}
	}
	return h.next.RoundTrip(req)
}
