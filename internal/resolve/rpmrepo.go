package resolve

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/rpmmd"
	"github.com/dombuild/dombuild/internal/vouch"
	"github.com/dombuild/dombuild/internal/xz"
)

const (
	repomdPath    = "repodata/repomd.xml"
	signaturePath = repomdPath + ".asc"
	maxXMLWindow  = 128 << 20 // of a compression
)

// repository is one of a distribution's repositories, whose repomd.xml was
// read and, where the recipe wants it, verified.
type repository struct {
	client   *client
	want     recipe.Distribution
	name     string
	bases    []string
	md       *rpmmd.Repomd
	vouched  lockfile.Vouched
	packages []*rpmmd.Package
}

// openRepository gets repomd.xml, and its signature if that has to vouch.
func (j *job) openRepository(ctx context.Context, d recipe.Distribution, name string, keys *vouch.Keyring, seen time.Time) (*repository, error) {
	r := &repository{client: j.client, want: d, name: name, bases: j.opt.Mirrors.Repository(d.Name, d.Suite, name, d.Architecture)}
	if len(r.bases) == 0 {
		return nil, &NoRepositoryError{Distribution: d.Name, Repository: name, Config: j.opt.Mirrors.config}
	}
	data, base, err := r.repomd(ctx)
	if err != nil {
		return nil, err
	}
	r.vouched = lockfile.Vouched{Kind: d.VouchedBy, Repository: name, Digest: digest.FromBytes(data), Size: int64(len(data)),
		Keyring: d.Keyring.Digest, KeyringSize: int64(len(d.Keyring.Content))}
	if d.VouchedBy == recipe.ByRepomd {
		if err := r.verify(ctx, data, base, keys, j.opt.Now); err != nil {
			return nil, err
		}
	}
	if r.md, err = rpmmd.ParseRepomd(data); err != nil {
		return nil, r.untrusted(base, "it cannot be read", "use another mirror", err)
	}
	if err := r.accept(base, seen, j.opt.Now); err != nil {
		return nil, err
	}
	r.vouched.Date, r.vouched.Revision = r.md.Date(), r.md.Revision
	if err := r.client.keeps(ctx, d.Keyring.Content, d.Keyring.Digest); err != nil {
		return nil, err
	}
	return r, r.client.keeps(ctx, data, r.vouched.Digest)
}

// repomd gets the file from the first mirror that answers. A mirror that
// answers with something untrusted is not passed over in silence.
func (r *repository) repomd(ctx context.Context) (data []byte, base string, err error) {
	var errs []error
	for _, base = range r.bases {
		data, err = r.client.fetch(ctx, r.name+" repomd.xml", join(base, repomdPath), 0, rpmmd.MaxRepomd)
		if err == nil {
			return data, base, nil
		}
		errs = append(errs, err)
	}
	return nil, "", joined(errs)
}

func (r *repository) untrusted(base, reason, remedy string, err error) error {
	return &UntrustedError{What: fmt.Sprintf("repomd.xml of %s %s, repository %s", r.want.Name, r.want.Suite, r.name),
		From: join(base, repomdPath), Reason: reason, Remedy: remedy, Err: err}
}

// verify checks the detached signature, which must be there.
func (r *repository) verify(ctx context.Context, data []byte, base string, keys *vouch.Keyring, now time.Time) error {
	sig, err := r.client.fetch(ctx, r.name+" repomd.xml.asc", join(base, signaturePath), 0, maxSignature)
	if errors.Is(err, fs.ErrNotExist) {
		return r.untrusted(base, "it is not signed: there is no "+signaturePath,
			`of a repository that signs its packages only, as Fedora's do, say vouched_by = "rpm-header": each package's own signature is then required`, nil)
	}
	if err != nil {
		return err
	}
	good, err := keys.Detached(sig, bytes.NewReader(data), terms(r.want, now))
	if err != nil {
		return r.untrusted(base, "it is not signed by "+enoughKeys(r.want),
			"use another mirror; if the distribution has new keys, put its new keyring there and check where it came from", err)
	}
	r.vouched.Signers, r.vouched.SignedAt = vouch.Signers(good), vouch.Latest(good)
	index := lockfile.Index{Path: signaturePath, Digest: digest.FromBytes(sig), Size: int64(len(sig))}
	r.vouched.Indexes = append(r.vouched.Indexes, index)
	return r.client.keeps(ctx, sig, index.Digest)
}

