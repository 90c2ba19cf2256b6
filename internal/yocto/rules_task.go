package yocto

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

var taskRules = []rule{
	{
		id: "Y32", severity: finding.High, name: "Network in a task",
		summary: "A task other than do_fetch may use the network, or has a command that downloads.",
		why:     "What it gets is compared with nothing, is in no SRC_URI, and is missing in an archive of the sources.",
		remedy:  "name what is downloaded in SRC_URI with a checksum, remove [network]",
		recipe:  network,
	},
	{
		id: "Y33", severity: finding.Medium, name: "Fetching replaced",
		summary: "do_fetch is replaced, switched off, or has functions put before or behind it.",
		why:     "What BitBake's fetcher would verify is then not what is built. Where do_fetch is replaced, no verdict on its sources is proven.",
		remedy:  "use the fetchers of BitBake",
		recipe:  fetchTask,
	},
	{
		id: "Y34", severity: finding.Note, name: "Not proven",
		summary: "A verdict depends on code that was not evaluated.",
		why:     "Anonymous python, or an expression outside of what is evaluated, may change the sources or their checksums. Nothing that depends on it is called verified.",
		remedy:  "read the code; write the value out where that is possible",
		source:  unproven,
		config:  multiconfigs,
		recipe:  anonymous,
	},
}

// fetchLike are tasks that are not part of a build, or whose purpose is the network.
var fetchLike = []string{"do_fetch", "do_fetchall", "do_checkuri", "do_checkpkg", "do_devshell", "do_pydevshell", "do_testimage", "do_testsdk", "do_testsdkext",
	"do_testexport", "do_check", "do_update_modules", "do_update_crates"}

// downloads are commands that fetch.
var downloads = regexp.MustCompile(`(?:^|[\s;&|(` + "`" + `"'])(curl\s+\S|wget\s+\S|git\s+(?:-\S+\s+)*(?:clone|fetch|pull|submodule\s+update)\b|svn\s+(?:co|checkout)\b|` +
	`pip3?\s+(?:install|download)\b|npm\s+(?:install|ci)\b|yarn\s+install\b|go\s+(?:get|mod\s+(?:download|tidy|vendor))\b|cargo\s+(?:fetch|install|vendor)\b|gem\s+install\b|bundle\s+install\b)`)

// downloaders are words of which one is in every match of downloads.
var downloaders = []string{"curl", "wget", "git", "svn", "pip", "npm", "yarn", "go ", "go\t", "go\f", "go\r", "cargo", "gem", "bundle"}

// mayDownload is false when downloads matches nothing in a line, for certain.
func mayDownload(line string) bool {
	return slices.ContainsFunc(downloaders, func(w string) bool { return strings.Contains(line, w) })
}

// offline are options that keep such a command from the network.
var offline = regexp.MustCompile(`--no-index|--offline|--no-deps|--frozen-offline|file://|git\s+(?:clone|fetch|pull)\s+(?:-\S+\s+)*["']?(?:/|\.|\$\{?(?:S|WORKDIR|DL_DIR|STAGING)\b)`)

func network(rec *recipe, r *report) {
	for _, task := range rec.data.Tasks() {
		if slices.Contains(fetchLike, task) {
			continue
		}
		// classes set the flag of setscene tasks by python: those have no place
		if v := rec.data.Flag(task, "network"); truth(v) && len(rec.data.History(task+"[network]")) > 0 {
			r.add(finding.Finding{Place: at(placeOf(rec.data, task+"[network]")), Subject: task, Message: task + " may use the network"})
		}
	}
	rec.eachTask(func(f bitbake.Function, c *commands) {
		if slices.Contains(fetchLike, f.Name) {
			return
		}
		for _, h := range c.downloads {
			r.add(finding.Finding{Severity: remote(h.match, h.text), Place: bodyPlace(f, h.line), Subject: f.Name, Message: fmt.Sprintf("%s runs %s", f.Name, strings.Join(strings.Fields(h.match), " ")), Evidence: []string{strings.TrimSpace(h.text)}})
		}
	})
}

