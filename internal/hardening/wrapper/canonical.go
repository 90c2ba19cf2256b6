package wrapper

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Canonical returns the log without what differs from one build to the next
// although nothing that matters does: the build directory becomes ".", the
// directory for outputs, if there is one, "$OUT", the
// names of temporary files lose their random part, process numbers become
// hashes of what the call was, calls are sorted, and equal ones are one. temps
// are the directories of temporary files; those below the build directory are
// given with it. Paths that begin alike with the build directory but lie
// elsewhere (/build and /builder) are left alone.
func (l *Log) Canonical(build, out string, temps ...string) *Log {
	n := normaliser{build: path.Clean(build), out: out}
	for _, t := range temps {
		n.temps = append(n.temps, n.text(path.Clean(t)))
	}
	calls := make([]Call, len(l.Calls))
	for i := range l.Calls {
		calls[i] = n.call(&l.Calls[i])
	}
	return l.identified(calls)
}

// identified gives calls, which were made of those of the log, their IDs and
// their order.
func (l *Log) identified(calls []Call) *Log {
	byID := map[string]int{}
	for i := range l.Calls {
		byID[l.Calls[i].ID] = i
	}
	ids := make([]string, len(calls))
	for i := range calls {
		ids[i] = contentID(&calls[i])
	}
	for i := range calls {
		calls[i].ID = ids[i]
		if p := l.Calls[i].Parent; p != "" {
			calls[i].Parent = "unknown"
			if j, ok := byID[p]; ok {
				calls[i].Parent = ids[j]
			}
		}
	}
	return &Log{Calls: merge(calls)}
}

// contentID names a call by its record without ID and Parent.
func contentID(c *Call) string {
	bare := *c
	bare.ID, bare.Parent = "-", ""
	var b bytes.Buffer
	bare.format(&b)
	sum := sha256.Sum256(b.Bytes())
	return hex.EncodeToString(sum[:16])
}

func merge(calls []Call) []Call {
	type keyed struct {
		key  string
		call Call
	}
	list := make([]keyed, len(calls))
	for i := range calls {
		var b bytes.Buffer
		calls[i].format(&b)
		// the name of what was made stands before the hash of the record, so
		// that two logs differ where the builds do
		list[i] = keyed{sortKey(&calls[i]) + "\x00" + b.String(), calls[i]}
	}
	slices.SortFunc(list, func(a, b keyed) int { return strings.Compare(a.key, b.key) })
	list = slices.CompactFunc(list, func(a, b keyed) bool { return a.key == b.key })
	out := make([]Call, len(list))
	for i := range list {
		out[i] = list[i].call
	}
	return out
}

func sortKey(c *Call) string {
	output := ""
	if len(c.Outputs) > 0 {
		output = path.Join(c.Cwd, c.Outputs[0].Path)
	}
	return strings.Join([]string{string(c.Kind), output, c.Program}, "\x00")
}

type normaliser struct {
	build, out string
	temps      []string
}

var (
	ccTemp     = regexp.MustCompile(`^cc[A-Za-z0-9]{6}(\.|$)`)
	clangTemp  = regexp.MustCompile(`^(.+)-[0-9a-f]{6,10}(\.[A-Za-z]+)$`)
	goTemp     = regexp.MustCompile(`^(go-build|go-link-)[0-9]+$`)
	rustTemp   = regexp.MustCompile(`^rustc[A-Za-z0-9]{6}$`)
	mktemp     = regexp.MustCompile(`^tmp[._]?[A-Za-z0-9_]{6,12}$`)
	guessTemp  = regexp.MustCompile(`^cg[A-Za-z0-9]{6}$`)       // config.guess
	mktempAt   = regexp.MustCompile(`\btmp\.[A-Za-z0-9]{10}\b`) // mktemp without a template, in any directory
	kbuildTemp = regexp.MustCompile(`\.tmp_[0-9]+`)             // Kbuild's, by the shell's process number
	cmakeTry   = regexp.MustCompile(`cmTC_[0-9a-f]{5}`)
	cmakeTryAt = regexp.MustCompile(`TryCompile-[A-Za-z0-9]{6}`)
)

func (n normaliser) call(c *Call) Call {
	out := *c
	out.Program, out.Name, out.Cwd = n.text(c.Program), n.text(c.Name), n.text(c.Cwd)
	out.Environment = slices.Clone(c.Environment)
	for i := range out.Environment {
		out.Environment[i].Value = n.text(out.Environment[i].Value)
	}
	out.Args = slices.Clone(c.Args)
	for i := range out.Args {
		out.Args[i].Text = n.text(out.Args[i].Text)
	}
	out.Inputs = slices.Clone(c.Inputs)
	for i := range out.Inputs {
		out.Inputs[i].Path = n.text(out.Inputs[i].Path)
	}
	out.Outputs = slices.Clone(c.Outputs)
	for i := range out.Outputs {
		out.Outputs[i].Path = n.text(out.Outputs[i].Path)
	}
	return out
}

func (n normaliser) text(s string) string {
	s = replacePath(s, n.build, ".")
	if n.out != "" {
		s = replacePath(s, n.out, "$OUT")
	}
	for _, t := range n.temps {
		s = n.temporary(s, t)
	}
	if strings.Contains(s, "tmp") {
		s = mktempAt.ReplaceAllString(s, "tmp.")
		s = kbuildTemp.ReplaceAllString(s, ".tmp_")
	}
	s = cmakeTry.ReplaceAllString(s, "cmTC_")
	return cmakeTryAt.ReplaceAllString(s, "TryCompile-")
}

// temporary replaces the random part of the file names directly below dir.
func (n normaliser) temporary(s, dir string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, dir+"/")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString(dir + "/")
		end := strings.IndexAny(after, "/,= ")
		if end < 0 {
			end = len(after)
		}
		b.WriteString(withoutRandom(after[:end]))
		s = after[end:]
	}
}

func withoutRandom(name string) string {
	switch {
	case ccTemp.MatchString(name):
		return "cc" + name[8:]
	case goTemp.MatchString(name):
		return strings.TrimRight(name, "0123456789")
	case rustTemp.MatchString(name):
		return "rustc"
	case mktemp.MatchString(name):
		return "tmp"
	case guessTemp.MatchString(name):
		return "cg"
	}
	return clangTemp.ReplaceAllString(name, "$1-$2")
}

// replacePath replaces a directory's path where a path begins with it. The
// directory /build is at the beginning of "/build/a.c", "-I/build" and
// "-Wl,-rpath,/build", not of "/build2" and "/x/build".
func replacePath(s, dir, by string) string {
	if dir == "/" || dir == "." {
		return s
	}
	var b strings.Builder
	done := 0
	for from := 0; ; {
		i := strings.Index(s[from:], dir)
		if i < 0 {
			b.WriteString(s[done:])
			return b.String()
		}
		i += from
		from = i + len(dir)
		before := s[strings.LastIndexAny(s[:i], "=,: '\"()")+1 : i]
		begins := before == "" || before[0] == '-' && !strings.Contains(before, "/")
		if begins && (from == len(s) || !nameByte(s[from])) {
			b.WriteString(s[done:i] + by)
			done = from
		}
	}
}

// nameByte says whether a byte continues a file name.
func nameByte(c byte) bool {
	return strings.IndexByte("-_.+~", c) >= 0 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
