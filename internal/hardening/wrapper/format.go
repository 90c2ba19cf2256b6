package wrapper

import (
	"bytes"
	"fmt"
	"strings"
)

// Format writes the log as the wrapper does: Parse and Format are inverse.
func (l *Log) Format() []byte {
	var b bytes.Buffer
	for i := range l.Calls {
		l.Calls[i].format(&b)
	}
	return b.Bytes()
}

func (c *Call) format(b *bytes.Buffer) {
	put := func(words ...string) { b.WriteString(strings.Join(words, " ") + "\n") }
	put("call 1")
	put("id", escape(c.ID))
	if c.Parent != "" {
		put("parent", escape(c.Parent))
	}
	put("program", escape(c.Program))
	put("cwd", escape(c.Cwd))
	put("kind", string(c.Kind))
	put("name", escape(c.Name))
	for _, v := range c.Environment {
		put("env", v.Name, escape(v.Value))
	}
	for _, r := range c.Excepted {
		put("except", escape(r))
	}
	for _, o := range c.Omitted {
		put("omit", o.Rule, escape(o.Condition))
	}
	for _, a := range c.Args {
		put(a.key(), escape(a.Text))
	}
	for _, in := range c.Inputs {
		put("in", string(in.Role), in.hash(), escape(in.Path))
		in.formatMembers(put)
	}
	for _, o := range c.Outputs {
		put("out", o.hash(), escape(o.Path))
		o.formatMembers(put)
	}
	if c.Signal != 0 {
		put("signal", fmt.Sprint(c.Signal))
	} else if c.Exit >= 0 {
		put("exit", fmt.Sprint(c.Exit))
	}
	put("end")
}

func (a Arg) key() string {
	key := [...]string{Kept: "arg", Removed: "remove " + a.Rule, Added: "add " + a.Rule, File: "file"}[a.Action]
	switch {
	case a.Nested && a.Action == Kept:
		return "nested"
	case a.Nested:
		return "nested-" + key
	}
	return key
}

func (o Object) hash() string {
	if o.Digest == "" {
		return "-"
	}
	return o.Digest.Encoded()
}

func (o Object) formatMembers(put func(...string)) {
	for _, m := range o.Members {
		put("member", m.hash(), escape(m.Path))
	}
	if o.Damaged {
		put("member", "-", damaged)
	}
}

// escape writes control characters and the backslash as \xHH.
func escape(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < 0x20 || r == 0x7f || r == '\\' }) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if escaped(s[i]) {
			fmt.Fprintf(&b, `\x%02x`, s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
