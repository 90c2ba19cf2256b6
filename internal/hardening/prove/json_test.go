package prove

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestRulesAreDescribedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules() {
		if r.ID == "" || r.Title == "" || r.Proof == "" || seen[r.ID] {
			t.Errorf("%+v is not described, or twice", r)
		}
		seen[r.ID] = true
	}
}

func TestJSON(t *testing.T) {
	script := "#!/bin/sh\n"
	f := Prove("usr/bin/x", strings.NewReader(script), int64(len(script)), Options{})
	out, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Path   string
		Type   string
		Checks map[string]struct {
			Status   string
			Evidence []string
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Path != "usr/bin/x" || got.Type != "script" || len(got.Checks) != len(Rules()) {
		t.Errorf("got %s", out)
	}
	for rule, c := range got.Checks {
		if c.Status != string(NotApplicable) || len(c.Evidence) == 0 {
			t.Errorf("%s: %+v", rule, c)
		}
	}
}

func TestOtherFiles(t *testing.T) {
	for text, want := range map[string]struct {
		typ    Type
		status Status
	}{
		"":                        {Other, NotApplicable},
		"hello":                   {Other, NotApplicable},
		"#!/bin/sh\n":             {Script, NotApplicable},
		"!<arch>\n":               {Archive, NotApplicable},
		"!<thin>\nx":              {Archive, Unknown},
		"BC\xc0\xde....":          {Other, Unknown},
		"\x7fELF":                 {Other, Unknown},
		"\x7fELF\x02\x01\x01\x00": {Other, Unknown},
		"!<arch>\nnot a header at all, but long enough to be one; it is not.": {Archive, Unknown},
	} {
		f := Prove("x", strings.NewReader(text), int64(len(text)), Options{})
		if f.Type != want.typ {
			t.Errorf("%q is %s, not %s", text, f.Type, want.typ)
		}
		for _, c := range f.Checks {
			if c.Status != want.status || len(c.Evidence) == 0 {
				t.Errorf("%q: %+v, want %s", text, c, want.status)
			}
		}
	}
}
