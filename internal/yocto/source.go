package yocto

import (
	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Source is one URI of one recipe. Files are relative to the root of the layers.
type Source struct {
	Recipe     string            `json:"recipe"`
	Layer      string            `json:"layer"`
	PN         string            `json:"pn"`
	PV         string            `json:"pv"`
	Variant    string            `json:"variant,omitempty"` // "native" …: of BBCLASSEXTEND, where it differs from the recipe
	URI        string            `json:"uri"`               // expanded
	Type       string            `json:"type"`
	Verdict    source.Verdict    `json:"verdict"`
	Algorithm  string            `json:"algorithm,omitempty"` // the strongest that is compared
	Expected   string            `json:"expected,omitempty"`
	Revisions  map[string]string `json:"revisions,omitempty"`
	Provenance []Origin          `json:"provenance"`
	Rules      []string          `json:"rules"`             // that it breaks
	Reasons    []Reason          `json:"reasons,omitempty"` // why it is not proven
	Skipped    string            `json:"skipped,omitempty"` // why BitBake would not offer the recipe

	// Multiconfig are the configurations of BBMULTICONFIG that fetch it so; none
	// where the default one does.
	Multiconfig []string `json:"multiconfig,omitempty"`

	judgement source.Judgement
}

// Origin is an assignment that the verdict comes from.
type Origin struct {
	File     string `json:"file"`
	Line     int    `json:"line"`
	Op       string `json:"op"`
	Variable string `json:"variable"` // as written
}

// Reason is why something is not proven.
type Reason struct {
	File       string `json:"file,omitempty"`
	Line       int    `json:"line,omitempty"`
	Expression string `json:"expression,omitempty"`
	Reason     string `json:"reason"`
}

// sourcesOf judges the URIs of a recipe.
func (r *recipe) sourcesOf() []*Source {
	replaced, elsewhere := r.fetchReplaced()
	if !replaced {
		replaced, elsewhere = r.fetchChanged()
	}
	if r.doubt != nil {
		replaced, elsewhere = true, *r.doubt
	}
	var out []*Source
	for _, j := range source.All(r.data, r.release) {
		if replaced && j.Verdict != source.Local {
			j.Verdict = source.NotProven
			j.Reasons = append(j.Reasons, elsewhere)
		}
		s := &Source{
			Recipe: r.File, Layer: r.Layer, PN: r.PN, PV: r.PV, Variant: r.Variant, Skipped: r.Skipped,
			URI: j.Raw, Type: j.Type, Verdict: j.Verdict, Revisions: j.Revisions, Rules: []string{}, judgement: j,
		}
		if j.Verdict != source.Missing {
			s.Algorithm, s.Expected = j.Best().Algorithm, j.Best().Expected
		}
		s.Provenance = r.provenance(j)
		s.Reasons = reasons(j)
		out = append(out, s)
	}
	return out
}

// provenance lists the assignment that brought the URI and those that what is
// compared comes from.
func (r *recipe) provenance(j source.Judgement) []Origin {
	out := []Origin{}
	add := func(a bitbake.Assignment) {
		out = append(out, Origin{a.Place.File, a.Place.Line, a.Op, a.Name})
	}
	if a, ok := r.sourceTexts().origin(j.Raw); ok {
		add(a)
	} else if a, ok := last(r.data, "SRC_URI", func(a bitbake.Assignment) bool { return a.Op == "=" || a.Op == ":=" }); ok {
		add(a)
	}
	for _, name := range j.Deciding {
		for _, a := range r.data.History(name) {
			add(a)
		}
	}
	return out
}

func reasons(j source.Judgement) []Reason {
	if j.Verdict != source.NotProven {
		return nil
	}
	var out []Reason
	for _, u := range j.Reasons {
		out = append(out, Reason{u.Place.File, u.Place.Line, u.Expression, u.Reason})
	}
	for _, why := range []string{j.Refused, j.Note} {
		if why != "" {
			out = append(out, Reason{Reason: why})
		}
	}
	return out
}

// place is where a source is found wanting: the assignment that brought it.
func (s *Source) place() finding.Place {
	if len(s.Provenance) > 0 {
		return finding.Place{File: s.Provenance[0].File, Line: s.Provenance[0].Line}
	}
	return finding.Place{File: s.Recipe}
}

// host and scheme of the transport
func (s *Source) uri() source.URI { return s.judgement.URI }
