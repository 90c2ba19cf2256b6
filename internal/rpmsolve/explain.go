package rpmsolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/rpm"
)

// UnsolvableError says why there is no solution.
type UnsolvableError struct {
	Of      string   // address of a toolchain that cannot be made
	Reasons []string // facts that exclude one another; none can be left out
}

func (e *UnsolvableError) Error() string {
	return fmt.Sprintf("%s cannot be made:\n  %s", e.Of, strings.Join(e.Reasons, "\n  "))
}

// Limits of an explanation.
const (
	maxProof   = 400 // clauses that are tried one by one
	maxReasons = 24  // lines
)

// explain turns clauses that exclude one another into words, after leaving
// out those without which the others still do.
func (p *problem) explain(from []int) error {
	if len(from) <= maxProof {
		for _, i := range slices.Backward(slices.Clone(from)) {
			rest := slices.DeleteFunc(slices.Clone(from), func(j int) bool { return j == i })
			if refute(len(p.nodes), p.clauses, rest) {
				from = rest
			}
		}
	}
	e := &UnsolvableError{}
	for _, i := range from {
		r := p.reasons[i]
		if e.Of == "" {
			e.Of = p.requests[r.request].Of
		}
		if line := p.words(r); !slices.Contains(e.Reasons, line) {
			e.Reasons = append(e.Reasons, line)
		}
	}
	if n := len(e.Reasons) - maxReasons; n > 0 {
		e.Reasons = append(e.Reasons[:maxReasons], fmt.Sprintf("and %d more", n))
	}
	return e
}

func (p *problem) words(r reason) string {
	switch r.kind {
	case asked:
		return fmt.Sprintf("%s asks for %s", p.requests[r.request].Of, r.rel.Name)
	case requires:
		return fmt.Sprintf("%s needs %s, and %s", p.pkgs[r.pkg].NEVRA, r.rel, p.has(r.rel))
	case conflicts:
		return fmt.Sprintf("%s conflicts with %s", p.pkgs[r.pkg].NEVRA, r.rel)
	case obsoletes:
		return fmt.Sprintf("%s obsoletes %s", p.pkgs[r.pkg].NEVRA, r.rel)
	case oneVersion:
		return fmt.Sprintf("%s and %s cannot both be there", p.pkgs[r.pkg].NEVRA, p.pkgs[r.other].NEVRA)
	}
	return fmt.Sprintf("all toolchains have one version of %s, not both %s and %s", p.pkgs[r.pkg].Name, p.pkgs[r.pkg].EVR, p.pkgs[r.other].EVR)
}

// has says what the repositories have of what is needed.
func (p *problem) has(r rpm.Relation) string {
	e, err := p.expr(r)
	if err != nil {
		return err.Error()
	}
	var near, exact []string
	eachLeaf(e, func(r rpm.Relation) {
		for _, i := range p.providers(r) {
			exact = append(exact, p.pkgs[i].String())
		}
		for _, o := range p.offers[r.Name] {
			near = append(near, p.offered(o))
		}
		if p.modular[r.Name] {
			near = append(near, r.Name+" of a module, which is not supported")
		}
	})
	switch {
	case len(exact) > 0:
		return "that is " + several(exact)
	case len(near) > 0:
		return "the repositories have " + several(near)
	}
	return "nothing provides it"
}

func (p *problem) offered(o offer) string {
	text := o.rel.Name
	if o.rel.Sense != 0 {
		text += " " + o.rel.EVR.String()
	}
	if name := p.pkgs[o.pkg].Name; name != o.rel.Name {
		text += " of " + name
	}
	return text
}

// several lists up to eight different texts.
func several(list []string) string {
	var some []string
	for _, s := range list {
		if !slices.Contains(some, s) {
			some = append(some, s)
		}
	}
	if len(some) > 8 {
		some = append(some[:8], "…")
	}
	return strings.Join(some, ", ")
}