// remote is how bad a command is: git may as well copy a local repository
// where no address is to be seen.
func remote(command, line string) finding.Severity {
	if strings.HasPrefix(command, "git") && !strings.Contains(line, "://") && !strings.Contains(line, "git@") {
		return finding.Medium
	}
	return finding.High
}

// harmless are functions around do_fetch that fetch nothing.
var harmless = []string{"fetcher_hashes_dummyfunc", "write_srcrev", "extend_recipe_sysroot"}

func fetchTask(rec *recipe, r *report) {
	if replaced, where := rec.fetchReplaced(); replaced {
		r.add(finding.Finding{Place: at(where.Place), Subject: "do_fetch", Message: "do_fetch is replaced: what is fetched is not what SRC_URI says"})
	}
	if v := rec.data.Flag("do_fetch", "noexec"); v.Text != "" && slices.ContainsFunc(rec.sources, func(s *Source) bool { return s.Verdict.Remote() }) {
		r.add(finding.Finding{Place: at(placeOf(rec.data, "do_fetch[noexec]")), Subject: "do_fetch[noexec]", Message: "do_fetch is not executed: the sources come from elsewhere"})
	}
	for _, flag := range []string{"prefuncs", "postfuncs"} {
		for function := range strings.FieldsSeq(rec.data.Flag("do_fetch", flag).Text) {
			if !slices.Contains(harmless, function) {
				r.add(finding.Finding{Place: at(placeOf(rec.data, "do_fetch["+flag+"]")), Subject: function, Message: fmt.Sprintf("%s runs with do_fetch (%s)", function, flag)})
			}
		}
	}
}

// replaces says whether a do_fetch fetches something else than the base class
// does. One that is empty fetches nothing.
func replaces(f bitbake.Function) bool {
	body := strings.TrimSpace(strings.Join(lines(f.Body), "\n"))
	return path.Base(f.Place.File) != "base.bbclass" && body != "" && body != ":" && body != "pass" &&
		!strings.Contains(body, "base_do_fetch") && !strings.Contains(body, "bb.fetch2.Fetch(")
}

// fetchReplaced says whether the recipe has a do_fetch of its own, and where.
func (r *recipe) fetchReplaced() (bool, bitbake.Unknown) {
	f, ok := r.data.Function("do_fetch")
	if !ok || !replaces(f) || r.data.Flag("do_fetch", "noexec").Text != "" {
		return false, bitbake.Unknown{}
	}
	return true, bitbake.Unknown{Place: f.Place, Expression: "do_fetch", Reason: "the task is replaced"}
}

// unproven says of each reason where it is.
func unproven(_ *recipe, s *Source, r *report) {
	if s.Verdict != source.NotProven {
		return
	}
	for _, reason := range s.Reasons {
		f := finding.Finding{Place: s.place(), Subject: s.URI, Message: "not proven: " + reason.Reason, Evidence: []string{s.URI}}
		if reason.File != "" {
			f.Place = finding.Place{File: reason.File, Line: reason.Line}
			f.Subject = reason.Expression
		}
		if reason.Expression != "" {
			f.Evidence = []string{reason.Expression}
		}
		r.of(s, f)
	}
}

// sets matches python that changes what is fetched.
var sets = regexp.MustCompile(`(?:setVar|appendVar|prependVar|delVar|renameVar|setVarFlags?|appendVarFlag|prependVarFlag|delVarFlags?)\(\s*["'](SRC_URI|SRCREV)`)

func anonymous(rec *recipe, r *report) {
	for _, f := range rec.data.Anonymous() {
		if name := rec.code.sets(f.Body); name != "" {
			r.add(finding.Finding{Place: at(f.Place), Subject: "anonymous python", Message: "anonymous python may change " + name})
		}
	}
}
