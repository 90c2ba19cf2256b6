package attest

import (
	"time"

	"github.com/opencontainers/go-digest"
)

// VerifierID names dombuild in a summary.
const VerifierID = "https://github.com/dombuild/dombuild"

// Summary is the predicate SLSA Verification Summary v1.
type Summary struct {
	Verifier           Verifier     `json:"verifier"`
	TimeVerified       time.Time    `json:"timeVerified"`
	ResourceURI        string       `json:"resourceUri"`
	Policy             Descriptor   `json:"policy"`
	InputAttestations  []Descriptor `json:"inputAttestations"`
	VerificationResult string       `json:"verificationResult"` // PASSED or FAILED
	VerifiedLevels     []string     `json:"verifiedLevels"`
	SLSAVersion        string       `json:"slsaVersion"`
}

// Verifier says who judged.
type Verifier struct {
	ID      string            `json:"id"`
	Version map[string]string `json:"version,omitempty"`
}

// Summarize makes the statement about an outcome. Only the bundles whose word
// counted are its input.
func Summarize(o Outcome, p Policy, c Case, resource, version string) Statement[Summary] {
	s := Statement[Summary]{Type: StatementType, Subject: o.Subject, PredicateType: SummaryType, Predicate: Summary{
		Verifier:     Verifier{VerifierID, map[string]string{"dombuild": version}},
		TimeVerified: c.AsOf.UTC().Truncate(time.Second), ResourceURI: resource,
		Policy: describe("", p.Digest), VerificationResult: "FAILED", VerifiedLevels: []string{}, SLSAVersion: "1.0",
	}}
	for _, b := range c.Bundles {
		for _, w := range o.Agree {
			if w.Bundle == b.Name {
				s.Predicate.InputAttestations = append(s.Predicate.InputAttestations, describe(b.Name, digest.FromBytes(b.text)))
			}
		}
	}
	if o.Passed {
		s.Predicate.VerificationResult, s.Predicate.VerifiedLevels = "PASSED", []string{o.Level}
	}
	return s
}
