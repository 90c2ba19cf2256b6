package recipe

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/dombuild/dombuild/internal/hardening/profile"
)

// hardening reads the name of a profile, or a block that names one and the
// exceptions from it.
func (d decoder) hardening() Hardening {
	attr := d.body.Attributes["hardening"]
	in, ok := d.nested("hardening")
	if ok && attr != nil {
		d.add(problem(attr.NameRange, "Two profiles", "hardening is either an attribute or a block; the block is at %s.", place(in.at)))
	}
	if ok {
		return Hardening{Profile: in.profileName("profile"), Except: in.exceptions(), Range: in.at}
	}
	out := Hardening{Profile: d.profileName("hardening"), Range: d.at}
	if attr != nil {
		out.Range = attr.SrcRange
	}
	return out
}

// profileName reads the name of a shipped profile, or a reference to one of
// the recipe's.
func (d decoder) profileName(name string) string {
	v, expr, ok := d.raw(name)
	if !ok {
		return profile.Default
	}
	if _, isRef := asRef(v); isRef {
		if r, ok := d.asRef(name, "profile", v, expr.Range()); ok {
			return string(r.addr)
		}
		return profile.Default
	}
	return d.enum(name, profile.Default, profile.Names())
}

// setsFlags reports whether a profile gives a build flags. One of the recipe's
// own is taken to.
func setsFlags(name string) bool {
	p, shipped := profile.Lookup(name)
	return !shipped || p.SetsFlags()
}

func (d decoder) profile(i instance) Profile {
	out := Profile{Address: i.addr, Inherits: d.profileName("inherits"), Range: d.at}
	out.Description, _, _ = d.str("description", "")
	out.Rules, out.Without = d.rules("rules"), d.rules("without")
	for _, id := range out.Without {
		if slices.Contains(out.Rules, id) {
			d.add(problem(d.body.Attributes["without"].Expr.Range(), "Two answers", "%q stands in rules and in without.", id))
		}
	}
	out.Compile, out.Link = d.flags("compile"), d.flags("link")
	return out
}

func (d decoder) rules(name string) []string {
	var out []string
	for _, r := range d.strings(name, false) {
		if d.word(name, r, profile.RuleIDs()) {
			out = append(out, r.text)
		}
	}
	return sorted(out)
}

var validFlag = regexp.MustCompile(`^-[^\s'"\\$` + "`" + `]+$`)

// flags reads arguments of a compiler, each of one word.
func (d decoder) flags(name string) []string {
	var out []string
	for _, f := range d.strings(name, false) {
		if d.matches(name, f, validFlag, "a list of flags of one word each, such as \"-O3\"") {
			out = append(out, f.text)
		}
	}
	return out
}

// exceptions reads the blocks except of a body: one exception for each rule.
func (d decoder) exceptions() []Exception {
	var out []Exception
	for _, b := range blocksOf(d.body, "except") {
		out = append(out, d.inner(b).except()...)
	}
	return out
}

func (d decoder) except() []Exception {
	one := Exception{Range: d.at}
	for _, p := range d.strings("paths", false) {
		if _, err := path.Match(p.text, ""); err != nil || path.IsAbs(p.text) {
			d.add(problem(p.at, "Invalid path", "paths is a list of patterns of paths in the tree, relative to its top, such as \"usr/bin/*\" or \"usr/lib/**\"; %q is none.", p.text))
			continue
		}
		one.Paths = append(one.Paths, p.text)
	}
	slices.Sort(one.Paths)
	reason, at, ok := d.str("reason", "")
	if one.Reason = reason; ok && strings.TrimSpace(reason) == "" {
		d.add(problem(at, "Empty reason", "An exception says why it has to be."))
	}
	day, at, ok := d.str("expires", "")
	if _, err := time.Parse(time.DateOnly, day); ok && err != nil {
		d.add(problem(at, "Invalid date", "expires is the last day on which the exception holds, such as \"2027-06-30\"; %q is no date.", day))
	}
	one.Expires = day
	var out []Exception
	for _, rule := range d.excepted() {
		if d.exceptable(rule) {
			next := one
			next.Rule = rule.text
			out = append(out, next)
		}
	}
	return out
}

// excepted reads the rules of an exception: one as "rule", or a list as "rules".
func (d decoder) excepted() []item {
	one, several := d.body.Attributes["rule"] != nil, d.body.Attributes["rules"] != nil
	if one == several {
		d.add(problem(d.at, "Which rule?", "An exception has either the attribute \"rule\", the name of one, or \"rules\", a list of names."))
		return nil
	}
	if several {
		return d.strings("rules", true)
	}
	name, at, ok := d.str("rule", "")
	if !ok {
		return nil
	}
	return []item{{text: name, at: at}}
}

var optionRule = regexp.MustCompile(`^(kernel|xen)-config:CONFIG_[A-Z0-9_]+(:[a-z0-9_]+)?$`)

// bootRule is a rule about what an image is started with.
var bootRule = regexp.MustCompile(`^(kernel-cmdline|xen-cmdline|sysctl):[A-Za-z0-9_.]+$`)

// exceptable reports whether a rule can be excepted from: one about the files
// or the start of an image in an image, any other in a package.
func (d decoder) exceptable(rule item) bool {
	if strings.HasPrefix(d.kind, "image.") {
		if bootRule.MatchString(rule.text) {
			return true
		}
		return d.word("rules", rule, profile.ImageRules())
	}
	if optionRule.MatchString(rule.text) {
		return true
	}
	if rule.text == profile.KernelConfig || rule.text == profile.XenConfig {
		d.add(problem(rule.at, "Which option?", "An exception from %s names the option: %q.", rule.text, rule.text+":CONFIG_NAME"))
		return false
	}
	return d.word("rules", rule, append(profile.RuleIDs(), profile.CompiledOutside))
}

// checkProfiles finds profiles that inherit from themselves.
func (ld *loader) checkProfiles() {
	by := map[string]Profile{}
	for _, p := range ld.recipe.Profiles {
		by[string(p.Address)] = p
	}
	for _, p := range ld.recipe.Profiles {
		path := []string{string(p.Address)}
		for next, ok := by[p.Inherits]; ok; next, ok = by[next.Inherits] {
			path = append(path, string(next.Address))
			if next.Address == p.Address {
				ld.add(problem(p.Range, "Profile cycle", "%s. A profile cannot inherit from itself.", strings.Join(path, " → ")))
				break
			}
			if len(path) > len(by) {
				break // into a cycle of others, which is reported there
			}
		}
	}
}

// HardeningProfile returns the profile of a package with everything that it inherits.
func (r *Recipe) HardeningProfile(h Hardening) profile.Profile {
	return r.profile(h.Profile)
}

func (r *Recipe) profile(name string) profile.Profile {
	if p, ok := profile.Lookup(name); ok {
		return p
	}
	for _, own := range r.Profiles {
		if string(own.Address) == name {
			return r.profile(own.Inherits).Extend(name, own.Description, own.Rules, own.Without, own.Compile, own.Link)
		}
	}
	return profile.Profile{Name: name} // Load refuses such a name
}
