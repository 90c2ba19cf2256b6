package attest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func statementText(t testing.TB, change func(*Statement[Provenance])) []byte {
	t.Helper()
	s, err := example().Provenance()
	if err != nil {
		t.Fatal(err)
	}
	change(&s)
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestClaim(t *testing.T) {
	key := newKey(t)
	hint, err := HintOf(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"statement": statementText(t, func(*Statement[Provenance]) {}), "bundle": signed(t, "x", example(), key).text,
	} {
		path := filepath.Join(t.TempDir(), "claim")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		c, err := ReadClaim(path)
		if err != nil || len(c.Artifacts) != 2 || c.Artifacts["boot/xen.gz"] != xen || c.Definition.ExternalParameters.Target != "image.dom0" {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
		if (c.Signer == hint) != (name == "bundle") || name == "statement" && c.Signer != "" {
			t.Errorf("%s is signed by %q", name, c.Signer)
		}
	}
	if _, err := ReadClaim("nowhere"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestClaimRefused(t *testing.T) {
	type statement = *Statement[Provenance]
	texts := map[string]string{"not JSON": "PK", "array": "[]", "other": "{}", "null": "null"}
	for want, change := range map[string]func(statement){
		"in-toto":     func(s statement) { s.Type = "https://example.org/" },
		"is about":    func(s statement) { s.PredicateType = SummaryType },
		"dombuild's":  func(s statement) { s.Predicate.BuildDefinition.BuildType = "https://example.org/" },
		"no artifact": func(s statement) { s.Subject = nil },
		"no SHA-256":  func(s statement) { s.Subject[0].Digest = map[string]string{"sha1": "x"} },
		"twice":       func(s statement) { s.Subject[1].Name = s.Subject[0].Name },
		"by no path":  func(s statement) { s.Subject[1].Name = "../etc/passwd" },
	} {
		texts[want] = string(statementText(t, change))
	}
	for want, text := range texts {
		_, err := ParseClaim("claim", []byte(text))
		var format *FormatError
		if !errors.As(err, &format) || !strings.HasPrefix(err.Error(), "reading claim: ") {
			t.Errorf("%s: %v", want, err)
		} else if strings.HasPrefix(text, `{"_type`) && !strings.Contains(err.Error(), want) {
			t.Errorf("want %q in %v", want, err)
		}
	}
}

// FuzzClaim: what is taken names artifacts by paths below a directory.
func FuzzClaim(f *testing.F) {
	f.Add(statementText(f, func(*Statement[Provenance]) {}))
	f.Add([]byte(`{"mediaType":"` + BundleType + `"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := ParseClaim("x", text)
		if err != nil {
			return
		}
		for path, sum := range c.Artifacts {
			if !fs.ValidPath(path) || sum.Validate() != nil {
				t.Errorf("%q %q", path, sum)
			}
		}
	})
}
