package recipe

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Fmt gives the canonical layout of a recipe file: Fmt(Fmt(x)) is Fmt(x). A file
// with syntax errors is not touched; the error is an *Error with all of them.
func Fmt(name string, src []byte) ([]byte, error) {
	file, diags := parseText(src, name)
	if diags.HasErrors() {
		return nil, &Error{Diags: arrange(diags), Files: map[string]*hcl.File{name: file}}
	}
	// One pass of hclwrite does not always reach its own fixpoint.
	out := hclwrite.Format(src)
	for range 10 {
		next := hclwrite.Format(out)
		if bytes.Equal(next, out) {
			break
		}
		out = next
	}
	return out, nil
}
