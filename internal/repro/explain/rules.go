package explain

import (
	"regexp"
	"strings"
)

// clue is what a rule judges: two values, and the lines they stand in.
type clue struct {
	left, right string
	line        [2]string
	at          found
	hints       Hints
}

// rule recognises one kind of value. It judges when both sides have such a
// value around the place where they differ. A judgement without a cause names
// what the values are, and says that this does not tell the cause.
type rule struct {
	needs   []string // one of these stands in every match: searching for them is cheap
	pattern *regexp.Regexp
	bounded func(s string, w where) bool // whether a match stands by itself
	judge   func(clue) (Cause, string)
}

// always judges by the pattern alone.
func always(c Cause, why string) func(clue) (Cause, string) {
	return func(clue) (Cause, string) { return c, why }
}

// rules are asked in this order: the first that knows is believed, so the
// stricter ones stand first.
var rules = []rule{
	{[]string{"-"}, uuidPattern, wholeWord, judgeUUID},
	{[]string{"19", "20"}, stampPattern, wholeWord, judgeStamp},
	{[]string{":"}, clockPattern, wholeTime, judgeStamp},
	{[]string{"id=", "groups="}, idPattern, nil, always(User, "user or group numbers")},
	{[]string{"tmp", "cc"}, tempPattern, wholeWord, judgeTemp},
	{[]string{"=", "#define"}, variablePattern, nil, judgeVariable},
	{[]string{"@"}, bannerPattern, nil, judgeBanner},
	{[]string{"_GLOBAL__"}, anonymousPattern, nil, always(Random, "names that gcc makes of a random seed")},
	{[]string{".gnu.lto_"}, ltoPattern, nil, always(Random, "sections that gcc names by a random seed")},
	{[]string{"-j", "JOBS=", "NPROC=", "THREADS=", "LEVEL=", "--jobs"}, jobsPattern, nil, always(Parallelism, "the number of jobs")},
	{[]string{"Linux"}, unamePattern, nil, judgeUname},
	{[]string{"/"}, pathPattern, wholePath, judgePath},
	{[]string{".", ","}, decimalPattern, wholeNumber, judgeDecimal},
	{[]string{"1", "2", "3"}, epochPattern, wholeNumber, judgeEpoch},
	{[]string{"19", "20"}, compactPattern, wholeNumber, judgeCompact},
	{nil, hashPattern, wholeWord, always("", "checksums, which follow from another difference")},
}

// lineRules look at whole lines.
var lineRules = []func(line [2]string) (Cause, string){
	judgeQuotes,
	judgeMonths,
	judgeItems,
}

var (
	idPattern        = regexp.MustCompile(`\b([ug]id=\d+\([\w.-]+\)[ ,]?|groups=[\d(),\w.-]+)+`)
	anonymousPattern = regexp.MustCompile(`_GLOBAL__(sub_)?[NIDF]_[\w.$]*_[0-9A-F]{8}_0x[0-9a-f]+`)
	ltoPattern       = regexp.MustCompile(`\.gnu\.lto_[\w.$]*\.[0-9a-f]{6,16}\b`)
	jobsPattern      = regexp.MustCompile(`(^|[\s"'=])(-j ?\d+|--jobs[= ]\d+|(JOBS|NPROC|OMP_NUM_THREADS|CMAKE_BUILD_PARALLEL_LEVEL)=\d+)\b`)
	hashPattern      = regexp.MustCompile(`[0-9a-f]{32,128}|[0-9A-F]{32,128}`)
)

// wholeWord wants no letter, digit or underscore beside a match.
func wholeWord(s string, w where) bool {
	return (w.from == 0 || !wordByte(s[w.from-1])) && (w.to == len(s) || !wordByte(s[w.to]))
}

// wholeNumber wants that a number is not part of a version, name or sum.
func wholeNumber(s string, w where) bool {
	beside := func(b byte) bool { return wordByte(b) || b == '.' || b == '-' || b == ',' || b == '+' }
	end := w.to == len(s) || !beside(s[w.to]) || (s[w.to] == '.' || s[w.to] == ',') && (w.to+1 == len(s) || s[w.to+1] == ' ')
	return (w.from == 0 || !beside(s[w.from-1])) && end
}

// judgeItems recognises a list on one line.
func judgeItems(line [2]string) (Cause, string) {
	l, r := []byte(line[0]), []byte(line[1])
	p := commonPrefix(l, r)
	for p > 0 && !strings.ContainsRune(" ,;:\t=([{\"", rune(l[p-1])) {
		p--
	}
	l, r = l[p:], r[p:]
	s := commonSuffix(l, r)
	for s > 0 && !strings.ContainsRune(" ,;:\t)]}\"", rune(l[len(l)-s])) {
		s--
	}
	if sameItems(string(l[:len(l)-s]), string(r[:len(r)-s])) {
		return Ordering, "the same words in another order"
	}
	return "", ""
}
