// Package fetch is the only downloader. It brings blobs whose digest is known
// into the store, and small documents into memory.
//
// # Invariants
//
// What was not verified is nowhere: bytes stream into a partial download of
// the store and are hashed on the way; the store publishes them under their
// digest or discards them. So any mirror will do, over any transport, and a
// URL is a hint only.
//
// One broken pin does not stop the others. All errors are joined, in the order
// of the requests.
//
// Fetch heals: a blob that is there is hashed again, and one whose bytes are
// wrong is moved to the quarantine of the store and downloaded.
//
// # What happens to a request
//
// Its URLs are tried in order. A reply that breaks off, stalls, or asks to try
// later (5xx, 408, 425, 429) is asked for again after fixed waits, from where
// it broke off (Range, with If-Range where the server gave an ETag). A server
// that ignores Range, or refuses it, is asked for the whole. A missing file
// (404, 410), another status, a certificate that is not valid and wrong bytes
// lead to the next URL. Bytes that are wrong although a part of them came from
// elsewhere are fetched once more as a whole before the URL is given up.
//
// An interrupted download stays in the store and is resumed by the next Fetch,
// which hashes the bytes that are there first.
//
// Redirects are followed ten times at most, never from https to http, and
// never to another scheme.
package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"

	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
)

// Request is a blob that is wanted.
type Request struct {
	Digest digest.Digest
	Size   int64    // bytes; -1 if not known
	Name   string   // what people call it, for messages and `dombuild update`
	URLs   []string // http, https or file; tried in order

	// Lost is told why the blob cannot be had from any URL, which then is no
	// error of Fetch. nil: it is one.
	Lost func(error)
}

// Options of Fetch. The zero value will do.
type Options struct {
	Parallel int               // downloads at the same time; 0: 16
	Progress progress.Reporter // nil: none
	Client   *Client           // nil: a new one
}

const (
	defaultParallel = 16  // as many as are hashed together at most
	committing      = 512 // files that wait for the disk at the same time: each is open
)

