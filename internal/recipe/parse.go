package recipe

import (
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Files names the recipe files of a directory, sorted: every *.hcl except
// lockfiles (*.lock.hcl) and hidden files.
func Files(dir string) ([]string, error) {
	t, err := openTree(dir, ".")
	if err != nil {
		return nil, &fs.PathError{Op: "reading", Path: dir, Err: err}
	}
	defer t.root.Close()
	return t.recipes()
}

func (t *tree) recipes() ([]string, error) {
	entries, err := fs.ReadDir(t.root.FS(), ".")
	if err != nil {
		return nil, plain(err)
	}
	var names []string
	for _, e := range entries {
		n := e.Name()
		if !e.IsDir() && strings.HasSuffix(n, ".hcl") && !strings.HasSuffix(n, lockSuffix) && !strings.HasPrefix(n, ".") {
			names = append(names, n)
		}
	}
	return names, nil
}

const lockSuffix = ".lock.hcl"

// parse reads and parses the recipe files of a directory.
func (ld *loader) parse(t *tree) ([]*hclsyntax.Body, hcl.Diagnostics) {
	names, err := t.recipes()
	if err == nil && len(names) == 0 {
		err = errors.New("there is no *.hcl file in it")
	}
	if err != nil {
		return nil, hcl.Diagnostics{problem(hcl.Range{}, "No recipe", "Reading directory %s: %s. To start a recipe: dombuild init.", t.show, err)}
	}
	var bodies []*hclsyntax.Body
	var diags hcl.Diagnostics
	for _, name := range names {
		shown := filepath.Join(t.show, name)
		src, err := t.read(name, maxRecipeFile)
		if err != nil {
			diags = append(diags, problem(hcl.Range{}, "Unreadable recipe file", "Reading %s: %s.", shown, err))
			continue
		}
		file, more := parseText(src, shown)
		ld.files[shown], ld.texts[shown] = file, src
		diags = append(diags, more...)
		bodies = append(bodies, file.Body.(*hclsyntax.Body))
	}
	return bodies, diags
}

// parseText parses one file, unless its nesting could exhaust the stack.
func parseText(src []byte, name string) (*hcl.File, hcl.Diagnostics) {
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos) // the parser reports what is wrong
	if d := tooDeep(tokens); d != nil {
		return &hcl.File{Body: &hclsyntax.Body{}, Bytes: src}, hcl.Diagnostics{d}
	}
	return hclsyntax.ParseConfig(src, name, hcl.InitialPos)
}

// Limits on the shape of expressions. The parser and the evaluator recurse over
// brackets and over chains of operators.
const (
	maxBrackets  = 100
	maxOperators = 1000
)

var hugeNumber = regexp.MustCompile(`[eE][+-]?0*[1-9][0-9]{3,}$|^.{400}`)

// level is one open bracket while tokens are scanned.
type level struct {
	items     bool // a newline ends an item here, as in a body; in (…) and […] it does not
	operators int  // in the current item
}

// tooDeep finds the place where brackets are nested too deeply or too many
// operators follow each other in one expression.
func tooDeep(tokens hclsyntax.Tokens) *hcl.Diagnostic {
	open := []level{{items: true}}
	for _, t := range tokens {
		at := &open[len(open)-1]
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenOQuote,
			hclsyntax.TokenOHeredoc, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
			at.operators++ // a[0][0][0], %{if a}%{if b}
			open = append(open, level{items: t.Type == hclsyntax.TokenOBrace})
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenCQuote,
			hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
			open = open[:max(1, len(open)-1)]
		case hclsyntax.TokenNewline, hclsyntax.TokenComma:
			if at.items || t.Type == hclsyntax.TokenComma {
				at.operators = 0
			}
		case hclsyntax.TokenIdent, hclsyntax.TokenStringLit, hclsyntax.TokenQuotedLit, hclsyntax.TokenEOF, hclsyntax.TokenComment:
		case hclsyntax.TokenNumberLit:
			if hugeNumber.Match(t.Bytes) {
				return problem(t.Range, "Number out of range", "Numbers in a recipe have at most 400 digits and an exponent of at most 999.")
			}
		default:
			at.operators++
		}
		if len(open) > maxBrackets || at.operators > maxOperators {
			return problem(t.Range, "Expression too deep",
				"An expression nests at most %d brackets and chains at most %d operators. Name parts of it in a locals block.", maxBrackets, maxOperators)
		}
	}
	return nil
}
