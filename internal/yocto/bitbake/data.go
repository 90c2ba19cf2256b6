package bitbake

import (
	"slices"
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/yocto/bitbake/python"
)

// Data holds the variables of the configuration or of one recipe, after the
// semantics of BitBake's data store: a variable has a value, a weak default,
// flags, and operations (append, prepend, remove) that are applied when it is
// read; NAME:OVERRIDE replaces NAME when OVERRIDE is in OVERRIDES.
//
// A Data that recipes were derived from is never changed again.
type Data struct {
	parent *Data
	env    *environment
	vars   map[string]*variable
	// variants lists, for the name of a variable, the names that override it;
	// nil hides what the parent lists.
	variants map[string][]*variant
	// braced holds the names that contain "${".
	braced map[string]bool
	hist   map[string][]event
	free   []variable // to be used
	spare  []*arguments
	seq    int        // of the next event
	mu     sync.Mutex // of the exported methods

	overrides     []string // OVERRIDES, expanded; valid when resolved
	active        map[string]bool
	resolved      bool
	resolving     bool
	overrideDoubt []Unknown       // why they are not certain
	overrideVar   map[string]bool // what OVERRIDES was computed from
	overrideMemo  memo            // likewise, while it is computed
	memo          memo
	changes       int      // counts them
	reading       []string // names being expanded
	overridden    bool     // the expansion looked at OVERRIDES

	variant      string // word of BBCLASSEXTEND
	file         string // FILE: path of the file being read
	recipe       *recipeState
	tainted      []Unknown // of everything: code nobody can follow
	flagsTainted []Unknown // of every flag
	prefixes     []prefixTaint
	anonymous    []*statement
	handlers     []string
	tasks        []string
	deferred     []deferredInherit
	inherited    []string // paths of classes
	files        []Include
	functions    map[string]*statement // def at the top level
	filters      map[string]string
	objects      map[string]python.Value // variables that hold no text
	probe        *bool                   // set when one of them was read; nil: nobody asks
	errors       []*SyntaxError
}

// variable is what the store knows of one name. Once its Data has children it
// is copied before it is changed.
type variable struct {
	owner    *Data // that may change it
	value    string
	set      bool
	weak     string
	hasWeak  bool
	flags    []flag
	appends  []operation
	prepends []operation
	removes  []operation
	function *statement
	taint    []Unknown
	flagless []Unknown // why flags are not certain
}

// deleted is every variable that was deleted.
var deleted = &variable{}

type flag struct {
	name    string
	value   string
	weak    bool
	unknown []Unknown
}

// operation is an append, a prepend or a removal for when every one of the
// overrides is active.
type operation struct {
	text      string
	overrides string
	unknown   []Unknown
}

// variant is a name that stands for another when its overrides are active.
type variant struct{ name, overrides string }

// event is a statement that took part in a variable.
type event struct {
	seq  int
	name string
	st   *statement
}

func newData(env *environment) *Data {
	return &Data{env: env, vars: map[string]*variable{}, variants: map[string][]*variant{}, braced: map[string]bool{},
		hist: map[string][]event{}, functions: map[string]*statement{}}
}

// copy makes a Data that begins as d and may be changed without changing d.
func (d *Data) copy() *Data {
	n := newData(d.env)
	n.parent, n.seq, n.file, n.recipe = d, d.seq, d.file, d.recipe
	n.overrides, n.active, n.resolved = d.overrides, d.active, d.resolved
	n.overrideDoubt, n.overrideVar = d.overrideDoubt, d.overrideVar
	n.tainted = slices.Clip(d.tainted)
	n.flagsTainted = slices.Clip(d.flagsTainted)
	n.prefixes = slices.Clip(d.prefixes)
	n.anonymous = slices.Clip(d.anonymous)
	n.handlers = slices.Clip(d.handlers)
	n.tasks = slices.Clip(d.tasks)
	n.deferred = slices.Clip(d.deferred)
	n.inherited = slices.Clip(d.inherited)
	n.files = slices.Clip(d.files)
	n.errors = slices.Clip(d.errors)
	if d.filters != nil {
		n.filters = map[string]string{}
		for k, v := range d.filters {
			n.filters[k] = v
		}
	}
	return n
}

// find is the variable, nil when nobody ever said anything of it.
func (d *Data) find(name string) *variable {
	for ; d != nil; d = d.parent {
		if v, ok := d.vars[name]; ok {
			return v
		}
	}
	return nil
}

