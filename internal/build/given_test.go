package build

import (
	"strings"
	"testing"
)

// TestGive: what is given is not made, and neither is what only that needs.
func TestGive(t *testing.T) {
	p := newPlan(t, testRecipe+testImage)
	for _, tt := range []struct {
		name, given, targets, want string
	}{
		{"nothing", "", "package.tool", "toolchain.base package.tool"},
		{"the root", "toolchain.base", "package.tool", "package.tool"},
		{"also itself", "toolchain.base package.tool", "package.tool", "package.tool"},
		{"an image", "toolchain.base package.tool package.kernel", "image.small.initramfs", "image.small.initramfs"},
		{"an image, of packages that are not given", "toolchain.base package.tool", "image.small.initramfs", "package.kernel image.small.initramfs"},
		{"a toolchain", "toolchain.base", "toolchain.base", "toolchain.base"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			steps, err := p.Closure(strings.Fields(tt.targets)...)
			if err != nil {
				t.Fatal(err)
			}
			given := map[string]Step{}
			for _, n := range strings.Fields(tt.given) {
				given[n] = Step{Name: n}
			}
			r := newRunner(p, Options{Given: given})
			var names []string
			for _, s := range r.give(steps, strings.Fields(tt.targets)) {
				names = append(names, s.Name)
				for _, d := range s.Deps {
					_, done := r.done[d]
					if !done && !strings.Contains(" "+strings.Join(names, " ")+" ", " "+d+" ") {
						t.Errorf("%s reads %s, which is neither given nor made before it", s.Name, d)
					}
				}
			}
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("%s are made, want %s", got, tt.want)
			}
			if !r.opt.Fresh {
				t.Error("the step cache would be asked")
			}
		})
	}
}
