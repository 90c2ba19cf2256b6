package attest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
)

// Types of statements and predicates.
const (
	StatementType  = "https://in-toto.io/Statement/v1"
	ProvenanceType = "https://slsa.dev/provenance/v1"
	SummaryType    = "https://slsa.dev/verification_summary/v1"
	PayloadType    = "application/vnd.in-toto+json"
)

// Statement is an in-toto Statement v1 with a predicate of type P.
type Statement[P any] struct {
	Type          string       `json:"_type"`
	Subject       []Descriptor `json:"subject"`
	PredicateType string       `json:"predicateType"`
	Predicate     P            `json:"predicate"`
}

// Equal reports whether two statements say the same.
func (s Statement[P]) Equal(other Statement[P]) bool {
	a, errA := json.Marshal(s)
	b, errB := json.Marshal(other)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// Descriptor is an in-toto ResourceDescriptor.
type Descriptor struct {
	Name        string            `json:"name,omitempty"`
	URI         string            `json:"uri,omitempty"`
	Digest      map[string]string `json:"digest,omitempty"` // algorithm → lower-case hexadecimal
	MediaType   string            `json:"mediaType,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// describe makes a descriptor of something with a name and a digest.
func describe(name string, d digest.Digest) Descriptor {
	return Descriptor{Name: name, Digest: map[string]string{d.Algorithm().String(): d.Encoded()}}
}

// SHA256 is the descriptor's SHA-256, or an error when it has none.
func (d Descriptor) SHA256() (digest.Digest, error) {
	got := digest.NewDigestFromEncoded(digest.SHA256, d.Digest["sha256"])
	if err := got.Validate(); err != nil {
		return "", fmt.Errorf("%q has no SHA-256: %w", d.Name, err)
	}
	return got, nil
}

// Provenance is the predicate SLSA Provenance v1.
type Provenance struct {
	BuildDefinition Definition `json:"buildDefinition"`
	RunDetails      Run        `json:"runDetails"`
}

// Definition says what was asked for. It is the same for everybody who builds
// the same thing.
type Definition struct {
	BuildType            string       `json:"buildType"`
	ExternalParameters   External     `json:"externalParameters"`
	InternalParameters   Internal     `json:"internalParameters"`
	ResolvedDependencies []Descriptor `json:"resolvedDependencies"`
}

// External is what the user chose.
type External struct {
	Recipe          string            `json:"recipe"`
	Version         string            `json:"version"`
	Target          string            `json:"target"`
	Variables       map[string]string `json:"variables,omitempty"`
	SourceDateEpoch int64             `json:"source_date_epoch"` // seconds since 1970
}

// Internal is what dombuild chose.
type Internal struct {
	Platform    string          `json:"platform"`
	Network     string          `json:"network"` // of every step: "none"
	Recipe      digest.Digest   `json:"recipe_digest"`
	Lock        digest.Digest   `json:"lock_digest"`
	Plan        digest.Digest   `json:"plan_digest"`
	Environment json.RawMessage `json:"environment"` // what each step is told about its machine
}

// Run says how one build went.
type Run struct {
	Builder    Builder      `json:"builder"`
	Metadata   Metadata     `json:"metadata"`
	Byproducts []Descriptor `json:"byproducts,omitempty"`
}

// Builder says who built.
type Builder struct {
	ID           string            `json:"id"`
	Version      map[string]string `json:"version,omitempty"`
	Dependencies []Descriptor      `json:"builderDependencies,omitempty"`
}

// Metadata holds the times of one build: they stand here and in no artifact.
type Metadata struct {
	InvocationID string    `json:"invocationId"`
	StartedOn    time.Time `json:"startedOn"`
	FinishedOn   time.Time `json:"finishedOn"`
}

// Names of byproducts, with what their annotations say.
const (
	ByproductRecord    = "record.json" // of the whole build
	ByproductSBOM      = "sbom.spdx.json"
	ByproductCheck     = "check"     // reproducible: true; axes: what was varied
	ByproductProbe     = "probe"     // of a session of the sandbox; closed: true
	ByproductHardening = "hardening" // step: whose files; refuted: 0
)

// Byproduct finds a byproduct by name; there may be several probes.
func (p Provenance) Byproduct(name string) []Descriptor {
	return slices.DeleteFunc(slices.Clone(p.RunDetails.Byproducts), func(d Descriptor) bool { return d.Name != name })
}

// agreement is the canonical text of what builders have to agree on.
type agreement struct{ subject, definition string }

func agreementOf(s Statement[Provenance]) (agreement, error) {
	subject := slices.Clone(s.Subject)
	slices.SortFunc(subject, func(a, b Descriptor) int { return strings.Compare(a.Name, b.Name) })
	artifacts, err := json.Marshal(subject)
	if err != nil {
		return agreement{}, err
	}
	definition, err := json.Marshal(s.Predicate.BuildDefinition)
	return agreement{string(artifacts), string(definition)}, err
}
