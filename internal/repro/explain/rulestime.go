package explain

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	day   = `(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)`
	month = `(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)`
	clock = `\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: [AP]M)?`
	zone  = `(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d|[A-Z]{3,5}))`
)

// stampPattern is a date, alone or with a time: ISO 8601 and RFC 3339, RFC
// 5322, date(1), ctime(3), __DATE__ and __TIME__.
var stampPattern = regexp.MustCompile(
	`(?:19|20)\d\d[-/]\d\d[-/]\d\d(?:[T _]` + clock + zone + `?)?` +
		`|` + day + `, \d{1,2} ` + month + ` \d{4}(?: ` + clock + zone + `?)?` +
		`|` + day + ` ` + month + ` [ \d]?\d ` + clock + `(?: [A-Z]{3,5})? \d{4}` +
		`|` + month + ` [ \d]\d,? \d{4}(?:,? ` + clock + zone + `?)?` +
		`|\d{1,2}[ -]` + month + `[ -]\d{4}(?: ` + clock + zone + `?)?` +
		`|(?:19|20)\d{6}T\d{6}Z?`)

// clockPattern is a time without a date; wholeTime keeps MAC and IPv6
// addresses away from it.
var clockPattern = regexp.MustCompile(`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d`)

func wholeTime(s string, w where) bool {
	beside := func(b byte) bool { return wordByte(b) || b == ':' }
	return (w.from == 0 || !beside(s[w.from-1])) && (w.to == len(s) || !beside(s[w.to]))
}

// stamp is a date or time that was read.
type stamp struct {
	time.Time      // as UTC when it has no zone
	zone      bool // it says how far it is from UTC
	name      string
	date      bool
	seconds   bool
}

var (
	isoDate  = regexp.MustCompile(`(\d{4})[-/]?(\d\d)[-/]?(\d\d)`)
	wordDate = regexp.MustCompile(`(?:(\d{1,2})[ -])?(` + month + `)[ -]([ \d]?\d\b)?`)
	yearOf   = regexp.MustCompile(`\b\d{4}\b`)
	timeOf   = regexp.MustCompile(`(\d{1,2}):(\d\d)(?::(\d\d))?(?:[.,]\d+)?( [AP]M)?|T(\d\d)(\d\d)(\d\d)`)
	zoneOf   = regexp.MustCompile(`(?:\d| )(Z|[A-Z]{3,5}|[+-]\d\d:?\d\d)(?: \d{4})?$`)
)

// readStamp reads what stampPattern or clockPattern matched.
func readStamp(s string) (stamp, bool) {
	year, mon, mday, ok := readDate(s)
	var st stamp
	if st.date = ok; !ok {
		year, mon, mday = 2000, 1, 1
	}
	m := timeOf.FindStringSubmatch(s)
	if m == nil && !ok {
		return st, false
	}
	hour, minute, second := 0, 0, 0
	if m != nil {
		hour, minute, second = number(m[1]+m[5]), number(m[2]+m[6]), number(m[3]+m[7])
		st.seconds = m[3]+m[7] != ""
		switch {
		case m[4] == " PM" && hour < 12:
			hour += 12
		case m[4] == " AM" && hour == 12:
			hour = 0
		}
	}
	if mon < 1 || mon > 12 || mday < 1 || mday > 31 || hour > 23 || minute > 59 || second > 60 {
		return st, false
	}
	st.Time = time.Date(year, time.Month(mon), mday, hour, minute, second, 0, time.UTC)
	if m != nil && ok {
		st.readZone(s)
	}
	return st, true
}

func readDate(s string) (year, mon, mday int, ok bool) {
	if m := wordDate.FindStringSubmatch(s); m != nil {
		t, _ := time.Parse("Jan", m[2])
		mday = number(strings.TrimSpace(m[1] + m[3]))
		if m[1] != "" && m[3] != "" {
			mday = number(m[1])
		}
		return number(yearOf.FindString(s)), int(t.Month()), mday, true
	}
	if m := isoDate.FindStringSubmatch(s); m != nil {
		return number(m[1]), number(m[2]), number(m[3]), true
	}
	return 0, 0, 0, false
}

