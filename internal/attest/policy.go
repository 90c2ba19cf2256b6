package attest

import (
	"crypto"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/opencontainers/go-digest"
)

// Policy says whose word counts, and for what.
type Policy struct {
	Digest    digest.Digest // of its text
	Threshold int           // how many owners must agree, each with a builder and a key of his own
	MaxAge    time.Duration // of the statements; 0: any
	Require   Require
	Builders  []Trusted
}

// Require says what each statement that counts must tell of its build.
type Require struct {
	Check     bool // that a second build under varied conditions gave the same bytes
	Probe     bool // that the sandbox was probed and found closed
	Hardening bool // that no rule was refuted in any file that was built
}

// Trusted is a builder whose statements count.
type Trusted struct {
	Name  string
	Owner string
	Key   crypto.PublicKey
	Hint  Hint
}

// policyText is the form of a policy file.
type policyText struct {
	Policy struct {
		Threshold int     `hcl:"threshold"`
		MaxAge    *string `hcl:"max_age"`
		Require   *struct {
			Check     *bool `hcl:"check"`
			Probe     *bool `hcl:"probe"`
			Hardening *bool `hcl:"hardening"`
		} `hcl:"require,block"`
	} `hcl:"policy,block"`
	Builders []struct {
		Name  string `hcl:"name,label"`
		Owner string `hcl:"owner"`
		Key   string `hcl:"key"`
	} `hcl:"builder,block"`
}

// PolicyError says what is wrong with a policy.
type PolicyError struct {
	Path string
	Err  error
}

func (e *PolicyError) Error() string { return fmt.Sprintf("reading the policy %s: %v", e.Path, e.Err) }

// Unwrap returns the reason.
func (e *PolicyError) Unwrap() error { return e.Err }

// ReadPolicy reads a policy: see docs/attest.md. The keys that it names lie
// relative to it, or where their whole path says. What it does not require is required: a gate is left out
// only by saying so.
func ReadPolicy(path string) (Policy, error) {
	fail := func(err error) (Policy, error) { return Policy{}, &PolicyError{path, err} }
	src, err := os.ReadFile(path)
	if err != nil {
		return fail(err)
	}
	var text policyText
	file, diags := hclsyntax.ParseConfig(src, filepath.Base(path), hcl.InitialPos)
	if !diags.HasErrors() {
		diags = gohcl.DecodeBody(file.Body, nil, &text)
	}
	if diags.HasErrors() {
		return fail(errors.Join(diags.Errs()...))
	}
	p := Policy{Digest: digest.FromBytes(src), Threshold: text.Policy.Threshold, Require: Require{true, true, true}}
	if r := text.Policy.Require; r != nil {
		for _, x := range []struct {
			to   *bool
			from *bool
		}{{&p.Require.Check, r.Check}, {&p.Require.Probe, r.Probe}, {&p.Require.Hardening, r.Hardening}} {
			if x.from != nil {
				*x.to = *x.from
			}
		}
	}
	if text.Policy.MaxAge != nil {
		if p.MaxAge, err = time.ParseDuration(*text.Policy.MaxAge); err != nil || p.MaxAge <= 0 {
			return fail(fmt.Errorf("max_age %q is no duration such as \"720h\"", *text.Policy.MaxAge))
		}
	}
	for _, b := range text.Builders {
		t := Trusted{Name: b.Name, Owner: b.Owner}
		if !filepath.IsAbs(b.Key) {
			b.Key = filepath.Join(filepath.Dir(path), b.Key)
		}
		if t.Key, err = ReadPublicKey(b.Key); err == nil {
			t.Hint, err = HintOf(t.Key)
		}
		if err != nil {
			return fail(fmt.Errorf("builder %q: %w", b.Name, err))
		}
		p.Builders = append(p.Builders, t)
	}
	if err := p.check(); err != nil {
		return fail(err)
	}
	return p, nil
}

func (p Policy) check() error {
	names, keys, owners := map[string]bool{}, map[Hint]string{}, map[string]bool{}
	for _, b := range p.Builders {
		switch other, twice := keys[b.Hint]; {
		case b.Owner == "":
			return fmt.Errorf("builder %q has no owner", b.Name)
		case names[b.Name]:
			return fmt.Errorf("there are two builders %q", b.Name)
		case twice:
			return fmt.Errorf("builders %q and %q have the same key", other, b.Name)
		}
		names[b.Name], keys[b.Hint], owners[b.Owner] = true, b.Name, true
	}
	switch {
	case p.Threshold < 1:
		return errors.New("the threshold must be at least 1")
	case p.Threshold > len(owners):
		return fmt.Errorf("the threshold is %d, but the builders have only %d owners: it can never be met", p.Threshold, len(owners))
	}
	return nil
}

// Trusted finds the builder whose key has a hint.
func (p Policy) Trusted(h Hint) (Trusted, bool) {
	i := slices.IndexFunc(p.Builders, func(t Trusted) bool { return t.Hint == h })
	if i < 0 {
		return Trusted{}, false
	}
	return p.Builders[i], true
}
