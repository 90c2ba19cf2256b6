package yocto

import (
	"errors"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/dombuild/dombuild/internal/finding"
)

// maxWaivers bounds a file of waivers in bytes.
const maxWaivers = 4 << 20

type waiverFile struct {
	Waivers []waiverBlock `hcl:"waiver,block"`
}

type waiverBlock struct {
	Rule    string    `hcl:"rule,label"`
	Paths   []string  `hcl:"paths"`
	Reason  string    `hcl:"reason"`
	Expires string    `hcl:"expires"`
	Range   hcl.Range `hcl:",def_range"`
}

// ReadWaivers reads a file of waivers in HCL:
//
//	waiver "Y14" {
//	  paths   = ["meta-own/recipes-core/**"]
//	  reason  = "the server has no TLS; the checksum is in the recipe"
//	  expires = "2027-06-30"
//	}
func ReadWaivers(file string) ([]finding.Waiver, error) {
	if info, err := os.Stat(file); err != nil || info.Size() > maxWaivers || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("reading waivers: %s is no regular file of at most %d bytes", file, maxWaivers), err)
	}
	f, diags := hclparse.NewParser().ParseHCLFile(file)
	if diags.HasErrors() {
		return nil, fmt.Errorf("reading waivers: %w", diags)
	}
	var content waiverFile
	if diags := gohcl.DecodeBody(f.Body, nil, &content); diags.HasErrors() {
		return nil, fmt.Errorf("reading waivers: %w", diags)
	}
	known := map[string]bool{}
	for _, r := range Rules() {
		known[r.ID] = true
	}
	var out []finding.Waiver
	var errs []error
	for _, b := range content.Waivers {
		expires, err := finding.ParseDate(b.Expires)
		if err == nil && !known[b.Rule] {
			err = fmt.Errorf("there is no rule %q", b.Rule)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("reading waivers: %s:%d: %w", file, b.Range.Start.Line, err))
		}
		out = append(out, finding.Waiver{Rule: b.Rule, Paths: b.Paths, Reason: b.Reason, Expires: expires, Place: finding.Place{File: file, Line: b.Range.Start.Line}})
	}
	return out, errors.Join(errs...)
}
