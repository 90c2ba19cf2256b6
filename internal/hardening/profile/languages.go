package profile

import (
	"slices"
	"strings"
)

// goEnvironment returns what go and what it calls for cgo are told. Nothing is
// downloaded: what a module needs lies in its vendor directory, which go takes
// by itself, or in $GOPATH/pkg/mod. A linker that is recorded links instead of
// Go's own, which before 1.22 binds no symbol early; for cgo the wrapper adds
// the map of build paths.
func (p Profile) goEnvironment(active []Rule, c Compiler, compile, define, link []string) []string {
	flags := slices.Clone(p.Go)
	for _, r := range active {
		flags = append(flags, r.Go...)
	}
	env := []string{
		"GOFLAGS=" + strings.Join(flags, " "),
		"GOPROXY=off", "GOSUMDB=off", "GOTOOLCHAIN=local",
		"CGO_CFLAGS=" + strings.Join(compile, " "),
		"CGO_CPPFLAGS=" + strings.Join(define, " "),
		"CGO_CXXFLAGS=" + strings.Join(compile, " "),
		"CGO_LDFLAGS=" + strings.Join(link, " "),
	}
	if c.GCC > 0 || c.Clang > 0 {
		env = append(env, "GO_EXTLINK_ENABLED=1")
	}
	return env
}

// rustEnvironment returns what cargo tells rustc; a script that calls rustc by
// itself has to give it $RUSTFLAGS. Nothing is downloaded.
func (p Profile) rustEnvironment(active []Rule, buildDir string) []string {
	flags := slices.Clone(p.Rust)
	for _, r := range active {
		flags = append(flags, r.Rust...)
	}
	flags = append(flags, "--remap-path-prefix="+buildDir+"=.")
	return []string{"RUSTFLAGS=" + strings.Join(flags, " "), "CARGO_NET_OFFLINE=true", "CARGO_INCREMENTAL=0"}
}
