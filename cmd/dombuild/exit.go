package main

import (
	"errors"

	"github.com/dombuild/dombuild/internal/attest"
	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/bundle"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
	"github.com/dombuild/dombuild/internal/repro"
	"github.com/dombuild/dombuild/internal/repro/diff"
	"github.com/dombuild/dombuild/internal/resolve"
	"github.com/dombuild/dombuild/internal/resolve/upstream"
	"github.com/dombuild/dombuild/internal/sandbox"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/dldir"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// Exit codes. They are documented and do not change.
const (
	exitOK           = 0
	exitError        = 1
	exitUsage        = 2 // usage, or an invalid recipe
	exitLock         = 3 // lock missing, stale or incomplete
	exitIntegrity    = 4
	exitUntrusted    = 5
	exitStep         = 6
	exitDifferent    = 7
	exitHardening    = 8
	exitAudit        = 9
	exitOpen         = 10 // sandbox not closed
	exitInterrupted  = 130
	exitCodesHelpDoc = `Exit codes:
  0  ok
  1  error
  2  usage, or an invalid recipe
  3  lock missing, stale or incomplete
  4  integrity: a hash does not match, the store is corrupt
  5  untrusted: a signature is missing or wrong, or a rollback
  6  a build step failed
  7  not reproducible, or different
  8  a gate was not passed: hardening, configuration, budget
  9  audit findings at or above the threshold
  10 the sandbox is not closed
  130 interrupted`
)

// usageError marks a wrong command line.
type usageError struct {
	err  error
	hint string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string  { return e.hint }

var errInterrupted = errors.New("interrupted; what was finished is kept, nothing else")

// exitCode is the one place where errors become exit codes. The order decides
// when several apply: what touches trust comes first.
func exitCode(err error) int {
	is := func(target any) bool { return errors.As(err, target) }
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case is(new(*sandbox.OpenError)):
		return exitOpen
	case is(new(*store.IntegrityError)), is(new(*store.DamagedRecordError)), is(new(*resolve.IntegrityError)),
		is(new(*upstream.MovedError)), is(new(*bundle.Error)), is(new(*bundle.MissingError)), is(new(*yocto.DownloadError)),
		is(new(*dldir.DifferentError)), is(new(*commits.Error)):
		return exitIntegrity
	case is(new(*resolve.UntrustedError)), is(new(*attest.UntrustedError)), is(new(*attest.SignatureError)), is(new(*bundle.UntrustedError)):
		return exitUntrusted
	case is(new(*lockfile.Error)), is(new(*pins.Error)), is(new(*lockfile.StaleError)), is(new(*lockfile.MissingError)), is(new(*resolve.IncompleteError)):
		return exitLock
	case is(new(*sandbox.StepError)), is(new(*build.OutputError)):
		return exitStep
	case is(new(*repro.DifferentError)), is(new(*diff.DifferentError)):
		return exitDifferent
	case is(new(*hardening.GateError)), is(new(*hardening.RefutedError)):
		return exitHardening
	case is(new(*yocto.GateError)):
		return exitAudit
	case is(new(*yocto.InputError)), is(new(*usageError)), is(new(*attest.PolicyError)), is(new(*recipe.Error)), is(new(*build.TargetError)), is(new(*diff.UnusedError)),
		is(new(*resolve.UnknownError)), is(new(*upstream.InputError)), is(new(*resolve.FormatError)), is(new(*resolve.UnsatisfiedError)), is(new(*resolve.ConflictError)):
		return exitUsage
	}
	return exitError
}
