package rpmsolve

import "fmt"

// Open is what is wrong with packages that are to be one toolchain, in words.
type Open struct {
	Missing  []string // dependencies that do not hold
	Excluded []string // packages that exclude each other
	Unused   []string // packages that nothing needs
}

// Closed finds out what is wrong with a universe of which all packages are to
// be in the toolchain of a request.
func (u *Universe) Closed(r Request) (Open, error) {
	var open Open
	p := &problem{Universe: u, requests: []Request{r}, vars: map[node]literal{}, weak: map[int][2]map[int]bool{}}
	if err := p.state(); err != nil {
		return open, err
	}
	chosen := make([]bool, len(p.nodes)+1)
	for i := range p.nodes {
		chosen[i+1] = true
	}
	for i, c := range p.clauses {
		why := p.reasons[i]
		switch {
		case meets(c, chosen):
		case why.kind == requires:
			open.Missing = append(open.Missing, fmt.Sprintf("%s, which %s needs", why.rel, p.pkgs[why.pkg].NEVRA))
		default:
			open.Excluded = append(open.Excluded, p.words(why))
		}
	}
	p.unreached(chosen)
	for i := range p.pkgs {
		if l := p.vars[node{0, i}]; l == 0 || !chosen[l] {
			open.Unused = append(open.Unused, p.pkgs[i].NEVRA.String())
		}
	}
	return open, nil
}

// meets reports whether a clause is true of the variables that are.
func meets(c clause, chosen []bool) bool {
	for _, l := range c {
		if l > 0 && chosen[l] || l < 0 && !chosen[-l] {
			return true
		}
	}
	return false
}
