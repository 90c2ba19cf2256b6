package finding

import (
	"fmt"
	"io"
	"testing"
)

// many is a content of n findings in n/2 files, half of them waived.
func many(n int) Content {
	c := Content{Tool: Tool{"dombuild", "0.1.0", "harden"}, Now: day, Waivers: []Waiver{{Rule: "pie", Paths: []string{"usr/lib/**/*.so.*", "usr/**"}, Reason: "old", Expires: day}}}
	for _, id := range []string{"nx", "pie"} {
		c.Rules = append(c.Rules, Rule{ID: id, Summary: "s", Severity: High})
	}
	for i := range n {
		c.Findings = append(c.Findings, Finding{
			Rule:     c.Rules[i%2].ID,
			Place:    Place{File: "out/dom0.iso", Inside: fmt.Sprintf("boot/initrd!/usr/lib/p%d/lib%d.so.1", i%97, i/2), Unit: "src/main.c"},
			Message:  "compiled without -fPIE",
			Remedy:   "add -fPIE",
			Evidence: []string{"DW_AT_producer: GNU C17 12.2.0 -mtune=generic -march=x86-64 -g -O2"},
		})
	}
	for i := range c.Waivers {
		c.Waivers[i].Paths = append(c.Waivers[i].Paths, "out/dom0.iso!/**/*.so.1")
	}
	return c
}

const benchmarked = 20000

func BenchmarkNew(b *testing.B) {
	c := many(benchmarked)
	for b.Loop() {
		mustNew(b, c)
	}
	b.ReportMetric(float64(benchmarked*b.N)/b.Elapsed().Seconds(), "findings/s")
}

func BenchmarkWrite(b *testing.B) {
	r := mustNew(b, many(benchmarked))
	for name, write := range outputs {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := write(r, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(benchmarked*b.N)/b.Elapsed().Seconds(), "findings/s")
		})
	}
}
