package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Piece is a part of a blob in a stage: it ends where the next one begins.
type Piece struct {
	Offset, Size int64
}

func (p Piece) name(d digest.Digest) string {
	return fmt.Sprintf("%s.%d-%d", stagedName(d), p.Offset, p.Size)
}

// PutPiece takes in a part of a blob, whose own digest must be sum.
func (g *Stage) PutPiece(ctx context.Context, r io.Reader, of digest.Digest, p Piece, sum digest.Digest) error {
	if err := errors.Join(checkDigest(of), checkDigest(sum)); err != nil {
		return err
	}
	return g.take(ctx, r, p.name(of), sum, p.Size)
}

// Pieces are the parts of a blob that the stage holds, sorted by offset.
func (g *Stage) Pieces(d digest.Digest) ([]Piece, error) {
	names, err := filepath.Glob(filepath.Join(g.dir, stagedName(d)+".*"))
	if err != nil {
		return nil, err
	}
	var list []Piece
	for _, n := range names {
		var p Piece
		text := strings.TrimPrefix(filepath.Base(n), stagedName(d)+".")
		if k, err := fmt.Sscanf(text, "%d-%d", &p.Offset, &p.Size); err != nil || k != 2 {
			continue
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Piece) int { return int(a.Offset - b.Offset) })
	return list, nil
}

// Join makes the blob of pieces that follow each other, and drops them, also
// when they are not the blob: then one of them has to be brought again.
func (g *Stage) Join(ctx context.Context, d digest.Digest, size int64, pieces []Piece) error {
	var readers []io.Reader
	for _, p := range pieces {
		f, err := os.Open(filepath.Join(g.dir, p.name(d)))
		if err != nil {
			return err
		}
		defer f.Close()
		readers = append(readers, f)
	}
	err := g.Put(ctx, io.MultiReader(readers...), d, size)
	var wrong *IntegrityError
	if err != nil && !errors.As(err, &wrong) {
		return err
	}
	for _, p := range pieces {
		err = errors.Join(err, removeIfThere(filepath.Join(g.dir, p.name(d))))
	}
	return err
}

// Mark leaves a note in a stage, and Marks returns all of them, sorted.
func (g *Stage) Mark(note string) error {
	return os.WriteFile(filepath.Join(g.dir, "mark-"+note), nil, 0o644)
}

// Marks returns the notes in a stage, sorted.
func (g *Stage) Marks() ([]string, error) {
	names, err := filepath.Glob(filepath.Join(g.dir, "mark-*"))
	for i, n := range names {
		names[i] = strings.TrimPrefix(filepath.Base(n), "mark-")
	}
	slices.Sort(names)
	return names, err
}

// HasPiece says whether the stage holds a part of a blob.
func (g *Stage) HasPiece(d digest.Digest, p Piece) bool {
	_, err := os.Lstat(filepath.Join(g.dir, p.name(d)))
	return err == nil
}
