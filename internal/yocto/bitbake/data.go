package bitbake

import (
	"maps"
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
	env     *environment
	names   names
	recent  recentSymbols
	varied  symbolSet // those that ever were a variant of another
	flagged flagIndex // of the variable whose flags were read last
	cells   []*cell   // by the ids of the symbols
	mark    *mark
	braced  []*symbol // names that contain "${"; they may be gone
	room    *room     // that its parts are taken from
	spare   []*arguments
	seq     int        // of the next event
	mu      sync.Mutex // of the exported methods

	overrides     []string // OVERRIDES, expanded; valid when resolved
	active        map[string]bool
	resolved      bool
	resolving     bool
	overrideSets  overrideSets
	overrideDoubt []Unknown // why they are not certain
	overrideVar   symbolSet // what OVERRIDES was computed from
	bareMemo      memo      // what it was computed from, as long as no override is active
	overrideMemo  memo      // likewise, with the overrides of the last time
	memo          memo
	changes       int       // counts them
	writes        int       // counts what was written to variables
	reading       []reading // what is being expanded
	evaluating    int       // expressions that are, each within another
	overridden    bool      // the expansion looked at OVERRIDES

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
	filters      map[string]string
	objects      map[string]python.Value // variables that hold no text
	probe        *bool                   // set when one of them was read; nil: nobody asks
	errors       []*SyntaxError
}

// variable is what the store knows of one name. Copies of its Data share it; it
// is copied before a Data changes it that does not own it.
type variable struct {
	owner        *mark
	value        string
	weak         string
	set, hasWeak bool
	flags        []flag
	operations   []operation
	function     *statement
	doubt        *doubt // seldom any
}

// doubt is why a variable is not certain. It is not changed.
type doubt struct{ value, flags []Unknown }

// taint is why the value is not certain.
func (v *variable) taint() []Unknown {
	if v.doubt == nil {
		return nil
	}
	return v.doubt.value
}

// flagless is why the flags are not certain.
func (v *variable) flagless() []Unknown {
	if v.doubt == nil {
		return nil
	}
	return v.doubt.flags
}

func (v *variable) setTaint(why []Unknown) {
	if why == nil && v.doubt == nil {
		return
	}
	v.doubt = &doubt{why, v.flagless()}
}

type flag struct {
	name  string
	value string
	weak  bool
	doubt *doubt
}

// unknown is why a flag is not certain.
func (f *flag) unknown() []Unknown {
	if f.doubt == nil {
		return nil
	}
	return f.doubt.flags
}

// operation is an append, a prepend or a removal for when every one of the
// overrides is active.
type operation struct {
	op        op
	text      string
	overrides string
	unknown   []Unknown
}

// variant is a name that stands for another when its overrides are active.
type variant struct {
	symbol    *symbol
	overrides string
}

// event is a statement that took part in a variable, and the one before it.
type event struct {
	seq    int
	name   string
	st     *statement
	before *event
}

func newData(env *environment) *Data { return newDataIn(&room{}, env) }

func newDataIn(r *room, env *environment) *Data {
	return &Data{env: env, mark: &mark{}, room: r, memo: memo{room: r}, bareMemo: memo{room: r}, overrideMemo: memo{room: r}}
}

// copy makes a Data that begins as d and may be changed without changing d. Its
// parts are of the same room: both are used by one goroutine.
func (d *Data) copy() *Data { return d.copyIn(d.room) }

// copyIn is copy with the room that is to be used.
func (d *Data) copyIn(r *room) *Data {
	const more = 192 // names that are added
	most := len(d.names.sharedList) + len(d.names.ownList) + more
	cells := taken(&r.cellList)
	if cap(cells) < most {
		cells = make([]*cell, 0, most)
	}
	return d.derive(r, d.names.copyIn(r), append(cells, d.cells...))
}

// pass makes a copy that takes over what d has; d is not used any more.
func (d *Data) pass() *Data { return d.derive(d.room, d.names, d.cells) }

