package build

import (
	"slices"
	"testing"

	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/plan"
)

func TestSchedule(t *testing.T) {
	source := func(size int64) []plan.BlobMount { return []plan.BlobMount{{Size: size}} }
	todo := []plan.Step{
		{Name: "toolchain.small", Debs: []lockfile.Deb{{Size: 7}, {Size: 8}}},
		{Name: "toolchain.base", Debs: []lockfile.Deb{{Size: 5}}},
		{Name: "package.a", Deps: []string{"toolchain.base"}, Blobs: source(1)},
		{Name: "package.linux", Deps: []string{"toolchain.base", "wrapper"}, Blobs: source(100)}, // wrapper is cached
		{Name: "package.b", Deps: []string{"toolchain.base"}, Blobs: source(1)},
		{Name: "package.init", Deps: []string{"toolchain.small"}},
		{Name: "image", Deps: []string{"package.a", "package.b", "package.linux"}},
		{Name: "iso", Deps: []string{"image"}, Blobs: source(3)},
	}
	for _, test := range []struct {
		parallel int
		want     []string // each round begins as many as there are places, and all of them end
	}{
		{1, []string{"toolchain.base", "package.linux", "toolchain.small", "package.a", "package.b", "image", "iso", "package.init"}},
		{2, []string{"toolchain.base", "toolchain.small", "package.linux", "package.a", "package.b", "package.init", "image", "iso"}},
		{9, []string{"toolchain.base", "toolchain.small", "package.linux", "package.a", "package.b", "package.init", "image", "iso"}},
	} {
		var order []string
		for s := newSchedule(todo); len(order) < len(todo); {
			var round []string
			for len(round) < test.parallel {
				step, ok := s.next()
				if !ok {
					break
				}
				round = append(round, step.Name)
			}
			if len(round) == 0 {
				t.Fatalf("%d at once: after %v nothing is ready", test.parallel, order)
			}
			for _, name := range round {
				s.done(name)
			}
			order = append(order, round...)
		}
		if !slices.Equal(order, test.want) {
			t.Errorf("%d at once: %v, want %v", test.parallel, order, test.want)
		}
	}
}
