package prove

import (
	"slices"
	"strings"
)

// compiler is who made a unit.
type compiler int

const (
	otherCompiler compiler = iota
	gcc
	clang
	assembler
	linkTime // what link-time optimisation makes of units
	golang
	rust
)

// producer is a DW_AT_producer, taken apart.
type producer struct {
	compiler compiler
	version  string
	recorded bool // switches are there
	switches []string
	c        bool // C or C++, or a language with their library
}

// Languages, DWARF 5 section 7.12 and its list of codes since.
const (
	langC89, langC, langCPlusPlus       = 0x01, 0x02, 0x04
	langC99, langObjC, langObjCPlusPlus = 0x0c, 0x10, 0x11
	langCPlusPlus03, langCPlusPlus11    = 0x19, 0x1a
	langC11, langCPlusPlus14            = 0x1d, 0x21
	langCPlusPlus17, langCPlusPlus20    = 0x2a, 0x2b
	langC17, langC23, langCPlusPlus23   = 0x2c, 0x3e, 0x3a
	langAssembly, langMipsAssembler     = 0x31, 0x8001
)

var languagesC = []uint64{
	langC89, langC, langCPlusPlus, langC99, langObjC, langObjCPlusPlus, langCPlusPlus03, langCPlusPlus11,
	langC11, langCPlusPlus14, langCPlusPlus17, langCPlusPlus20, langC17, langC23, langCPlusPlus23,
}

// parseProducer takes the producer of a unit apart: a name, for gcc with the
// language in it, a version, and the switches when they are recorded.
func parseProducer(u *unit) *producer {
	text := u.producer
	words := strings.Fields(text)
	p := &producer{c: slices.Contains(languagesC, u.language)}
	for i, w := range words {
		if strings.HasPrefix(w, "-") {
			p.recorded, p.switches = true, words[i:]
			words = words[:i]
			break
		}
	}
	switch {
	case strings.HasPrefix(text, "GNU AS"), strings.HasPrefix(text, "NASM"), strings.HasPrefix(text, "yasm"),
		u.language == langMipsAssembler, u.language == langAssembly:
		p.compiler = assembler
	case strings.HasPrefix(text, "GNU GIMPLE"):
		p.compiler = linkTime
	case strings.HasPrefix(text, "GNU "):
		p.compiler = gcc
		p.version = versionOf(words)
	case strings.HasPrefix(text, "Go cmd/compile"):
		p.compiler = golang
		p.version = strings.TrimSuffix(wordWith(words, "go1"), ";")
	case strings.Contains(text, "rustc version"):
		p.compiler = rust
		p.version = strings.TrimSuffix(versionOf(words), ")")
	case strings.Contains(text, "clang"):
		p.compiler = clang
		p.version = versionOf(words)
	}
	return p
}

// producer returns the producer of a unit; most units share one.
func (us *units) producer(u *unit) *producer {
	key := producerKey{u.producer, u.language}
	p, ok := us.producers[key]
	if !ok {
		if us.producers == nil {
			us.producers = map[producerKey]*producer{}
		}
		p = parseProducer(u)
		us.producers[key] = p
	}
	return p
}

type producerKey struct {
	text     string
	language uint64
}

// versionOf returns the first word that is a version.
func versionOf(words []string) string {
	for _, w := range words {
		if w[0] >= '0' && w[0] <= '9' && strings.Contains(w, ".") {
			return w
		}
	}
	return ""
}

// wordWith returns the first word that begins so.
func wordWith(words []string, prefix string) string {
	i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, prefix) })
	if i < 0 {
		return ""
	}
	return words[i]
}

// vendors are the compilers that .comment names.
type vendors struct{ lines []string }

const maxComment = 64 << 10

// readVendors reads .comment, which holds a line of each compiler whose
// objects were linked.
func (o *object) readVendors() *vendors {
	v := &vendors{}
	s := o.find(".comment")
	if s == nil || s.size > maxComment {
		return v
	}
	b, err := o.bytes(s.off, s.size)
	if err != nil {
		return v
	}
	for _, line := range strings.Split(string(b), "\x00") {
		if line != "" {
			v.lines = append(v.lines, line)
		}
	}
	return v
}

// plain are the names by which gcc says that it was built by someone who does
// not switch protections on without recording it.
var plain = []string{"(Debian ", "(Ubuntu ", "(Red Hat ", "(SUSE "}

// records says that each gcc of this version that .comment names records all
// protections that it switches on, and that there is one.
func (v *vendors) records(version string) bool {
	found := false
	for _, line := range v.lines {
		rest, ok := strings.CutPrefix(line, "GCC: ")
		if !ok || !slices.Contains(strings.Fields(rest), version) {
			continue
		}
		if !slices.ContainsFunc(plain, func(name string) bool { return strings.Contains(rest, name) }) {
			return false
		}
		found = true
	}
	return found
}

// onlyGCC says that .comment names gcc and no other compiler.
func (v *vendors) onlyGCC() bool {
	for _, line := range v.lines {
		if !strings.HasPrefix(line, "GCC: ") {
			return false
		}
	}
	return len(v.lines) > 0
}

// hides says that the compiler may have switched something on that its
// producer does not show.
func (p *producer) hides(v *vendors) bool {
	return p.compiler == gcc && !v.records(p.version)
}