// Fetch brings every request into the store: see the package documentation.
// The errors of all requests are joined: *NotFoundError, *store.IntegrityError,
// *Error.
func Fetch(ctx context.Context, s *store.Store, requests []Request, opt Options) error {
	if opt.Parallel <= 0 {
		opt.Parallel = defaultParallel
	}
	if opt.Progress == nil {
		opt.Progress = progress.None{}
	}
	if opt.Client == nil {
		opt.Client = new(Client)
	}
	requests = merge(requests)
	missing, errs := verifyPresent(ctx, s, requests, opt.Progress)
	if ctx.Err() == nil && slices.Contains(missing, true) {
		download(ctx, s, requests, missing, errs, opt)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.Join(errs...)
}

// merge makes one request of those for the same blob, with the URLs of all.
func merge(requests []Request) []Request {
	var merged []Request
	index := map[digest.Digest]int{}
	for _, r := range requests {
		i, seen := index[r.Digest]
		if !seen {
			index[r.Digest] = len(merged)
			r.URLs = slices.Clone(r.URLs)
			merged = append(merged, r)
			continue
		}
		if r.Lost == nil {
			merged[i].Lost = nil
		}
		for _, u := range r.URLs {
			if !slices.Contains(merged[i].URLs, u) {
				merged[i].URLs = append(merged[i].URLs, u)
			}
		}
	}
	return merged
}

// verifyPresent hashes the blobs that are there. A corrupt one is moved away
// and counts as missing.
func verifyPresent(ctx context.Context, s *store.Store, requests []Request, p progress.Reporter) (missing []bool, errs []error) {
	missing, errs = make([]bool, len(requests)), make([]error, len(requests))
	lookFor(s, requests, missing, errs)
	var total int64
	for i, r := range requests {
		if !missing[i] && errs[i] == nil {
			total += max(r.Size, 0)
		}
	}
	if !slices.Contains(missing, false) {
		return missing, errs
	}
	task := p.Begin("verify", total)
	var g errgroup.Group
	g.SetLimit(s.Parallel())
	for i, r := range requests {
		if missing[i] || errs[i] != nil {
			continue
		}
		g.Go(func() error {
			missing[i], errs[i] = verifyOne(ctx, s, r, task)
			task.Add(max(r.Size, 0))
			return nil
		})
	}
	g.Wait()
	task.End(errors.Join(errs...))
	return missing, errs
}

// lookFor says which blobs are missing. Each processor looks for a part of them.
func lookFor(s *store.Store, requests []Request, missing []bool, errs []error) {
	part := max(64, (len(requests)+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var g sync.WaitGroup
	for from := 0; from < len(requests); from += part {
		g.Go(func() {
			for i := from; i < min(from+part, len(requests)); i++ {
				has, err := s.Has(requests[i].Digest)
				missing[i], errs[i] = !has && err == nil, named(requests[i], err)
			}
		})
	}
	g.Wait()
}

func verifyOne(ctx context.Context, s *store.Store, r Request, task progress.Task) (missing bool, err error) {
	blob, err := s.Get(ctx, r.Digest)
	var corrupt *store.IntegrityError
	var gone *store.NotFoundError
	switch {
	case errors.As(err, &corrupt):
		if err := s.Quarantine(ctx, r.Digest); !errors.As(err, &corrupt) {
			return errors.As(err, &gone), named(r, err)
		}
		task.Log(fmt.Sprintf("%s: the blob in the store is corrupt; %s", r.Name, corrupt.Action))
		return true, nil
	case errors.As(err, &gone):
		return true, nil
	case err != nil:
		return false, named(r, err)
	case r.Size >= 0 && blob.Size() != r.Size:
		return false, named(r, wrongSize(r, blob.Size(), "the store", "the blob was kept: its digest is right, the pinned size is not"))
	}
	return false, nil
}

// largestFirst returns the indexes of the missing requests.
func largestFirst(requests []Request, missing []bool) []int {
	var order []int
	for i := range requests {
		if missing[i] {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(requests[b].Size, requests[a].Size) })
	return order
}

// lanes bound how many jobs use the network and how many wait for the disk. A
// job is in one of them at a time, or is going from one to the other.
type lanes struct{ network, disk chan struct{} }

// download brings the missing requests and fills in their errors. The largest
// go first, so that at the end no connection waits for one long file.
func download(ctx context.Context, s *store.Store, requests []Request, missing []bool, errs []error, opt Options) {
	var total int64
	for i, r := range requests {
		if missing[i] {
			total += max(r.Size, 0)
		}
	}
	task := opt.Progress.Begin("fetch", total)
	down := new(outages)
	l := lanes{make(chan struct{}, opt.Parallel), make(chan struct{}, committing)}
	run := func(i int) {
		j := &job{Request: requests[i], s: s, c: opt.Client, task: task, down: down, lanes: l, online: true}
		defer j.offline()
		if ctx.Err() == nil {
			errs[i] = named(j.Request, j.run(ctx))
		}
	}
	var g sync.WaitGroup
	free := make(chan int) // read by goroutines that have done a job: their stacks have grown
	for _, i := range largestFirst(requests, missing) {
		l.network <- struct{}{}
		select {
		case free <- i:
		default:
			g.Go(func() {
				for ok := true; ok; i, ok = <-free {
					run(i)
				}
			})
		}
	}
	close(free)
	g.Wait()
	if ctx.Err() == nil {
		tellLost(requests, missing, errs)
	}
	task.End(errors.Join(errs...))
}

// tellLost tells why blobs that may be missing are. A disk that is full or read-only
// is never the reason.
func tellLost(requests []Request, missing []bool, errs []error) {
	for i, r := range requests {
		var space *store.SpaceError
		var fixed *store.ReadOnlyError
		if r.Lost != nil && missing[i] && errs[i] != nil && !errors.As(errs[i], &space) && !errors.As(errs[i], &fixed) {
			r.Lost(errs[i])
			errs[i] = nil
		}
	}
}
