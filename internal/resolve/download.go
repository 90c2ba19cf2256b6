package resolve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/opencontainers/go-digest"
	"github.com/ulikunitz/xz"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/progress"
)

// Downloader gets small files from the network; *fetch.Client is one.
type Downloader interface {
	// Download returns the file at a URL (http, https or file), at most limit
	// bytes: more is an error. That there is none is fs.ErrNotExist.
	Download(ctx context.Context, url string, limit int64) ([]byte, error)
}

// Keep takes what vouches for pins after it was verified: InRelease files and
// indexes.
type Keep func(ctx context.Context, data []byte, want digest.Digest) error

// Take downloads the file of an http source, verifies it, keeps it, and
// returns its size.
type Take func(ctx context.Context, name, url string, want digest.Digest) (size int64, err error)

const (
	maxInRelease = 16 << 20
	maxIndex     = 1 << 30 // compressed or not
)

// client downloads and verifies.
type client struct {
	downloader Downloader
	progress   progress.Reporter
	keep       Keep
}

// fetch reads a whole file into memory, at most limit bytes.
func (c *client) fetch(ctx context.Context, name, url string, total, limit int64) (data []byte, err error) {
	task := c.progress.Begin(name, total)
	defer func() { task.End(err) }()
	data, err = c.downloader.Download(ctx, url, limit)
	task.Add(int64(len(data)))
	if err == nil && int64(len(data)) > limit {
		err = tooLong{url, limit}
	}
	return data, err
}

// tooLong is a file with more bytes than were wanted.
type tooLong struct {
	url   string
	limit int64
}

func (e tooLong) Error() string {
	return fmt.Sprintf("downloading %s: it has more than %d bytes", redacted(e.url), e.limit)
}

// MoreThan is the limit; the errors of downloaders have it too.
func (e tooLong) MoreThan() int64 { return e.limit }

// exact gets a file whose size and digest are vouched for. One that has more
// bytes is as wrong as one that has others.
func (c *client) exact(ctx context.Context, name, url string, want lockfile.Index) ([]byte, error) {
	data, err := c.fetch(ctx, name, url, want.Size, want.Size)
	var long interface{ MoreThan() int64 }
	if errors.As(err, &long) {
		return nil, &IntegrityError{What: "index " + want.Path, Want: want.Digest, Size: want.Size, From: url}
	}
	if err == nil {
		err = verify(want, data, url)
	}
	return data, err
}

func (c *client) keeps(ctx context.Context, data []byte, want digest.Digest) error {
	if c.keep == nil {
		return nil
	}
	return c.keep(ctx, data, want)
}

// index gets an index whose digest is vouched for, from the first mirror
// that has it, and returns its text.
func (c *client) index(ctx context.Context, bases []string, suite string, want lockfile.Index, r *release) (string, error) {
	if want.Size > maxIndex {
		return "", fmt.Errorf("index %s has %d bytes, which is too much", want.Path, want.Size)
	}
	var errs []error
	for _, base := range bases {
		for _, path := range indexPaths(want, r.byHash) {
			url := join(base, "dists/"+suite+"/"+path)
			data, err := c.exact(ctx, suite+" "+want.Path, url, want)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if err := c.keeps(ctx, data, want.Digest); err != nil {
				return "", err
			}
			return decompress(want, data, r)
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
	}
	return "", worst(errs)
}

func indexPaths(want lockfile.Index, byHash bool) []string {
	if !byHash {
		return []string{want.Path}
	}
	dir := want.Path[:strings.LastIndexByte(want.Path, '/')+1]
	return []string{dir + "by-hash/SHA256/" + want.Digest.Encoded(), want.Path}
}

func verify(want lockfile.Index, data []byte, url string) error {
	if got := want.Digest.Algorithm().FromBytes(data); got != want.Digest {
		return &IntegrityError{What: "index " + want.Path, Want: want.Digest, Got: got, From: url}
	}
	return nil
}

// worst returns the wrong bytes rather than the address that did not answer.
func worst(errs []error) error {
	for _, err := range errs {
		var bad *IntegrityError
		if errors.As(err, &bad) {
			return err
		}
	}
	return joined(errs)
}

// decompress returns the text of an index, which is not longer than the
// release says.
func decompress(want lockfile.Index, data []byte, r *release) (string, error) {
	path, limit := want.Path, int64(maxIndex)
	var reader io.Reader = bytes.NewReader(data)
	var err error
	switch {
	case strings.HasSuffix(path, ".gz"):
		reader, err = gzip.NewReader(reader)
	case strings.HasSuffix(path, ".xz"):
		reader, err = xz.NewReader(reader)
	}
	if err != nil {
		return "", fmt.Errorf("decompressing %s: %w", path, err)
	}
	plain, ok := r.files[strings.TrimSuffix(strings.TrimSuffix(path, ".gz"), ".xz")]
	if ok {
		limit = min(limit, plain.Size)
	}
	var text strings.Builder
	if ok && limit < 1<<28 {
		text.Grow(int(limit))
	}
	n, err := io.Copy(&text, io.LimitReader(reader, limit+1))
	if err != nil {
		return "", fmt.Errorf("decompressing %s: %w", path, err)
	}
	if n > limit {
		return "", fmt.Errorf("decompressing %s: it has more than %d bytes", path, limit)
	}
	return text.String(), nil
}
