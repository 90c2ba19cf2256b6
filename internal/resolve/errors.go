package resolve

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/hcl/v2"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

// UntrustedError says why something that should vouch for pins is not trusted.
type UntrustedError struct {
	What   string // "InRelease of debian bookworm"
	From   string // where it came from
	Reason string
	Remedy string
	Err    error // of the signature check, or nil
}

func (e *UntrustedError) Error() string {
	s := fmt.Sprintf("%s is not trusted: %s", e.What, e.Reason)
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	if e.From != "" {
		s += "\n  from " + redacted(e.From)
	}
	return s
}

func (e *UntrustedError) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *UntrustedError) Hint() string { return e.Remedy }

// IntegrityError says that a file is not the one whose digest is vouched for.
// Nothing of it is kept.
type IntegrityError struct {
	What      string
	Want, Got digest.Digest
	Size      int64 // in bytes, where it is longer and was not read to its end
	From      string
}

func (e *IntegrityError) Error() string {
	got := string(e.Got)
	if got == "" {
		got = fmt.Sprintf("more than %d bytes", e.Size)
	}
	return fmt.Sprintf("%s does not hold the bytes it should\n  wanted  %s\n  got     %s\n  from    %s\n  action  not read, nothing kept",
		e.What, e.Want, got, redacted(e.From))
}

// redacted leaves the password of a mirror out of its address.
func redacted(from string) string {
	if u, err := url.Parse(from); err == nil && u.User != nil {
		return u.Redacted()
	}
	return from
}

// Hint says what helps.
func (e *IntegrityError) Hint() string {
	return "the mirror may be in the middle of an update or may have been tampered with: try again, or another mirror"
}

// UnknownError says that a recipe asks for something that a distribution does not have.
type UnknownError struct {
	What, Name string // "package", "gccc"
	In         recipe.Address
	Of         recipe.Address // the block that asks
	Suggestion string
	Providers  []string // when the name is a virtual package
	Range      hcl.Range
}

func (e *UnknownError) Error() string {
	s := fmt.Sprintf("%s%s asks for %s %q, which %s does not have", place(e.Range), e.Of, e.What, e.Name, e.In)
	if len(e.Providers) > 0 {
		s += "; it is a virtual package provided by " + strings.Join(e.Providers, ", ")
	}
	return s
}

// Hint names what was probably meant.
func (e *UnknownError) Hint() string {
	switch {
	case e.Suggestion != "":
		return fmt.Sprintf("did you mean %q?", e.Suggestion)
	case len(e.Providers) > 0:
		return "name one of " + strings.Join(e.Providers, ", ")
	}
	return ""
}

// FormatError says that the patches of a source package cannot be applied,
// because they are one diff of source format 1.0 and not debian/patches.
type FormatError struct {
	Name, Version, File string
	Range               hcl.Range // of the source that asks for the patches
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("%spatches = true: source package %s %s is in format 1.0, its %s is no series of patches",
		place(e.Range), e.Name, e.Version, e.File)
}

// Hint says what helps.
func (e *FormatError) Hint() string {
	return "leave patches out, and keep the patches that you need beside the recipe as a local source"
}

// UnsatisfiedError says that a dependency cannot be satisfied.
type UnsatisfiedError struct {
	Of    recipe.Address // the toolchain
	Chain []string       // packages, from one that the recipe names to the one that needs
	Needs string
	Have  []string // versions that do not do
	Also  []string // what other packages, or the recipe, need of them
	Range hcl.Range
}

func (e *UnsatisfiedError) Error() string {
	who := string(e.Of)
	if len(e.Chain) > 0 {
		who += ": " + strings.Join(e.Chain, " → ")
	}
	have := "nothing of that name is there"
	if len(e.Have) > 0 {
		have = "there is " + strings.Join(e.Have, ", ")
	}
	if len(e.Also) > 0 {
		have += ", while " + strings.Join(e.Also, ", ") + " is needed too"
	}
	return fmt.Sprintf("%s%s needs %s, and %s", place(e.Range), who, e.Needs, have)
}

// ConflictError says that two packages of a toolchain exclude each other.
type ConflictError struct {
	Of       recipe.Address
	A, B     []string // how each came to be chosen
	Relation string
	Range    hcl.Range
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s%s: %s and %s exclude each other: the first conflicts with or breaks %s", place(e.Range), e.Of,
		strings.Join(e.A, " → "), strings.Join(e.B, " → "), e.Relation)
}

// NoMirrorError says that nothing tells where a distribution's archive is.
type NoMirrorError struct {
	Distribution, Suite string
	Config              string // path of the configuration file
}

func (e *NoMirrorError) Error() string {
	return fmt.Sprintf("no mirror of %s with suite %s is configured", e.Distribution, e.Suite)
}

// Hint shows the configuration that helps.
func (e *NoMirrorError) Hint() string {
	return fmt.Sprintf("add to %s: mirror %q { urls = [\"https://…\"] }, or set %s", e.Config, e.Distribution, variable(e.Distribution))
}

func place(r hcl.Range) string {
	if r.Filename == "" {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", r.Filename, r.Start.Line)
}

// joined is errors.Join, but one error stays itself and nil a nil interface.
func joined(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	return errors.Join(errs...)
}

// nearest returns the name that is most like s, or "" when none is alike.
func nearest[T any](s string, names map[string]T) string {
	best, limit := "", max(1, (len(s)+2)/3)
	least := limit + 1
	for name := range names {
		if diff := len(name) - len(s); diff > limit || -diff > limit {
			continue
		}
		d := levenshtein.Distance(s, name, nil)
		if c := cmp.Or(cmp.Compare(d, least), cmp.Compare(name, best)); c < 0 && d <= limit {
			best, least = name, d
		}
	}
	return best
}
