package wrapper

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Limits of a log. A line holds one argument, which the kernel limits to 128
// KiB, escaped at worst to four times its length.
const (
	maxLine  = 1 << 20
	maxCalls = 1 << 20
	maxItems = 1 << 20 // lines of one call
)

// Parse reads a log. A log that is torn, which a killed wrapper cannot leave
// but a full disk can, is an error that names the line.
func Parse(r io.Reader) (*Log, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 1<<16), maxLine)
	s.Split(lines)
	p := parser{log: new(Log)}
	n := 0
	for s.Scan() {
		n++
		if err := p.line(s.Text()); err != nil {
			return nil, fmt.Errorf("wrapper log: line %d: %w", n, err)
		}
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("wrapper log: line %d: %w", n+1, err)
	}
	if p.call != nil {
		return nil, fmt.Errorf("wrapper log: line %d: the last record has no end", n)
	}
	return p.log, nil
}

// lines is bufio.ScanLines, but keeps a carriage return.
func lines(data []byte, atEOF bool) (int, []byte, error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i], nil
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}

type parser struct {
	log   *Log
	call  *Call
	at    int // place of the last key in order
	items int
}

// order is the order of keys in a record.
var order = map[string]int{
	"call": 0, "id": 1, "parent": 2, "program": 3, "cwd": 4, "kind": 5, "name": 6, "env": 7, "except": 7, "omit": 7,
	"arg": 8, "file": 8, "remove": 8, "add": 8, "nested": 8, "nested-file": 8, "nested-remove": 8,
	"in": 9, "out": 10, "member": 0, "exit": 11, "signal": 11, "end": 12,
}

func (p *parser) line(s string) error {
	key, rest, spaced := strings.Cut(s, " ")
	place, ok := order[key]
	if !ok {
		return fmt.Errorf("unknown key %q", truncate(key))
	}
	if spaced == (key == "end") {
		return fmt.Errorf("%s: a space stands behind every key but the last", key)
	}
	if p.call == nil {
		if s != "call 1" {
			return errors.New(`want "call 1"`)
		}
		if len(p.log.Calls) == maxCalls {
			return fmt.Errorf("more than %d calls", maxCalls)
		}
		p.call, p.at, p.items = &Call{Exit: -1}, 0, 0
		return nil
	}
	if p.items++; p.items > maxItems {
		return fmt.Errorf("more than %d lines in one record", maxItems)
	}
	if !p.inPlace(key, place) {
		return fmt.Errorf("%q is out of place; is a record torn?", key)
	}
	p.at = max(p.at, place)
	return p.field(key, rest)
}

// inPlace says whether a key may stand here: the head of a record is complete,
// but for the parent, and the rest is sorted.
func (p *parser) inPlace(key string, place int) bool {
	const head, in, out, status = 6, 9, 10, 11
	switch {
	case key == "member":
		return p.at == in || p.at == out
	case place <= head:
		return place == p.at+1 || key == "program" && p.at == 1
	case place >= status:
		return p.at >= head && p.at < place
	}
	return p.at >= head && p.at <= place
}

func (p *parser) field(key, rest string) error {
	switch key {
	case "in", "out", "member":
		return p.object(key, rest)
	case "end":
		return p.end(rest)
	case "exit", "signal":
		return p.status(key, rest)
	case "env":
		name, value, err := worded(rest)
		p.call.Environment = append(p.call.Environment, Variable{name, value})
		return err
	case "except", "omit":
		return p.left(key, rest)
	case "arg", "file", "remove", "add", "nested", "nested-file", "nested-remove":
		return p.arg(key, rest)
	}
	text, err := unescape(rest)
	if err != nil {
		return err
	}
	c := p.call
	switch key {
	case "id":
		c.ID = text
	case "parent":
		c.Parent = text
	case "program":
		c.Program = text
	case "cwd":
		c.Cwd = text
	case "name":
		c.Name = text
	case "kind":
		c.Kind = Kind(text)
		if !slices.Contains(kinds, c.Kind) {
			return fmt.Errorf("unknown kind %q", truncate(text))
		}
	}
	if text == "" && key != "name" {
		return fmt.Errorf("%s: no value", key)
	}
	return nil
}

