package build

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

// recordUser is the kind of the records of recipes that use a store.
const recordUser = "user"

// User is a recipe that uses a store: what it needs stays when the store is
// tidied.
type User struct {
	Dir       string            `json:"directory"` // absolute
	Variables map[string]string `json:"variables,omitempty"`
}

// Equal reports whether two are the same recipe with the same variables.
func (u User) Equal(other User) bool {
	return u.Dir == other.Dir && maps.Equal(u.Variables, other.Variables)
}

// Register records that a recipe uses the store.
func (u User) Register(st *store.Store) error {
	key, text, err := u.encode()
	if err != nil {
		return err
	}
	if had, err := st.Record(recordUser, key); err == nil && bytes.Equal(had, text) {
		return nil
	}
	return st.PutRecord(recordUser, key, text)
}

func (u User) encode() (key string, text []byte, err error) {
	if text, err = json.Marshal(u); err != nil {
		return "", nil, fmt.Errorf("recording the recipe in %s: %w", u.Dir, err)
	}
	return digest.FromBytes(text).Encoded(), text, nil
}

// Users returns the recipes that were registered, sorted by key.
func Users(ctx context.Context, st *store.Store) ([]User, error) {
	records, err := st.Records(ctx, recordUser)
	if err != nil {
		return nil, err
	}
	var users []User
	for _, rec := range records {
		var u User
		if err := json.Unmarshal(rec.Data, &u); err != nil {
			return nil, fmt.Errorf("reading the record %s of a recipe that uses the store: %w", rec.Key, err)
		}
		users = append(users, u)
	}
	return users, nil
}
