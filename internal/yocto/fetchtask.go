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
var calls = regexp.MustCompile(`bb\.build\.exec_func\(['"]base_do_fetch['"], d\)`)

// rewrites says whether the code of a fetch task changes variables.
func (c *code) rewrites(body string) bool {
	return remembered(&c.fetching, body, func(body string) bool {
		return rewrites.MatchString(calls.ReplaceAllString(body, ""))
	})
}

// fetchChanged says whether code runs in the task do_fetch that may change what
// it compares, after everything was evaluated, and where: python in front of
// the fetcher (prefuncs, do_fetch:prepend), which has the same variables.
func (r *recipe) fetchChanged() (bool, bitbake.Unknown) {
	for _, name := range []string{"do_fetch", "base_do_fetch"} {
		f, ok := r.data.Function(name)
		if ok && r.code.rewrites(f.Body) {
			return true, bitbake.Unknown{Place: f.Place, Expression: name, Reason: "the task changes variables before it fetches"}
		}
	}
	for name := range strings.FieldsSeq(r.data.Flag("do_fetch", "prefuncs").Text) {
		if slices.Contains(harmless, name) {
			continue
		}
		if f, ok := r.data.Function(name); ok && f.Python {
			return true, bitbake.Unknown{Place: f.Place, Expression: name, Reason: "python that runs in do_fetch (prefuncs) has the fetcher's variables"}
		}
	}
	return r.handled()
}

// rewritesSources matches python that changes SRC_URI, SRCREV, or a variable
// whose name is not to be seen.
var rewritesSources = regexp.MustCompile(`(?:set|append|prepend|del|rename)Var(?:Flags?)?\(\s*(?:["'](?:SRC_URI|SRCREV)|[^"'\s)])|\b(?:exec|eval|getattr)\s*\(`)

// handled says whether a handler changes sources at an event that comes after
// the evaluation: when the recipe was parsed, or a task begins.
func (r *recipe) handled() (bool, bitbake.Unknown) {
	data, ok := r.data.(interface{ Handlers() []bitbake.Function })
	if !ok {
		return false, bitbake.Unknown{}
	}
	for _, f := range data.Handlers() {
		mask := r.data.Flag(f.Name, "eventmask")
		late := !mask.Set || len(mask.Unknown) > 0 || strings.Contains(mask.Text, "bb.event.RecipeParsed") || strings.Contains(mask.Text, "bb.build.")
		if late && remembered(&r.code.handlers, f.Body, rewritesSources.MatchString) {
			return true, bitbake.Unknown{Place: f.Place, Expression: f.Name, Reason: "the handler of an event may change the sources after they were evaluated"}
		}
	}
	return false, bitbake.Unknown{}
}
