package store

import (
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/opencontainers/go-digest"
)

// IntegrityError says that bytes are not the bytes they should be.
type IntegrityError struct {
	What     string        // what the bytes were to be: "blob", the name of a pin
	Want     digest.Digest // "" when only the size was known
	WantSize int64         // not shown if it is 0 or -1 and there is a digest
	Got      digest.Digest // "" when the bytes were not read to their end
	GotSize  int64         // likewise
	From     string        // a URL or a path
	Action   string        // what was done with the bytes
	Remedy   string        // what helps; Hint says it
	Err      error         // why the bytes could not be read at all, or nil
}

func (e *IntegrityError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s does not hold the bytes it should", e.What)
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n  %-7s %s", label, text)
		}
	}
	line("wanted", describe(e.Want, e.WantSize))
	if e.Err != nil {
		line("got", e.Err.Error())
	} else {
		line("got", describe(e.Got, e.GotSize))
	}
	line("from", e.From)
	line("action", e.Action)
	return b.String()
}

func (e *IntegrityError) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *IntegrityError) Hint() string { return e.Remedy }

func describe(d digest.Digest, size int64) string {
	switch {
	case d != "" && size > 0:
		return fmt.Sprintf("%s (%d bytes)", d, size)
	case d != "":
		return d.String()
	case size >= 0:
		return fmt.Sprintf("%d bytes", size)
	}
	return ""
}

// NotFoundError says that the store does not have a blob or a record.
type NotFoundError struct {
	Digest digest.Digest // of the blob, or ""
	Record string        // "kind/key" of the record, or ""
}

func (e *NotFoundError) Error() string {
	if e.Record != "" {
		return fmt.Sprintf("record %s is not in the store", e.Record)
	}
	return fmt.Sprintf("blob %s is not in the store", e.Digest)
}

// Hint says what helps.
func (e *NotFoundError) Hint() string {
	if e.Record != "" {
		return ""
	}
	return "dombuild fetch"
}

// LayoutError says that a directory cannot be used as a store.
type LayoutError struct {
	Dir    string
	Reason string
	Remedy string
}

func (e *LayoutError) Error() string { return fmt.Sprintf("%s %s", e.Dir, e.Reason) }

// Hint says what helps.
func (e *LayoutError) Hint() string { return e.Remedy }

// BusyError says that another process is using the store.
type BusyError struct{ Dir string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("store %s is in use by another process", e.Dir)
}

// Hint says what helps.
func (e *BusyError) Hint() string { return "try again when the other dombuild is done" }

// SpaceError says that the file system of the store is full.
type SpaceError struct {
	Dir string
	Err error
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("no space left for store %s: %v; nothing was kept", e.Dir, e.Err)
}

func (e *SpaceError) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *SpaceError) Hint() string {
	return "free some space (dombuild store gc), or use --store DIR on a larger disk"
}

// ReadOnlyError says that the store is on a file system that is mounted read-only.
type ReadOnlyError struct {
	Dir string
	Err error
}

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("store %s is read-only: %v", e.Dir, e.Err)
}

func (e *ReadOnlyError) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *ReadOnlyError) Hint() string {
	return "mount it writable, or use --store DIR with a copy (cp -a)"
}

// explain turns the errors of a full disk into a *SpaceError, and those of one that
// cannot be written into a *ReadOnlyError.
func explain(dir string, err error) error {
	var space *SpaceError
	var fixed *ReadOnlyError
	if errors.As(err, &space) || errors.As(err, &fixed) {
		return err
	}
	if errors.Is(err, syscall.EROFS) {
		return &ReadOnlyError{Dir: dir, Err: err}
	}
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &SpaceError{Dir: dir, Err: err}
	}
	return err
}
