package bundle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

// RecordKind is the kind of the records of the last bundle of each name. They
// are what an older bundle is known by, and are never collected.
const RecordKind = "bundle"

// Imported says which bundle of a name was imported last.
type Imported struct {
	Name   string        `json:"name"`
	Serial int64         `json:"serial"`
	Digest digest.Digest `json:"digest"` // of the manifest
	When   time.Time     `json:"when"`
}

// Last returns the bundle of a name that was imported last.
func Last(st *store.Store, name string) (last Imported, ok bool, err error) {
	text, err := st.Record(RecordKind, name)
	var none *store.NotFoundError
	if errors.As(err, &none) {
		return last, false, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &last)
	}
	if err != nil {
		return last, false, fmt.Errorf("reading which bundle of %s was imported last: %w", name, err)
	}
	return last, true, nil
}

// imported reports whether the bundle was the last of its name to be imported
// and the store still holds all of it, sound: a part of it that is given again
// brings nothing.
func (b *Bundle) imported(ctx context.Context, st *store.Store) (bool, error) {
	last, ok, err := Last(st, b.Manifest.Name)
	if err != nil || !ok || last.Digest != b.Digest {
		return false, err
	}
	var digests []digest.Digest
	for _, x := range b.Manifest.items() {
		if has, err := st.Has(x.digest); err != nil || !has {
			return false, err
		}
		digests = append(digests, x.digest)
	}
	_, err = st.GetAll(ctx, digests)
	var corrupt *store.IntegrityError
	if errors.As(err, &corrupt) {
		return false, nil // it is brought again
	}
	return err == nil, err
}

// remember records that a bundle was imported.
func remember(st *store.Store, b *Bundle) error {
	text, err := json.Marshal(Imported{b.Manifest.Name, b.Manifest.Serial, b.Digest, time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	return st.PutRecord(RecordKind, b.Manifest.Name, text)
}