func (p *parser) left(key, rest string) error {
	if key == "except" {
		text, err := unescape(rest)
		p.call.Excepted = append(p.call.Excepted, text)
		return err
	}
	rule, text, err := worded(rest)
	p.call.Omitted = append(p.call.Omitted, Omission{rule, text})
	return err
}

func (p *parser) arg(key, rest string) error {
	var a Arg
	var err error
	what, nested := strings.CutPrefix(key, "nested")
	if nested {
		what = strings.TrimPrefix(what, "-")
	}
	a.Nested = nested
	switch what {
	case "add", "remove":
		a.Action = Added
		if what == "remove" {
			a.Action = Removed
		}
		a.Rule, a.Text, err = worded(rest)
	default:
		if what == "file" {
			a.Action = File
		}
		a.Text, err = unescape(rest)
	}
	p.call.Args = append(p.call.Args, a)
	return err
}

func (p *parser) object(key, rest string) error {
	c := p.call
	var role string
	var err error
	if key == "in" {
		role, rest, _ = strings.Cut(rest, " ")
		if !slices.Contains(roles, Role(role)) {
			return fmt.Errorf("unknown role %q", truncate(role))
		}
	}
	var o Object
	hash, path, err := worded(rest)
	if err != nil {
		return err
	}
	o.Path = path
	if hash != "-" {
		o.Digest = digest.NewDigestFromEncoded(digest.SHA256, hash)
		if err := o.Digest.Validate(); err != nil {
			return fmt.Errorf("%q is not a SHA-256 hash", truncate(hash))
		}
	}
	switch {
	case key == "in":
		c.Inputs = append(c.Inputs, Input{Role(role), o})
	case key == "out":
		c.Outputs = append(c.Outputs, o)
	default:
		return c.addMember(o)
	}
	return nil
}

// damaged is what the wrapper writes as the last member of an archive that it
// could not read further.
const damaged = "damaged archive"

func (c *Call) addMember(o Object) error {
	var archive *Object
	switch {
	case len(c.Outputs) > 0:
		archive = &c.Outputs[len(c.Outputs)-1]
	case len(c.Inputs) > 0:
		archive = &c.Inputs[len(c.Inputs)-1].Object
	default:
		return errors.New("a member of no archive")
	}
	if o.Digest == "" && o.Path == damaged {
		archive.Damaged = true
		return nil
	}
	archive.Members = append(archive.Members, o)
	return nil
}

func (p *parser) status(key, rest string) error {
	v, err := strconv.ParseUint(rest, 10, 8)
	if err != nil || strconv.FormatUint(v, 10) != rest {
		return fmt.Errorf("%s: %q is not a number up to 255", key, truncate(rest))
	}
	p.call.Exit = int(v)
	if key == "signal" {
		if v == 0 {
			return errors.New("signal 0")
		}
		p.call.Exit, p.call.Signal = 0, int(v)
	}
	return nil
}

func (p *parser) end(rest string) error {
	ended := p.call.Exit >= 0
	if rest != "" || ended == (p.call.Kind == KindQuery) {
		return errors.New("a record ends without an exit status")
	}
	p.log.Calls = append(p.log.Calls, *p.call)
	p.call = nil
	return nil
}

// worded parts a word that holds no blank from a text.
func worded(s string) (word, text string, err error) {
	word, rest, ok := strings.Cut(s, " ")
	if !ok || word == "" {
		return "", "", errors.New("want a word and a text")
	}
	text, err = unescape(rest)
	return word, text, err
}

// unescape undoes \xHH. What the wrapper would have escaped must be.
func unescape(s string) (string, error) {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' }) {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c == 0x7f {
			return "", fmt.Errorf("unescaped byte %#02x", c)
		}
		if c == '\\' {
			if len(s) < i+4 || s[i+1] != 'x' {
				return "", errors.New(`want \xHH`)
			}
			v, err := strconv.ParseUint(s[i+2:i+4], 16, 8)
			if c = byte(v); err != nil || !escaped(c) || fmt.Sprintf("%02x", c) != s[i+2:i+4] {
				return "", fmt.Errorf("%q is not an escape that the wrapper writes", s[i:i+4])
			}
			i += 3
		}
		b.WriteByte(c)
	}
	return b.String(), nil
}

func escaped(c byte) bool { return c < 0x20 || c == 0x7f || c == '\\' }

func truncate(s string) string { return s[:min(len(s), 80)] }
