package yocto

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

var fileRules = []rule{
	{
		id: "Y36", severity: finding.Medium, name: "File shadowed",
		summary: "FILESEXTRAPATHS puts another layer's file before the recipe's own of the same name.",
		why:     "The recipe names one file and gets another, of a layer that a reader of the recipe does not look at.",
		remedy:  "give the file a name of its own, or replace the recipe",
		source:  shadowed,
	},
	{
		id: "Y37", severity: finding.Low, name: "Patch without a status",
		summary: "A patch does not say what became of it upstream (Upstream-Status).",
		why:     "Nobody can tell a backported fix from a private change.",
		remedy:  "add a line Upstream-Status: Backport [URL], Submitted [URL], Inappropriate [reason] …",
		source:  statusless,
	},
	{
		id: "Y38", severity: finding.Note, name: "Not a release of source",
		summary: "A prebuilt binary, an archive that a forge makes on demand, or a host tool that the layer adds.",
		why:     "Binaries cannot be reviewed; forges have changed their archives and with them the checksums; host tools are outside of every pin.",
		remedy:  "build from source, use the publisher's release or a git commit",
		source: func(_ *recipe, s *Source, r *report) {
			if why := notSource(s); why != "" {
				r.of(s, finding.Finding{Message: s.URI + " is " + why})
			}
		},
		config: func(c *configuration, r *report) {
			for _, a := range c.data.History("HOSTTOOLS") {
				if path.Base(a.Place.File) != "bitbake.conf" && a.Op != ":remove" {
					r.add(finding.Finding{Place: at(a.Place), Subject: a.Text, Message: fmt.Sprintf("host tools are added: %s", strings.Join(strings.Fields(a.Text), " "))})
				}
			}
		},
	},
}

// binaries are the ends of names of what is built already.
var binaries = []string{".deb", ".rpm", ".ipk", ".apk", ".whl", ".jar", ".exe", ".msi", ".appimage", ".run", ".bin", ".so", ".efi", ".snap", ".flatpak"}

// forged matches archives that a forge makes on demand.
var forged = regexp.MustCompile(`//github\.com/[^/]+/[^/]+/(?:archive|tarball|zipball)/|//codeload\.github\.com/|/-/archive/|//bitbucket\.org/[^/]+/[^/]+/get/|/snapshot/[^/]+\.(?:tar|tgz|zip)|googlesource\.com/.*/\+archive/`)

func notSource(s *Source) string {
	if !s.Verdict.Remote() {
		return ""
	}
	name := strings.ToLower(path.Base(s.uri().Path))
	prebuilt := slices.ContainsFunc(binaries, func(end string) bool { return strings.HasSuffix(name, end) })
	raw, _, _ := strings.Cut(s.URI, ";")
	switch {
	case prebuilt && s.Type != "git" && s.Type != "gitsm" && s.Type != "crate" && s.Type != "gomod":
		return "built already"
	case strings.Contains(name, "prebuilt") || strings.Contains(name, "-linux-x86_64.") || strings.Contains(name, "-linux-amd64."):
		return "built already, as its name says"
	case (s.Type == "https" || s.Type == "http") && forged.MatchString(raw):
		return "an archive that the forge makes on demand"
	}
	return ""
}

// isPatch says whether do_patch applies a file.
func isPatch(s *Source) bool {
	u := s.uri()
	name := u.Path
	for _, packed := range []string{".gz", ".bz2", ".xz", ".Z"} {
		name = strings.TrimSuffix(name, packed)
	}
	if apply := u.Text("apply"); apply != "" {
		return slices.Contains([]string{"y", "yes", "1", "true", "t"}, strings.ToLower(apply))
	}
	return strings.HasSuffix(name, ".patch") || strings.HasSuffix(name, ".diff")
}

var status = regexp.MustCompile(`(?mi)^\s*Upstream[- ]Status\s*:\s*\S`)

// hasStatus is status.MatchString, faster where the line is as most are.
func hasStatus(text string) bool {
	const usual = "\nUpstream-Status: "
	if _, after, ok := strings.Cut(text, usual); ok && after != "" && after[0] > ' ' {
		return true
	}
	return status.MatchString(text)
}

func statusless(rec *recipe, s *Source, r *report) {
	if s.Verdict != source.Local || !isPatch(s) || strings.Contains(s.URI, "${") {
		return
	}
	found := rec.search(s.uri().Path)
	if len(found) == 0 {
		return
	}
	if !rec.files.wantsStatus(found[0]) {
		return
	}
	r.of(s, finding.Finding{Place: finding.Place{File: rec.files.relative(found[0])}, Subject: path.Base(found[0]),
		Message: fmt.Sprintf("patch %s has no Upstream-Status", path.Base(found[0]))})
}

// wantsStatus says whether a patch can be read and has no status. Each is read
// once.
func (f *files) wantsStatus(name string) bool {
	if wants, ok := f.patches.Load(name); ok {
		return wants.(bool)
	}
	text, ok := f.head(name)
	wants := ok && !hasStatus(text)
	f.patches.Store(name, wants)
	return wants
}

func shadowed(rec *recipe, s *Source, r *report) {
	if s.Verdict != source.Local || strings.Contains(s.URI, "${") {
		return
	}
	found := rec.search(s.uri().Path)
	if len(found) < 2 {
		return
	}
	first := found[0]
	for _, other := range found[1:] {
		if rec.files.layer(other) == rec.Layer && rec.files.layer(first) != rec.Layer {
			r.of(s, finding.Finding{
				Place: finding.Place{File: rec.files.relative(first)}, Message: fmt.Sprintf("%s is taken from another layer than the recipe's", s.URI),
				Related: []finding.Related{{Place: finding.Place{File: rec.files.relative(other)}, Message: "the recipe's own file"}},
			})
			return
		}
	}
}
