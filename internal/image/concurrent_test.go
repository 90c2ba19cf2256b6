package image

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
)

// TestKeptConcurrently reads contents that were kept while the walk goes on.
func TestKeptConcurrently(t *testing.T) {
	dir := sampleTree(t)
	for name, path := range map[string]string{"squashfs": makeSquash(t, dir, "-comp", "gzip"), "ext": makeExt(t, dir, "40M"), "directory": dir} {
		want := map[string]string{}
		for _, s := range openAll(t, path, Options{}) {
			want[s.Path] = s.Sum
		}
		i, err := Open(path, Options{})
		must(t, err)
		var wait sync.WaitGroup
		room := make(chan struct{}, 8)
		must(t, i.Walk(context.Background(), func(e Entry, c *Content) error {
			if c == nil {
				return nil
			}
			room <- struct{}{}
			if err := c.Keep(); err != nil {
				return err
			}
			wait.Go(func() {
				defer func() { <-room }()
				var b bytes.Buffer
				if _, err := io.Copy(&b, c); err != nil {
					t.Errorf("%s: %s: %v", name, e.Path, err)
				}
				if err := c.Close(); err != nil || sumOf(b.String()) != want[e.Path] {
					t.Errorf("%s: %s: %v", name, e.Path, err)
				}
			})
			return nil
		}))
		wait.Wait()
		must(t, i.Close())
	}
}
