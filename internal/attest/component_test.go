package attest

import (
	"bytes"
	"fmt"
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
	for _, p := range doc.Packages {
		names[p.PackageSPDXIdentifier] = p.PackageName
	}
	sums := map[string]string{}
	for _, f := range doc.Files {
		if names[f.FileSPDXIdentifier] != "" {
			t.Errorf("two elements are called %s", f.FileSPDXIdentifier)
		}
		names[f.FileSPDXIdentifier] = f.FileName
		sums[f.FileName] = f.Checksums[0].Value
	}
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
