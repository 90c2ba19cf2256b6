package sandbox

import (
	"encoding/json"
	"testing"
	"time"
)

func TestProbe(t *testing.T) {
	b := openBench(t, Options{})
	start := time.Now()
	r, err := b.Probe(t.Context())
	took := time.Since(start)
	data, _ := json.MarshalIndent(r, "", "  ")
	t.Logf("%s\ntook %v", data, took)
	if err != nil {
		t.Fatal(err)
	}
}
