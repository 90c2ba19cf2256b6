package yocto

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

var checksumRules = []rule{
	{
		id: "Y01", severity: finding.High, name: "No checksum",
		summary: "BitBake fetches a file and compares it with nothing.",
		why:     "Whoever serves the file, or sits on the way, decides what is built. With BB_STRICT_CHECKSUM other than 1 BitBake only warns.",
		remedy:  `add SRC_URI[sha256sum] (with name=: SRC_URI[NAME.sha256sum]), taken from the publisher`,
		source: func(_ *recipe, s *Source, r *report) {
			if s.Verdict == source.Missing && s.Type != "npm" {
				f := finding.Finding{Message: "nothing is compared with " + s.URI}
				if s.judgement.Note != "" {
					f.Evidence = []string{s.judgement.Note}
				}
				r.of(s, f)
			}
		},
	},
	{
		id: "Y03", severity: finding.High, name: "MD5 or SHA-1 alone",
		summary: "The only checksum of a file is one with which anybody can make two files.",
		why:     "BitBake accepts md5sum or sha1sum without any other. Collisions of both are cheap.",
		remedy:  "add sha256sum",
		source: func(_ *recipe, s *Source, r *report) {
			if s.judgement.Weak() {
				r.of(s, finding.Finding{Message: fmt.Sprintf("%s is compared by %s alone", s.URI, s.Algorithm)})
			}
		},
	},
	{
		id: "Y04", severity: finding.Low, name: "Orphan checksum",
		summary: "A checksum flag of SRC_URI belongs to no URI, so that nothing is compared with it.",
		why:     "A misspelt algorithm or name looks like a checksum and is none. High where a URI of the recipe is left without a strong one.",
		remedy:  "correct the name or the algorithm, or remove the flag",
		recipe:  orphans,
	},
	{
		id: "Y05", severity: finding.Note, name: "Checksum in the URI",
		summary: "A checksum in the URI makes BitBake ignore the flag of the same algorithm.",
		why:     "A reader who looks at the flags sees another value than the one that counts.",
		remedy:  "keep one of the two",
		source:  parameterBeatsFlag,
	},
	{
		id: "Y06", severity: finding.Low, name: "Checksum of a local file",
		summary: "A checksum is given for a file of the layer, and BitBake does not compare it.",
		why:     "The parameter looks like a check and is none: the layer's own revision is what vouches for the file.",
		remedy:  "remove the parameter",
		source: func(_ *recipe, s *Source, r *report) {
			if s.Verdict != source.Local {
				return
			}
			for _, p := range s.uri().Params {
				if algorithm, ok := algorithmOf(p.Name); ok {
					r.of(s, finding.Finding{Message: fmt.Sprintf("the %s of %s is never compared", algorithm, s.URI)})
				}
			}
		},
	},
}

var algorithms = []string{"sha512", "sha384", "sha256", "sha1", "md5", "goh1"}

// algorithmOf reads "sha256sum" and "x.sha256sum".
func algorithmOf(flag string) (string, bool) {
	flag = flag[strings.LastIndexByte(flag, '.')+1:]
	algorithm, ok := strings.CutSuffix(flag, "sum")
	return algorithm, ok && slices.Contains(algorithms, algorithm)
}

// looksLikeChecksum says whether a flag of SRC_URI was meant to be a checksum.
func looksLikeChecksum(flag string) bool {
	flag = strings.ToLower(flag[strings.LastIndexByte(flag, '.')+1:])
	return strings.Contains(flag, "sum") || strings.HasPrefix(flag, "sha") || strings.HasPrefix(flag, "md5")
}

// orphans finds flags that no URI reads. Those of URIs that only other
// overrides have are passed by.
func orphans(rec *recipe, r *report) {
	if len(rec.data.Get("SRC_URI").Unknown) > 0 {
		return // it is not known which URIs there are
	}
	severity := finding.Low
	for _, s := range rec.sources {
		if s.Verdict == source.Missing || s.judgement.Weak() {
			severity = finding.High
		}
	}
	names := rec.names()
	for _, flag := range rec.data.Flags("SRC_URI") {
		if !looksLikeChecksum(flag) || rec.data.Flag("SRC_URI", flag).Text == "" {
			continue
		}
		_, known := algorithmOf(flag)
		dot := strings.LastIndexByte(flag, '.')
		why := "no URI has this name"
		switch {
		case !known:
			why = "BitBake knows no such algorithm"
		case dot < 0 && names.plain, dot > 0 && names.has(flag[:dot]):
			continue
		case dot < 0:
			why = "every URI has a name"
		}
		r.add(finding.Finding{
			Severity: severity, Place: at(placeOf(rec.data, "SRC_URI["+flag+"]")), Subject: "SRC_URI[" + flag + "]",
			Message: fmt.Sprintf("nothing is compared with SRC_URI[%s]: %s", flag, why),
		})
	}
}

// names are those under which a recipe's URIs look for their checksums.
type names struct {
	plain    bool
	certain  []string
	possible []string // with ${…}, from what stands in the files
}

func (n names) has(name string) bool {
	return slices.Contains(n.certain, name) || slices.ContainsFunc(n.possible, func(word string) bool { return mayExpandTo(word, name) })
}

func (r *recipe) names() names {
	var n names
	for _, s := range r.sources {
		switch {
		case s.judgement.Name != "":
			n.certain = append(n.certain, s.judgement.Name)
		case s.Verdict == source.Checksum || s.Verdict == source.Missing:
			n.plain = true
		}
	}
	for _, words := range r.sourceTexts().words {
		for _, word := range words {
			n.guess(word)
		}
	}
	return n
}

// guess takes the name of a URI of any override, as far as it is written out.
func (n *names) guess(word string) {
	base, parameters, _ := strings.Cut(word, ";")
	named := false
	for part := range strings.SplitSeq(parameters, ";") {
		if name, ok := strings.CutPrefix(part, "name="); ok {
			n.possible, named = append(n.possible, name), true
		}
	}
	scheme, rest, _ := strings.Cut(base, "://")
	switch parts := strings.Split(rest, "/"); {
	case named:
	case scheme == "crate" && len(parts) >= 3:
		n.possible = append(n.possible, parts[len(parts)-2]+"-"+parts[len(parts)-1])
	case scheme != "file" && scheme != "git" && scheme != "gitsm" && scheme != "gomod" && scheme != "gomodgit":
		n.plain = true
	}
}

func parameterBeatsFlag(rec *recipe, s *Source, r *report) {
	if s.Verdict == source.Local {
		return
	}
	for _, p := range s.uri().Params {
		algorithm, ok := algorithmOf(p.Name)
		if !ok {
			continue
		}
		flag := algorithm + "sum"
		if s.judgement.Name != "" {
			flag = s.judgement.Name + "." + flag
		}
		if v := rec.data.Flag("SRC_URI", flag); v.Text != "" && v.Text != p.Value {
			r.of(s, finding.Finding{
				Message: fmt.Sprintf("%s= in the URI counts, SRC_URI[%s] does not", p.Name, flag),
				Related: []finding.Related{{Place: at(placeOf(rec.data, "SRC_URI["+flag+"]")), Message: "not compared"}},
			})
		}
	}
}

// isSet is for History: an assignment that may be the one that counts.
func isSet(a bitbake.Assignment) bool { return a.Op != "?=" && a.Op != "??=" }
