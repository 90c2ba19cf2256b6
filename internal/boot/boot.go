package boot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"time"
)

// Kind is a way to boot.
type Kind string

// The ways to boot.
const (
	ISOBIOS   Kind = "iso-bios"  // CD image through BIOS
	ISOUEFI   Kind = "iso-uefi"  // CD image through OVMF
	UKI       Kind = "uki"       // PE executable through OVMF
	Multiboot Kind = "multiboot" // multiboot executable and modules through QEMU's loader
)

// Module is a file that a multiboot executable is given.
type Module struct {
	Path    string
	Options string
}

// Spec says what is booted and what is expected of it.
type Spec struct {
	Kind     Kind
	Artifact string   // path of the CD image, PE or multiboot executable (maybe packed with gzip)
	Options  string   // Multiboot: command line of the artifact
	Modules  []Module // Multiboot: Xen wants the kernel and then the ramdisk

	Memory  int64 // bytes; default 1 GiB
	Marker  string
	Expect  []*regexp.Regexp
	Timeout time.Duration // default two minutes
	Console io.Writer     // is given the console's lines without escape sequences; may be nil

	QEMU     string    // default: qemu-system-x86_64 in PATH
	Firmware *Firmware // default: where distributions have OVMF
	TempDir  string    // default: os.TempDir()
}

// Result is a good boot.
type Result struct {
	Duration time.Duration // until the marker
	Console  []string      // the last lines, up to keepLines
	Matched  []string      // for each expected expression the first line that matched it
}

// Reason is why a boot is no good.
type Reason string

// The reasons.
const (
	Crashed  Reason = "crashed"
	Exited   Reason = "QEMU ended before the marker"
	TimedOut Reason = "no marker in time"
	Unmet    Reason = "the marker came without an expected line"
)

// Error is a boot that failed.
type Error struct {
	Kind     Kind
	Reason   Reason
	Line     string        // of a crash
	Missing  []string      // expressions that matched no line
	Tail     []string      // last lines of the console
	QEMU     string        // what QEMU itself said
	Duration time.Duration // until the verdict
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "booting (%s): %s after %s", e.Kind, e.Reason, e.Duration.Round(100*time.Millisecond))
	if e.Line != "" {
		fmt.Fprintf(&b, ": %s", e.Line)
	}
	for _, m := range e.Missing {
		fmt.Fprintf(&b, "\nno line matched %q", m)
	}
	if e.QEMU != "" {
		fmt.Fprintf(&b, "\nQEMU said: %s", e.QEMU)
	}
	if len(e.Tail) > 0 {
		fmt.Fprintf(&b, "\nlast lines of the console:\n  %s", strings.Join(e.Tail, "\n  "))
	}
	return b.String()
}

// Hint says what helps.
func (e *Error) Hint() string {
	switch {
	case e.Reason == TimedOut && len(e.Tail) == 0:
		return "nothing came on the serial port; check the console options of hypervisor and kernel"
	case e.Reason == TimedOut:
		return "emulation is slow on a busy machine; raise the timeout in the image's boot block"
	}
	return ""
}

// MissingError is a program or firmware that the host lacks.
type MissingError struct {
	What    string
	Package string // of Debian
}

func (e *MissingError) Error() string { return e.What + " is not installed" }

// Hint says what helps.
func (e *MissingError) Hint() string { return "apt-get install " + e.Package }

// Boot boots spec and returns when the marker came or cannot come any more.
func Boot(ctx context.Context, spec Spec) (Result, error) {
	spec = spec.withDefaults()
	if spec.Marker == "" {
		return Result{}, errors.New("booting: no marker to wait for")
	}
	qemu, err := FindQEMU(spec.QEMU)
	if err != nil {
		return Result{}, err
	}
	dir, err := os.MkdirTemp(spec.TempDir, "boot-")
	if err != nil {
		return Result{}, fmt.Errorf("booting: %w", err)
	}
	defer os.RemoveAll(dir)
	args, err := prepare(spec, dir)
	if err != nil {
		return Result{}, err
	}
	return run(ctx, spec, qemu, args, dir)
}

func (s Spec) withDefaults() Spec {
	if s.Memory == 0 {
		s.Memory = 1 << 30
	}
	if s.Timeout == 0 {
		s.Timeout = 2 * time.Minute
	}
	if s.Console == nil {
		s.Console = io.Discard
	}
	return s
}
