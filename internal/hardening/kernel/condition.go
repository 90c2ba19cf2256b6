package kernel

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/kconfig"
)

// Condition is what a configuration is asked: one option, the version, or
// several conditions joined.
type Condition struct {
	op     op
	option string // without CONFIG_
	value  string
	parts  []Condition
}

type op int

const (
	isValue   op = iota // option has value; "n" is also an option that is absent
	hasMember           // option is a quoted list, separated by commas, with the member value
	isPresent           // a line names the option
	isMaximum           // option has the value of option_MAX
	atLeast             // the version is at least value
	isOlder             // the version is older than value
	allOf               // every part holds
	anyOf               // one part holds
)

func on(option string) Condition        { return is(option, "y") }
func off(option string) Condition       { return is(option, "n") }
func is(option, value string) Condition { return Condition{op: isValue, option: option, value: value} }
func lists(option, member string) Condition {
	return Condition{op: hasMember, option: option, value: member}
}
func present(option string) Condition     { return Condition{op: isPresent, option: option} }
func maximum(option string) Condition     { return Condition{op: isMaximum, option: option} }
func from(version string) Condition       { return Condition{op: atLeast, value: version} }
func before(version string) Condition     { return Condition{op: isOlder, value: version} }
func all(parts ...Condition) Condition    { return Condition{op: allOf, parts: parts} }
func either(parts ...Condition) Condition { return Condition{op: anyOf, parts: parts} }

// String writes the condition as people read it: "CONFIG_A=y and Linux ≥ 5.9"
// without the name of the kernel.
func (c Condition) String() string {
	switch c.op {
	case isValue:
		return "CONFIG_" + c.option + "=" + c.value
	case hasMember:
		return fmt.Sprintf("%q in CONFIG_%s", c.value, c.option)
	case isPresent:
		return "CONFIG_" + c.option + " is present"
	case isMaximum:
		return fmt.Sprintf("CONFIG_%s=CONFIG_%[1]s_MAX", c.option)
	case atLeast:
		return "version ≥ " + c.value
	case isOlder:
		return "version < " + c.value
	}
	word := map[op]string{allOf: " and ", anyOf: " or "}[c.op]
	var text []string
	for _, p := range c.parts {
		s := p.String()
		if len(p.parts) > 0 {
			s = "(" + s + ")"
		}
		text = append(text, s)
	}
	return strings.Join(text, word)
}

// answer is what a condition comes to, with the lines that made it so.
type answer struct {
	status   Status // Proved, Refuted or Unknown
	evidence []string
}

// subject is the configuration that is asked.
type subject struct {
	config  *kconfig.Config
	kind    Kind
	version version
}

func (s subject) ask(c Condition) answer {
	switch c.op {
	case isValue:
		return s.line(c.option, s.config.Value("CONFIG_"+c.option) == c.value)
	case hasMember:
		list := strings.Split(strings.Trim(s.config.Value("CONFIG_"+c.option), `"`), ",")
		return s.line(c.option, slices.Contains(list, c.value))
	case isPresent:
		_, ok := s.config.Lookup("CONFIG_" + c.option)
		return s.line(c.option, ok)
	case isMaximum:
		return s.askMaximum(c.option)
	case atLeast:
		return s.askVersion(c.value)
	case isOlder:
		a := s.askVersion(c.value)
		if a.status != Unknown {
			a.status = opposite(a.status)
		}
		return a
	case allOf:
		return s.join(c.parts, Refuted)
	}
	return s.join(c.parts, Proved)
}

// join asks all parts. One part with the status decisive decides; with none,
// one unknown part leaves the whole unknown.
func (s subject) join(parts []Condition, decisive Status) answer {
	var rest, open []string
	for _, p := range parts {
		a := s.ask(p)
		switch a.status {
		case decisive:
			return a
		case Unknown:
			open = append(open, a.evidence...)
		default:
			rest = append(rest, a.evidence...)
		}
	}
	if len(open) > 0 {
		return answer{Unknown, open}
	}
	return answer{opposite(decisive), rest}
}

func opposite(s Status) Status {
	if s == Proved {
		return Refuted
	}
	return Proved
}

func (s subject) line(option string, holds bool) answer {
	status := Refuted
	if holds {
		status = Proved
	}
	return answer{status, []string{s.evidence(option)}}
}

// evidence quotes the line that sets the option.
func (s subject) evidence(option string) string {
	o, ok := s.config.Lookup("CONFIG_" + option)
	switch {
	case !ok:
		return "CONFIG_" + option + " is not in the configuration"
	case o.Value == "n":
		return fmt.Sprintf("CONFIG_%s is not set (line %d)", option, o.Line)
	}
	return fmt.Sprintf("CONFIG_%s=%s (line %d)", option, o.Value, o.Line)
}

func (s subject) askMaximum(option string) answer {
	if _, ok := s.config.Lookup("CONFIG_" + option); !ok {
		return s.line(option, false)
	}
	most, ok := s.config.Lookup("CONFIG_" + option + "_MAX")
	if !ok {
		return answer{Unknown, []string{s.evidence(option), s.evidence(option + "_MAX")}}
	}
	a := s.line(option, s.config.Value("CONFIG_"+option) == most.Value)
	a.evidence = append(a.evidence, s.evidence(option+"_MAX"))
	return a
}

func (s subject) askVersion(least string) answer {
	if !s.version.known() {
		return answer{Unknown, []string{"the version is not known"}}
	}
	if s.version.compare(parseVersion(least)) >= 0 {
		return answer{Proved, []string{fmt.Sprintf("%s is at least %s", s.name(), least)}}
	}
	return answer{Refuted, []string{fmt.Sprintf("%s is older than %s", s.name(), least)}}
}

// name says what is judged, such as "Linux 6.1.170".
func (s subject) name() string {
	v := s.version
	return fmt.Sprintf("%s %d.%d.%d", s.kind.title(), v.major, v.minor, v.patch)
}
