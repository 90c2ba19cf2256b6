// Package kconfig reads configurations of Linux and Xen and compares what was
// requested with what a build used: Kconfig drops options without a word.
package kconfig

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
)

// Config is a parsed .config or fragment of one, in the syntax that Linux and
// Xen share: "CONFIG_X=value", "# CONFIG_X is not set", comments, blank lines.
// When an option stands twice the last line counts, as it does for Kconfig.
type Config struct {
	name    string
	options []Option
	index   map[string]int
}

// Option is one line of a configuration.
type Option struct {
	Name  string // with CONFIG_
	Value string // as it stands there, strings with their quotes; "n" for "is not set"
	Line  int    // counted from 1
}

// ParseConfig reads a configuration; name is used in errors.
func ParseConfig(name string, text []byte) (*Config, error) {
	c := &Config{name: name, index: map[string]int{}}
	scan := bufio.NewScanner(bytes.NewReader(text))
	for line := 1; scan.Scan(); line++ {
		opt, ok, err := parseOption(strings.TrimSpace(scan.Text()))
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		if ok {
			opt.Line = line
			c.set(opt)
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return c, nil
}

func (c *Config) set(o Option) {
	if i, ok := c.index[o.Name]; ok {
		c.options[i] = o
		return
	}
	c.index[o.Name] = len(c.options)
	c.options = append(c.options, o)
}

func parseOption(line string) (Option, bool, error) {
	if rest, ok := strings.CutPrefix(line, "#"); ok {
		name, unset := strings.CutSuffix(strings.TrimSpace(rest), " is not set")
		if unset && isOption(name) {
			return Option{Name: name, Value: "n"}, true, nil
		}
		return Option{}, false, nil
	}
	if line == "" {
		return Option{}, false, nil
	}
	name, value, ok := strings.Cut(line, "=")
	if !ok || !isOption(name) || value == "" {
		return Option{}, false, fmt.Errorf("%q is neither CONFIG_NAME=value nor a comment", line)
	}
	return Option{Name: name, Value: value}, true, nil
}

func isOption(name string) bool {
	rest, ok := strings.CutPrefix(name, "CONFIG_")
	if !ok || rest == "" {
		return false
	}
	return strings.Trim(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Value returns what the option is set to; an option that does not stand in
// the configuration is "n", as it is for Kconfig.
func (c *Config) Value(name string) string {
	if i, ok := c.index[name]; ok {
		return c.options[i].Value
	}
	return "n"
}

// Lookup returns the line that sets the option, and whether there is one.
func (c *Config) Lookup(name string) (Option, bool) {
	i, ok := c.index[name]
	if !ok {
		return Option{}, false
	}
	return c.options[i], true
}

// Len returns how many options the configuration names.
func (c *Config) Len() int { return len(c.options) }

// Dropped is an option that was requested and that the build did not use.
type Dropped struct {
	Option, Requested, Got string
	File                   string // fragment that requested it
	Line                   int
}

func (d Dropped) String() string {
	return fmt.Sprintf("%s:%d: %s=%s was requested, the build used %s", d.File, d.Line, d.Option, d.Requested, d.Got)
}

// CompareConfig lists, in the order of the fragments, every option whose
// requested value is not the final one. A later fragment overrides an earlier
// one, as merging fragments does.
func CompareConfig(final *Config, requested ...*Config) []Dropped {
	var dropped []Dropped
	for i, fragment := range requested {
		for _, o := range fragment.options {
			if overridden(o.Name, requested[i+1:]) {
				continue
			}
			if got := final.Value(o.Name); got != o.Value {
				dropped = append(dropped, Dropped{o.Name, o.Value, got, fragment.name, o.Line})
			}
		}
	}
	return dropped
}

func overridden(name string, later []*Config) bool {
	for _, c := range later {
		if _, ok := c.index[name]; ok {
			return true
		}
	}
	return false
}
