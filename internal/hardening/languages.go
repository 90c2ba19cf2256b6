package hardening

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/hardening/wrapper"
)

// Compilers of Go and Rust are not wrapped. What they made of a linked file is
// recognised among the inputs of the recorded link, by the names that they give
// to their objects, and is taken for theirs if the file's own debug and build
// information says that the compiler is the pinned one.

// goObject is what Go's linker leaves for the recorded one.
var goObject = regexp.MustCompile(`(^|/)go-link-[0-9]*/go\.o$`)

// rustSymbols is an object of rustc that only names symbols.
var rustSymbols = regexp.MustCompile(`(^|/)rustc[A-Za-z0-9]*/symbols\.o$`)

// otherLanguage says whether an object that no recorded call made is one of Go
// or Rust; why is the reason if it is and cannot be accepted.
func (j *fileJudge) otherLanguage(u wrapper.Unit) (why string, yes bool) {
	archive, member, _ := strings.Cut(strings.TrimSuffix(u.Path, ")"), "(")
	switch {
	case goObject.MatchString(u.Path):
		return j.pinnedCompiler(prove.Go, j.gate.Compiler.Go), true
	case rustSymbols.MatchString(u.Path), member == "lib.rmeta" && strings.HasSuffix(archive, ".rlib"):
		return j.pinnedCompiler(prove.Rust, j.gate.Compiler.Rust), true
	case strings.HasSuffix(strings.TrimSuffix(u.Path, ")"), ".rcgu.o"):
		if member == "" {
			member = path.Base(archive)
		}
		return j.rustUnit(member), true
	}
	return "", false
}

// pinnedCompiler says why not every unit of a language is of a pinned compiler.
func (j *fileJudge) pinnedCompiler(language string, pinned []string) string {
	found := j.out.CompilersOf(language)
	if len(found) == 0 {
		return fmt.Sprintf("the file does not tell its compiler of %s", language)
	}
	for _, c := range found {
		if !slices.Contains(pinned, c.Version) {
			return fmt.Sprintf("it was made by %s %s, and the toolchain has %q", language, c.Version, pinned)
		}
	}
	return ""
}

// rustUnit says why an object is not known to be of the pinned rustc: no unit
// of its crate is in the debug information. The objects of one crate come from
// one call; the one of the allocator, OUTPUT.HASH.rcgu.o, has no crate and no
// unit.
func (j *fileJudge) rustUnit(object string) string {
	if why := j.pinnedCompiler(prove.Rust, j.gate.Compiler.Rust); why != "" {
		return why
	}
	if !strings.Contains(object, "-cgu.") {
		return ""
	}
	for _, c := range j.out.CompilersOf(prove.Rust) {
		if slices.ContainsFunc(c.Crates, func(crate string) bool { return strings.Contains(object, "."+crate) }) {
			return ""
		}
	}
	return "no unit of its crate is in the debug information"
}

// goAlone reports whether Go's own linker made the whole file: no linker was
// called, every function is one of Go's units, and the compiler is pinned.
func (j *fileJudge) goAlone() bool {
	found := j.out.CompilersOf(prove.Go)
	return len(found) == 1 && len(j.out.Compilers) == 1 && found[0].Whole && slices.Contains(j.gate.Compiler.Go, found[0].Version)
}

// languageRemedy is how to have the parts of other languages known; "" if the
// file has none.
func (j *fileJudge) languageRemedy() string {
	switch {
	case len(j.out.CompilersOf(prove.Go)) > 0:
		return "build with the step's GOFLAGS and GO_EXTLINK_ENABLED; where -ldflags are given, -buildid= belongs to them, because go writes its build ID into the file after the recorded link, and neither -s nor -w does; " +
			"or write an exception from " + profile.CompiledOutside
	case len(j.out.CompilersOf(prove.Rust)) > 0 || len(j.gate.Compiler.Rust) > 0:
		return "give rustc the step's $RUSTFLAGS and leave its debug information in the file, or write an exception from " + profile.CompiledOutside
	}
	return ""
}
