package kas

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"
)

// Limits of one file and of all of them.
const (
	maxSize  = 4 << 20 // bytes of a file
	maxNodes = 200_000 // values of a file, those behind aliases counted each time
	maxDepth = 64      // nesting of values, and of includes
	maxFiles = 256
)

// Place is a line of a kas file.
type Place struct {
	File string // as it was opened
	Line int    // from 1
}

func (p Place) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// value is a YAML value that knows where it stands.
type value struct {
	place Place
	kind  yaml.Kind // ScalarNode, MappingNode, SequenceNode
	text  string    // of a scalar
	null  bool
	block bool // the text begins on the next line
	keys  []string
	items map[string]*value
	list  []*value
}

// reader turns nodes into values, within limits.
type reader struct {
	file  string
	nodes int
}

func (r *reader) value(n *yaml.Node, depth int) (*value, error) {
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return nil, fmt.Errorf("%s:%d: more than %d values, or nested deeper than %d", r.file, n.Line, maxNodes, maxDepth)
	}
	v := &value{place: Place{r.file, n.Line}, kind: n.Kind, text: n.Value, null: n.Tag == "!!null",
		block: n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0}
	switch n.Kind {
	case yaml.AliasNode:
		return r.value(n.Alias, depth+1)
	case yaml.MappingNode:
		return v, r.mapping(v, n, depth)
	case yaml.SequenceNode:
		for _, c := range n.Content {
			item, err := r.value(c, depth+1)
			if err != nil {
				return nil, err
			}
			v.list = append(v.list, item)
		}
	}
	return v, nil
}

func (r *reader) mapping(v *value, n *yaml.Node, depth int) error {
	v.items = map[string]*value{}
	var merged []*value
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return fmt.Errorf("%s:%d: a key is not a word", r.file, key.Line)
		}
		item, err := r.value(n.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		if key.Tag == "!!merge" {
			merged = append(append(merged, item.list...), item)
			continue
		}
		if _, twice := v.items[key.Value]; twice {
			return fmt.Errorf("%s:%d: %q stands twice", r.file, key.Line, key.Value)
		}
		v.keys = append(v.keys, key.Value)
		v.items[key.Value] = item
	}
	for _, m := range merged { // "<<": what is not there yet
		for _, k := range m.keys {
			if _, ok := v.items[k]; !ok {
				v.keys, v.items[k] = append(v.keys, k), m.items[k]
			}
		}
	}
	return nil
}

// get returns the value below a path of keys, or nil.
func (v *value) get(path ...string) *value {
	for _, key := range path {
		if v == nil || v.kind != yaml.MappingNode {
			return nil
		}
		v = v.items[key]
	}
	return v
}

// scalar returns the text below a path of keys, "" where there is none.
func (v *value) scalar(path ...string) string {
	w := v.get(path...)
	if w == nil || w.kind != yaml.ScalarNode || w.null {
		return ""
	}
	return w.text
}

// merge lays w over v: mappings are merged, everything else is replaced.
func (v *value) merge(w *value) *value {
	if v == nil || v.kind != yaml.MappingNode || w.kind != yaml.MappingNode {
		return w
	}
	out := &value{place: v.place, kind: v.kind, keys: slices.Clone(v.keys), items: map[string]*value{}}
	for key, item := range v.items {
		out.items[key] = item
	}
	for _, key := range w.keys {
		old, ok := out.items[key]
		if !ok {
			out.keys = append(out.keys, key)
		}
		out.items[key] = old.merge(w.items[key])
	}
	return out
}
