package attest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Claim is what a file says that somebody built. Nobody judged whether it was
// he who said it, or whether he is to be believed.
type Claim struct {
	Signer     Hint // of the key that is said to have signed it; "": it is not signed
	Definition Definition
	Artifacts  map[string]digest.Digest // SHA-256 by path
}

// ReadClaim reads a Sigstore bundle, or the statement alone.
func ReadClaim(path string) (Claim, error) {
	fi, err := os.Stat(path)
	if err == nil && fi.Size() > maxBundle {
		err = fmt.Errorf("%s: %d bytes are too many for an attestation", path, fi.Size())
	}
	if err != nil {
		return Claim{}, fmt.Errorf("reading an attestation: %w", err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Claim{}, fmt.Errorf("reading an attestation: %w", err)
	}
	return ParseClaim(path, text)
}

// ParseClaim reads a claim about a build of dombuild's. The error is a
// *FormatError.
func ParseClaim(name string, text []byte) (Claim, error) {
	var c Claim
	var kind struct {
		Type string `json:"_type"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return c, &FormatError{name, err}
	}
	if kind.Type == "" {
		b, err := ParseBundle(name, text)
		if err != nil {
			return c, err
		}
		c.Signer, text = b.Hint, b.payload
	}
	var s Statement[Provenance]
	if err := json.Unmarshal(text, &s); err != nil {
		return c, &FormatError{name, err}
	}
	c.Definition = s.Predicate.BuildDefinition
	err := c.take(s)
	if err != nil {
		err = &FormatError{name, err}
	}
	return c, err
}

func (c *Claim) take(s Statement[Provenance]) error {
	switch {
	case s.Type != StatementType:
		return fmt.Errorf("it is a %q, not an in-toto statement", s.Type)
	case s.PredicateType != ProvenanceType:
		return fmt.Errorf("it is about %q, not %q", s.PredicateType, ProvenanceType)
	case c.Definition.BuildType != BuildType:
		return fmt.Errorf("the build is a %q, not one of dombuild's", c.Definition.BuildType)
	case len(s.Subject) == 0:
		return errNothing
	}
	c.Artifacts = make(map[string]digest.Digest, len(s.Subject))
	for _, d := range s.Subject {
		sum, err := d.SHA256()
		if err != nil {
			return err
		}
		if _, ok := c.Artifacts[d.Name]; ok || !fs.ValidPath(d.Name) || strings.Contains(d.Name, "\x00") {
			return errors.New("it names an artifact twice, or by no path below a directory: " + fmt.Sprintf("%q", d.Name))
		}
		c.Artifacts[d.Name] = sum
	}
	return nil
}
