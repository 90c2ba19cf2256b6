package plan

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/debroot"
	"github.com/dombuild/dombuild/internal/tree"
)

// format is the version of the frame around scripts and of the components
// below. It changes whenever a step of the same components could give other
// bytes because dombuild itself changed.
const format = "dombuild/step/v3"

// gate is the version of the gates and of the record of compiler calls. It
// changes whenever a gate could refuse what it accepted, or record it otherwise.
const gate = "2"

// Component is one thing that can change the output of a step: a pinned
// package, a script, a variable, the digest of a step it reads. Two steps of
// equal components have equal digests, and the components that differ are why
// a step cannot be answered from the cache.
type Component struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// components lists, in a fixed order, everything the step's output depends on.
// Labels are unique within a step and do not depend on how steps are named.
func (p *Plan) components(s Step) []Component {
	list := []Component{
		{"kind", string(s.Kind)},
		{"rules", strings.Join([]string{format, debroot.Version, tree.Version}, " ")},
		{"source_date_epoch", strconv.FormatInt(p.recipe.SourceDateEpoch, 10)},
	}
	add := func(label, value string) { list = append(list, Component{label, value}) }
	if s.Configure {
		add("configure", "true")
	}
	for _, d := range s.Debs {
		add("package "+d.Name, d.Version+" "+d.Digest.String())
	}
	if s.Root != "" {
		add("toolchain", p.stepDigestOf(s.Root))
		add("host", fmt.Sprintf("%+v", s.Host))
	}
	if s.Over != "" {
		add("wrapper", p.stepDigestOf(s.Over))
	}
	for _, t := range s.Trees {
		add("input "+path.Base(t.Target), p.stepDigestOf(t.Step)+" at "+t.Target)
	}
	for _, b := range s.Blobs {
		add("source "+path.Join(b.Target, b.Name), b.Digest.String()+" unpack="+strconv.FormatBool(b.Unpack))
	}
	for _, f := range s.Files {
		add("script "+f.Path, digest.FromString(f.Content).String()+" exec="+strconv.FormatBool(f.Exec))
	}
	for _, name := range slices.Sorted(maps.Keys(s.Links)) {
		add("link "+name, s.Links[name])
	}
	for _, kv := range s.Env {
		k, v, _ := strings.Cut(kv, "=")
		add("variable "+k, v)
	}
	return append(list, s.gateComponents()...)
}

// gateComponents are what the output has to satisfy: a changed gate is asked again.
func (s Step) gateComponents() []Component {
	var list []Component
	if s.Kind == KindPackage || s.Rooted {
		list = append(list, Component{"gate", gate})
	}
	for _, o := range s.Outputs {
		list = append(list, Component{"output " + o.Path, "from " + strconv.Quote(o.From)})
	}
	if len(s.Profile.Rules) > 0 {
		list = append(list, Component{"rules of " + s.Profile.Name, strings.Join(s.Profile.Rules, " ")})
	}
	for _, k := range s.Kconfig {
		var requested []string
		for _, f := range k.Requested {
			requested = append(requested, f.Digest.String())
		}
		list = append(list, Component{"kconfig " + k.Output, strings.Join(requested, " ")})
	}
	if s.Budget != nil {
		list = append(list, Component{"budget", budgetText(s.Budget.Size) + budgetText(s.Budget.Files) + budgetText(s.Budget.Setuid) +
			budgetText(s.Budget.Modules) + budgetText(s.Budget.Unhardened)})
		if n := s.Budget.Listening; n != nil {
			list = append(list, Component{"budget listening_services", strconv.FormatInt(*n, 10)})
		}
	}
	return list
}

func budgetText(n *int64) string {
	if n == nil {
		return "unbounded "
	}
	return strconv.FormatInt(*n, 10) + " "
}

func (p *Plan) stepDigestOf(name string) string { return p.steps[p.index[name]].Digest.String() }

// Components returns what the digest of the named step covers.
func (p *Plan) Components(name string) []Component {
	s, ok := p.Step(name)
	if !ok {
		return nil
	}
	return p.components(s)
}

// Change is a component that differs between two lists; an empty value stands
// for one that is not there.
type Change struct {
	Label    string `json:"label"`
	Old, New string `json:"-"`
}

// Changes compares the components of two versions of a step.
func Changes(old, now []Component) []Change {
	var changes []Change
	value := func(list []Component, label string) string {
		i := slices.IndexFunc(list, func(c Component) bool { return c.Label == label })
		if i < 0 {
			return ""
		}
		return list[i].Value
	}
	for _, c := range now {
		if was := value(old, c.Label); was != c.Value {
			changes = append(changes, Change{c.Label, was, c.Value})
		}
	}
	for _, c := range old {
		if !slices.ContainsFunc(now, func(n Component) bool { return n.Label == c.Label }) {
			changes = append(changes, Change{c.Label, c.Value, ""})
		}
	}
	return changes
}

func (p *Plan) planDigest() digest.Digest {
	var list []Component
	for _, s := range p.Steps() {
		list = append(list, Component{s.Name, s.Digest.String()})
	}
	return hash(list)
}

// hash is over JSON without maps, so equal values have equal text. Components
// are pairs of strings: they marshal without error.
func hash(list []Component) digest.Digest {
	text, err := json.Marshal(list)
	if err != nil {
		panic("plan: components do not marshal: " + err.Error())
	}
	return digest.FromBytes(text)
}
