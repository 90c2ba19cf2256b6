package lockfile

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
)

const header = "# Written by dombuild lock and checked to the byte: do not edit, change the recipe.\n"

// Format returns the one text of the lock.
func (l *Lock) Format() []byte {
	w := &writer{}
	w.buf.WriteString(header)
	w.block("lock", "", func() {
		w.attributes(number("version", Version), text("recipe", l.content.Recipe))
	})
	for _, d := range l.content.Distributions {
		w.block("distribution", label("distribution", d.Address), func() { w.distribution(d) })
	}
	for _, t := range l.content.Toolchains {
		w.block("toolchain", label("toolchain", t.Address), func() {
			w.attributes(text("from", label("distribution", t.From)))
			w.blank()
			w.lines("requested", t.Requested)
			w.blank()
			w.lines("packages", t.Packages)
		})
	}
	for _, s := range l.content.Sources {
		w.block("source", label("source", s.Address), func() { w.source(s) })
	}
	return w.buf.Bytes()
}

func (w *writer) distribution(d Distribution) {
	if d.Type != "" {
		w.rpmDistribution(d)
		return
	}
	w.attributes(text("name", d.Name), text("suite", d.Suite), text("architecture", d.Architecture),
		list("components", d.Components))
	for _, v := range d.Vouched {
		w.block("vouched", v.Kind, func() { w.vouched(v) })
	}
}

func (w *writer) vouched(v Vouched) {
	list := []attribute{text("date", v.Date.Format(time.RFC3339)), text("origin", v.Origin), text("suite", v.Suite),
		text("codename", v.Codename), number("size", v.Size), text("digest", v.Digest), text("keyring", v.Keyring)}
	w.attributes(append(list, v.later()...)...)
	w.lines("signers", v.Signers)
	for _, i := range v.Indexes {
		w.block("index", i.Path, func() { w.attributes(number("size", i.Size), text("digest", i.Digest)) })
	}
	for _, d := range v.Debs {
		w.block("deb", d.Name, func() {
			w.attributes(text("version", d.Version), text("architecture", d.Architecture),
				text("filename", d.Filename), number("size", d.Size), text("digest", d.Digest))
		})
	}
	for _, d := range v.Dscs {
		w.block("dsc", d.Name, func() {
			w.attributes(text("version", d.Version), boolean("patches", d.Patches))
			for _, f := range d.Files {
				w.block("file", f.Name, func() {
					w.attributes(text("path", f.Path), number("size", f.Size), text("digest", f.Digest))
				})
			}
		})
	}
}

func (w *writer) source(s Source) {
	if s.Tree != nil {
		w.tree(s.Tree)
		return
	}
	if s.URL == "" {
		w.attributes(text("from", label("distribution", s.From)), text("dsc", s.Dsc))
		return
	}
	list := []attribute{text("url", s.URL), number("size", s.Size), text("digest", s.Digest)}
	switch s.Vouch.Kind {
	case ByRecipe:
		w.attributes(append(list, text("vouched", "recipe"))...)
	case FirstUse:
		w.attributes(append(list, text("vouched", FirstUse))...)
	default:
		w.attributes(list...)
		w.block("vouched", s.Vouch.Kind, func() { w.vouch(s.Vouch) })
	}
}

// writer writes HCL in the form that hclwrite.Format leaves alone.
type writer struct {
	buf   bytes.Buffer
	depth int
	begun bool // something stands in the current block already
}

type attribute struct{ name, value string }

func text[S ~string](name string, v S) attribute { return attribute{name, quote(string(v))} }

func number(name string, n int64) attribute { return attribute{name, strconv.FormatInt(n, 10)} }

func boolean(name string, b bool) attribute { return attribute{name, strconv.FormatBool(b)} }

func list(name string, items []string) attribute {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return attribute{name, "[" + strings.Join(quoted, ", ") + "]"}
}

// quote writes a string literal of HCL. Almost every string is plain, and the
// general way is slow.
func quote(s string) string {
	if !strings.ContainsFunc(s, special) {
		return `"` + s + `"`
	}
	return string(hclwrite.TokensForValue(cty.StringVal(s)).Bytes())
}

func special(r rune) bool {
	return r < ' ' || r > '~' || r == '"' || r == '\\' || r == '$' || r == '%'
}

func (w *writer) block(kind, label string, body func()) {
	if w.depth == 0 || w.begun {
		w.blank()
	}
	w.indent()
	w.buf.WriteString(kind)
	if label != "" {
		w.buf.WriteString(" " + quote(label))
	}
	w.buf.WriteString(" {\n")
	w.depth++
	w.begun = false
	body()
	w.depth--
	w.begun = true
	w.indent()
	w.buf.WriteString("}\n")
}

func (w *writer) attributes(list ...attribute) {
	width := 0
	for _, a := range list {
		width = max(width, len(a.name))
	}
	for _, a := range list {
		w.indent()
		fmt.Fprintf(&w.buf, "%-*s = %s\n", width, a.name, a.value)
	}
	w.begun = true
}

func (w *writer) lines(name string, items []string) {
	w.indent()
	w.buf.WriteString(name + " = [\n")
	for _, s := range items {
		w.indent()
		w.buf.WriteString("  " + quote(s) + ",\n")
	}
	w.indent()
	w.buf.WriteString("]\n")
	w.begun = true
}

func (w *writer) blank() { w.buf.WriteByte('\n') }

func (w *writer) indent() {
	for range w.depth {
		w.buf.WriteString("  ")
	}
}
