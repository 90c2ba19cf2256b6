package finding_test

import (
	"fmt"
	"os"
	"time"

	"github.com/dombuild/dombuild/internal/finding"
)

func ExampleNew() {
	expires, err := finding.ParseDate("2027-06-30")
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := finding.New(finding.Content{
		Tool:  finding.Tool{Name: "dombuild", Version: "0.1.0", Verb: "harden"},
		Rules: []finding.Rule{{ID: "pie", Summary: "The program lies at a fixed address.", Severity: finding.High}},
		Findings: []finding.Finding{
			{
				Rule:     "pie",
				Place:    finding.Place{File: "dom0.iso", Inside: "boot/initrd!/bin/x", Unit: "src/x.c"},
				Message:  "was compiled without -fPIE",
				Evidence: []string{"DW_AT_producer: GNU C17 12.2.0 -O2"},
				Remedy:   "do not remove -fPIE in src/Makefile",
			},
			{Rule: "pie", Place: finding.Place{File: "boot/loader"}, Message: "has the ELF type EXEC"},
		},
		Waivers: []finding.Waiver{{
			Rule: "pie", Paths: []string{"boot/*"}, Reason: "runs before paging", Expires: expires,
			Place: finding.Place{File: "dom0.hcl", Line: 12},
		}},
		Now: time.Date(2026, 6, 15, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := report.WriteText(os.Stdout, finding.TextOptions{}); err != nil {
		fmt.Println(err)
	}
	fmt.Println("failing:", len(report.Failing(finding.High)))
	// Output:
	// high      pie  dom0.iso!/boot/initrd!/bin/x (src/x.c)
	//           was compiled without -fPIE
	//           evidence  DW_AT_producer: GNU C17 12.2.0 -O2
	//           remedy    do not remove -fPIE in src/Makefile
	// waiver    pie  boot/loader  until 2027-06-30: runs before paging (dom0.hcl:12)
	// 1 finding: 1 high; 1 suppressed
	// failing: 1
}
