package hardening

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// TestGateAndOtherLanguages: the parts that Go and rustc made of a recorded
// link are accepted when the file shows that the pinned compiler made them.
func TestGateAndOtherLanguages(t *testing.T) {
	p, _ := profile.Lookup("userspace")
	goFile := prove.Compiler{Language: prove.Go, Version: "1.19.8", Units: 44}
	rust := prove.Compiler{Language: prove.Rust, Version: "1.63.0", Units: 60, Crates: []string{"std.ee34264e-cgu.", "main.0ed1f30b-cgu."}}
	old, whole, other := goFile, goFile, rust
	old.Version, whole.Whole, other.Version = "1.18.1", true, "1.60.0"
	for _, tt := range []struct {
		name    string
		has     []prove.Compiler
		linked  []string // objects, in the recorded link; nil: there is none
		refused string   // unit and part of the reason; "" if it passes
	}{
		{"go", []prove.Compiler{goFile}, []string{"./tmp/go-link-/go.o"}, ""},
		{"another go", []prove.Compiler{old}, []string{"./tmp/go-link-/go.o"}, "./tmp/go-link-/go.o: go 1.18.1"},
		{"an object named like go's", nil, []string{"./tmp/go-link-/go.o"}, "./tmp/go-link-/go.o: does not tell its compiler"},
		{"an object beside go's", []prove.Compiler{goFile}, []string{"./tmp/go-link-/go.o", "./b.o"}, "./b.o: no recorded call"},
		{"go elsewhere", []prove.Compiler{goFile}, []string{"./go.o"}, "./go.o: no recorded call"},
		{"go's own linker", []prove.Compiler{whole}, nil, ""},
		{"go's own linker, and more", []prove.Compiler{goFile}, nil, ": no recorded call"},
		{"go's own linker, and rust", []prove.Compiler{whole, rust}, nil, ": no recorded call"},
		{"rust", []prove.Compiler{rust}, []string{"./tmp/rustc/symbols.o", "p.main.0ed1f30b-cgu.3.rcgu.o", "p.4xk2wstbi5swf1gf.rcgu.o"}, ""},
		{"a crate without units", []prove.Compiler{rust}, []string{"p.l.0d4d948f-cgu.0.rcgu.o"}, "p.l.0d4d948f-cgu.0.rcgu.o: no unit of its crate"},
		{"a library of rust", []prove.Compiler{rust}, []string{"libm.rlib(m.main.0ed1f30b-cgu.0.rcgu.o)", "libm.rlib(lib.rmeta)"}, ""},
		{"another rustc", []prove.Compiler{other}, []string{"p.main.0ed1f30b-cgu.3.rcgu.o"}, "p.main.0ed1f30b-cgu.3.rcgu.o: rust 1.60.0"},
		{"metadata elsewhere", []prove.Compiler{rust}, []string{"libm.a(lib.rmeta)"}, "libm.a(lib.rmeta): no recorded call"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := &wrapper.Log{}
			if tt.linked != nil {
				link := wrapper.Call{ID: "ld", Name: "ld", Program: "/usr/bin/ld", Kind: wrapper.KindLink, Outputs: []wrapper.Object{object("p", "p")}}
				for _, name := range tt.linked {
					link.Inputs = append(link.Inputs, wrapper.Input{Role: wrapper.RoleObject, Object: object(name, name)})
				}
				log.Calls = append(log.Calls, link)
			}
			f := stripped("p")
			f.Compilers = tt.has
			g := Gate{Profile: p, Compiler: profile.Compiler{Architecture: "amd64", GCC: 12, Go: []string{"1.19.8"}, Rust: []string{"1.63.0"}},
				Calls: log, Pinned: func(digest.Digest) string { return "" }}
			v := g.Judge([]prove.File{f}, map[string]digest.Digest{"p": sum("p")})
			if tt.refused == "" {
				if len(v.Findings) > 0 || !v.Files[0].Hardened || v.Files[0].Origin != Built {
					t.Errorf("refused: %+v", v)
				}
				return
			}
			unit, reason, _ := strings.Cut(tt.refused, ": ")
			if len(v.Findings) != 1 || v.Findings[0].Rule != profile.CompiledOutside || v.Findings[0].Place.Unit != unit ||
				!strings.Contains(v.Findings[0].Message, reason) || v.Findings[0].Remedy == "" || v.Files[0].Hardened {
				t.Errorf("want %q: %+v", tt.refused, v.Findings)
			}
		})
	}
}
