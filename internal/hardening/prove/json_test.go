package prove

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChecksKeepTheirOrderInJSON(t *testing.T) {
	want := File{Path: "x", Type: DSO, Checks: Checks{
		{Rule: "relro", Status: Proved, Evidence: []string{"PT_GNU_RELRO"}},
		{Rule: "a", Status: Refuted, Evidence: []string{}, Units: []Unit{{Name: "main.c"}}},
		{Rule: "ibt", Status: Unknown, Evidence: []string{"damaged"}},
	}}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got File
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{`[]`, `{"a":1}`, `{"a":{}`, `null`} {
		if err := new(Checks).UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s was accepted", bad)
		}
	}
}
