package git

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
)

// Leads says whether a commit is another or comes after it, by the commits of
// a source: each is named by those that come after it, so that nobody can make
// a way that is none. Where a commit is missing the way ends.
func Leads(ctx context.Context, s Source, newer, older ID) (bool, error) {
	seen := map[ID]bool{newer: true}
	for todo := []ID{newer}; len(todo) > 0; {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		id := todo[len(todo)-1]
		if todo = todo[:len(todo)-1]; id == older {
			return true, nil
		}
		content, err := s.Object(id, CommitKind)
		var missing *MissingError
		if errors.As(err, &missing) {
			continue
		}
		if err != nil {
			return false, err
		}
		for _, parent := range parents(s.Format(), content) {
			if !seen[parent] {
				seen[parent] = true
				todo = append(todo, parent)
			}
		}
	}
	return false, nil
}

// parents are the commits that the lines behind the tree name.
func parents(format string, commit []byte) []ID {
	var out []ID
	for {
		rest, ok := cutLine(commit)
		if !ok || !hasParents(commit) {
			return out
		}
		line, _, _ := strings.Cut(string(rest), "\n")
		id, err := ParseID(strings.TrimPrefix(line, "parent "))
		if err != nil || id.Format() != format {
			return out
		}
		out, commit = append(out, id), rest
	}
}

// Before lists the commits before another one, sorted. One that is missing is a
// *MissingError.
func Before(ctx context.Context, s Source, id ID) ([]ID, error) {
	seen := map[ID]bool{id: true}
	for todo := []ID{id}; len(todo) > 0; {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		content, err := s.Object(next, CommitKind)
		if err != nil {
			return nil, err
		}
		for _, parent := range parents(s.Format(), content) {
			if !seen[parent] {
				seen[parent] = true
				todo = append(todo, parent)
			}
		}
	}
	delete(seen, id)
	return slices.Sorted(maps.Keys(seen)), nil
}
