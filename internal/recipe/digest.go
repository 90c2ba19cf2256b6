package recipe

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/opencontainers/go-digest"
)

// Schema names the canonical form of a recipe.
const Schema = "dombuild.recipe/v1"

// Canonical is the canonical JSON of a recipe: every evaluated value, and every
// file by its path and SHA-256. Comments, formatting, the order of blocks, the
// recipe's directory and its lockfile's path do not appear in it.
func (r *Recipe) Canonical() []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(struct {
		Schema string `json:"schema"`
		*Recipe
	}{Schema, r})
	if err != nil { // strings, integers and booleans only
		panic(fmt.Sprintf("encoding recipe %q: %v", r.Name, err))
	}
	return buf.Bytes()
}

// Digest identifies the recipe: the SHA-256 of its canonical form.
func (r *Recipe) Digest() digest.Digest {
	return digest.FromBytes(r.Canonical())
}
