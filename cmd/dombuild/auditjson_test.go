package main

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto"
)

// The document is written in parts, and is the same as in one.
func TestAuditDocumentInParts(t *testing.T) {
	for _, n := range []int{0, 1, 2, 255, 256, 257, 700} {
		doc := auditDocument{Schema: "dombuild/audit-yocto/v1", URIs: []*yocto.Source{}, Inactive: []yocto.Inactive{}, Findings: []finding.Finding{}, Errors: []auditSyntaxError{{Text: "\n  \"uris\": []"}}}
		for i := range n {
			doc.URIs = append(doc.URIs, &yocto.Source{URI: fmt.Sprintf("https://example.org/<%d>&\n  \"findings\": []", i), Provenance: []yocto.Origin{{File: "a.bb", Line: i}}, Rules: []string{}})
			doc.Findings = append(doc.Findings, finding.Finding{Rule: "Y01", Severity: finding.High, Message: fmt.Sprint("\u2028", i)})
		}
		var got bytes.Buffer
		if err := doc.writeJSON(&got); err != nil {
			t.Fatal(err)
		}
		want, err := encodeIndented(doc, "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%d elements: -in one +in parts\n%s", n, diff)
		}
	}
}
