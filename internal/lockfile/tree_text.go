package lockfile

import (
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/opencontainers/go-digest"
)

func (w *writer) tree(t *Tree) {
	f := forms[t.Kind]
	list := []attribute{text(f.name, t.Name)}
	for _, a := range []attribute{text(f.ref, t.Ref), text(f.pinned, t.Pinned), text(f.variant, t.Variant)} {
		if a.name != "" {
			list = append(list, a)
		}
	}
	w.attributes(append(list, text("tree", t.Index), number("size", t.Size), text("digest", t.Digest))...)
	for _, m := range t.Modules {
		w.block("submodule", m.Path, func() { w.attributes(text("url", m.URL), text("commit", m.Commit)) })
	}
	for _, p := range t.Parts {
		w.block("part", p.Path, func() { w.attributes(number("size", p.Size), text("digest", p.Digest)) })
	}
	for _, v := range t.Vouched {
		w.block("vouched", v.Kind, func() {
			w.attributes(text("date", v.Date.Format(time.RFC3339)), text("keyring", v.Keyring))
			w.lines("signers", v.Signers)
		})
	}
}

// treeKind says of which kind of tree a block of a source is.
func treeKind(b *hclsyntax.Block) (kind string, ok bool) {
	for _, k := range treeOrder {
		if _, ok := b.Body.Attributes[forms[k].name]; ok {
			return k, true
		}
	}
	return "", false
}

func (d *decoder) tree(b *hclsyntax.Block, kind string) *Tree {
	at, f := "source "+b.Labels[0], forms[kind]
	names := []string{f.name, f.pinned, "tree", "size", "digest"}
	for _, name := range []string{f.ref, f.variant} {
		if name != "" {
			names = append(names, name)
		}
	}
	o := d.open(at, b, names...)
	t := &Tree{Kind: kind, Name: o.text(f.name), Ref: o.text(f.ref), Pinned: o.text(f.pinned), Variant: o.text(f.variant),
		Index: digest.Digest(o.text("tree")), Size: o.number("size"), Digest: digest.Digest(o.text("digest"))}
	d.walk(b.Body, map[string]int{"submodule": 1, "part": 1, "vouched": 1}, func(b *hclsyntax.Block) {
		at, label := at+"/"+b.Type+" "+b.Labels[0], b.Labels[0]
		d.walk(b.Body, nil, nil)
		switch b.Type {
		case "submodule":
			o := d.open(at, b, "url", "commit")
			t.Modules = append(t.Modules, Module{label, o.text("url"), o.text("commit")})
		case "part":
			o := d.open(at, b, "size", "digest")
			t.Parts = append(t.Parts, Part{label, digest.Digest(o.text("digest")), o.number("size")})
		case "vouched":
			o := d.open(at, b, "date", "keyring", "signers")
			t.Vouched = append(t.Vouched, TreeVouch{label, o.texts("signers"), o.date("date"), digest.Digest(o.text("keyring"))})
		}
	})
	return t
}