// accept checks the date: not in the future, and not older than what the lock
// saw before.
func (r *repository) accept(base string, seen, now time.Time) error {
	date := r.md.Date()
	switch {
	case date.After(now.Add(maxFuture)):
		return r.untrusted(base, fmt.Sprintf("it is dated %s, in the future", date.Format(time.RFC3339)), "check the clock of this machine", nil)
	case date.Before(seen):
		return r.untrusted(base, fmt.Sprintf("rollback: it is dated %s, and the lock was made from one of %s", date.Format(time.RFC3339), seen.Format(time.RFC3339)),
			"use a mirror that is up to date", nil)
	case r.want.MaxAge > 0 && now.Sub(date) > r.want.MaxAge:
		return r.untrusted(base, fmt.Sprintf("it is dated %s, which is longer ago than the %s that max_age allows", date.Format(time.RFC3339), r.want.MaxAge),
			"use a mirror that is up to date, or allow more", nil)
	case date.IsZero() || date.Unix() == 0:
		return r.untrusted(base, "it has no date", "", nil)
	}
	return nil
}

// load reads primary.xml.
func (r *repository) load(ctx context.Context) error {
	text, err := r.index(ctx, "primary")
	if err != nil {
		return err
	}
	defer text.Close()
	return rpmmd.ReadPrimary(text, []string{r.want.Architecture, "noarch"}, func(p *rpmmd.Package) error {
		p.Repository = r.name
		r.packages = append(r.packages, p)
		return nil
	})
}

// index gets a file of metadata from the first mirror that has the bytes that
// repomd.xml names, and returns its text.
func (r *repository) index(ctx context.Context, kind string) (io.ReadCloser, error) {
	record, ok := r.md.Records[kind]
	if !ok {
		return nil, fmt.Errorf("repository %s of %s has no %s.xml", r.name, r.want.Address, kind)
	}
	if record.Size > rpmmd.MaxFile || record.OpenSize > rpmmd.MaxFile {
		return nil, fmt.Errorf("index %s has %d bytes, %d unpacked, which is too much", record.Path, record.Size, record.OpenSize)
	}
	want := lockfile.Index{Path: record.Path, Digest: record.Digest, Size: record.Size}
	var errs []error
	for _, base := range r.bases {
		url := join(base, record.Path)
		data, err := r.client.exact(ctx, r.name+" "+kind, url, want)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := r.client.keeps(ctx, data, want.Digest); err != nil {
			return nil, err
		}
		if !slices.Contains(r.vouched.Indexes, want) {
			r.vouched.Indexes = append(r.vouched.Indexes, want)
		}
		return unpackIndex(record, data)
	}
	return nil, worst(errs)
}

// unpackIndex reads an index, at most as many bytes as repomd.xml says.
func unpackIndex(record rpmmd.Record, data []byte) (io.ReadCloser, error) {
	limit := int64(rpmmd.MaxFile)
	if record.OpenSize >= 0 {
		limit = record.OpenSize
	}
	in := bytes.NewReader(data)
	var out io.ReadCloser
	var err error
	switch {
	case strings.HasSuffix(record.Path, ".gz"):
		out, err = gzip.NewReader(in)
	case strings.HasSuffix(record.Path, ".zst"):
		var z *zstd.Decoder
		if z, err = zstd.NewReader(in, zstd.WithDecoderMaxWindow(maxXMLWindow)); err == nil {
			out = z.IOReadCloser()
		}
	case strings.HasSuffix(record.Path, ".xz"):
		out = io.NopCloser(xz.NewReader(in, maxXMLWindow))
	case strings.HasSuffix(record.Path, ".xml"):
		out = io.NopCloser(in)
	default:
		err = errors.New("its compression is not known: .zst, .gz, .xz or none is read")
	}
	if err != nil {
		return nil, fmt.Errorf("decompressing %s: %w", record.Path, err)
	}
	return &boundedIndex{out, record.Path, limit}, nil
}

// boundedIndex is an error when there is more than what may be.
type boundedIndex struct {
	io.ReadCloser
	path string
	left int64
}

func (b *boundedIndex) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("decompressing %s: it has more bytes than repomd.xml says", b.path)
	}
	if err != nil && err != io.EOF {
		err = fmt.Errorf("decompressing %s: %w", b.path, err)
	}
	return n, err
}
