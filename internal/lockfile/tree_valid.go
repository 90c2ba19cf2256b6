package lockfile

import (
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"
)

var (
	commitName = regexp.MustCompile(`^([0-9a-f]{40}|[0-9a-f]{64})$`)
	moduleSum  = regexp.MustCompile(`^h1:[A-Za-z0-9+/]{43}=$`)
	treeSigner = regexp.MustCompile(`^([0-9A-F]{40}|[0-9A-F]{64}|SHA256:[A-Za-z0-9+/]{43})$`)
)

func (v *validator) tree(s Source) {
	at, t := sourceAt(s), s.Tree
	f, ok := forms[t.Kind]
	if !ok {
		v.add(at, "", "unknown kind of source", "%q is not known to this version of dombuild", t.Kind)
		return
	}
	if s.URL != "" || s.From != "" || s.Dsc != "" {
		v.add(at, "", "bad source", "a source is of one kind")
	}
	for _, field := range []struct{ attr, value string }{{f.name, t.Name}, {f.pinned, t.Pinned}} {
		if field.value == "" {
			v.add(at, field.attr, "bad source", "%s is empty", field.attr)
		}
	}
	v.digest(at, "tree", t.Index)
	v.blob(at, at+" tree", t.Digest, t.Size)
	unique(v, t.Parts, func(p Part) string { return at + "/part " + p.Path })
	for _, p := range t.Parts {
		place := at + "/part " + p.Path
		v.path(place, "", p.Path)
		v.blob(place, place, p.Digest, p.Size)
	}
	v.treePinned(at, f, t)
	unique(v, t.Modules, func(m Module) string { return at + "/submodule " + m.Path })
	for _, m := range t.Modules {
		place := at + "/submodule " + m.Path
		if m.Path == "" || path.IsAbs(m.Path) || path.Clean(m.Path) != m.Path || m.Path == ".." || strings.HasPrefix(m.Path, "../") {
			v.add(place, "", "bad path", "%q is not a path in a tree", m.Path)
		}
		v.match(place, "commit", "commit", m.Commit, commitName)
		v.gitURL(place, "url", m.URL)
	}
	for _, w := range t.Vouched {
		v.treeVouch(at+"/vouched "+w.Kind, t, w)
	}
}

// treePinned checks what stands for the whole upstream.
func (v *validator) treePinned(at string, f form, t *Tree) {
	switch t.Kind {
	case GitTree:
		v.match(at, f.pinned, "commit", t.Pinned, commitName)
		v.gitURL(at, f.name, t.Name)
		if t.Variant != "true" && t.Variant != "false" {
			v.add(at, f.variant, "bad value", "%s is true or false", f.variant)
		}
		if _, ok := t.Part("commit"); !ok {
			v.add(at, "", "missing pin", "the commit itself is not pinned")
		}
	case GoModuleTree:
		v.match(at, f.pinned, "sum of a module", t.Pinned, moduleSum)
	default:
		v.digest(at, f.pinned, digest.Digest(t.Pinned))
	}
	if t.Kind != GitTree && len(t.Modules)+len(t.Vouched) > 0 {
		v.add(at, "", "bad source", "only git has submodules and signatures")
	}
}

func (v *validator) treeVouch(at string, t *Tree, w TreeVouch) {
	part := map[string]string{GitTag: "tag", GitCommit: "commit"}[w.Kind]
	if _, ok := t.Part(part); !ok {
		v.add(at, "", "unknown kind of vouching", "%q is not known to this version of dombuild, or what it signs is not pinned", w.Kind)
	}
	v.digest(at, "keyring", w.Keyring)
	if w.Date.IsZero() || len(w.Signers) == 0 {
		v.add(at, "signers", "no signer", "a signature has a date and a signer")
	}
	for _, s := range w.Signers {
		v.match(at, "signers", "fingerprint", s, treeSigner)
	}
	v.distinct(at, "signers", w.Signers)
}

func (v *validator) gitURL(at, attr, raw string) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "git") {
		v.add(at, attr, "bad url", "%q is not an https, http or git URL without a user", raw)
	}
}
