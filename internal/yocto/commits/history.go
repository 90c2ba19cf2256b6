package commits

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/git"
	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// RecordHistory is the kind of the record of a commit's history: the digest of a
// blob, a git.List, of the commits before it without their files; or NotGiven. It
// is kept where git LFS keeps files elsewhere: git-lfs finds them beside a clone
// from which git makes another one only if that clone is not shallow.
const RecordHistory = "git-history"

// NotGiven is the data of the record where no server gives commits alone.
const NotGiven = "not given"

// Whole is a commit as the way to those before it begins.
type Whole struct {
	Opened *Opened
	List   *git.List // of those before it
}

// Object finds a commit.
func (w Whole) Object(id git.ID, kind git.Kind) ([]byte, error) {
	if id == w.Opened.Commit {
		return w.Opened.List.Object(id, kind)
	}
	return w.List.Object(id, kind)
}

// Kind is the kind of an object.
func (w Whole) Kind(id git.ID) git.Kind {
	if id == w.Opened.Commit {
		return git.CommitKind
	}
	return w.List.Kind(id)
}

// Format is the hash that names the objects.
func (w Whole) Format() string { return w.Opened.List.Format() }

// PutHistory takes in the commits before another one, from the objects that
// came from a server.
func PutHistory(ctx context.Context, st *store.Store, c pins.Commit, o *Opened, from string, objects git.Source) error {
	ids, err := git.Before(ctx, objects, o.Commit)
	if err != nil {
		return &Error{c.ID, c.Clone, from, err}
	}
	file, err := nameless()
	if err != nil {
		return err
	}
	defer file.Close()
	sum := digest.SHA256.Digester()
	err = git.WriteList(ctx, io.MultiWriter(file, sum.Hash()), objects, &git.Closure{IDs: ids})
	if errors.Is(err, git.ErrContents) {
		return &Error{c.ID, c.Clone, from, err}
	}
	var size int64
	if err == nil {
		size, err = file.Seek(0, io.SeekCurrent)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err == nil {
		_, err = st.Put(ctx, file, sum.Digest(), size)
	}
	if err == nil {
		err = st.PutRecord(RecordHistory, c.ID, []byte(sum.Digest()))
	}
	if err != nil {
		return fmt.Errorf("keeping the history of commit %s: %w", c.ID, err)
	}
	return nil
}

// HistoryContent is the digest of the blob of a commit's history; "" where no
// server gives it. A *store.NotFoundError says that nobody was asked.
func HistoryContent(st Records, c pins.Commit) (digest.Digest, error) {
	data, err := st.Record(RecordHistory, c.ID)
	if err != nil || string(data) == NotGiven {
		return "", err
	}
	d, err := digest.Parse(string(data))
	if err != nil {
		return "", &Error{c.ID, c.Clone, fromStore, err}
	}
	return d, nil
}

// OpenHistory reads the commits before another one from the store; nil where
// no server gives them.
func OpenHistory(ctx context.Context, st Store, c pins.Commit, o *Opened) (*Opened, error) {
	d, err := HistoryContent(st, c)
	if err != nil || d == "" {
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
	return ReadHistory(ctx, in, c, o)
}

// ReadHistory reads the commits before another one from their blob, which has to
// hold all of them and nothing else.
func ReadHistory(ctx context.Context, in io.Reader, c pins.Commit, o *Opened) (*Opened, error) {
	file, err := nameless()
	if err != nil {
		return nil, err
	}
	size, err := io.Copy(file, in)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	l, err := git.ReadList(ctx, file, size, git.ID(c.ID).Format())
	var ids []git.ID
	if err == nil {
		ids, err = git.Before(ctx, Whole{o, l}, o.Commit)
	}
	if err == nil && len(ids) != l.Len() {
		err = errors.New("its history holds objects that are not before it")
	}
	if err != nil {
		file.Close()
		return nil, &Error{c.ID, c.Clone, fromStore, err}
	}
	return &Opened{Closure: &git.Closure{IDs: ids}, List: l, file: file}, nil
}
