package lockfile

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/opencontainers/go-digest"
	"github.com/zclconf/go-cty/cty"
)

// decoder reads the blocks of a lock and remembers where each stood. Ranges
// has the place of a block under "<path>#" and of its attributes under
// "<path>#<name>", with the paths that validate uses.
type decoder struct {
	diags  hcl.Diagnostics
	ranges map[string]hcl.Range
}

func (d *decoder) content(body *hclsyntax.Body) Content {
	var c Content
	d.walk(body, map[string]int{"lock": 0, "distribution": 1, "toolchain": 1, "source": 1}, func(b *hclsyntax.Block) {
		switch b.Type {
		case "lock":
			c.Recipe = digest.Digest(d.open("lock", b, "version", "recipe").text("recipe"))
		case "distribution":
			c.Distributions = append(c.Distributions, d.distribution(b))
		case "toolchain":
			c.Toolchains = append(c.Toolchains, d.toolchain(b))
		case "source":
			c.Sources = append(c.Sources, d.source(b))
		}
	})
	d.only(&hclsyntax.Block{Body: body})
	return c
}

func (d *decoder) distribution(b *hclsyntax.Block) Distribution {
	if _, typed := b.Body.Attributes["type"]; typed {
		return d.rpmDistribution(b)
	}
	at := "distribution " + b.Labels[0]
	o := d.open(at, b, "name", "suite", "architecture", "components")
	out := Distribution{
		Address: address("distribution", b.Labels[0]),
		Name:    o.text("name"), Suite: o.text("suite"), Architecture: o.text("architecture"),
		Components: o.texts("components"),
	}
	d.walk(b.Body, map[string]int{"vouched": 1}, func(b *hclsyntax.Block) {
		out.Vouched = append(out.Vouched, d.vouched(at, b))
	})
	return out
}

func (d *decoder) vouched(parent string, b *hclsyntax.Block) Vouched {
	v := Vouched{Kind: b.Labels[0]}
	if a, ok := b.Body.Attributes["digest"]; ok {
		v.Digest = digest.Digest(d.text(a))
	}
	at := vouchedAt(parent, v)
	o := d.open(at, b, append([]string{"date", "origin", "suite", "codename", "size", "digest", "keyring", "signers"},
		present(b, "signed_at", "valid_until", "keyring_size")...)...)
	v.SignedAt, v.ValidUntil, v.KeyringSize = o.date("signed_at"), o.date("valid_until"), o.number("keyring_size")
	v.Date, v.Size, v.Keyring = o.date("date"), o.number("size"), digest.Digest(o.text("keyring"))
	v.Origin, v.Suite, v.Codename = o.text("origin"), o.text("suite"), o.text("codename")
	v.Signers = o.texts("signers")
	d.walk(b.Body, map[string]int{"index": 1, "deb": 1, "dsc": 1}, func(b *hclsyntax.Block) {
		at := at + "/" + b.Type + " " + b.Labels[0]
		switch b.Type {
		case "index":
			o := d.open(at, b, "size", "digest")
			v.Indexes = append(v.Indexes, Index{b.Labels[0], digest.Digest(o.text("digest")), o.number("size")})
		case "deb":
			v.Debs = append(v.Debs, d.deb(at, b))
		case "dsc":
			v.Dscs = append(v.Dscs, d.dsc(at, b))
		}
	})
	return v
}

func (d *decoder) deb(at string, b *hclsyntax.Block) Deb {
	o := d.open(at, b, "version", "architecture", "filename", "size", "digest")
	d.walk(b.Body, nil, nil)
	return Deb{Name: b.Labels[0], Version: o.text("version"), Architecture: o.text("architecture"),
		Filename: o.text("filename"), Size: o.number("size"), Digest: digest.Digest(o.text("digest"))}
}

func (d *decoder) dsc(at string, b *hclsyntax.Block) Dsc {
	o := d.open(at, b, "version", "patches")
	out := Dsc{Name: b.Labels[0], Version: o.text("version"), Patches: o.boolean("patches")}
	d.walk(b.Body, map[string]int{"file": 1}, func(b *hclsyntax.Block) {
		o := d.open(at+"/file "+b.Labels[0], b, "path", "size", "digest")
		out.Files = append(out.Files, File{Name: b.Labels[0], Path: o.text("path"),
			Size: o.number("size"), Digest: digest.Digest(o.text("digest"))})
	})
	return out
}

func (d *decoder) toolchain(b *hclsyntax.Block) Toolchain {
	o := d.open("toolchain "+b.Labels[0], b, "from", "requested", "packages")
	d.walk(b.Body, nil, nil)
	return Toolchain{Address: address("toolchain", b.Labels[0]), From: address("distribution", o.text("from")),
		Requested: o.texts("requested"), Packages: o.texts("packages")}
}

