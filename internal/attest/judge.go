package attest

import (
	"fmt"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// Case is what is judged.
type Case struct {
	Artifacts    map[string]digest.Digest // path → SHA-256, of all that lies there
	Single       bool                     // Artifacts is one file out of many: the others need not be there
	Bundles      []*Bundle
	AsOf         time.Time // the time of the judgement
	Lock         digest.Digest
	Dependencies []Dependency // of the lock; nil: the lock is not looked at
}

// Outcome is what comes of it.
type Outcome struct {
	Passed    bool         `json:"passed"`
	Level     string       `json:"level,omitempty"` // see docs/attest.md
	Threshold int          `json:"threshold"`
	Agree     []Witness    `json:"agree"`   // whose word counted
	Dissent   []Dissent    `json:"dissent"` // trusted builders who say something else
	Refused   []Refusal    `json:"refused"` // bundles that do not count, and why
	Subject   []Descriptor `json:"subject"` // what they agree on
}

// Witness is a builder whose statement counts.
type Witness struct {
	Builder  string    `json:"builder"`
	Owner    string    `json:"owner"`
	Key      Hint      `json:"key"`
	Bundle   string    `json:"bundle"`
	Finished time.Time `json:"finished"`
}

// Dissent is a trusted builder's statement about other bytes or another build.
type Dissent struct {
	Builder string   `json:"builder"`
	Bundle  string   `json:"bundle"`
	Says    []string `json:"says"` // one line each
}

// Refusal is a bundle that does not count.
type Refusal struct {
	Bundle string `json:"bundle"`
	Reason string `json:"reason"`
}

// UntrustedError says that a policy is not met.
type UntrustedError struct {
	Outcome Outcome
}

func (e *UntrustedError) Error() string {
	return fmt.Sprintf("untrusted: %d of at least %d owners vouch for these artifacts", len(owners(e.Outcome.Agree)), e.Outcome.Threshold)
}

// Judge weighs statements about artifacts. When the policy is not met the
// error is an *UntrustedError that holds the outcome.
func Judge(p Policy, c Case) (Outcome, error) {
	o := Outcome{Threshold: p.Threshold, Agree: []Witness{}, Dissent: []Dissent{}, Refused: []Refusal{}}
	var heard, said []testimony
	for _, b := range c.Bundles {
		t, err := hear(p, c, b)
		if t.bundle != nil {
			said = append(said, t)
		}
		if err != nil {
			o.Refused = append(o.Refused, Refusal{b.Name, err.Error()})
			continue
		}
		heard = append(heard, t)
	}
	heard = withoutLiars(heard, said, &o)
	group := largest(heard)
	counted := map[Hint]bool{}
	for _, t := range heard {
		switch {
		case len(t.differs) > 0:
			o.Dissent = append(o.Dissent, Dissent{t.by.Name, t.bundle.Name, t.differs})
		case t.key != group:
			o.Dissent = append(o.Dissent, Dissent{t.by.Name, t.bundle.Name, []string{"these bytes come from another recipe, lock, plan or dependency"}})
		case !counted[t.by.Hint]:
			counted[t.by.Hint] = true
			o.Agree = append(o.Agree, Witness{t.by.Name, t.by.Owner, t.by.Hint, t.bundle.Name, t.statement.Predicate.RunDetails.Metadata.FinishedOn})
			o.Subject = t.statement.Subject
		}
	}
	if n := len(owners(o.Agree)); n >= p.Threshold {
		o.Passed, o.Level = true, level(n, p, heard, group)
		return o, nil
	}
	return o, &UntrustedError{o}
}

// testimony is a statement of a trusted builder that meets all but the others'
// agreement.
type testimony struct {
	by        Trusted
	bundle    *Bundle
	statement Statement[Provenance]
	key       agreement
	differs   []string // from the artifacts
}

// hear verifies a bundle and holds it against the policy. What a trusted
// builder has signed is returned with the error that says why it does not count.
func hear(p Policy, c Case, b *Bundle) (testimony, error) {
	by, ok := p.Trusted(b.Hint)
	if !ok {
		return testimony{}, fmt.Errorf("no builder of the policy has the key %s", b.Hint)
	}
	v, err := Verify[Provenance](b, by.Key, ProvenanceType)
	if err != nil {
		return testimony{}, err
	}
	t := testimony{by: by, bundle: b, statement: v.Statement}
	if t.key, err = agreementOf(v.Statement); err != nil {
		return testimony{}, err
	}
	if err := fits(p, c, v.Statement.Predicate); err != nil {
		return t, err
	}
	t.differs, err = compare(c, v.Statement.Subject)
	return t, err
}

// fits holds what a statement tells of its build against what is required.
func fits(p Policy, c Case, s Provenance) error {
	if s.BuildDefinition.BuildType != BuildType {
		return fmt.Errorf("its build type is %q", s.BuildDefinition.BuildType)
	}
	if s.BuildDefinition.InternalParameters.Network != "none" {
		return fmt.Errorf("its steps had the network %q", s.BuildDefinition.InternalParameters.Network)
	}
	finished := s.RunDetails.Metadata.FinishedOn
	if p.MaxAge > 0 && (finished.After(c.AsOf) || c.AsOf.Sub(finished) > p.MaxAge) {
		return fmt.Errorf("it is of %s, which is not within %s before %s", finished.Format(time.RFC3339), p.MaxAge, c.AsOf.UTC().Format(time.RFC3339))
	}
	for _, g := range []struct {
		required          bool
		name, about, want string
	}{
		{p.Require.Check, ByproductCheck, "reproducible", "true"},
		{p.Require.Probe, ByproductProbe, "closed", "true"},
		{p.Require.Hardening, ByproductHardening, "refuted", "0"},
	} {
		if !g.required {
			continue
		}
		if err := says(s, g.name, g.about, g.want); err != nil {
			return err
		}
	}
	return sameLock(c, s.BuildDefinition)
}

// says checks that a statement has byproducts of a name, and that all of them
// say what is required.
func says(s Provenance, name, about, want string) error {
	found := s.Byproduct(name)
	if len(found) == 0 {
		return fmt.Errorf("it has no %s, which the policy requires", name)
	}
	for _, d := range found {
		if got := d.Annotations[about]; got != want {
			return fmt.Errorf("its %s says %s: %q, the policy requires %q", name, about, got, want)
		}
	}
	return nil
}

// sameLock holds the dependencies against the lock, when there is one.
func sameLock(c Case, d Definition) error {
	if c.Dependencies == nil {
		return nil
	}
	if d.InternalParameters.Lock != c.Lock {
		return fmt.Errorf("it was built from the lock %s, not from %s", d.InternalParameters.Lock, c.Lock)
	}
	has := map[string]bool{}
	for _, r := range d.ResolvedDependencies {
		has[r.Digest["sha256"]+r.Digest["sha512"]] = true
	}
	for _, dep := range c.Dependencies {
		if !has[dep.Digest.Encoded()] {
			return fmt.Errorf("%s of the lock is not among its dependencies", dep.Name)
		}
	}
	return nil
}

// compare says where the artifacts are not what a statement names.
func compare(c Case, subject []Descriptor) ([]string, error) {
	var differs []string
	named := map[string]bool{}
	digests := map[digest.Digest]bool{}
	for _, s := range subject {
		want, err := s.SHA256()
		if err != nil {
			return nil, err
		}
		if named[s.Name] {
			return nil, fmt.Errorf("it names %s twice", s.Name)
		}
		named[s.Name], digests[want] = true, true
		if got, there := c.Artifacts[s.Name]; !c.Single && !there {
			differs = append(differs, s.Name+" is not there")
		} else if !c.Single && got != want {
			differs = append(differs, fmt.Sprintf("%s should be %s, it is %s", s.Name, want, got))
		}
	}
	for name, got := range c.Artifacts {
		if c.Single && !digests[got] {
			differs = append(differs, fmt.Sprintf("no artifact is %s, as %s is", got, name))
		} else if !c.Single && !named[name] {
			differs = append(differs, name+" is in no statement")
		}
	}
	slices.Sort(differs)
	return differs, nil
}

// withoutLiars leaves out builders that signed statements which contradict
// each other about one build, whether these count or not.
func withoutLiars(heard, said []testimony, o *Outcome) []testimony {
	subjects := map[string]string{}
	liars := map[Hint]bool{}
	for _, t := range said {
		k := string(t.by.Hint) + t.key.definition
		if said, ok := subjects[k]; ok && said != t.key.subject {
			liars[t.by.Hint] = true
		}
		subjects[k] = t.key.subject
	}
	return slices.DeleteFunc(heard, func(t testimony) bool {
		if liars[t.by.Hint] {
			o.Refused = append(o.Refused, Refusal{t.bundle.Name, fmt.Sprintf("builder %s says two things about the same build", t.by.Name)})
		}
		return liars[t.by.Hint]
	})
}

// largest is the key that most owners agree on, among those about the artifacts.
func largest(heard []testimony) agreement {
	by := map[agreement][]Witness{}
	for _, t := range heard {
		if len(t.differs) == 0 {
			by[t.key] = append(by[t.key], Witness{Owner: t.by.Owner})
		}
	}
	var best agreement
	for k, w := range by {
		if n, m := len(owners(w)), len(owners(by[best])); n > m || n == m && k.definition < best.definition {
			best = k
		}
	}
	return best
}

// owners lists the distinct owners of witnesses.
func owners(w []Witness) []string {
	var names []string
	for _, x := range w {
		names = append(names, x.Owner)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// level names what n owners who agree are worth: of their own statements only.
func level(n int, p Policy, heard []testimony, group agreement) string {
	var all []Witness
	for _, b := range p.Builders {
		all = append(all, Witness{Owner: b.Owner})
	}
	if n >= 2 {
		return fmt.Sprintf("DOMBUILD_REPRODUCED_%d_OF_%d", n, len(owners(all)))
	}
	for _, t := range heard {
		if len(t.differs) == 0 && t.key == group && says(t.statement.Predicate, ByproductCheck, "reproducible", "true") == nil {
			return "DOMBUILD_REBUILT_BY_ITS_BUILDER"
		}
	}
	return "DOMBUILD_BUILT"
}