// own is the variable for changing it.
func (d *Data) own(name string) *variable {
	d.changed(name)
	v := d.find(name)
	if v != nil && v.owner == d {
		return v
	}
	n := d.newVariable()
	if v != nil {
		*n = *v
		if len(v.flags) > 0 {
			n.flags = append(make([]flag, 0, len(v.flags)+2), v.flags...)
		}
		n.appends, n.prepends, n.removes = slices.Clip(v.appends), slices.Clip(v.prepends), slices.Clip(v.removes)
	}
	n.owner = d
	d.vars[name] = n
	if strings.Contains(name, "${") {
		d.braced[name] = true
	}
	return n
}

// newVariable makes a variable: many at a time.
func (d *Data) newVariable() *variable {
	if len(d.free) == 0 {
		d.free = make([]variable, 16)
	}
	n := &d.free[0]
	d.free = d.free[1:]
	return n
}

// split separates "NAME:append:a:b" into NAME, the operation and "a:b".
func (d *Data) split(name string) (base string, o op, overrides string, ok bool) {
	sep := d.env.separator()
	for i := 0; i < len(name); i++ {
		if name[i] != sep[0] {
			continue
		}
		for _, word := range []string{"append", "prepend", "remove"} {
			rest, found := strings.CutPrefix(name[i+1:], word)
			if !found {
				continue
			}
			if rest == "" {
				return name[:i], op(":" + word), "", true
			}
			if rest[0] == sep[0] && !strings.ContainsFunc(rest, func(r rune) bool { return r >= 'A' && r <= 'Z' }) {
				return name[:i], op(":" + word), rest[1:], true
			}
		}
	}
	return name, "", "", false
}

// isOverride is whether a part of a name can be an override.
func (d *Data) isOverride(s string) bool {
	if s == "" {
		return false
	}
	if d.env.old {
		return strings.ToLower(s) == s && strings.ToUpper(s) != s
	}
	return s[0] >= 'a' && s[0] <= 'z' || s[0] >= '0' && s[0] <= '9'
}

// eachVariant calls f for every name of which "A:b:c" is a variant: A:b with
// c, and A with b:c.
func (d *Data) eachVariant(name string, f func(short, overrides string)) {
	sep := d.env.separator()
	i := strings.LastIndex(name, sep)
	if i < 0 {
		return
	}
	over, short := name[i+1:], name[:i]
	for d.isOverride(over) {
		f(short, over)
		i = strings.LastIndex(short, sep)
		if i <= 0 {
			return
		}
		over, short = name[i+1:], short[:i]
	}
}

func (d *Data) variantsOf(name string) []*variant {
	for ; d != nil; d = d.parent {
		if v, ok := d.variants[name]; ok {
			return v
		}
	}
	return nil
}

func (d *Data) addVariants(name string) {
	d.eachVariant(name, func(short, over string) {
		list, own := d.variants[short]
		if !own {
			list = slices.Clip(d.variantsOf(short))
		}
		if findVariant(list, name, over) < 0 {
			d.variants[short] = append(list, &variant{name, over})
			d.changed(short)
		}
	})
}

// findVariant is where a variant is in a list, or -1.
func findVariant(list []*variant, name, overrides string) int {
	return slices.IndexFunc(list, func(v *variant) bool { return v.name == name && v.overrides == overrides })
}

func (d *Data) removeVariants(name string) {
	i := strings.LastIndex(name, d.env.separator())
	if i < 0 {
		return
	}
	short, over := name[:i], name[i+1:]
	for d.isOverride(over) {
		list, own := d.variants[short]
		if !own {
			list = d.variantsOf(short)
		}
		if at := findVariant(list, name, over); at >= 0 {
			if !own {
				list = slices.Clone(list)
			}
			d.variants[short] = slices.Delete(list, at, at+1)
			d.changed(short)
		}
		if i = strings.LastIndex(short, d.env.separator()); i <= 0 {
			return
		}
		over, short = name[i+1:], short[:i]
	}
}

// normal is the name as the store keeps it: old releases take ":" for "_".
func (d *Data) normal(name string) string {
	if d.env.old && strings.Contains(name, ":") {
		return strings.ReplaceAll(name, ":", "_")
	}
	return name
}