func (st *stamp) readZone(s string) {
	m := zoneOf.FindStringSubmatch(s)
	if m == nil || m[1] == "AM" || m[1] == "PM" {
		return
	}
	st.name = m[1]
	switch c := m[1][0]; {
	case m[1] == "Z" || m[1] == "UTC" || m[1] == "GMT":
		st.zone = true
	case c == '+' || c == '-':
		digits := strings.ReplaceAll(m[1][1:], ":", "")
		ahead := time.Duration(number(digits[:2]))*time.Hour + time.Duration(number(digits[2:]))*time.Minute
		if c == '-' {
			ahead = -ahead
		}
		st.zone, st.Time = true, st.Add(-ahead)
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// judgeStamp tells the clock from the time zone. Two builds that show their
// times in seconds are a whole number of half hours apart by chance once in
// 1800 times; two that show one instant in two zones are no chance.
func judgeStamp(c clue) (Cause, string) {
	l, okLeft := readStamp(c.left)
	r, okRight := readStamp(c.right)
	if !okLeft || !okRight || l.date != r.date {
		return "", ""
	}
	shift := r.Sub(l.Time)
	if known, ok := c.hints.zoneShift(); ok && !(l.zone && r.zone) && shift == known {
		return Timezone, "one time in the time zones of the two builds"
	}
	switch {
	case l.date && c.hints.built(l.Time, r.Time, 26*time.Hour):
		return Timestamp, "the times of the two builds"
	case l.zone && r.zone && shift == 0 && l.seconds:
		return Timezone, "one time in two time zones"
	case l.zone && r.zone, !l.seconds || !r.seconds:
		return Timestamp, "dates or times"
	case l.name != r.name && shift == 0:
		return Timezone, "two names of time zones"
	}
	return shiftCause(shift, "dates or times")
}

// shiftCause judges two times without a zone.
func shiftCause(shift time.Duration, what string) (Cause, string) {
	if shift != 0 && shift.Abs() <= 26*time.Hour && shift%(30*time.Minute) == 0 {
		return Timezone, what + " that are a whole number of half hours apart"
	}
	return Timestamp, what
}

var (
	epochPattern   = regexp.MustCompile(`1[2-9]\d{8}|[23]\d{9}`)
	compactPattern = regexp.MustCompile(`(?:19|20)\d{6}(?:\d{4}|\d{6})?`)
	timeWords      = regexp.MustCompile(`(?i)(time|date|epoch|stamp|built|build|creat|clock|generated)`)
)

// judgeEpoch believes in a number of seconds since 1970 when both builds ran
// then; without that knowledge, when the line speaks of time and the numbers
// are less than 30 days apart. Sizes and serial numbers look the same otherwise.
func judgeEpoch(c clue) (Cause, string) {
	l, _ := strconv.ParseInt(c.left, 10, 64)
	r, _ := strconv.ParseInt(c.right, 10, 64)
	left, right := time.Unix(l, 0), time.Unix(r, 0)
	if c.hints.built(left, right, 0) {
		return Timestamp, "the times of the two builds, in seconds since 1970"
	}
	if right.Sub(left).Abs() < 30*24*time.Hour && c.aboutTime() {
		return Timestamp, "seconds since 1970"
	}
	return "", ""
}

// judgeCompact is a date in digits: 20261122 or 20261122193500.
func judgeCompact(c clue) (Cause, string) {
	l, okLeft := readCompact(c.left)
	r, okRight := readCompact(c.right)
	switch {
	case !okLeft || !okRight || len(c.left) != len(c.right):
		return "", ""
	case c.hints.built(l, r, 26*time.Hour):
		return Timestamp, "the dates of the two builds"
	case !c.aboutTime():
		return "", ""
	case len(c.left) == 14:
		return shiftCause(r.Sub(l), "dates")
	}
	return Timestamp, "dates"
}

func readCompact(s string) (time.Time, bool) {
	t, err := time.Parse("20060102150405"[:len(s)], s)
	return t, err == nil
}

// aboutTime says whether both lines speak of time outside the values.
func (c clue) aboutTime() bool {
	return timeWords.MatchString(c.line[0]) && timeWords.MatchString(c.line[1])
}
