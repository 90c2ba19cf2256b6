package fetch

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

// NotFoundError says that no mirror has a pinned file any more.
type NotFoundError struct {
	Name   string
	Digest digest.Digest
	URLs   []string // where it was looked for
}

func (e *NotFoundError) Error() string {
	if len(e.URLs) == 0 {
		return fmt.Sprintf("%s (%s): no address is known for it", e.Name, e.Digest)
	}
	return fmt.Sprintf("%s (%s) is not there any more:\n  %s", e.Name, e.Digest, strings.Join(e.URLs, "\n  "))
}

// Hint is the command that chooses another version.
func (e *NotFoundError) Hint() string {
	if len(e.URLs) == 0 {
		return "configure a mirror for its distribution"
	}
	return "dombuild update " + e.Name
}

// Error says why a request could not be fetched: one error for each URL.
type Error struct {
	Name   string
	Digest digest.Digest
	Errs   []error
}

func (e *Error) Error() string {
	lines := make([]string, len(e.Errs))
	for i, err := range e.Errs {
		lines[i] = strings.ReplaceAll(err.Error(), "\n", "\n  ")
	}
	return fmt.Sprintf("fetching %s:\n  %s", e.Name, strings.Join(lines, "\n  "))
}

func (e *Error) Unwrap() []error { return e.Errs }

// Hint passes on the first hint of the causes.
func (e *Error) Hint() string {
	for _, err := range e.Errs {
		var h interface{ Hint() string }
		if errors.As(err, &h) && h.Hint() != "" {
			return h.Hint()
		}
	}
	return "try again: what was received is kept and resumed"
}

// named says which request an error belongs to.
func named(r Request, err error) error {
	var nf *NotFoundError
	var named *Error
	if err == nil || errors.As(err, &nf) || errors.As(err, &named) {
		return err
	}
	return &Error{r.Name, r.Digest, []error{err}}
}

// StatusError is a reply that is not the file. A 404 or 410 is fs.ErrNotExist.
type StatusError struct {
	URL  string
	Code int
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: the server replied %d %s", e.URL, e.Code, http.StatusText(e.Code))
}

// Is lets errors.Is(err, fs.ErrNotExist) mean the same for all schemes.
func (e *StatusError) Is(target error) bool {
	return target == fs.ErrNotExist && (e.Code == http.StatusNotFound || e.Code == http.StatusGone)
}

func (e *StatusError) temporary() bool {
	switch e.Code {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	case http.StatusNotImplemented, http.StatusHTTPVersionNotSupported:
		return false
	}
	return e.Code >= 500
}

// RedirectError is a redirect that is not followed.
type RedirectError struct{ From, To, Reason string }

func (e *RedirectError) Error() string {
	return fmt.Sprintf("refusing the redirect from %s to %s: %s", e.From, e.To, e.Reason)
}

// LimitError is a document that is larger than it may be.
type LimitError struct {
	URL   string
	Limit int64
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%s: the reply is larger than %d bytes", redact(e.URL), e.Limit)
}

// MoreThan is the limit.
func (e *LimitError) MoreThan() int64 { return e.Limit }

// OutageError is a host that is not asked again, for it did not answer others.
type OutageError struct{ Host string }

func (e *OutageError) Error() string {
	return fmt.Sprintf("%s was not asked: it could not be reached for other files", e.Host)
}

func wrongSize(r Request, got int64, from, action string) *store.IntegrityError {
	return &store.IntegrityError{
		What: r.Name, Want: r.Digest, WantSize: r.Size, GotSize: got, From: from, Action: action,
		Remedy: "dombuild update " + r.Name + " if the pin is out of date; otherwise do not trust this mirror",
	}
}
