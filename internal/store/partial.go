package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sys/unix"
)

// Partial is a blob that is being received and may be resumed later, by this
// or another process. Exactly one of Commit, Abort and Discard ends it; after
// that the others do nothing. It is not safe for concurrent use.
type Partial struct {
	s    *Store
	t    *temp
	in   *intake
	want digest.Digest
	size int64
	note string // path of the note beside the bytes

	noted bool // there may be a note
}

// Resume begins or resumes receiving the blob want of size bytes (-1 if not
// known). The bytes that are there already are hashed first, see Offset. While
// another process receives the same blob, Resume waits; so look for the blob
// once more afterwards.
func (s *Store) Resume(ctx context.Context, want digest.Digest, size int64) (*Partial, error) {
	if err := checkDigest(want); err != nil {
		return nil, err
	}
	path := s.path(areaPartial, want.Algorithm().String()+"-"+want.Encoded())
	t, made, err := lockPartial(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("resuming blob %s: %w", want, explain(s.dir, err))
	}
	p := &Partial{s: s, t: t, want: want, size: size, note: path + ".note", noted: !made}
	p.in = s.newIntake(t.f, want.Algorithm(), size)
	if made {
		return p, nil
	}
	if err := p.rehash(ctx); err != nil {
		t.f.Close()
		return nil, fmt.Errorf("resuming blob %s: %w", want, explain(s.dir, err))
	}
	return p, nil
}

// openPartial opens a partial download, and says whether it was made just now.
func openPartial(path string) (f *os.File, made bool, err error) {
	f, err = openFile(path, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		f, err = openFile(path, unix.O_RDWR|unix.O_CREAT|unix.O_NOFOLLOW, 0o600)
		return f, false, err
	}
	return f, err == nil, err
}

// lockPartial opens a partial download, alone.
func lockPartial(ctx context.Context, path string) (t *temp, made bool, err error) {
	for {
		f, made, err := openPartial(path)
		if err != nil {
			return nil, false, err
		}
		got, err := flock(f, unix.LOCK_EX)
		if err == nil && got && linked(f, path) {
			return &temp{f: f, path: path}, made, nil
		}
		f.Close()
		if err != nil {
			return nil, false, err
		}
		select {
		case <-ctx.Done():
			return nil, false, context.Cause(ctx)
		case <-time.After(lockPoll):
		}
	}
}

func (p *Partial) rehash(ctx context.Context) error {
	n, err := p.s.hashFile(ctx, p.t.f, p.in.h)
	if err != nil {
		return err
	}
	p.in.n = n
	if p.size >= 0 && n > p.size {
		return p.Reset()
	}
	_, err = p.t.f.Seek(n, io.SeekStart)
	return err
}

// Offset is the number of bytes that are there.
func (p *Partial) Offset() int64 { return p.in.n }

// Note returns the text that was kept beside the bytes with SetNote, or "".
// It tells the receiver where they came from.
func (p *Partial) Note() string {
	if !p.noted {
		return ""
	}
	text, err := os.ReadFile(p.note)
	if err != nil {
		return ""
	}
	return string(text)
}

// SetNote keeps a text beside the bytes. It is lost with them.
func (p *Partial) SetNote(text string) error {
	if text == "" {
		return p.dropNote()
	}
	p.noted = true
	return explain(p.s.dir, os.WriteFile(p.note, []byte(text), 0o600))
}

// dropNote removes the note. A system call is saved where there is none.
func (p *Partial) dropNote() error {
	if !p.noted {
		return nil
	}
	p.noted = false
	return removeIfThere(p.note)
}

// Reset drops the bytes that are there, to begin again.
func (p *Partial) Reset() error {
	p.in.finish()
	if err := errors.Join(p.t.f.Truncate(0), p.dropNote()); err != nil {
		return err
	}
	p.in = p.s.newIntake(p.t.f, p.want.Algorithm(), p.size)
	_, err := p.t.f.Seek(0, io.SeekStart)
	return err
}

// ReadFrom takes in bytes until r ends. One byte more than the size is an
// *IntegrityError, a full disk a *SpaceError, and after either nothing is kept;
// any other error is the reader's, and what came before it stays.
func (p *Partial) ReadFrom(r io.Reader) (int64, error) {
	n, err := p.in.from(r)
	var disk writeError
	switch {
	case errors.Is(err, errTooLong):
		return n, errors.Join(p.s.tooLong(p.want, p.size), p.Discard())
	case errors.As(err, &disk):
		return n, errors.Join(explain(p.s.dir, disk.error), p.Discard())
	}
	return n, err
}

// Commit publishes the blob if the bytes are right. If not, it discards them
// and returns an *IntegrityError.
func (p *Partial) Commit() (Blob, error) {
	if p.t.path == "" {
		return Blob{}, fmt.Errorf("storing blob %s: %w", p.want, fs.ErrClosed)
	}
	// A note is never without its bytes: Resume trusts that where there are none.
	if err := p.dropNote(); err != nil {
		return Blob{}, errors.Join(fmt.Errorf("storing blob %s: %w", p.want, err), p.Abort())
	}
	blob, err := p.s.seal(p.t, p.in, p.want, p.size)
	return blob, errors.Join(err, p.Discard())
}

// Abort ends receiving and keeps the bytes, to be resumed.
func (p *Partial) Abort() error {
	if p.t.path == "" {
		return nil
	}
	if p.in.n == 0 {
		return p.Discard()
	}
	p.in.finish()
	p.t.path = ""
	return p.t.f.Close()
}

// Discard ends receiving and drops the bytes.
func (p *Partial) Discard() error {
	err := p.dropNote()
	p.in.finish()
	p.t.discard()
	return err
}

// removePartials removes the interrupted downloads that no process holds.
func (s *Store) removePartials() (int64, error) {
	names, err := filepath.Glob(s.path(areaPartial, "*"))
	if err != nil {
		return 0, err
	}
	var freed int64
	for _, name := range names {
		n, err := removeUnlocked(name)
		if err != nil {
			return freed, err
		}
		freed += n
	}
	return freed, nil
}
