package hardening

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
	options []option
	index   map[string]int
}

type option struct {
	name  string
	value string // "n" for "is not set"
	line  int
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
			opt.line = line
			c.set(opt)
		}
	}
	if err := scan.Err(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return c, nil
}

func (c *Config) set(o option) {
	if i, ok := c.index[o.name]; ok {
		c.options[i] = o
		return
	}
	c.index[o.name] = len(c.options)
	c.options = append(c.options, o)
}

func parseOption(line string) (option, bool, error) {
	if rest, ok := strings.CutPrefix(line, "#"); ok {
		name, unset := strings.CutSuffix(strings.TrimSpace(rest), " is not set")
		if unset && isOption(name) {
			return option{name: name, value: "n"}, true, nil
		}
		return option{}, false, nil
	}
	if line == "" {
		return option{}, false, nil
	}
	name, value, ok := strings.Cut(line, "=")
	if !ok || !isOption(name) || value == "" {
		return option{}, false, fmt.Errorf("%q is neither CONFIG_NAME=value nor a comment", line)
	}
	return option{name: name, value: value}, true, nil
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
		return c.options[i].value
	}
	return "n"
}

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
			if overridden(o.name, requested[i+1:]) {
				continue
			}
			if got := final.Value(o.name); got != o.value {
				dropped = append(dropped, Dropped{o.name, o.value, got, fragment.name, o.line})
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
