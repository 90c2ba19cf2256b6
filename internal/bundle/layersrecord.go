package bundle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
	"github.com/dombuild/dombuild/internal/yocto/commits"
	"github.com/dombuild/dombuild/internal/yocto/pins"
)

// Record is what a store knows of a commit: the blob that it is, or what a
// server said of its tags and branches.
type Record struct {
	Kind string `json:"kind"` // git-commit, git-history, git-tag, git-branch: see package commits
	Key  string `json:"key"`
	Data string `json:"data"`
}

func compareRecords(a, b Record) int {
	return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Key, b.Key))
}

// maxRecordKey bounds the key of a record in bytes: a clone, a branch and a commit.
const maxRecordKey = 1024

var (
	commitName = regexp.MustCompile(`^[0-9a-f]{40}$`)
	recordKey  = regexp.MustCompile(`^[^\x00-\x1f\x7f]+$`)
)

func (r Record) check() error {
	bad := func(what string) error { return fmt.Errorf("record %s of %q: %s", r.Kind, r.Key, what) }
	if len(r.Key) > maxRecordKey || !recordKey.MatchString(r.Key) {
		return bad("its key is longer than it may be, or has control characters")
	}
	switch r.Kind {
	case commits.RecordCommit, commits.RecordHistory:
		if r.Kind == commits.RecordHistory && r.Data == commits.NotGiven && commitName.MatchString(r.Key) {
			return nil
		}
		if d := digest.Digest(r.Data); !commitName.MatchString(r.Key) || d.Validate() != nil || d.Algorithm() != digest.SHA256 {
			return bad("it does not give a commit its SHA-256")
		}
	case commits.RecordTag:
		if !commitName.MatchString(r.Data) {
			return bad("it does not give a tag a commit")
		}
	case commits.RecordBranch:
		if !commitName.MatchString(r.Data) && r.Data != commits.NotProven {
			return bad("it does not give a branch a commit")
		}
	default:
		return bad("it is of no kind that a bundle carries")
	}
	return nil
}

func (m Manifest) checkRecords() error {
	if len(m.Records) > MaxBlobs {
		return fmt.Errorf("it has more than %d records", MaxBlobs)
	}
	blobs := map[string]bool{}
	for _, b := range m.Blobs {
		blobs[string(b.Digest)] = true
	}
	for i, r := range m.Records {
		if err := r.check(); err != nil {
			return err
		}
		if i > 0 && compareRecords(m.Records[i-1], r) >= 0 {
			return fmt.Errorf("record %s of %q is there twice, or out of order", r.Kind, r.Key)
		}
		if strings.HasPrefix(r.Data, "sha256:") && !blobs[r.Data] {
			return fmt.Errorf("commit %s is %s, which is none of the blobs", r.Key, r.Data)
		}
	}
	return nil
}

// layers adds what the locks of layers need to a manifest.
func (c Content) layers(m *Manifest, blobs map[digest.Digest]Blob, of *Layers) error {
	for _, b := range of.Blobs {
		if other, ok := blobs[b.Digest]; ok && other.Size != b.Size {
			return fmt.Errorf("%s has two sizes: %d and %d bytes", b.Digest, other.Size, b.Size)
		} else if !ok || b.Name < other.Name {
			b.Here = c.Has == nil || !c.Has(b.Digest)
			blobs[b.Digest] = b
		}
	}
	m.Records = append(m.Records, of.Records...)
	slices.SortFunc(m.Records, func(a, b Record) int { return cmp.Or(compareRecords(a, b), strings.Compare(a.Data, b.Data)) })
	m.Records = slices.Compact(m.Records)
	for i, r := range m.Records {
		if i > 0 && compareRecords(m.Records[i-1], r) == 0 {
			return fmt.Errorf("%s of %s is %s and %s", r.Kind, r.Key, m.Records[i-1].Data, r.Data)
		}
	}
	return nil
}

// agree returns an error unless what a store knows of commits is what a bundle
// says: other objects of the same SHA-1 names are not taken in.
func (b *Bundle) agree(ctx context.Context, st *store.Store) error {
	for _, r := range b.Manifest.Records {
		if r.Kind != commits.RecordCommit {
			continue
		}
		known, err := commits.Content(st, pins.Commit{ID: r.Key})
		var gone *store.NotFoundError
		var damaged *commits.Error
		if errors.As(err, &gone) || errors.As(err, &damaged) || err == nil && string(known) == r.Data {
			continue
		}
		if err != nil {
			return err
		}
		if _, err := st.Get(ctx, known); err != nil {
			continue // a record of what is not there, or is corrupt, says nothing
		}
		return &Error{Name: b.Name, Err: fmt.Errorf("commit %s: its objects have the right SHA-1 names and other contents: the store has %s, the bundle %s", r.Key, known, r.Data)}
	}
	return nil
}

// adopt keeps the records of a bundle. A branch that is proven stays so.
func (b *Bundle) adopt(st *store.Store) error {
	for _, r := range b.Manifest.Records {
		known, err := st.Record(r.Kind, r.Key)
		if err == nil && (string(known) == r.Data || r.Data == commits.NotProven || r.Data == commits.NotGiven) {
			continue
		}
		if err := st.PutRecord(r.Kind, r.Key, []byte(r.Data)); err != nil {
			return err
		}
	}
	return nil
}
