package main

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/dombuild/dombuild/internal/build"
	"github.com/dombuild/dombuild/internal/store"
)

// cmdCached works on what the cache has of a step.
//
// cached overlook STEP OTHER: it is the output of another step, in which another
// program's gate saw nothing wrong. cached blob VARIABLE STEP: sets a variable to
// the file of its output. cached judged STEP: the verdict on it is not that program's.
func cmdCached(ts *script, neg bool, args []string) {
	const older = "another program"
	st, err := store.Open(ts.Getenv("DOMBUILD_STORE"))
	ts.Check(err)
	find := func(name string) build.Step {
		records, err := st.Records(context.Background(), "step")
		ts.Check(err)
		for _, r := range records {
			var s build.Step
			ts.Check(json.Unmarshal(r.Data, &s))
			if s.Name == name {
				return s
			}
		}
		ts.Fatalf("the cache does not have %s", name)
		return build.Step{}
	}
	switch {
	case !neg && len(args) == 3 && args[0] == "overlook":
		s, other := find(args[1]), find(args[2])
		s.Output, s.Size, s.Tree, s.Calls, s.Gate = other.Output, other.Size, other.Tree, other.Calls, older
		text, err := json.Marshal(s)
		ts.Check(err)
		ts.Check(st.PutRecord("step", s.Digest.Encoded(), text))
	case !neg && len(args) == 3 && args[0] == "blob":
		d := find(args[2]).Output
		ts.Setenv(args[1], filepath.Join(st.Dir(), "blobs", d.Algorithm().String(), d.Encoded()))
	case !neg && len(args) == 2 && args[0] == "judged":
		if s := find(args[1]); s.Gate == "" || s.Gate == older {
			ts.Fatalf("the verdict on %s is that of %q", args[1], s.Gate)
		}
	default:
		ts.Fatalf("usage: cached overlook STEP OTHER | blob VARIABLE STEP | judged STEP")
	}
}
