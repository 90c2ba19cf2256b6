package attest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/opencontainers/go-digest"
	"github.com/spdx/tools-golang/spdx/v2/common"
	spdx "github.com/spdx/tools-golang/spdx/v2/v2_3"
)

const noAssertion = "NOASSERTION"

// SBOM returns the bill of materials of a build in SPDX 2.3, as JSON. What was
// built is one package that contains the artifacts, each a package of one file, and
// the packages of the recipe with the files that each of them made; it is generated from the
// sources and the recipe's own files, with the binary packages as tools. The
// text is the same for the same artifacts and the same lock: its date is the
// recipe's source_date_epoch.
func (b Build) SBOM() ([]byte, error) {
	if len(b.Artifacts) == 0 {
		return nil, errNothing
	}
	s := sbom{build: b, sources: map[digest.Digest]common.ElementID{}, doc: &spdx.Document{
		SPDXVersion: spdx.Version, DataLicense: spdx.DataLicense, SPDXIdentifier: "DOCUMENT",
		DocumentName: b.Parameters.Recipe + " " + b.Parameters.Version + ": " + b.Parameters.Target,
		CreationInfo: &spdx.CreationInfo{
			Creators: []common.Creator{{CreatorType: "Tool", Creator: "dombuild"}},
			Created:  time.Unix(b.Parameters.SourceDateEpoch, 0).UTC().Format(time.RFC3339),
		},
	}}
	s.root()
	for i, a := range b.Artifacts {
		s.file(rootID, common.ElementID(fmt.Sprintf("File-%d", i)), a)
	}
	for i, d := range b.Dependencies {
		if err := s.dependency(i, d); err != nil {
			return nil, err
		}
	}
	s.components()
	// The namespace must be the document's alone: it names what it says.
	text, err := json.Marshal(s.doc)
	if err != nil {
		return nil, fmt.Errorf("writing the bill of materials: %w", err)
	}
	s.doc.DocumentNamespace = "https://github.com/dombuild/dombuild/spdx/" + digest.FromBytes(text).Encoded()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(s.doc); err != nil {
		return nil, fmt.Errorf("writing the bill of materials: %w", err)
	}
	return out.Bytes(), nil
}

type sbom struct {
	build   Build
	doc     *spdx.Document
	sources map[digest.Digest]common.ElementID // dependencies that are not tools
}

const rootID = common.ElementID("Package-target")

func (s *sbom) root() {
	p := s.pkg(rootID, s.build.Parameters.Recipe+"/"+s.build.Parameters.Target, s.build.Parameters.Version)
	p.PrimaryPackagePurpose = "OPERATING_SYSTEM" // as JSON spells it
	if !strings.HasPrefix(s.build.Parameters.Target, "image.") {
		p.PrimaryPackagePurpose = "APPLICATION"
	}
	p.PackageComment = "Built without a network by dombuild from lock " + string(s.build.Plan.Lock)
	s.relate("DOCUMENT", common.TypeRelationshipDescribe, rootID)
}

func (s *sbom) pkg(id common.ElementID, name, version string) *spdx.Package {
	p := &spdx.Package{
		PackageSPDXIdentifier: id, PackageName: name, PackageVersion: version,
		PackageDownloadLocation: noAssertion, PackageLicenseConcluded: noAssertion,
		PackageLicenseDeclared: noAssertion, PackageCopyrightText: noAssertion,
		IsFilesAnalyzedTagPresent: true,
	}
	s.doc.Packages = append(s.doc.Packages, p)
	return p
}

// file adds a file that a package contains, as a package of one file: elements
// of type File must have a SHA-1 in SPDX 2.3, and only packages with a
// verification code made of these may contain them.
func (s *sbom) file(in, id common.ElementID, a Artifact) {
	p := s.pkg(id, a.Path, "")
	p.PackageFileName, p.PackageChecksums = "./"+a.Path, checksums(a.Digest)
	p.PrimaryPackagePurpose = "FILE"
	s.relate(in, common.TypeRelationshipContains, id)
}

func (s *sbom) dependency(i int, d Dependency) error {
	if err := d.Digest.Validate(); err != nil {
		return fmt.Errorf("writing the bill of materials: %s: %w", d.Name, err)
	}
	id := common.ElementID(fmt.Sprintf("Package-%d", i))
	p := s.pkg(id, d.Name, d.Version)
	p.PackageChecksums = checksums(d.Digest)
	if d.URL != "" {
		p.PackageDownloadLocation = d.URL
	}
	if d.Path != "" {
		p.PackageFileName = d.Path
		p.PackageSourceInfo = d.Distribution + " " + d.Suite
	}
	if d.Kind != BinaryPackage && d.Kind != RPMPackage {
		p.PrimaryPackagePurpose = "SOURCE"
		s.sources[d.Digest] = id
		s.relate(rootID, common.TypeRelationshipGeneratedFrom, id)
		return nil
	}
	p.PackageExternalReferences = []*spdx.PackageExternalReference{{
		Category: common.CategoryPackageManager, RefType: common.TypePackageManagerPURL, Locator: d.URI(),
	}}
	s.relate(id, common.TypeRelationshipBuildToolOf, rootID)
	return nil
}

func (s *sbom) relate(a common.ElementID, how string, b common.ElementID) {
	s.doc.Relationships = append(s.doc.Relationships, &spdx.Relationship{
		RefA: common.DocElementID{ElementRefID: a}, RefB: common.DocElementID{ElementRefID: b}, Relationship: how,
	})
}

func checksums(d digest.Digest) []common.Checksum {
	return []common.Checksum{{Algorithm: common.ChecksumAlgorithm(strings.ToUpper(d.Algorithm().String())), Value: d.Encoded()}}
}
