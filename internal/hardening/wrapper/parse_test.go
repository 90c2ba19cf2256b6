package wrapper

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
)

const one = `call 1
id 10.100
parent 9.99
program /usr/bin/x86_64-linux-gnu-gcc-12
cwd /build/a b
kind compile
name gcc
except nx
omit fortify optimised
arg -c
file @flags
nested -DX=\x5c\x0a\x7f
nested-remove stack-protector -fno-stack-protector
nested-file @more
remove pie -fno-pie
add pie -fPIE
in archive 0000000000000000000000000000000000000000000000000000000000000000 liba.a
member 1111111111111111111111111111111111111111111111111111111111111111 a b.o
member - damaged archive
in source - a.c
out 2222222222222222222222222222222222222222222222222222222222222222 a.o
exit 0
end
`

func TestParse(t *testing.T) {
	l, err := Parse(strings.NewReader(one))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(l.Format()); got != one {
		t.Errorf("got\n%s", got)
	}
	c := l.Calls[0]
	if got := c.Given(); !slices.Equal(got, []string{"-c", "@flags", "-fno-pie"}) {
		t.Errorf("given %q", got)
	}
	if got := c.Expanded(); !slices.Equal(got, []string{"-c", "-DX=\\\n\x7f", "-fno-stack-protector", "-fno-pie"}) {
		t.Errorf("expanded %q", got)
	}
	if got := c.Executed(); !slices.Equal(got, []string{"-c", "-DX=\\\n\x7f", "-fPIE"}) {
		t.Errorf("executed %q", got)
	}
	if in := c.Inputs[0]; !in.Damaged || len(in.Members) != 1 || in.Members[0].Path != "a b.o" {
		t.Errorf("archive %+v", in)
	}
}

