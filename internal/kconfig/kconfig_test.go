package kconfig

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCompareConfig(t *testing.T) {
	final := "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_NAME=\"-dombuild\"\nCONFIG_N=16\n"
	tests := []struct {
		name      string
		fragments []string
		want      []string
	}{
		{"all there", []string{"CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_NAME=\"-dombuild\"\n"}, nil},
		{"absent is not set", []string{"# CONFIG_GONE is not set\nCONFIG_ALSO_GONE=n\n"}, nil},
		{"dropped", []string{"# first\nCONFIG_B=y\n"}, []string{"f0:2: CONFIG_B=y was requested, the build used n"}},
		{"absent but requested", []string{"CONFIG_GONE=m\n"}, []string{"f0:1: CONFIG_GONE=m was requested, the build used n"}},
		{"other value", []string{"CONFIG_N=8\n"}, []string{"f0:1: CONFIG_N=8 was requested, the build used 16"}},
		{"came back", []string{"# CONFIG_A is not set\n"}, []string{"f0:1: CONFIG_A=n was requested, the build used y"}},
		{"overridden by a later fragment", []string{"CONFIG_A=m\n", "CONFIG_A=y\n"}, nil},
		{"last line of a fragment counts", []string{"CONFIG_A=m\nCONFIG_A=y\n"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var requested []*Config
			for i, text := range tt.fragments {
				requested = append(requested, mustParse(t, "f"+string(rune('0'+i)), text))
			}
			var got []string
			for _, d := range CompareConfig(mustParse(t, "final", final), requested...) {
				got = append(got, d.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func mustParse(t *testing.T, name, text string) *Config {
	t.Helper()
	c, err := ParseConfig(name, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestParseConfigRefuses(t *testing.T) {
	for _, text := range []string{"CONFIG_A", "A=y", "CONFIG_A=", "CONFIG_=y", "CONFIG_A B=y", "=y"} {
		if _, err := ParseConfig("f", []byte("\n"+text+"\n")); err == nil || !strings.HasPrefix(err.Error(), "f:2: ") {
			t.Errorf("%q: got error %v, want one at f:2", text, err)
		}
	}
}

func FuzzParseConfig(f *testing.F) {
	f.Add([]byte("CONFIG_A=y\n# CONFIG_B is not set\n# comment\n\nCONFIG_C=\"x\"\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseConfig("f", text)
		if err != nil {
			return
		}
		if dropped := CompareConfig(c, c); len(dropped) != 0 {
			t.Errorf("a configuration differs from itself: %v", dropped)
		}
	})
}

func TestLookup(t *testing.T) {
	c := mustParse(t, "f", "# CONFIG_A is not set\nCONFIG_S=\"x\"\nCONFIG_A=m\n")
	if got, ok := c.Lookup("CONFIG_A"); !ok || got != (Option{"CONFIG_A", "m", 3}) {
		t.Errorf("CONFIG_A: got %v, %v", got, ok)
	}
	if got, ok := c.Lookup("CONFIG_GONE"); ok {
		t.Errorf("CONFIG_GONE: got %v", got)
	}
	if c.Len() != 2 {
		t.Errorf("got %d options, want 2", c.Len())
	}
}
