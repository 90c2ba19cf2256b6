package yocto

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// rewrites matches python that changes variables or runs other code.
var rewrites = regexp.MustCompile(`(?:set|append|prepend|del|rename)Var|\b(?:exec|eval|getattr|exec_func)\s*\(`)

// calls matches the call of the class's own task, in what do_fetch consists of.
var calls = regexp.MustCompile(`bb\.build\.exec_func\(['"]base_do_fetch['"], d\)|(?m:^\s*base_do_fetch\s*$)`)

// rewrites says whether the code of a fetch task changes variables.
func (c *code) rewrites(body string) bool {
	return remembered(&c.fetching, body, func(body string) bool {
		return rewrites.MatchString(calls.ReplaceAllString(body, ""))
	})
}

// blank matches comments, white space and statements that do nothing.
var blank = regexp.MustCompile(`^(?:[\s:]|#.*|pass)*$`)

// empty says whether code does nothing.
func (c *code) empty(body string) bool { return remembered(&c.blank, body, blank.MatchString) }

// own says whether code of a fetch task is more than the call of the class's.
func (c *code) own(body string) bool {
	return remembered(&c.owned, body, func(body string) bool {
		return !blank.MatchString(calls.ReplaceAllString(body, ""))
	})
}

// ofCore says whether a function is as the core layer has it: nothing was added
// to it, and nothing put in its place.
func (r *recipe) ofCore(f bitbake.Function) bool {
	h := r.data.History(f.Name)
	return len(h) == 1 && h[0].Text == f.Body && r.files.layerOf(h[0].Place.File) == "core"
}

// fetchChanged says whether code runs in the task do_fetch that may change what
// it compares, after everything was evaluated, and where: python in front of
// the fetcher (prefuncs, do_fetch:prepend), which has the same variables. Of the
// core layer's own code its text is looked at; that of others may do anything.
func (r *recipe) fetchChanged() (bool, bitbake.Unknown) {
	for _, name := range []string{"do_fetch", "base_do_fetch"} {
		f, ok := r.data.Function(name)
		if ok && (r.code.rewrites(f.Body) || r.code.own(f.Body) && !r.ofCore(f)) {
			return true, bitbake.Unknown{Place: f.Place, Expression: name, Reason: "the task may change variables before it fetches"}
		}
	}
	for name := range strings.FieldsSeq(r.data.Flag("do_fetch", "prefuncs").Text) {
		f, ok := r.data.Function(name)
		if !ok || !f.Python || slices.Contains(harmless, name) && r.ofCore(f) && !r.code.late(f.Body) {
			continue
		}
		return true, bitbake.Unknown{Place: f.Place, Expression: name, Reason: "python that runs in do_fetch (prefuncs) has the fetcher's variables"}
	}
	return r.handled()
}

// rewritesSources matches python that changes SRC_URI, SRCREV, or a variable
// whose name is not to be seen.
var rewritesSources = regexp.MustCompile(`(?:set|append|prepend|del|rename)Var(?:Flags?)?\(\s*(?:["'](?:SRC_URI|SRCREV)|[^"'\s)])|\b(?:exec|eval|getattr)\s*\(`)

// addsPrefunc matches python that puts a function in front of tasks, by its name.
var addsPrefunc = regexp.MustCompile(`d\.appendVarFlag\(\w+, ["']prefuncs["'], ["'] (\w+)["']\)`)

// late is rewritesLate.
func (c *code) late(body string) bool { return remembered(&c.handlers, body, rewritesLate) }

// rewritesLate says whether the code of a handler may change sources. To put a
// function that fetches nothing in front of a task does not.
func rewritesLate(body string) bool {
	return rewritesSources.MatchString(addsPrefunc.ReplaceAllStringFunc(body, func(call string) string {
		if slices.Contains(harmless, addsPrefunc.FindStringSubmatch(call)[1]) {
			return ""
		}
		return call
	}))
}

// handled says whether a handler changes sources at an event that comes after
// the evaluation: when the recipe was parsed, a task begins, or, with
// BBMULTICONFIG, all configurations are known.
func (r *recipe) handled() (bool, bitbake.Unknown) {
	data, ok := r.data.(interface{ Handlers() []bitbake.Function })
	if !ok {
		return false, bitbake.Unknown{}
	}
	for _, f := range data.Handlers() {
		mask := r.data.Flag(f.Name, "eventmask")
		several := r.data.Get("BBMULTICONFIG").Text != "" && strings.Contains(mask.Text, "bb.event.MultiConfigParsed")
		late := !mask.Set || len(mask.Unknown) > 0 || several || strings.Contains(mask.Text, "bb.event.RecipeParsed") || strings.Contains(mask.Text, "bb.build.")
		if late && (r.code.late(f.Body) || !r.code.empty(f.Body) && !r.ofCore(f)) {
			return true, bitbake.Unknown{Place: f.Place, Expression: f.Name, Reason: "the handler of an event may change the sources after they were evaluated"}
		}
	}
	return false, bitbake.Unknown{}
}
