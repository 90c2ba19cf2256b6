package commits

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// The kinds of records. The key of RecordCommit is a commit, its data the digest
// of the blob; the key of RecordTag is a clone and a tag, its data the commit
// that the server gave to it; the key of RecordBranch is a clone, a branch and a
// commit that it contains, its data the tip from which that was proven, or
// NotProven.
const (
	RecordCommit = "git-commit"
	RecordTag    = "git-tag"
	RecordBranch = "git-branch"
	NotProven    = "not proven"
)

// BranchKey is the key of a branch's record.
func BranchKey(clone, branch, id string) string { return clone + " " + branch + " " + id }

// TagKey is the key of a tag's record.
func TagKey(clone, tag string) string { return clone + " " + tag }

const fromStore = "the store"

// Error is a commit that is not what its name says.
type Error struct {
	Commit, Clone string
	From          string // a URL, or the store
	Err           error
}

func (e *Error) Error() string {
	return fmt.Sprintf("commit %s of %s, from %s: %v; nothing of it was kept", e.Commit, e.Clone, e.From, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Hint says what helps.
func (e *Error) Hint() string {
	if e.From == fromStore {
		return "the lock names contents that are not the commit's, or the store's record is wrong: look at the lock, then fetch it again"
	}
	return "do not trust this server; another one, or a checked clone, has to give the commit"
}

// Store holds blobs and records.
type Store interface {
	Get(ctx context.Context, d digest.Digest) (store.Blob, error)
	Record(kind, key string) ([]byte, error)
}

// Opened is a commit of the store. Close gives its disk space back.
type Opened struct {
	*git.Closure
	List    *git.List
	Content digest.Digest
	file    *os.File
}

// Close removes the copy that was read.
func (o *Opened) Close() error { return o.file.Close() }

// Records are what is known of commits.
type Records interface {
	Record(kind, key string) ([]byte, error)
}

// Content is the digest of the blob of a commit: that of the lock, else that of
// the record. A *store.NotFoundError says that it was not fetched.
func Content(st Records, c pins.Commit) (digest.Digest, error) {
	if c.Content != "" {
		return c.Content, nil
	}
	data, err := st.Record(RecordCommit, c.ID)
	if err != nil {
		return "", err
	}
	d, err := digest.Parse(string(data))
	if err != nil {
		return "", &Error{c.ID, c.Clone, fromStore, err}
	}
	return d, nil
}

// Open reads a commit from the store and hashes it.
func Open(ctx context.Context, st Store, c pins.Commit) (*Opened, error) {
	d, err := Content(st, c)
	if err != nil {
		return nil, err
	}
	blob, err := st.Get(ctx, d)
	if err != nil {
		return nil, err
	}
	in, err := blob.Open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	c.Content = d
	return Read(ctx, in, c)
}

// Read reads a commit from its blob, whose digest is the commit's Content and
// was compared with it, or is while it is read.
func Read(ctx context.Context, in io.Reader, c pins.Commit) (*Opened, error) {
	file, err := nameless()
	if err != nil {
		return nil, err
	}
	o, err := read(ctx, in, file, c)
	if err != nil {
		file.Close()
		return nil, err
	}
	o.Content = c.Content
	return o, nil
}

// read copies a blob beside, for the store's readers give no random access.
func read(ctx context.Context, in io.Reader, file *os.File, c pins.Commit) (*Opened, error) {
	size, err := io.Copy(file, in)
	if err != nil {
		return nil, err
	}
	l, err := git.ReadList(ctx, file, size, git.ID(c.ID).Format())
	if err != nil {
		return nil, &Error{c.ID, c.Clone, fromStore, err}
	}
	closure, err := l.Walk(ctx, git.ID(c.ID))
	if err != nil {
		return nil, &Error{c.ID, c.Clone, fromStore, err}
	}
	return &Opened{Closure: closure, List: l, file: file}, nil
}

func nameless() (*os.File, error) {
	f, err := os.CreateTemp("", "commit-")
	if err != nil {
		return nil, fmt.Errorf("making a temporary file: %w", err)
	}
	return f, os.Remove(f.Name())
}

// Put takes a commit in, from the objects that came from a server, and returns
// the digest of its blob. Those who put side by side share serial: of two
// contents of one commit the second must see the first.
func Put(ctx context.Context, st *store.Store, serial sync.Locker, c pins.Commit, from string, objects git.Source) (digest.Digest, error) {
	closure, err := git.Walk(ctx, objects, git.ID(c.ID))
	if err != nil {
		return "", &Error{c.ID, c.Clone, from, err}
	}
	file, err := nameless()
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := digest.SHA256.Digester()
	err = git.WriteList(ctx, io.MultiWriter(file, sum.Hash()), objects, closure)
	if errors.Is(err, git.ErrContents) {
		return "", &Error{c.ID, c.Clone, from, err}
	}
	if err != nil {
		return "", fmt.Errorf("keeping commit %s: %w", c.ID, err)
	}
	got := sum.Digest()
	serial.Lock()
	defer serial.Unlock()
	if err := same(st, c, from, got); err != nil {
		return "", err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = st.Put(ctx, file, got, size)
	}
	if err == nil {
		err = st.PutRecord(RecordCommit, c.ID, []byte(got))
	}
	return got, err
}

// same compares what came with the lock, and with what the store had before:
// only a collision of SHA-1 makes a difference.
func same(st Store, c pins.Commit, from string, got digest.Digest) error {
	recorded := c
	recorded.Content = ""
	for _, known := range []pins.Commit{c, recorded} {
		want, err := Content(st, known)
		var gone *store.NotFoundError
		var damaged *Error
		switch {
		case errors.As(err, &gone), errors.As(err, &damaged):
		case err != nil:
			return err
		case want != got:
			return &Error{c.ID, c.Clone, from, fmt.Errorf("its objects have the right SHA-1 names and other contents: want %s, got %s", want, got)}
		}
	}
	return nil
}