// derive makes a Data with its own names and cells.
func (d *Data) derive(r *room, names names, cells []*cell) *Data {
	n := newDataIn(r, d.env)
	n.names, n.cells, n.braced, n.varied = names, cells, slices.Clip(d.braced), slices.Clone(d.varied)
	n.seq, n.file, n.recipe = d.seq, d.file, d.recipe
	n.overrides, n.active, n.resolved = d.overrides, d.active, d.resolved
	n.overrideSets = d.overrideSets
	n.overrideDoubt, n.overrideVar = d.overrideDoubt, slices.Clone(d.overrideVar)
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
	n.filters = maps.Clone(d.filters)
	if len(d.objects) == 0 { // a copy does not have them
		for i, m := range n.memos() {
			*m = d.memos()[i].copy(n.mark, r, taken(&r.pageLists[i]))
		}
	}
	return n
}

// find is the variable, nil when nobody ever said anything of it.
func (d *Data) find(name string) *variable { return d.at(d.symbol(name)).variable }

// own is the variable for changing it.
func (d *Data) own(name string) *variable { return d.ownSymbol(d.symbol(name)) }

// split separates "NAME:append:a:b" into NAME, the operation and "a:b".
func (d *Data) split(name string) (base string, o op, overrides string, ok bool) {
	sep := d.env.separator()
	for i := 0; i < len(name); i++ {
		if name[i] != sep[0] {
			continue
		}
		for _, o := range [...]op{":append", ":prepend", ":remove"} {
			rest, found := strings.CutPrefix(name[i+1:], string(o[1:]))
			if !found {
				continue
			}
			if rest == "" {
				return name[:i], o, "", true
			}
			if rest[0] == sep[0] && !strings.ContainsFunc(rest, func(r rune) bool { return r >= 'A' && r <= 'Z' }) {
				return name[:i], o, rest[1:], true
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

func (d *Data) variantsOf(name string) []*variant { return d.at(d.symbol(name)).variants }

func (d *Data) addVariants(s *symbol) {
	if s.shorts == 0 {
		return
	}
	fresh := !d.varied.has(s)
	d.varied.add(s)
	s.eachVariant(func(short *symbol, over string) {
		if fresh || findVariant(d.at(short).variants, s, over) < 0 {
			c := d.changeVariants(short)
			c.variants = append(c.variants, d.newVariant(s, over))
			d.changedSymbol(short)
			if short.braced {
				d.braced = append(d.braced, short)
			}
		}
	})
}

func (d *Data) newVariant(s *symbol, overrides string) *variant {
	v := d.room.variants.take()
	v.symbol, v.overrides = s, overrides
	return v
}

// findVariant is where a variant is in a list, or -1. Most are where the
// configuration left them, or before, as others were deleted.
func findVariant(list []*variant, s *symbol, overrides string) int {
	for i, last := int(s.place), int(s.place)-32; i >= 0 && i > last; i-- {
		if i < len(list) && list[i].symbol == s && list[i].overrides == overrides {
			return i
		}
	}
	for i, v := range list {
		if v.symbol == s && v.overrides == overrides {
			return i
		}
	}
	return -1
}

// placeVariants notes where variants are in the lists of their stems.
func (d *Data) placeVariants() {
	d.names.each(func(s *symbol) {
		for i, v := range d.at(s).variants {
			if v.symbol.stem == s {
				v.symbol.place = int32(i)
			}
		}
	})
}

func (d *Data) removeVariants(s *symbol) {
	if !d.varied.has(s) {
		return
	}
	s.eachVariant(func(short *symbol, over string) {
		if at := findVariant(d.at(short).variants, s, over); at >= 0 {
			c := d.changeVariants(short)
			c.variants = slices.Delete(c.variants, at, at+1)
			d.changedSymbol(short)
		}
	})
}

// normal is the name as the store keeps it: old releases take ":" for "_".
func (d *Data) normal(name string) string {
	if d.env.old && strings.Contains(name, ":") {
		return strings.ReplaceAll(name, ":", "_")
	}
	return name
}
