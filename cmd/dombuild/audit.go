package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/yocto"
	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

func (a *app) auditVerb() *cobra.Command {
	cmd := verb("audit", "Audit what others build from", cobra.ArbitraryArgs, func(context.Context, []string) error {
		return &usageError{errors.New("audit needs to be told what to audit: yocto"), "dombuild audit yocto --help"}
	})
	cmd.AddCommand(a.auditYoctoVerb())
	return cmd
}

// auditFlags are the flags of audit yocto.
type auditFlags struct {
	layers, rules, recipes []string
	severity, failOn       string
	baseline, newBaseline  string
	waivers                []string
	set                    []string
	keepGoing, diff        bool
	downloads, lock        string
}

func (a *app) auditYoctoVerb() *cobra.Command {
	var opt auditFlags
	cmd := verb("yocto PATH…", "What does BitBake verify of each source of Yocto layers?", cobra.MinimumNArgs(1), func(ctx context.Context, args []string) error {
		if opt.diff {
			return a.auditDiff(ctx, args, opt)
		}
		return a.auditYocto(ctx, args, opt)
	})
	cmd.Long = `Evaluate layers of the Yocto Project and OpenEmbedded as BitBake would, and say of
every URI what BitBake compares when it fetches it: a checksum, a commit, or nothing.
PATH is a build directory, a kas file (.yml), or one or more layers. Nothing is
executed or downloaded, neither BitBake nor Python is needed. What cannot be evaluated
is not proven, with the place and the expression.

Rules Y01 to Y38 are explained in docs/yocto-audit.md. Findings at or above --fail-on
make the exit code 9.

With --diff OLD NEW: which sources and verdicts differ between two checkouts.
With --downloads DIR: also hash the files of a DL_DIR, and the objects of the git
repositories and mirror tarballs in it, against what the recipes expect.
With --lock FILE: also write a lock of every verified file, from which fetch --lock
fills the store and store export --yocto makes a DL_DIR.`
	cmd.Annotations = map[string]string{findings: "yes"}
	f := cmd.Flags()
	f.StringSliceVar(&opt.layers, "layer", nil, "only these layers (names or patterns)")
	f.StringSliceVar(&opt.rules, "rule", nil, "only these rules")
	f.StringSliceVar(&opt.recipes, "recipe", nil, "only these recipes (names or patterns)")
	f.StringVar(&opt.severity, "severity", "", "show findings from this severity on (default: medium; all with --json, --sarif and --report)")
	f.StringVar(&opt.failOn, "fail-on", "high", "exit with 9 for findings from this severity on: critical, high, medium, low, note")
	f.StringVar(&opt.baseline, "baseline", "", "accept the findings that this file knows")
	f.StringVar(&opt.newBaseline, "write-baseline", "", "write the findings to this file, as a baseline")
	f.StringArrayVar(&opt.waivers, "waivers", nil, "accept what the waivers in this file accept (HCL)")
	f.StringArrayVar(&opt.set, "set", nil, "set a variable of the configuration, as NAME=VALUE; BB_VERSION says which BitBake is judged")
	f.BoolVar(&opt.keepGoing, "keep-going", false, "a syntax error does not make the exit code 1")
	f.BoolVar(&opt.diff, "diff", false, "compare two checkouts, PATH being OLD NEW")
	f.StringVar(&opt.lock, "lock", "", "write a lock of every verified file to this file, - for standard output in place of the report")
	f.StringVar(&opt.downloads, "downloads", "", "also check the files of this DL_DIR")
	return cmd
}

// auditDocument is what audit yocto prints with --json.
type auditDocument struct {
	Schema   string              `json:"schema"`
	Summary  yocto.Summary       `json:"summary"`
	URIs     []*yocto.Source     `json:"uris"`
	Inactive []yocto.Inactive    `json:"inactive"` // for other machines and overrides: without a verdict
	Findings []finding.Finding   `json:"findings"`
	Errors   []auditSyntaxError  `json:"errors"`
	Checked  []yocto.CheckedFile `json:"downloads,omitempty"`
}

