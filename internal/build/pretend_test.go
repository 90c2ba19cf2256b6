package build

import (
	"strings"
	"testing"
)

func TestMemAvailable(t *testing.T) {
	for text, want := range map[string]int64{
		"MemTotal:  100 kB\nMemAvailable:    24 kB\n": 24 << 10,
		"MemTotal: 100 kB\n":                          -1,
		"MemAvailable: many kB\n":                     -1,
		"MemAvailable: -1 kB\n":                       -1,
		"MemAvailable: 99999999999999999999 kB\n":     -1,
		"": -1,
	} {
		got, err := memAvailable([]byte(text))
		if (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q: %d, %v", text, got, err)
		}
	}
}

func TestMoreProcessors(t *testing.T) {
	x86 := "processor\t: 0\nmodel name\t: a\n\nprocessor\t: 1\nmodel name\t: b\n\n"
	arm := "processor\t: 0\nBogoMIPS\t: 50\n\nprocessor\t: 1\nBogoMIPS\t: 50\n\nHardware\t: x\n"
	for _, text := range []string{x86, arm} {
		got := string(moreProcessors([]byte(text), 3))
		for _, line := range []string{"processor\t: 0\n", "processor\t: 1\n", "processor\t: 2\n", "processor\t: 3\n", "processor\t: 4\n"} {
			if strings.Count(got, line) != 1 {
				t.Errorf("%q is there %d times in\n%s", line, strings.Count(got, line), got)
			}
		}
		if !strings.HasSuffix(got, text) || strings.Count(got, "processor") != 5 {
			t.Errorf("got\n%s", got)
		}
	}
	if got := string(moreProcessors([]byte("cpu: unknown\n"), 3)); !strings.HasSuffix(got, "cpu: unknown\n") {
		t.Errorf("got %q", got)
	}
}
