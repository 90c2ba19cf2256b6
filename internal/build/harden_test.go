package build

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/plan"
	"github.com/dombuild/dombuild/internal/recipe"
)

func TestExceptions(t *testing.T) {
	now := time.Date(2026, 6, 30, 23, 0, 0, 0, time.UTC)
	except := func(rule, expires string, paths ...string) recipe.Exception {
		return recipe.Exception{Rule: rule, Reason: "because", Expires: expires, Paths: paths,
			Range: hcl.Range{Filename: "recipe.hcl", Start: hcl.Pos{Line: 7}}}
	}
	broken := []finding.Finding{{Rule: "relro", Severity: finding.High, Place: finding.Place{File: "usr/bin/p"}, Message: "no PT_GNU_RELRO"}}
	tests := []struct {
		name     string
		findings []finding.Finding
		except   []recipe.Exception
		want     []string // parts of the lines of the error; none: it passes
	}{
		{"nothing", nil, nil, nil},
		{"refused", broken, nil, []string{"usr/bin/p: relro: no PT_GNU_RELRO"}},
		{"excepted", broken, []recipe.Exception{except("relro", "2026-06-30")}, nil},
		{"excepted by path", broken, []recipe.Exception{except("relro", "2026-06-30", "usr/bin/*")}, nil},
		{"another path", broken, []recipe.Exception{except("relro", "2026-06-30", "usr/lib/**")},
			[]string{"usr/bin/p: relro", "recipe.hcl:7: waiver-unused"}},
		{"another rule", broken, []recipe.Exception{except("now", "2026-06-30")}, []string{"usr/bin/p: relro", "recipe.hcl:7: waiver-unused"}},
		{"expired", broken, []recipe.Exception{except("relro", "2026-06-29")}, []string{"usr/bin/p: relro", "recipe.hcl:7: waiver-expired"}},
		{"unused", nil, []recipe.Exception{except("relro", "2026-06-30")}, []string{"recipe.hcl:7: waiver-unused"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := passed(plan.Step{Name: "package.p", Except: tt.except}, tt.findings, now)
			if tt.want == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var gate *hardening.GateError
			if !errors.As(err, &gate) || len(gate.Findings) != len(tt.want) {
				t.Fatalf("%v, want %q", err, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v lacks %q", err, want)
				}
			}
		})
	}
}
