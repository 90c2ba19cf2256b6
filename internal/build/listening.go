package build

import (
	"context"
	"fmt"
	"io"

	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/dombuild/dombuild/internal/hardening/listen"
	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/store"
)

// Listening lists the services of a root tree that would listen.
func Listening(files []RootFile) []listen.Service {
	list := make([]listen.File, len(files))
	for i, f := range files {
		list[i] = listen.File{Path: f.Path, Link: f.link, Text: f.text, Listens: f.verdict.Listens}
	}
	return listen.Services(list)
}

// texts reads the scripts and configurations of a step's tree, by path.
func texts(ctx context.Context, st *store.Store, in Step) (map[string][]byte, error) {
	blob, err := st.Get(ctx, in.Output)
	if err != nil {
		return nil, fmt.Errorf("reading the output of %s: %w", in.Name, err)
	}
	content, err := st.Content().ReaderAt(ctx, ocispecs.Descriptor{Digest: blob.Digest(), Size: blob.Size()})
	if err != nil {
		return nil, fmt.Errorf("reading the output of %s: %w", in.Name, err)
	}
	defer content.Close()
	img, err := image.Read(in.Name, content, blob.Size(), image.Options{})
	if err != nil {
		return nil, fmt.Errorf("reading the output of %s: %w", in.Name, err)
	}
	found := map[string][]byte{}
	err = img.Walk(ctx, func(e image.Entry, c *image.Content) error {
		text, err := textOf(e, c)
		if text != nil {
			found[e.Path] = text
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the output of %s: %w", in.Name, err)
	}
	return found, nil
}

// textOf reads a file that says what runs; nil if it is another one. One that
// is too large is an error: what it starts would not be counted.
func textOf(e image.Entry, c *image.Content) ([]byte, error) {
	if c == nil {
		return nil, nil
	}
	var head [4]byte
	n, err := c.ReadAt(head[:], 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if string(head[:n]) == "\x7fELF" || !listen.Wanted(e.Path, head[:n]) {
		return nil, nil
	}
	if c.Size() > listen.MaxText {
		return nil, fmt.Errorf("%s: a script or configuration of %d bytes, more than %d: what it starts is not counted", e.Path, c.Size(), listen.MaxText)
	}
	return io.ReadAll(c)
}