func (d *decoder) source(b *hclsyntax.Block) Source {
	s := Source{Address: address("source", b.Labels[0])}
	if kind, ok := treeKind(b); ok {
		s.Tree = d.tree(b, kind)
		return s
	}
	if _, ok := b.Body.Attributes["url"]; !ok {
		d.walk(b.Body, nil, nil)
		o := d.open("source "+b.Labels[0], b, "from", "dsc")
		s.From, s.Dsc = address("distribution", o.text("from")), o.text("dsc")
		return s
	}
	s.Vouch = d.vouch("source "+b.Labels[0], b)
	names := []string{"url", "size", "digest"}
	if s.Vouch.Kind == "" {
		names = append(names, "vouched")
	}
	o := d.open("source "+b.Labels[0], b, names...)
	s.URL, s.Size, s.Digest = o.text("url"), o.number("size"), digest.Digest(o.text("digest"))
	switch by := o.text("vouched"); {
	case by == FirstUse:
		s.Vouch.Kind = FirstUse
	case by != "recipe" && s.Vouch.Kind == "":
		d.diags = append(d.diags, at(b.DefRange(), "unknown kind of vouching",
			fmt.Sprintf("%q is not known to this version of dombuild", by)))
	}
	return s
}

// walk calls visit for each block that may stand in body, by its number of labels.
func (d *decoder) walk(body *hclsyntax.Body, known map[string]int, visit func(*hclsyntax.Block)) {
	for _, b := range body.Blocks {
		labels, ok := known[b.Type]
		switch {
		case !ok:
			d.diags = append(d.diags, at(b.DefRange(), "unknown block", fmt.Sprintf("a lock has no block %q here", b.Type)))
		case labels != len(b.Labels):
			d.diags = append(d.diags, at(b.DefRange(), "bad block", fmt.Sprintf("a block %q has %d labels", b.Type, labels)))
		default:
			visit(b)
		}
	}
}

// opened is a block whose attributes are exactly the ones that were named.
type opened struct {
	d     *decoder
	block *hclsyntax.Block
}

func (d *decoder) open(path string, b *hclsyntax.Block, names ...string) opened {
	d.ranges[path+"#"] = b.DefRange()
	d.only(b, names...)
	for _, name := range names {
		a, ok := b.Body.Attributes[name]
		if !ok {
			d.diags = append(d.diags, at(b.DefRange(), "missing attribute", fmt.Sprintf("%q is not there", name)))
			continue
		}
		d.ranges[path+"#"+name] = a.SrcRange
	}
	return opened{d, b}
}

func (d *decoder) only(b *hclsyntax.Block, names ...string) {
	for name, a := range b.Body.Attributes {
		if !slices.Contains(names, name) {
			d.diags = append(d.diags, at(a.SrcRange, "unknown attribute", fmt.Sprintf("a lock has no attribute %q here", name)))
		}
	}
}

func (o opened) text(name string) string {
	if a, ok := o.block.Body.Attributes[name]; ok {
		return o.d.text(a)
	}
	return ""
}

func (o opened) number(name string) int64 {
	if a, ok := o.block.Body.Attributes[name]; ok {
		return o.d.number(a)
	}
	return 0
}

func (o opened) boolean(name string) bool {
	a, ok := o.block.Body.Attributes[name]
	if !ok {
		return false
	}
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.Bool {
		o.d.bad(a, "true or false")
		return false
	}
	return v.True()
}

func (o opened) date(name string) time.Time {
	a, ok := o.block.Body.Attributes[name]
	if !ok {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, o.d.text(a))
	if err != nil {
		o.d.bad(a, "a date such as 2006-01-02T15:04:05Z")
	}
	return t
}

func (o opened) texts(name string) []string {
	a, ok := o.block.Body.Attributes[name]
	if !ok {
		return nil
	}
	tuple, ok := a.Expr.(*hclsyntax.TupleConsExpr)
	if !ok {
		o.d.bad(a, "a list of strings")
		return nil
	}
	out := []string{}
	for _, e := range tuple.Exprs {
		out = append(out, o.d.text(&hclsyntax.Attribute{Name: a.Name, Expr: e, SrcRange: e.Range()}))
	}
	return out
}

func (d *decoder) text(a *hclsyntax.Attribute) string {
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.String {
		d.bad(a, "a string")
		return ""
	}
	return v.AsString()
}

func (d *decoder) number(a *hclsyntax.Attribute) int64 {
	v, diags := a.Expr.Value(nil)
	if diags.HasErrors() || v.IsNull() || !v.IsKnown() || v.Type() != cty.Number {
		d.bad(a, "a whole number")
		return 0
	}
	n, accuracy := v.AsBigFloat().Int64()
	if accuracy != 0 {
		d.bad(a, "a whole number")
	}
	return n
}

func (d *decoder) bad(a *hclsyntax.Attribute, want string) {
	d.diags = append(d.diags, at(a.SrcRange, "bad value", fmt.Sprintf("%q is not %s", a.Name, want)))
}
