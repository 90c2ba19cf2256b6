package vouch

import (
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

func TestChecksums(t *testing.T) {
	h256, h512, other := strings.Repeat("ab", 32), strings.Repeat("cd", 64), strings.Repeat("ef", 32)
	tests := []struct {
		name, text string
		algorithm  digest.Algorithm
		want       string // digest of x.tar, or part of the error
	}{
		{"sha256sum", h256 + "  x.tar\n", "", "sha256:" + h256},
		{"sha256sum -b", h256 + " *x.tar\n", "", "sha256:" + h256},
		{"sha512sum", h512 + "  x.tar\n", "", "sha512:" + h512},
		{"capitals", strings.ToUpper(h256) + "  x.tar\n", "", "sha256:" + h256},
		{"BSD", "SHA256 (x.tar) = " + h256 + "\n", "", "sha256:" + h256},
		{"both", "SHA512 (x.tar) = " + h512 + "\nSHA256 (x.tar) = " + h256 + "\n", "", "sha256:" + h256},
		{"the one that is wanted", "SHA512 (x.tar) = " + h512 + "\nSHA256 (x.tar) = " + h256 + "\n", digest.SHA512, "sha512:" + h512},
		{"not the one that is wanted", h512 + "  x.tar\n", digest.SHA256, "no sha256 of x.tar"},
		{"a path", h256 + "  ./x.tar\n", "", "sha256:" + h256},
		{"comments, empty lines, CRLF", "# x\r\n\r\n" + h256 + "  x.tar\r\n", "", "sha256:" + h256},
		{"twice the same", strings.Repeat(h256+"  x.tar\n", 2), "", "sha256:" + h256},
		{"twice", h256 + "  x.tar\n" + other + "  x.tar\n", "", "x.tar has two digests"},
		{"twice by path", h256 + "  x.tar\n" + other + "  ./x.tar\n", "", "x.tar has two digests"},
		{"another directory", h256 + "  old/x.tar\n", "", "does not name x.tar"},
		{"another name", h256 + "  x.tar.gz\n", "", "does not name x.tar"},
		{"MD5", strings.Repeat("a", 32) + "  x.tar\n", "", "too weak"},
		{"SHA-1", strings.Repeat("a", 40) + "  x.tar\n", "", "too weak"},
		{"BSD MD5", "MD5 (x.tar) = " + strings.Repeat("a", 32) + "\n", "", "too weak"},
		{"BSD with a wrong length", "SHA256 (x.tar) = " + h512 + "\n", "", "line 1: x.tar"},
		{"a line of something else", "hello\n" + h256 + "  x.tar\n", "", "line 1: it is not a checksum"},
		{"an escaped name", "\\" + h256 + "  x.tar\n", "", "line 1"},
		{"one blank", h256 + " x.tar\n", "", "line 1"},
		{"empty", "", "", "does not name"},
		{"too long", strings.Repeat("#", MaxChecksums+1), "", "more than 16 MiB"},
	}
	for _, tt := range tests {
		c, err := ParseChecksums([]byte(tt.text))
		var got digest.Digest
		if err == nil {
			got, err = c.Find("x.tar", tt.algorithm)
		}
		if err == nil && string(got) != tt.want || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %s, %v", tt.name, got, err)
		}
	}
}

func FuzzChecksums(f *testing.F) {
	f.Add([]byte(strings.Repeat("ab", 32) + "  x\nSHA512 (y) = " + strings.Repeat("cd", 64) + "\n# z\n"))
	f.Add([]byte(strings.Repeat("a", 32) + " *./x\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseChecksums(text)
		if err != nil {
			return
		}
		for name := range c {
			d, err := c.Find(name, "")
			if err == nil && (d.Validate() != nil || !strings.Contains(strings.ToLower(string(text)), d.Encoded())) {
				t.Errorf("%s has %s", name, d)
			}
		}
	})
}
