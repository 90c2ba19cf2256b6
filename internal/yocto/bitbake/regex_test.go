package bitbake

import "testing"

// TestRegexKept: what was found before is found again, and what is done with an
// answer changes none of the next.
func TestRegexKept(t *testing.T) {
	env := &environment{limits: Limits{}.withDefaults()}
	d := newData(env)
	d.recipe = (&Workspace{env: env}).state()
	for range 2 {
		for code, want := range map[string]string{
			"(lambda l: l.append('x') or '-'.join(l))(re.split('(b)', 'abc'))":                                                                  "a-b-c-x",
			"(lambda l: l.append('y') or '-'.join(l))(re.compile('(b)').split('abc'))":                                                          "a-b-c-y",
			"re.match('(a)(x)?b', 'abc').group(1) + str(re.match('(a)(x)?b', 'abc').groups())":                                                  "a('a', None)",
			"str(bool(re.match('b', 'abc'))) + str(bool(re.search('b', 'abc'))) + str(bool(re.fullmatch('b', 'abc')))":                          "FalseTrueFalse",
			"(lambda p: str(bool(p.match('abc'))) + str(bool(p.search('abc'))) + p.sub('-', 'abc') + p.search('abc').group())(re.compile('b'))": "FalseTruea-cb",
		} {
			if got, why := d.evaluate(code); got != want {
				t.Errorf("%s is %q %v, want %q", code, got, why, want)
			}
		}
		for _, code := range []string{"re.compile('b').match(nothing)", "re.compile('b').match('b', pos=1)", "re.compile('b').match('b', 0, pos=nothing)", "re.compile('b').match('b\\n')", "re.compile('(?=b)').match('b')", "re.compile('b*').split('abc')", "re.compile('b').findall('b')"} {
			if got, why := d.evaluate("str(" + code + ")"); why == nil {
				t.Errorf("%s is %q, want unknown", code, got)
			}
		}
	}
}
