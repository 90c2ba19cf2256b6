package bundle

import (
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

// remember records that a bundle was imported.
func remember(st *store.Store, b *Bundle) error {
	text, err := json.Marshal(Imported{b.Manifest.Name, b.Manifest.Serial, b.Digest, time.Now().UTC().Truncate(time.Second)})
	if err != nil {
		return err
	}
	return st.PutRecord(RecordKind, b.Manifest.Name, text)
}
