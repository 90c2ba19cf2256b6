package repro

import (
	"context"
	"encoding/json"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/store"
)

// Useful returns the keys of the verdicts that Earlier can still find when of
// all blobs only those stay for which keep is true. Their records are of the
// kind that it returns.
func Useful(ctx context.Context, st *store.Store, keep func(digest.Digest) bool) (kind string, keys map[string]bool, err error) {
	records, err := st.Records(ctx, recordCheck)
	if err != nil {
		return "", nil, err
	}
	keys = map[string]bool{}
	for _, rec := range records {
		var v Verdict
		useful := json.Unmarshal(rec.Data, &v) == nil && v.Schema == Schema
		for _, s := range v.Steps {
			useful = useful && keep(digest.Digest(s.First))
		}
		keys[rec.Key] = useful
	}
	return recordCheck, keys, nil
}
