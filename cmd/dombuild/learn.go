package main

import (
	"context"
	"errors"
	"io"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/fetch"
	"github.com/dombuild/dombuild/internal/progress"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/vouch"
)

// maxLearnt bounds a file whose size nobody has said.
const maxLearnt = 16 << 30

// learn downloads a file into the store if check finds nothing wrong with its
// bytes while they pass; otherwise nothing of it is kept.
func (a *app) learn(ctx context.Context, name, url string, want digest.Digest, check func(io.Reader) error) (digest.Digest, int64, error) {
	st, err := a.openStore()
	if err != nil {
		return "", 0, err
	}
	task := a.display.Begin(name, 0)
	var blob store.Blob
	err = new(fetch.Client).Stream(ctx, url, maxLearnt, func(r io.Reader) (err error) {
		r = io.TeeReader(r, counter{task})
		if check != nil {
			checked := vouch.Reader(r, check)
			defer checked.Close()
			r = checked
		}
		blob, err = st.Put(ctx, r, want, -1)
		var wrong *store.IntegrityError
		if errors.As(err, &wrong) {
			named := *wrong
			named.What, named.From = name, url
			err = &named
		}
		return err
	})
	task.End(err)
	if err != nil {
		return "", 0, err
	}
	return blob.Digest(), blob.Size(), nil
}

// counter counts the bytes written to it.
type counter struct{ progress.Task }

func (c counter) Write(p []byte) (int, error) {
	c.Add(int64(len(p)))
	return len(p), nil
}
