package kernel

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/dombuild/dombuild/internal/kconfig"
)

// BenchmarkScan looks through a kernel of 64 MiB that is not compressed.
func BenchmarkScan(b *testing.B) {
	noise := make([]byte, 64<<20)
	rand.NewChaCha8([32]byte{1}).Read(noise)
	image := vmlinux([]byte(linuxText), noise, ikconfig(b, linuxConfig))
	b.SetBytes(int64(len(image)))
	b.ReportAllocs()
	for b.Loop() {
		found, err := Find(bytes.NewReader(image), int64(len(image)), Limits{})
		if err != nil || len(found) != 1 || found[0].Text == nil {
			b.Fatalf("got %+v, error %v", found, err)
		}
	}
}

func BenchmarkJudge(b *testing.B) {
	text, err := os.ReadFile("testdata/debian-6.12-amd64.config")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		c, err := kconfig.ParseConfig("config", text)
		if err != nil {
			b.Fatal(err)
		}
		if len(Judge(c, Linux, "6.12.117", X8664)) < 200 {
			b.Fatal("too few verdicts")
		}
	}
}
