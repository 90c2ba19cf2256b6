package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"sync"
	"syscall"
	"time"

	"github.com/dombuild/dombuild/internal/store"
)

// waits are the pauses between the tries of one URL. They are the same every
// time: a build is one client among many already.
func (c *Client) waits() []time.Duration {
	if c.Waits != nil {
		return c.Waits
	}
	return []time.Duration{500 * time.Millisecond, 2 * time.Second, 5 * time.Second}
}

// retry calls try until it succeeds, fails for good, or the waits are used up.
// A try that got further than the one before starts the waits anew.
func (c *Client) retry(ctx context.Context, try func() (further bool, err error)) error {
	waits := c.waits()
	for n := 0; ; n++ {
		further, err := try()
		if err == nil || ctx.Err() != nil || !temporary(err) {
			return err
		}
		if further {
			n = 0
		}
		if n == len(waits) {
			return fmt.Errorf("%w (tried %d times)", err, n+1)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(waits[n]):
		}
	}
}

// final is an error after which the same URL is not tried again.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// Final marks an error that trying again does not help against: the server has
// said that it does not have what was asked for.
func Final(err error) error { return final{err} }

// temporary reports whether it may help to try the same URL again.
func temporary(err error) bool {
	var (
		status    *StatusError
		integrity *store.IntegrityError
		space     *store.SpaceError
		redirect  *RedirectError
		limit     *LimitError
		path      *fs.PathError
		cert      *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		dns       *net.DNSError
		unescape  url.EscapeError
		last      final
	)
	switch {
	case errors.As(err, &status):
		return status.temporary()
	case errors.As(err, &dns):
		return !dns.IsNotFound
	case errors.As(err, &integrity), errors.As(err, &space), errors.As(err, &redirect),
		errors.As(err, &limit), errors.As(err, &path), errors.As(err, &cert),
		errors.As(err, &record), errors.As(err, &last), errors.As(err, &unescape), errors.Is(err, errScheme):
		return false
	}
	return true
}

// outages remembers hosts that could not be reached at all, so that hundreds
// of files do not each wait for the same dead mirror.
type outages struct {
	mu   sync.Mutex
	lost map[string]int // host → files in a row that could not reach it; none with zero
}

const maxLost = 3

func (o *outages) check(address string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.lost) == 0 {
		return nil
	}
	if host := hostOf(address); o.lost[host] >= maxLost {
		return &OutageError{host}
	}
	return nil
}

func (o *outages) note(address string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lost := unreachable(err)
	if !lost && len(o.lost) == 0 {
		return
	}
	host := hostOf(address)
	switch {
	case host == "":
	case !lost:
		delete(o.lost, host)
	case o.lost == nil:
		o.lost = map[string]int{host: 1}
	default:
		o.lost[host]++
	}
}

// unreachable reports whether no connection was made.
func unreachable(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &dns) || errors.Is(err, syscall.ECONNREFUSED) ||
		errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect")
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