type auditSyntaxError struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"text"`
}

func (a *app) auditYocto(ctx context.Context, paths []string, opt auditFlags) error {
	threshold, shown, err := opt.severities(a.flags.json)
	if err != nil {
		return err
	}
	if err := opt.checkRules(); err != nil {
		return err
	}
	if opt.lock == "-" && a.flags.json {
		return &usageError{errors.New("--lock - and --json both write to standard output"), "write the lock to a file"}
	}
	defer yocto.TuneHeap()()
	result, err := a.evaluate(ctx, paths, opt)
	if err != nil {
		return err
	}
	result = result.Select(yocto.Filter{Layers: opt.layers, Rules: opt.rules, Recipes: opt.recipes})
	var checked []yocto.CheckedFile
	if opt.downloads != "" {
		if checked, err = a.checkDownloads(ctx, result, opt.downloads); err != nil {
			return err
		}
	}
	report, err := opt.report(result, paths)
	if err != nil {
		return err
	}
	summary := result.Summary()
	summary.Findings = report.Summary
	doc := auditDocument{"dombuild/audit-yocto/v1", summary, result.Sources, result.Inactive, atLeast(report.Findings, shown), syntaxErrors(result.Errors), checked}
	text := func(w io.Writer) {
		a.printAudit(w, summary, report, shown)
		printDownloads(w, opt.downloads, checked)
	}
	if opt.lock == "-" {
		text = func(io.Writer) { fmt.Fprintln(a.stderr, summary) }
	}
	err = errors.Join(a.print(doc, text), a.save(report), opt.saveBaseline(report))
	if opt.lock != "" {
		err = errors.Join(err, a.writeYoctoLock(result, opt.lock))
	}
	if len(result.Errors) > 0 && !opt.keepGoing {
		err = errors.Join(err, &yocto.SyntaxError{Errors: result.Errors})
	} else if len(result.Errors) > 0 {
		fmt.Fprintf(a.stderr, "warning: %s\n", &yocto.SyntaxError{Errors: result.Errors})
	}
	if err != nil {
		return err
	}
	return errors.Join(yocto.DownloadsError(checked), yocto.Gate(report, threshold))
}

// severities reads --fail-on and --severity.
func (opt auditFlags) severities(everything bool) (threshold, shown finding.Severity, err error) {
	if threshold, err = finding.ParseSeverity(opt.failOn); err != nil {
		return 0, 0, &usageError{fmt.Errorf("--fail-on: %w", err), ""}
	}
	switch {
	case opt.severity == "" && everything:
		return threshold, finding.Note, nil
	case opt.severity == "":
		return threshold, finding.Medium, nil
	}
	if shown, err = finding.ParseSeverity(opt.severity); err != nil {
		return 0, 0, &usageError{fmt.Errorf("--severity: %w", err), ""}
	}
	return threshold, shown, nil
}

func (opt auditFlags) checkRules() error {
	var known []string
	for _, r := range yocto.Rules() {
		known = append(known, r.ID)
	}
	for _, id := range opt.rules {
		if !slices.Contains(known, id) {
			return &usageError{fmt.Errorf("there is no rule %q", id), "the rules are " + strings.Join(known, ", ")}
		}
	}
	return nil
}

// evaluate runs the audit and says about once a second how far it is.
func (a *app) evaluate(ctx context.Context, paths []string, opt auditFlags) (*yocto.Result, error) {
	set := map[string]string{}
	for _, s := range opt.set {
		name, value, ok := strings.Cut(s, "=")
		if !ok || name == "" {
			return nil, &usageError{fmt.Errorf("--set %s: a variable is set as NAME=VALUE", s), ""}
		}
		set[name] = value
	}
	shown := newAuditProgress(a.display, "evaluate "+strings.Join(paths, " "))
	result, err := yocto.Audit(ctx, yocto.Input{Paths: paths, Set: set, Environment: os.LookupEnv, Progress: shown.step})
	shown.end(err)
	return result, err
}

// report applies waivers and the baseline.
func (opt auditFlags) report(result *yocto.Result, paths []string) (*finding.Report, error) {
	c := finding.Content{
		Tool: finding.Tool{Name: "dombuild", Version: version(), Verb: "audit yocto"}, Rules: yocto.Rules(), Findings: result.Plain(),
		Properties: map[string]string{"paths": strings.Join(paths, " "), "bitbake": result.Release.String()},
		Sections:   []finding.Section{result.Summary().Section(), result.Unverified()},
		Now:        time.Now(),
	}
	for _, name := range opt.waivers {
		waivers, err := yocto.ReadWaivers(name)
		if err != nil {
			return nil, err
		}
		c.Waivers = append(c.Waivers, waivers...)
	}
	if opt.baseline != "" {
		f, err := os.Open(opt.baseline)
		if err != nil {
			return nil, fmt.Errorf("reading baseline: %w", err)
		}
		defer f.Close()
		if c.Baseline, err = finding.ReadBaseline(f); err != nil {
			return nil, fmt.Errorf("%s: %w", opt.baseline, err)
		}
	}
	return finding.New(c)
}

func (opt auditFlags) saveBaseline(r *finding.Report) error {
	if opt.newBaseline == "" {
		return nil
	}
	return finding.NewBaseline(r).Save(opt.newBaseline)
}

func atLeast(all []finding.Finding, shown finding.Severity) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f finding.Finding) bool { return f.Severity < shown })
}

func syntaxErrors(errs []*bitbake.SyntaxError) []auditSyntaxError {
	out := []auditSyntaxError{}
	for _, e := range errs {
		out = append(out, auditSyntaxError{e.Place.File, e.Place.Line, e.Column, e.Text})
	}
	return out
}

func (a *app) printAudit(w io.Writer, s yocto.Summary, report *finding.Report, shown finding.Severity) {
	view := *report
	view.Findings = atLeast(report.Findings, shown)
	_ = view.WriteText(w, finding.TextOptions{Color: colored(a.stdout)})
	if hidden := len(report.Findings) - len(view.Findings); hidden > 0 {
		fmt.Fprintf(w, "%d findings below %s are not shown (--severity note shows all)\n", hidden, shown)
	}
	table(w, s.Section())
	fmt.Fprintf(w, "\n%s\n", s)
	if s.Inactive > 0 {
		fmt.Fprintf(w, "%d remote sources for other machines or overrides were not looked at (--json lists them as inactive)\n", s.Inactive)
	}
}

// table writes a section as text, the first column to the left.
func table(w io.Writer, s finding.Section) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\n%s\t\n", strings.Join(s.Columns, "\t"))
	for _, row := range s.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = finding.Visible(cell)
		}
		fmt.Fprintf(t, "%s\t\n", strings.Join(cells, "\t"))
	}
	_ = t.Flush()
}
