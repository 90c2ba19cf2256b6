package attest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/opencontainers/go-digest"
	spdxjson "github.com/spdx/tools-golang/json"
	"github.com/spdx/tools-golang/spdx/v2/common"
	"github.com/spdx/tools-golang/spdxlib"
)

// TestSBOMHoldsWhatPackagesMade reads the document with SPDX's own library.
func TestSBOMHoldsWhatPackagesMade(t *testing.T) {
	b := example()
	source := -1
	for i, d := range b.Dependencies {
		if d.Kind == SourceFile {
			source = i
		}
	}
	if source < 0 {
		t.Fatal("the example has no source")
	}
	file := Artifact{Path: "usr/bin/busybox", Size: 3, Digest: digest.FromString("busybox")}
	b.Components = []Component{
		{Name: "package.busybox", Version: "1", Within: true, Files: []Artifact{file}, Sources: []digest.Digest{b.Dependencies[source].Digest}, Inputs: []string{"package.tool"}},
		{Name: "package.tool", Version: "1", Files: []Artifact{{Path: "tool", Digest: digest.FromString("tool")}}},
	}
	text, err := b.SBOM()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := spdxjson.Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := spdxlib.ValidateDocument(doc); err != nil {
		t.Error(err)
	}
	names := map[common.ElementID]string{"DOCUMENT": "document"}
	sums := map[string]string{}
	for _, p := range doc.Packages {
		if names[p.PackageSPDXIdentifier] != "" {
			t.Errorf("two elements are called %s", p.PackageSPDXIdentifier)
		}
		names[p.PackageSPDXIdentifier] = p.PackageName
		if p.PrimaryPackagePurpose == "FILE" {
			names[p.PackageSPDXIdentifier] = p.PackageFileName
			sums[p.PackageFileName] = p.PackageChecksums[0].Value
		}
	}
	wellFormed(t, text)
	said := map[string]bool{}
	for _, r := range doc.Relationships {
		said[fmt.Sprintf("%s %s %s", names[r.RefA.ElementRefID], r.Relationship, names[r.RefB.ElementRefID])] = true
	}
	root := b.Parameters.Recipe + "/" + b.Parameters.Target
	for _, want := range []string{
		root + " CONTAINS package.busybox",
		"package.busybox CONTAINS ./usr/bin/busybox",
		"package.busybox GENERATED_FROM " + b.Dependencies[source].Name,
		"package.tool BUILD_DEPENDENCY_OF package.busybox",
		"package.tool BUILD_DEPENDENCY_OF " + root,
		"package.tool CONTAINS ./tool",
	} {
		if !said[want] {
			t.Errorf("it does not say: %s", want)
		}
	}
	if said[root+" CONTAINS package.tool"] {
		t.Error("what was only needed to build is said to be inside")
	}
	if sums["./usr/bin/busybox"] != file.Digest.Encoded() {
		t.Errorf("the checksum is %s", sums["./usr/bin/busybox"])
	}
}

// wellFormed holds a document against what SPDX 2.3 says and its library does
// not check: the purposes that JSON has, that elements of type File have a
// SHA-1, that packages whose files were not analyzed contain none, and that
// every element that a relationship names is there.
func wellFormed(t *testing.T, text []byte) {
	t.Helper()
	var doc struct {
		Packages []struct {
			ID            string `json:"SPDXID"`
			Purpose       string `json:"primaryPackagePurpose"`
			FilesAnalyzed *bool  `json:"filesAnalyzed"`
		} `json:"packages"`
		Files []struct {
			ID        string `json:"SPDXID"`
			Checksums []struct{ Algorithm string }
		} `json:"files"`
		Relationships []struct{ SPDXElementID, RelatedSPDXElement, RelationshipType string }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	purposes := []string{"", "OTHER", "INSTALL", "ARCHIVE", "FIRMWARE", "APPLICATION", "FRAMEWORK", "LIBRARY", "CONTAINER", "SOURCE", "DEVICE", "OPERATING_SYSTEM", "FILE"}
	there, closed, files := map[string]bool{"SPDXRef-DOCUMENT": true}, map[string]bool{}, map[string]bool{}
	for _, p := range doc.Packages {
		there[p.ID], closed[p.ID] = true, p.FilesAnalyzed != nil && !*p.FilesAnalyzed
		if !slices.Contains(purposes, p.Purpose) {
			t.Errorf("%s: JSON has no purpose %s", p.ID, p.Purpose)
		}
	}
	for _, f := range doc.Files {
		there[f.ID], files[f.ID] = true, true
		if !slices.ContainsFunc(f.Checksums, func(c struct{ Algorithm string }) bool { return c.Algorithm == "SHA1" }) {
			t.Errorf("%s has no SHA-1, which SPDX 2.3 wants of a file", f.ID)
		}
	}
	for _, r := range doc.Relationships {
		if !there[r.SPDXElementID] || !there[r.RelatedSPDXElement] {
			t.Errorf("%v names what is not there", r)
		}
		if r.RelationshipType == "CONTAINS" && closed[r.SPDXElementID] && files[r.RelatedSPDXElement] {
			t.Errorf("%s contains %s, and its files were not analyzed", r.SPDXElementID, r.RelatedSPDXElement)
		}
	}
}
