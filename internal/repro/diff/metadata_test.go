package diff

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dombuild/dombuild/internal/image"
	"github.com/dombuild/dombuild/internal/repro/explain"
)

func TestFields(t *testing.T) {
	f := func(pairs ...string) (out []image.Field) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, image.Field{Name: pairs[i], Value: pairs[i+1]})
		}
		return out
	}
	for name, c := range map[string]struct {
		left, right []image.Field
		want        []string
	}{
		"same":     {f("a", "1"), f("a", "1"), []string{}},
		"value":    {f("a", "1", "uuid", "2"), f("a", "1", "uuid", "3"), []string{"x: field (uuid) 2|3: uuid"}},
		"missing":  {f("a", "1", "b", ""), f("a", "1"), []string{"x: field |none: b"}},
		"repeated": {f("a", "1", "a", "2"), f("a", "1", "a", "3"), []string{"x: field 2|3: a"}},
		"again":    {f("a", "1"), f("a", "1", "a", "1"), []string{"x: field none|1: a"}},
		"order":    {f("a", "1", "b", "2"), f("b", "2", "a", "1"), []string{"x: field (order) a b|b a: the same fields in another order"}},
	} {
		got := []string{}
		for _, d := range fieldDifferences(level{path: []string{"x"}}, c.left, c.right) {
			got = append(got, told(d))
		}
		if d := cmp.Diff(c.want, got); d != "" {
			t.Errorf("%s: -want +got:\n%s", name, d)
		}
	}
}

func TestCauseOfField(t *testing.T) {
	for name, want := range map[string]explain.Cause{
		"uuid": explain.UUID, "journal UUID": explain.UUID, "hash seed": explain.Random, "lifetime KiB written": "", "group descriptors": "",
		"write time": explain.Timestamp, "ino": explain.Inode, "root/mtime": explain.Timestamp, "gname": explain.User, "comment": "",
	} {
		if got := causeOfField(name); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}

func TestLongValues(t *testing.T) {
	long := strings.Repeat("a", 500)
	l, r := valueTexts([]byte(long+"b"), []byte(long+"c"))
	if l != `"aaaaaaaab" (from byte 492 of 501)` || r != `"aaaaaaaac" (from byte 492 of 501)` {
		t.Errorf("%s %s", l, r)
	}
}
