package image

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
)

// FormatError says that an artifact is damaged, or uses what this package
// cannot read.
type FormatError struct {
	Place  string // "outer.tar.xz!/boot/initrd.img!/bin/x"
	Format Format // of the artifact at fault
	Reason string
	Err    error // maybe nil
}

func (e *FormatError) Error() string {
	switch {
	case e.Err == nil:
		return fmt.Sprintf("%s: %s: %s", e.Place, e.Format, e.Reason)
	case e.Reason == "":
		return fmt.Sprintf("%s: %s: %v", e.Place, e.Format, e.Err)
	}
	return fmt.Sprintf("%s: %s: %s: %v", e.Place, e.Format, e.Reason, e.Err)
}

func (e *FormatError) Unwrap() error { return e.Err }

// LimitError says that an artifact asks for more than the caller allows.
type LimitError struct {
	Place string // as in a FormatError
	Limit string // name of the field of Limits
	Max   int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s: more than the limit %s=%d allows", e.Place, e.Limit, e.Max)
}

// within returns the place of a path in the artifact at a place.
func within(place, path string) string {
	if path == "" {
		return place
	}
	return place + "!/" + escapePath(path)
}

// quoted is the path of a name that may be none in a directory.
func quoted(dir, name string) string {
	if dir != "" {
		dir += "/"
	}
	return dir + strconv.Quote(name)
}

// damaged makes a *FormatError of what went wrong while reading an artifact,
// unless it is a limit, the context's end or an error of the machine.
func damaged(place string, f Format, err error) error {
	var format *FormatError
	var limit *LimitError
	var machine *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &limit):
		return limit
	case errors.As(err, &format):
		return format
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &machine):
		return fmt.Errorf("reading %s: %w", place, err)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return &FormatError{Place: place, Format: f, Reason: "it ends too soon", Err: io.ErrUnexpectedEOF}
	}
	return &FormatError{Place: place, Format: f, Err: err}
}
