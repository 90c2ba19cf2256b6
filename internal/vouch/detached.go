package vouch

import (
	"errors"
	"io"
)

// Detached checks signatures over what signed holds. Errors of reading signed
// are returned as they are.
func (k *Keyring) Detached(signature []byte, signed io.Reader, t Terms) ([]Signature, error) {
	if k.Kind == OpenPGP {
		return pgpDetached(signature, signed, k.pgp, t)
	}
	return k.edDetached(signature, signed, t)
}

// Message returns the text of a file that holds text and signatures: a
// clearsigned message, or what signify -S -e writes.
func (k *Keyring) Message(data []byte, t Terms) (text []byte, good []Signature, err error) {
	if k.Kind != OpenPGP {
		return k.edEmbedded(data, t)
	}
	s, good, err := Clearsigned(data, k.pgp, t)
	return []byte(s), good, err
}

// Check is a check of bytes that takes part in reading them.
type Check func(io.Reader) error

// Reader returns the bytes of r and hands them to check on the way. At their
// end it gives check's error in the place of io.EOF: whoever reads to the end
// without an error has bytes that passed. Close must be called.
func Reader(r io.Reader, check Check) io.ReadCloser {
	pr, pw := io.Pipe()
	c := &checked{r: r, pipe: pw, done: make(chan error, 1)}
	go func() {
		err := check(pr)
		_, _ = io.Copy(io.Discard, pr) // a check may know before the end
		c.done <- err
	}()
	return c
}

type checked struct {
	r    io.Reader
	pipe *io.PipeWriter
	done chan error
	err  error // after the end
}

var errUnfinished = errors.New("the bytes were not read to their end")

func (c *checked) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	n, err := c.r.Read(p)
	_, _ = c.pipe.Write(p[:n])
	if err != nil {
		c.finish(err)
		return n, c.err
	}
	return n, nil
}

// finish ends the check; cause is why no more bytes come.
func (c *checked) finish(cause error) {
	if cause == io.EOF {
		_ = c.pipe.Close()
	} else {
		_ = c.pipe.CloseWithError(cause)
	}
	verdict := <-c.done
	if c.err = cause; cause == io.EOF && verdict != nil {
		c.err = verdict
	}
}

func (c *checked) Close() error {
	if c.err == nil {
		c.finish(errUnfinished)
	}
	return nil
}
