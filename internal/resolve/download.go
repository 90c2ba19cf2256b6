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

// Downloader gets files from the network.
type Downloader interface {
	// Download opens a URL (http, https or file). The reader fails when more
	// than limit bytes come.
	Download(ctx context.Context, url string, limit int64) (io.ReadCloser, error)
}

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
	task := c.progress.Begin(name, max(total, 0))
	defer func() { task.End(err) }()
	body, err := c.downloader.Download(ctx, url, limit)
	if err != nil {
		return nil, fmt.Errorf("downloading %s: %w", url, err)
	}
	defer body.Close()
	var buf bytes.Buffer
	if total > 0 {
		buf.Grow(int(total) + bytes.MinRead)
	}
	if _, err := io.Copy(&buf, io.TeeReader(io.LimitReader(body, limit+1), counter{task})); err != nil {
		return nil, fmt.Errorf("downloading %s: %w", url, err)
	}
	if int64(buf.Len()) > limit {
		return nil, fmt.Errorf("downloading %s: it has more than %d bytes", url, limit)
	}
	return buf.Bytes(), nil
}

type counter struct{ task progress.Task }

func (c counter) Write(p []byte) (int, error) {
	c.task.Add(int64(len(p)))
	return len(p), nil
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
			data, err := c.fetch(ctx, suite+" "+want.Path, url, want.Size, want.Size)
			if err == nil {
				err = verify(want, data, url)
			}
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if err := c.keep.bytes(ctx, data, want.Digest); err != nil {
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

// Keep takes bytes that were verified, or that vouch for others: InRelease
// files, indexes, files of http sources. It reads r to its end and must not
// keep anything when that gives an error.
type Keep func(ctx context.Context, r io.Reader, want digest.Digest, size int64) error

func (k Keep) bytes(ctx context.Context, data []byte, want digest.Digest) error {
	if k == nil {
		return nil
	}
	return k(ctx, bytes.NewReader(data), want, int64(len(data)))
}

// file reads a file at a URL through, checks its digest and returns its size.
func (c *client) file(ctx context.Context, name, url string, want digest.Digest) (size int64, err error) {
	task := c.progress.Begin(name, 0)
	defer func() { task.End(err) }()
	body, err := c.downloader.Download(ctx, url, maxFile)
	if err != nil {
		return 0, fmt.Errorf("downloading %s: %w", url, err)
	}
	defer body.Close()
	v := &verifier{r: body, want: want, from: url, what: name, hash: want.Algorithm().Digester(), task: task}
	if c.keep != nil {
		err = c.keep(ctx, v, want, -1)
	}
	if err == nil { // Keep may have stopped at what it needed
		_, err = io.Copy(io.Discard, v)
	}
	if err != nil {
		return 0, fmt.Errorf("downloading %s: %w", url, err)
	}
	return v.size, nil
}

const maxFile = 64 << 30

// verifier reads on, and at the end says whether the digest is right.
type verifier struct {
	r          io.Reader
	want       digest.Digest
	hash       digest.Digester
	size       int64
	task       progress.Task
	from, what string
}

func (v *verifier) Read(p []byte) (int, error) {
	n, err := v.r.Read(p)
	v.hash.Hash().Write(p[:n])
	v.size += int64(n)
	v.task.Add(int64(n))
	if err == io.EOF {
		if got := v.hash.Digest(); got != v.want {
			return n, &IntegrityError{What: v.what, Want: v.want, Got: got, From: v.from}
		}
	}
	return n, err
}