func TestParseErrors(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(one, old, new, 1) }
	for name, test := range map[string]struct{ log, want string }{
		"no call":           {strings.TrimPrefix(one, "call 1\n"), `line 1: want "call 1"`},
		"torn":              {one[:300], "unexpected EOF"},
		"no end":            {strings.TrimSuffix(one, "end\n"), "the last record has no end"},
		"torn in between":   {strings.TrimSuffix(one, "exit 0\nend\n") + one, `line 22: "call" is out of place`},
		"unknown key":       {replace("except nx", "exempt nx"), `line 8: unknown key "exempt"`},
		"unknown kind":      {replace("kind compile", "kind bake"), `line 6: unknown kind "bake"`},
		"unknown role":      {replace("in source", "in sauce"), `line 20: unknown role "sauce"`},
		"no id":             {replace("id 10.100\n", ""), "out of place"},
		"no program":        {replace("program /usr/bin/x86_64-linux-gnu-gcc-12\n", ""), "out of place"},
		"two programs":      {replace("cwd /build/a b", "program x"), "out of place"},
		"argument late":     {replace("exit 0", "arg x"), "out of place"},
		"member of nothing": {replace("arg -c", "member - x"), "out of place"},
		"bad hash":          {replace("1111", "111x"), "not a SHA-256 hash"},
		"short hash":        {replace("1111", "111"), "not a SHA-256 hash"},
		"capital hash":      {replace("1111", "AAAA"), "not a SHA-256 hash"},
		"no exit":           {replace("exit 0\n", ""), "without an exit status"},
		"query with exit":   {replace("kind compile", "kind query"), "without an exit status"},
		"exit 256":          {replace("exit 0", "exit 256"), "not a number"},
		"exit 00":           {replace("exit 0", "exit 00"), "not a number"},
		"signal 0":          {replace("exit 0", "signal 0"), "signal 0"},
		"two exits":         {replace("exit 0", "exit 0\nexit 0"), "out of place"},
		"raw control":       {replace("arg -c", "arg \t"), "unescaped byte"},
		"raw return":        {replace("arg -c", "arg -c\r"), "unescaped byte"},
		"needless escape":   {replace("arg -c", `arg \x41`), "not an escape"},
		"capital escape":    {replace("arg -c", `arg \x0A`), "not an escape"},
		"cut escape":        {replace("arg -c", `arg \x0`), `want \xHH`},
		"no rule":           {replace("add pie -fPIE", "add pie"), "want a word and a text"},
		"long line":         {replace("arg -c", "arg "+strings.Repeat("x", maxLine)), "line 10"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse(strings.NewReader(test.log))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestConfigRoundTrip(t *testing.T) {
	c := userspace()
	c.Exceptions = []Exception{{Rule: "nx", Pattern: "**/a*.o"}, {Rule: "pie", Source: true, Pattern: "/x"}}
	text, err := c.Format()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseConfig(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, c) {
		t.Errorf("got %+v\nwant %+v", back, c)
	}
	for name, bad := range map[string]Config{
		"blank":     {Rules: []Rule{{ID: "a b"}}},
		"line":      {Base: "/a\nrule x"},
		"no words":  {Rules: []Rule{{ID: "a", Directives: []Directive{{Stage: Compile}}}}},
		"stage":     {Rules: []Rule{{ID: "a", Directives: []Directive{{Stage: "bake", Words: []string{"x"}}}}}},
		"condition": {Rules: []Rule{{ID: "a", Directives: []Directive{{Stage: LD, Words: []string{"x"}, When: []string{"noon"}}}}}},
		"key word":  {Rules: []Rule{{ID: "a", Directives: []Directive{{Stage: LD, Words: []string{"if"}}}}}},
		"removals":  {Rules: []Rule{{ID: "a", Directives: []Directive{{Remove: true, Stage: LD, Words: []string{"x", "y"}}}}}},
		"exception": {Exceptions: []Exception{{Rule: "nx"}}},
		"no rule":   {Rules: []Rule{{}}},
	} {
		if text, err := bad.Format(); err == nil {
			t.Errorf("%s: written as %q", name, text)
		}
	}
	for _, bad := range []string{"", "x\n", "dombuild-wrapper 1\nadd ld -z now\n", "dombuild-wrapper 1\nrule a\nadd ld\n", "dombuild-wrapper 1\nrule\n",
		"dombuild-wrapper 1\nbase  /x\n", "dombuild-wrapper 1\nexcept nx sauce x\n", "dombuild-wrapper 1\nbase /x\nbase /y\n"} {
		if c, err := ParseConfig(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is read as %+v", bad, c)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(one))
	f.Add([]byte(one + one))
	f.Add([]byte(strings.Replace(one, "kind compile", "kind link", 1)))
	f.Add([]byte("call 1\nid 1\nprogram p\ncwd /\nkind query\nname \nend\n"))
	f.Add([]byte("call 1\nid 1\nprogram p\ncwd /\nkind query\nname\nend\n"))
	f.Add([]byte("call 1\nid 1\nprogram p\ncwd /\nkind query\nname \nend \n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := Parse(bytes.NewReader(data))
		if err != nil {
			return
		}
		if got := l.Format(); !bytes.Equal(got, data) {
			t.Fatalf("read\n%q\nwritten\n%q", data, got)
		}
		x := l.Index()
		for _, c := range l.Calls {
			for _, o := range c.Outputs {
				x.Units(o.Digest)
			}
		}
		canonical := l.Canonical("/build", "", "/tmp").Format()
		again, err := Parse(bytes.NewReader(canonical))
		if err != nil || !bytes.Equal(again.Format(), canonical) {
			t.Fatalf("the canonical log is not read back: %v\n%q", err, canonical)
		}
	})
}

func FuzzParseConfig(f *testing.F) {
	text, err := userspace().Format()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte("dombuild-wrapper 1\nexcept nx output a\nrule b\nremove ld x if y unless z when gcc\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseConfig(bytes.NewReader(data))
		if err != nil {
			return
		}
		text, err := c.Format()
		if err != nil {
			return // what the wrapper may read but we never write
		}
		back, err := ParseConfig(bytes.NewReader(text))
		if err != nil || !reflect.DeepEqual(back, c) {
			t.Fatalf("%v\n%+v\n%+v", err, c, back)
		}
	})
}

// TestForged: logs that no wrapper writes neither hang nor crash the lookups.
func TestForged(t *testing.T) {
	object := func(i int) Object {
		return Object{Path: fmt.Sprint(i, ".o"), Digest: digest.FromString(fmt.Sprint(i))}
	}
	link := func(kind Kind, out int, in ...int) Call {
		c := Call{ID: fmt.Sprint(out), Program: "/ld", Cwd: "/", Kind: kind, Outputs: []Object{object(out)}}
		for _, i := range in {
			c.Inputs = append(c.Inputs, Input{RoleObject, object(i)})
		}
		return c
	}
	doubling := new(Log)
	for i := range 40 {
		doubling.Calls = append(doubling.Calls, link(KindPartialLink, i, i+1, i+1))
	}
	for name, l := range map[string]*Log{
		"doubling":          doubling,
		"itself":            {Calls: []Call{link(KindPartialLink, 0, 0, 0)}},
		"strip in a circle": {Calls: []Call{link(KindStrip, 0, 1), link(KindStrip, 1, 0)}},
		"strip of nothing":  {Calls: []Call{link(KindStrip, 0), link(KindLink, 1, 0)}},
		"no sources":        {Calls: []Call{link(KindCompile, 0), link(KindAssemble, 2), link(KindLink, 1, 0, 2)}},
	} {
		for _, c := range l.Calls[:1] {
			units, _, ok := l.Index().Units(c.Outputs[0].Digest)
			if !ok || len(units) == 0 || len(units) > 2*maxUnits {
				t.Errorf("%s: %d units, %v", name, len(units), ok)
			}
			for _, u := range units {
				if u.Origin == Toolchain || u.Origin == Compiled && u.Call.Kind != KindCompile {
					t.Errorf("%s: %+v", name, u)
				}
			}
		}
	}
}
