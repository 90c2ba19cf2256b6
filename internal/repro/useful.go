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

// Find returns the newest good verdict of this machine on outputs of steps, by
// name, and the digest of its record. The verdict may be about more steps.
func Find(ctx context.Context, st *store.Store, outputs map[string]digest.Digest) (v Verdict, record digest.Digest, ok bool, err error) {
	records, err := st.Records(ctx, recordCheck)
	if err != nil {
		return v, "", false, err
	}
	for _, rec := range records {
		var has Verdict
		if json.Unmarshal(rec.Data, &has) != nil || has.Schema != Schema || !has.Reproducible || !covers(has, outputs) {
			continue
		}
		if !ok || has.Checked.After(v.Checked) {
			v, record, ok = has, digest.FromBytes(rec.Data), true
		}
	}
	return v, record, ok, nil
}

// covers says whether a verdict is about each of the outputs.
func covers(v Verdict, outputs map[string]digest.Digest) bool {
	first := map[string]string{}
	for _, s := range v.Steps {
		if s.Equal {
			first[s.Name] = s.First
		}
	}
	for name, d := range outputs {
		if first[name] != d.String() {
			return false
		}
	}
	return len(outputs) > 0
}
