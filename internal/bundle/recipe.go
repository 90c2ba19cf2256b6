package bundle

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/opencontainers/go-digest"
	"github.com/zclconf/go-cty/cty"

	"github.com/dombuild/dombuild/internal/recipe"
)

// collector gathers the files that a recipe is read from.
type collector struct {
	dir   string            // of the recipe
	files map[string][]byte // by absolute path
	exec  map[string]bool
}

// Collect returns the recipe of a lock as it travels, and its texts. The recipe
// must have been loaded with the variables given. That nothing is left out is
// shown by loading it again from what was collected; more holds the paths of
// further files, relative to the recipe's directory.
func Collect(r *recipe.Recipe, vars map[string]string, lock File, more []string) (Recipe, Texts, error) {
	fail := func(err error) (Recipe, Texts, error) {
		return Recipe{}, nil, fmt.Errorf("collecting the files of the recipe %s: %w", r.Name, err)
	}
	c := collector{r.Dir, map[string][]byte{r.Lockfile: lock.Text}, map[string]bool{}}
	if err := c.texts(r.Texts); err != nil {
		return fail(err)
	}
	if err := c.values(reflect.ValueOf(r)); err != nil {
		return fail(err)
	}
	if err := c.literals(r.Texts, more); err != nil {
		return fail(err)
	}
	out, texts, err := c.recipe(r, lock.Name)
	if err == nil {
		out.Variables = vars
		err = prove(out, texts, r.Digest())
	}
	if err != nil {
		return fail(err)
	}
	return out, texts, nil
}

// texts adds the recipe's own files and scripts.
func (c *collector) texts(texts map[string][]byte) error {
	for name, text := range texts {
		abs, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		c.files[abs] = text
	}
	return nil
}

// values adds every file that stands in the recipe: keys, fragments, sources.
func (c *collector) values(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if l, ok := v.Interface().(*recipe.Local); ok && l != nil {
			return c.local(l)
		}
		if !v.IsNil() {
			return c.values(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			if err := c.values(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Struct:
		if f, ok := v.Interface().(recipe.File); ok {
			if f.Path != "" {
				c.files[filepath.Join(c.dir, filepath.FromSlash(f.Path))] = f.Content
			}
			return nil
		}
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue
			}
			if err := c.values(v.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *collector) local(l *recipe.Local) error {
	at := filepath.Join(c.dir, filepath.FromSlash(l.Path))
	fi, err := os.Stat(at)
	if err != nil {
		return err
	}
	for _, f := range l.Files {
		name := at
		if fi.IsDir() {
			name = filepath.Join(at, filepath.FromSlash(f.Path))
		}
		c.files[name], c.exec[name] = f.Content, l.Exec[f.Path]
	}
	return nil
}

// literals adds the files that a recipe names in a literal, such as those that
// file() and templatefile() read, and those in more.
func (c *collector) literals(texts map[string][]byte, more []string) error {
	for name, text := range texts {
		if filepath.Ext(name) != ".hcl" {
			continue
		}
		abs, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		f, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
		if diags.HasErrors() {
			return diags
		}
		_ = hclsyntax.VisitAll(f.Body.(*hclsyntax.Body), func(n hclsyntax.Node) hcl.Diagnostics {
			if l, ok := n.(*hclsyntax.LiteralValueExpr); ok && l.Val.Type() == cty.String {
				c.perhaps(filepath.Join(filepath.Dir(abs), filepath.FromSlash(l.Val.AsString())))
			}
			return nil
		})
	}
	for _, name := range more {
		p := filepath.Join(c.dir, name)
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		c.files[p] = text
	}
	return nil
}

// perhaps adds a file if there is one of that name.
func (c *collector) perhaps(p string) {
	if _, ok := c.files[p]; ok {
		return
	}
	if fi, err := os.Stat(p); err != nil || !fi.Mode().IsRegular() || fi.Size() > maxRecipe {
		return
	}
	if text, err := os.ReadFile(p); err == nil {
		c.files[p] = text
	}
}

// recipe puts the files into one tree.
func (c *collector) recipe(r *recipe.Recipe, lock string) (Recipe, Texts, error) {
	root := r.Dir
	for p := range c.files {
		for !within(root, p) {
			root = filepath.Dir(root)
		}
	}
	rel := func(p string) (string, error) {
		s, err := filepath.Rel(root, p)
		return filepath.ToSlash(s), err
	}
	out := Recipe{Name: strings.TrimSuffix(strings.TrimSuffix(lock, ".hcl"), ".lock"), Lock: lock}
	var err error
	if out.Dir, err = rel(r.Dir); err != nil {
		return out, nil, err
	}
	texts := Texts{}
	for p, text := range c.files {
		f := RecipeFile{Digest: digest.FromBytes(text), Size: int64(len(text)), Exec: c.exec[p]}
		if f.Path, err = rel(p); err != nil {
			return out, nil, err
		}
		texts[f.Digest] = text
		out.Files = append(out.Files, f)
	}
	slices.SortFunc(out.Files, func(a, b RecipeFile) int { return strings.Compare(a.Path, b.Path) })
	return out, texts, nil
}

func within(dir, p string) bool {
	return dir == string(filepath.Separator) || strings.HasPrefix(p, dir+string(filepath.Separator))
}

var errLeftOut = errors.New("it is another recipe when it is read from the files that were found; name the missing ones with --file")

// prove loads a recipe from what was collected.
func prove(x Recipe, texts Texts, want digest.Digest) error {
	tmp, err := os.MkdirTemp("", "dombuild-bundle-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := x.Place(tmp, func(f RecipeFile) ([]byte, error) { return texts[f.Digest], nil }); err != nil {
		return err
	}
	again, err := recipe.Load(filepath.Join(tmp, x.Name, filepath.FromSlash(path.Clean(x.Dir))), x.Variables)
	if err != nil {
		return fmt.Errorf("%w: %w", errLeftOut, err)
	}
	if again.Digest() != want {
		return errLeftOut
	}
	return nil
}
