package rpm

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// need finds a tool that a test compares with.
func need(t testing.TB, tool string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err == nil {
		return
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("CI must have %s", tool)
	}
	t.Skipf("%s is not there (make testdeps)", tool)
}

func TestCompareVersions(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"1.0", "1.0", 0}, {"1.0", "2.0", -1}, {"2.0.1", "2.0.1a", -1}, {"5.5p1", "5.5p10", -1}, {"xyz10", "xyz10.1", -1},
		{"1.0~rc1", "1.0", -1}, {"1.0~rc1", "1.0~rc1~git", 1}, {"1.0^", "1.0", 1}, {"1.0^git1", "1.0.1", -1}, {"1.0~rc1^git1", "1.0~rc1", 1},
		{"2_0", "2.0", 0}, {"a", "1", -1}, {"00010", "10", 0}, {"1.", "1", 0}, {"", "a", -1}, {"", "~", 1}, {"^", "", 1},
	} {
		if got := CompareVersions(c.a, c.b); got != c.want {
			t.Errorf("%q %q: %d", c.a, c.b, got)
		}
		if got := CompareVersions(c.b, c.a); got != -c.want {
			t.Errorf("%q %q: %d", c.b, c.a, got)
		}
	}
}

// TestCompareVersionsLikeRPM compares with rpm's own function.
func TestCompareVersionsLikeRPM(t *testing.T) {
	need(t, "rpm")
	const alphabet = "0012a9bZ..~^_+"
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		b := make([]byte, 1+r.IntN(8))
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	var pairs [][2]string
	script := ""
	for range 4000 {
		a, b := word(), word()
		pairs = append(pairs, [2]string{a, b})
		script += fmt.Sprintf("print(rpm.vercmp(%q,%q)..\" \")\n", a, b)
	}
	file := t.TempDir() + "/pairs.lua"
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("rpm", "--eval", `%{lua: dofile("`+file+`")}`).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(out))
	if len(lines) != len(pairs) {
		t.Fatalf("rpm gave %d answers", len(lines))
	}
	for i, p := range pairs {
		// rpm reads a word as version-release: neither has a hyphen here.
		if got := fmt.Sprint(CompareVersions(p[0], p[1])); got != lines[i] {
			t.Errorf("%q %q: %s, rpm says %s", p[0], p[1], got, lines[i])
		}
	}
}

func TestEVR(t *testing.T) {
	for text, want := range map[string]EVR{"1:2.3-4.fc42": {1, "2.3", "4.fc42"}, "2": {0, "2", ""}, "0:2-1": {0, "2", "1"}} {
		if got, err := ParseEVR(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "x:1", "1-", "1 2", "-1", "99999999999:1"} {
		if v, err := ParseEVR(text); err == nil {
			t.Errorf("%q is %+v", text, v)
		}
	}
}

func TestMeets(t *testing.T) {
	relation := func(text string) Relation {
		e, err := ParseRich("(" + text + ")")
		if err != nil {
			t.Fatal(err)
		}
		return e.Relation
	}
	for _, c := range []struct {
		want, has string
		ok        bool
	}{
		{"a", "a = 1-1", true}, {"a", "b", false}, {"a >= 2", "a", true}, {"a >= 2", "a = 1:1-1", true}, {"a >= 2", "a = 1.9-1", false},
		{"a = 2", "a = 2-7", true}, {"a > 2", "a = 2-7", false}, {"a >= 2", "a = 2-7", true}, {"a <= 2", "a = 2-7", true}, {"a < 2", "a = 2-7", false},
		{"a = 2-7", "a = 2-7", true}, {"a = 2-7", "a = 2-8", false}, {"a < 3", "a > 1", true}, {"a < 3", "a >= 3", false}, {"a <= 3", "a >= 3", true},
		{"a = 2-7", "a = 2", true}, {"a = 1:2", "a = 2-1", false},
	} {
		if got := relation(c.want).Meets(relation(c.has)); got != c.ok {
			t.Errorf("%s met by %s: %v", c.want, c.has, got)
		}
	}
}

func TestParseRich(t *testing.T) {
	for _, text := range []string{
		"(a if b)", "(a >= 1:2-3 or b or (c and d))", "(a if (b or c) else d)", "(pkgconfig(zlib) >= 1.2 with pkgconfig(zlib) < 2)",
		"(a without b)", "(a unless b else c)", "(libc.so.6(GLIBC_2.34)(64bit) if x)",
	} {
		e, err := ParseRich(text)
		if err != nil || e.String() != text {
			t.Errorf("%s: %s, %v", text, e, err)
		}
	}
	if e, err := ParseRich(" ( a)"); err == nil {
		t.Errorf("%s", e)
	}
	for text, say := range map[string]string{
		"(a": "not closed", "(a and b or c)": `"or" cannot stand`, "(a b)": "cannot stand", "()": "missing", "(a and)": "missing",
		"(a) b": "follows", "(a if b else c else d)": "cannot stand", "(a without b without c)": "cannot stand", "(a >= )": "version",
		strings.Repeat("(", 40) + "a": "deeper", "(a else b)": "cannot stand",
	} {
		if e, err := ParseRich(text); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %s, %v", text, e, err)
		}
	}
}

func FuzzParseRich(f *testing.F) {
	for _, s := range []string{"(a if b)", "(a >= 1 if (b or c) else d)", "(x(y) with z < 2)", "((a))", "(a unless b)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseRich(s)
		if err != nil {
			return
		}
		text := e.String()
		if e.Op == Leaf {
			text = "(" + text + ")"
		}
		again, err := ParseRich(text)
		if err != nil || again.String() != e.String() {
			t.Fatalf("%q is written %q: %v", s, text, err)
		}
	})
}

func FuzzCompareVersions(f *testing.F) {
	f.Add("1.0~rc1", "1.0^git", "2a")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		ab, ba := CompareVersions(a, b), CompareVersions(b, a)
		if ab != -ba || CompareVersions(a, a) != 0 {
			t.Fatalf("%q %q: %d %d", a, b, ab, ba)
		}
	})
}
