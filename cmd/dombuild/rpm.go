package main

import (
	"context"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/resolve"
)

// packages takes RPM packages into the store while a lock is made, where their
// own signatures have to vouch; fetch does not download them again.
type packages struct {
	app     *app
	mirrors *resolve.Mirrors
}

func (p packages) Take(ctx context.Context, pins []lockfile.Pin) error {
	st, err := p.app.openStore()
	if err != nil {
		return err
	}
	list, _ := requests(pins, p.mirrors)
	return fetch.Fetch(ctx, st, list, fetch.Options{Progress: p.app.display})
}

func (p packages) Open(ctx context.Context, want digest.Digest) (resolve.PackageFile, error) {
	st, err := p.app.openStore()
	if err != nil {
		return nil, err
	}
	return st.Content().ReaderAt(ctx, ocispec.Descriptor{Digest: want})
}
