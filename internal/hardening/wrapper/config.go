package wrapper

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Stage says which calls a directive concerns.
type Stage string

const (
	Compile        Stage = "compile"         // a compiler driver that compiles or preprocesses
	Assemble       Stage = "assemble"        // an assembler, or a driver given assembler sources
	Link           Stage = "link"            // a driver that links, but not -r
	LinkExecutable Stage = "link-executable" // a driver that links without -shared
	LinkShared     Stage = "link-shared"
	LD             Stage = "ld" // a linker, which every link passes, but not -r
	LDExecutable   Stage = "ld-executable"
	LDShared       Stage = "ld-shared"
)

var stages = []Stage{Compile, Assemble, Link, LinkExecutable, LinkShared, LD, LDExecutable, LDShared}

// Conditions of Directive.When.
const (
	Hosted    = "hosted"    // not -ffreestanding, -fno-hosted, -nostdinc or -mcmodel=kernel
	Optimised = "optimised" // not -O0
	GCC       = "gcc"
	Clang     = "clang"
	CXX       = "c++"
)

var conditions = []string{Hosted, Optimised, GCC, Clang, CXX}

// Directive adds arguments to calls or removes some from them. Patterns match
// one whole option: '*' stands for any run of characters, '?' for one. An
// option of one letter is joined with its argument, however it was written
// (-zexecstack for "-z execstack"), a long one by a space.
type Directive struct {
	Remove bool
	Stage  Stage
	Words  []string // what to add, or one pattern of what to remove
	If     []string // patterns: one of them must be among the arguments given
	Unless []string // patterns: none of them may be
	When   []string // conditions: all must hold
}

// Rule is what enforces one rule of hardening.
type Rule struct {
	ID         string
	Directives []Directive
}

// Exception switches a rule off for calls of which all outputs or all sources
// match. Pattern is a path relative to Config.Base or an absolute one; '*' does
// not match '/', '**' does.
type Exception struct {
	Rule    string
	Source  bool // else an output
	Pattern string
}

// Config is what the wrapper obeys. Without rules it only records.
type Config struct {
	Base       string   // the directory that exceptions are relative to
	Toolchain  []string // prefixes of real paths of the build root, which is not writable: such inputs are not hashed
	Optimise   string   // added to a compile that says nothing about optimisation
	Rules      []Rule
	Exceptions []Exception
}

const configHeader = "dombuild-wrapper 1"

// Format writes the configuration file. It refuses what the line format cannot
// carry: words that are empty or hold white space or control characters.
func (c Config) Format() ([]byte, error) {
	var f formatter
	f.line(configHeader)
	f.words("base", c.Base)
	for _, t := range c.Toolchain {
		f.words("toolchain", t)
	}
	f.words("optimise", c.Optimise)
	for _, r := range c.Rules {
		f.words("rule", r.ID)
		for _, d := range r.Directives {
			f.directive(d)
		}
	}
	for _, x := range c.Exceptions {
		kind := "output"
		if x.Source {
			kind = "source"
		}
		if x.Rule == "" || x.Pattern == "" {
			return nil, errors.New("an exception needs a rule and a pattern")
		}
		f.words("except", x.Rule, kind, x.Pattern)
	}
	if f.err != nil {
		return nil, fmt.Errorf("writing the wrapper's configuration: %w", f.err)
	}
	return f.buf.Bytes(), nil
}

type formatter struct {
	buf bytes.Buffer
	err error
}

func (f *formatter) line(s string) { f.buf.WriteString(s + "\n") }

// words writes one line, unless its value is empty.
func (f *formatter) words(key string, words ...string) {
	if len(words) == 1 && words[0] == "" && key != "rule" {
		return
	}
	for _, w := range words {
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
			f.err = errors.Join(f.err, fmt.Errorf("%s: %q is not one word", key, w))
		}
	}
	f.line(key + " " + strings.Join(words, " "))
}

func (f *formatter) directive(d Directive) {
	key := "add"
	if d.Remove {
		key = "remove"
	}
	if err := d.check(); err != nil {
		f.err = errors.Join(f.err, err)
	}
	words := append([]string{string(d.Stage)}, d.Words...)
	for _, list := range []struct {
		key   string
		words []string
	}{{"if", d.If}, {"unless", d.Unless}, {"when", d.When}} {
		if len(list.words) > 0 {
			words = append(append(words, list.key), list.words...)
		}
	}
	f.words(key, words...)
}

func (d Directive) check() error {
	if !slices.Contains(stages, d.Stage) {
		return fmt.Errorf("no stage is named %q", d.Stage)
	}
	if len(d.Words) == 0 || (d.Remove && len(d.Words) != 1) {
		return fmt.Errorf("%s: a removal has one pattern, an addition at least one word", d.Stage)
	}
	for _, w := range d.When {
		if !slices.Contains(conditions, w) {
			return fmt.Errorf("no condition is named %q", w)
		}
	}
	for _, w := range slices.Concat(d.Words, d.If, d.Unless) {
		if slices.Contains([]string{"if", "unless", "when"}, w) {
			return fmt.Errorf("%q is a key word", w)
		}
	}
	return nil
}

// ParseConfig reads a configuration file, as strictly as the wrapper does.
func ParseConfig(r io.Reader) (Config, error) {
	var c Config
	s := bufio.NewScanner(io.LimitReader(r, 1<<20))
	n := 0
	for s.Scan() {
		n++
		if n == 1 {
			if s.Text() != configHeader {
				return Config{}, fmt.Errorf("line 1: want %q", configHeader)
			}
			continue
		}
		if err := c.parseLine(strings.Split(s.Text(), " ")); err != nil {
			return Config{}, fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := s.Err(); err != nil {
		return Config{}, fmt.Errorf("reading the wrapper's configuration: %w", err)
	}
	if n == 0 {
		return Config{}, errors.New("the wrapper's configuration is empty")
	}
	return c, nil
}

func (c *Config) parseLine(w []string) error {
	if len(w) < 2 || slices.Contains(w, "") {
		return errors.New("want a key and words parted by single spaces")
	}
	switch key := w[0]; {
	case key == "add" || key == "remove":
		return c.parseDirective(w)
	case key == "except" && len(w) == 4 && (w[2] == "output" || w[2] == "source"):
		c.Exceptions = append(c.Exceptions, Exception{Rule: w[1], Source: w[2] == "source", Pattern: w[3]})
	case len(w) != 2:
		return fmt.Errorf("%s: wrong number of words", key)
	case key == "base" && c.Base == "":
		c.Base = w[1]
	case key == "toolchain":
		c.Toolchain = append(c.Toolchain, w[1])
	case key == "optimise" && c.Optimise == "":
		c.Optimise = w[1]
	case key == "rule":
		c.Rules = append(c.Rules, Rule{ID: w[1]})
	default:
		return fmt.Errorf("%q is not known here", key)
	}
	return nil
}

func (c *Config) parseDirective(w []string) error {
	if len(c.Rules) == 0 {
		return errors.New("a directive before the first rule")
	}
	d := Directive{Remove: w[0] == "remove", Stage: Stage(w[1])}
	into := &d.Words
	for _, word := range w[2:] {
		switch word {
		case "if":
			into = &d.If
		case "unless":
			into = &d.Unless
		case "when":
			into = &d.When
		default:
			*into = append(*into, word)
		}
	}
	if err := d.check(); err != nil {
		return err
	}
	r := &c.Rules[len(c.Rules)-1]
	r.Directives = append(r.Directives, d)
	return nil
}
