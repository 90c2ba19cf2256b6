package bitbake

import (
	"fmt"
	"slices"
	"strings"
)

// finalize does what follows the parsing of a recipe: deferred classes,
// handlers, names with references, anonymous functions.
func (d *Data) finalize() {
	d.fire("RecipePreDeferredInherits")
	for len(d.deferred) > 0 && !d.recipe.halted {
		next := d.deferred[0]
		d.deferred = d.deferred[1:]
		d.recipe.current = next.from
		d.inherit(next.classes, next.from, true)
	}
	d.recipe.current = nil
	d.fire("RecipePreFinalise")
	if d.recipe.halted {
		return
	}
	d.expandKeys()
	d.fire("RecipePostKeyExpansion")
	d.runAnonymous()
	if !d.recipe.halted {
		d.fire("RecipeTaskPreProcess")
		d.resolveProviders()
		d.taintUnreadable()
	}
}

// taintUnreadable is for recipes of which BitBake reads nothing: a variable
// that it expands of each recipe cannot be expanded.
func (d *Data) taintUnreadable() {
	if len(d.tainted) > 0 { // as much is said already
		return
	}
	for _, name := range []string{"PN", "PE", "PV", "PR", "DEPENDS", "PROVIDES", "PACKAGES"} {
		for _, u := range d.get(name).unknown {
			if u.Reason == refersToItself {
				d.taintAll([]Unknown{u})
				return
			}
		}
	}
}

// resolveProviders replaces virtual providers in DEPENDS, as BitBake 2.10 and
// later do, by the preferred ones.
func (d *Data) resolveProviders() {
	list := d.get("BB_RECIPE_VIRTUAL_PROVIDERS")
	if !list.set {
		return
	}
	depends := d.get("DEPENDS")
	unknown := mergeUnknown(depends.unknown, list.unknown)
	virtual := strings.Fields(list.text)
	names := strings.Fields(depends.text)
	for i, n := range names {
		if slices.Contains(virtual, n) {
			p := d.get("PREFERRED_PROVIDER_" + n)
			names[i] = p.text
			unknown = mergeUnknown(unknown, p.unknown)
		}
	}
	d.setVar("DEPENDS", strings.Join(names, " "), false, unknown)
}

// mostVariants is how many variants a recipe may have, each of which is
// evaluated anew. Real ones have two or three, an image of all tests a hundred.
const mostVariants = 2000

// variantsOfRecipe evaluates the variants of a recipe. The base was parsed,
// with its appends, and is not finalized.
func (base *Data) variantsOfRecipe() []*Data {
	first := base.fork()
	first.finalize()
	out := []*Data{first}
	extend := first.get("BBCLASSEXTEND")
	if extend.text == "" && len(extend.unknown) == 0 {
		return out
	}
	base = base.pass()
	base.setVar("BBCLASSEXTEND", extend.text, false, extend.unknown)
	pn := first.get("PN").text
	from := &statement{kind: kindInherit, line: 1, file: &source{path: base.file, name: base.env.relative(base.file)}}
	for _, e := range base.events("BBCLASSEXTEND") {
		from = e.st
	}
	words := extendWords(extend)
	if len(words) > mostVariants {
		first.refuse(from, fmt.Sprintf("BBCLASSEXTEND names %d variants, more than %d", len(words), mostVariants), "name fewer: those that follow are not audited")
		words = words[:mostVariants]
	}
	for i, word := range words {
		class, variant, named := strings.Cut(word, ":")
		n := base
		if i < len(words)-1 {
			n = base.fork()
		} else {
			n = base.pass()
		}
		n.variant = word
		if named {
			n.setVar("BBEXTENDCURR", class, false, nil)
			n.setVar("BBEXTENDVARIANT", variant, false, nil)
		} else {
			n.setVar("PN", pn+"-"+class, false, nil)
		}
		n.deferred = append(n.deferred, deferredInherit{class, from})
		n.finalize()
		out = append(out, n)
	}
	return out
}

// fork makes a copy with a state of its own, for all that a recipe changes.
func (d *Data) fork() *Data {
	n := d.copyIn(d.env.rooms.take())
	d.shareMemos()
	state := *d.recipe
	n.recipe = &state
	return n
}

// extendWords are the words of BBCLASSEXTEND, each once: none when it is not
// certain.
func extendWords(e expanded) []string {
	if len(e.unknown) > 0 {
		return nil
	}
	var words []string
	for word := range strings.FieldsSeq(e.text) {
		if !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}
