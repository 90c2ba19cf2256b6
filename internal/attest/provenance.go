package attest

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/opencontainers/go-digest"
)

// BuildType is the value of a definition's buildType.
const BuildType = "https://github.com/dombuild/dombuild/build/v1"

// Build is one finished build, as it is attested.
type Build struct {
	Parameters   External
	Plan         Internal // its Network is set here
	Dependencies []Dependency
	Artifacts    []Artifact
	Builder      Builder
	Invocation   string
	Started      time.Time
	Finished     time.Time
	Byproducts   []Descriptor
	Components   []Component // of the bill of materials
}

// Dependency is one entry of the lock, or a file of the recipe.
type Dependency struct {
	Name    string
	Version string
	Digest  digest.Digest
	Size    int64
	Kind    DependencyKind
	// Distribution, Suite, Architecture and Path say where a package of a
	// distribution lies in its archive; URL where any other file is.
	Distribution, Suite, Architecture, Path string
	URL                                     string
}

// DependencyKind says what a dependency is.
type DependencyKind string

// The kinds of dependencies.
const (
	BinaryPackage DependencyKind = "binary-package"
	SourceFile    DependencyKind = "source"
	LocalFile     DependencyKind = "local"
)

// URI identifies the dependency: a package URL (purl) of type deb for binary
// packages, its URL, or where in its distribution's archive it lies. The
// address of a mirror is in none of them.
func (d Dependency) URI() string {
	switch {
	case d.Kind == BinaryPackage:
		q := url.Values{"arch": {d.Architecture}, "distro": {d.Suite}}
		return "pkg:deb/" + url.PathEscape(d.Distribution) + "/" + url.PathEscape(d.Name) + "@" + url.PathEscape(d.Version) + "?" + q.Encode()
	case d.URL != "":
		return d.URL
	case d.Path != "":
		return "distribution:" + url.PathEscape(d.Distribution) + "/" + d.Path
	}
	return ""
}

// Artifact is one file that was built.
type Artifact struct {
	Path   string // relative to the directory of the artifacts
	Size   int64
	Digest digest.Digest // SHA-256
}

var errNothing = errors.New("there is no artifact to say anything about")

// Provenance makes the statement about a build. It is the same for the same
// build, byte for byte when it is marshalled.
func (b Build) Provenance() (Statement[Provenance], error) {
	s := Statement[Provenance]{Type: StatementType, PredicateType: ProvenanceType, Predicate: Provenance{
		BuildDefinition: Definition{BuildType: BuildType, ExternalParameters: b.Parameters, InternalParameters: b.Plan},
		RunDetails: Run{
			Builder:    b.Builder,
			Metadata:   Metadata{b.Invocation, b.Started.UTC(), b.Finished.UTC()},
			Byproducts: slices.Clone(b.Byproducts),
		},
	}}
	s.Predicate.BuildDefinition.InternalParameters.Network = "none"
	if len(b.Artifacts) == 0 {
		return s, errNothing
	}
	if !json.Valid(b.Plan.Environment) {
		return s, errors.New("the environment of the plan is not JSON")
	}
	for _, a := range b.Artifacts {
		if a.Digest.Validate() != nil || a.Digest.Algorithm() != digest.SHA256 {
			return s, fmt.Errorf("%s has no SHA-256", a.Path)
		}
		s.Subject = append(s.Subject, describe(a.Path, a.Digest))
	}
	slices.SortFunc(s.Subject, func(x, y Descriptor) int { return cmp.Compare(x.Name, y.Name) })
	deps := make([]Descriptor, 0, len(b.Dependencies))
	for _, d := range b.Dependencies {
		r := describe(d.Name, d.Digest)
		r.URI = d.URI()
		deps = append(deps, r)
	}
	slices.SortFunc(deps, func(x, y Descriptor) int {
		return cmp.Or(cmp.Compare(x.URI, y.URI), cmp.Compare(x.Name, y.Name), cmp.Compare(x.Digest["sha256"], y.Digest["sha256"]))
	})
	s.Predicate.BuildDefinition.ResolvedDependencies = deps
	return s, nil
}
