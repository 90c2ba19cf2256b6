package explain

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Hints are what the caller knows of two builds. What differs exactly as the
// two environments did is explained by them before any rule is asked.
type Hints struct {
	Values []Value
	Clock  [2]Period // what the clocks showed during each build; zero when not known
}

// Value is something that the two environments had different values of: the
// build directory (BuildPath), the name of the host, TZ (Timezone, in POSIX
// form), a user's name or number, $TMPDIR (BuildPath) …
type Value struct {
	Cause       Cause
	Left, Right string
}

// Period is a span of time, both ends included.
type Period struct{ From, To time.Time }

func (p Period) known() bool { return !p.From.IsZero() && !p.To.IsZero() }

func (p Period) holds(t time.Time) bool {
	return p.known() && !t.Before(p.From) && !t.After(p.To)
}

// built says whether two times were the time of the first and of the second
// build, give or take a time zone when the times have none.
func (h Hints) built(left, right time.Time, slack time.Duration) bool {
	wide := func(p Period) Period { return Period{p.From.Add(-slack), p.To.Add(slack)} }
	return h.Clock[0].known() && h.Clock[1].known() && wide(h.Clock[0]).holds(left) && wide(h.Clock[1]).holds(right)
}

// contextOf are words without which a short value, such as the number 4, could
// be anything.
var contextOf = map[Cause]*regexp.Regexp{
	User:        regexp.MustCompile(`(?i)\b(uid|gid|user|owner|group)`),
	Parallelism: regexp.MustCompile(`(?i)(-j|job|parallel|cpu|proc|thread|worker)`),
	Permissions: regexp.MustCompile(`(?i)(umask|mode|perm)`),
	Locale:      regexp.MustCompile(`(?i)(LC_|LANG|locale|charset|encoding)`),
	Random:      regexp.MustCompile(`(?i)(seed|hash|random)`),
	Timezone:    regexp.MustCompile(`\bTZ\b|(?i)zone`),
}

// weak says that a value is too short to mean anything by itself.
func (v Value) weak() bool {
	short := min(len(v.Left), len(v.Right)) < 3 && max(len(v.Left), len(v.Right)) < 5
	_, err := strconv.ParseUint(v.Left, 0, 64)
	return short || err == nil && len(v.Left) < 8
}

// explains says whether a value makes the difference between two places of a
// line: the region of the left line lies in v.Left, that of the right line in
// v.Right, both whole words.
func (v Value) explains(line [2]string, r region) (found, bool) {
	if v.Left == "" || v.Right == "" || v.Left == v.Right {
		return found{}, false
	}
	if v.weak() {
		words := contextOf[v.Cause]
		if words == nil || !words.MatchString(line[0]) || !words.MatchString(line[1]) {
			return found{}, false
		}
	}
	l, okLeft := wordAt(line[0], v.Left, r.left)
	m, okRight := wordAt(line[1], v.Right, r.right)
	return found{l, m}, okLeft && okRight
}

// wordAt finds value in s where it holds the place at and is not part of a
// longer word.
func wordAt(s, value string, at where) (where, bool) {
	for from := 0; ; {
		i := strings.Index(s[from:], value)
		if i < 0 {
			return where{}, false
		}
		w := where{from + i, from + i + len(value)}
		if w.from > at.from {
			return where{}, false
		}
		if w.holds(at) && !(w.from > 0 && wordByte(s[w.from-1]) && wordByte(value[0])) && !(w.to < len(s) && wordByte(s[w.to]) && wordByte(value[len(value)-1])) {
			return w, true
		}
		from += i + 1
	}
}

func wordByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b|0x20 >= 'a' && b|0x20 <= 'z'
}

var posixTZ = regexp.MustCompile(`^(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)(?:([+-]?)(\d{1,2})(?::(\d\d))?(?::(\d\d))?)?$`)

// zoneShift is by how much the second build's time zone is ahead of the
// first's, when both are POSIX TZ values without a summer time.
func (h Hints) zoneShift() (time.Duration, bool) {
	for _, v := range h.Values {
		if v.Cause != Timezone {
			continue
		}
		l, okLeft := posixOffset(v.Left)
		r, okRight := posixOffset(v.Right)
		return r - l, okLeft && okRight && l != r
	}
	return 0, false
}

// posixOffset is how far a zone is ahead of UTC: POSIX counts westwards.
func posixOffset(tz string) (time.Duration, bool) {
	m := posixTZ.FindStringSubmatch(tz)
	if m == nil {
		return 0, false
	}
	var west time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, _ := strconv.Atoi(m[i+2])
		west += time.Duration(n) * unit
	}
	if m[1] == "-" {
		west = -west
	}
	return -west, true
}
