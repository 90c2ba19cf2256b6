package hardening

import (
	"testing"

	"github.com/dombuild/dombuild/internal/hardening/profile"
)

// BenchmarkScan judges all files of /usr/bin and holds the verdicts against the
// default profile, as harden does.
func BenchmarkScan(b *testing.B) {
	p, ok := profile.Lookup(profile.Default)
	if !ok {
		b.Fatal("there is no default profile")
	}
	judged := 0
	for b.Loop() {
		files, err := Scan(b.Context(), "/usr/bin", ScanOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if len(files) == 0 {
			b.Skip("there is no file to judge in /usr/bin")
		}
		Judge(files, p, false)
		judged += len(files)
	}
	b.ReportMetric(float64(judged)/b.Elapsed().Seconds(), "files/s")
}
