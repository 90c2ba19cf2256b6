package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
)

func (a *app) hardenVerb() *cobra.Command {
	var opt hardenFlags
	cmd := verb("harden PATH…", "Judge how files, trees and images are hardened", cobra.ArbitraryArgs, func(ctx context.Context, args []string) error {
		switch {
		case opt.budget:
			return a.budget(ctx, args)
		case len(args) == 0:
			return &usageError{errNoPath, "dombuild harden --help"}
		}
		return a.harden(ctx, args, opt)
	})
	cmd.Long = `Judge ELF files, static archives, trees and images (tar, cpio, squashfs, ext4, ISO 9660,
FAT, OCI layouts, Debian packages …), plain or compressed: each rule is proved, refuted or
unknown, with the evidence. Nothing of what is judged is executed, and nothing outside
it is read.

Rules of the profile that are refuted are findings; the exit code is then 8. With
--unknown, what could not be judged is one too.

With --budget: what is in the root trees of the recipe's images, or of the named ones,
after they were built, what brought each file in, and the figures that a budget bounds.`
	cmd.Annotations = map[string]string{findings: "yes"}
	f := cmd.Flags()
	f.StringVar(&opt.profile, "profile", profile.Default, "rules that have to hold: "+strings.Join(profile.Names(), ", "))
	f.StringSliceVar(&opt.rules, "rule", nil, "only these rules")
	f.BoolVar(&opt.deep, "deep", false, "also look into artifacts within artifacts")
	f.BoolVar(&opt.unknown, "unknown", false, "what could not be judged is a finding")
	f.BoolVar(&opt.budget, "budget", false, "instead of PATH: the figures of the recipe's images")
	return cmd
}

type hardenFlags struct {
	profile               string
	rules                 []string
	deep, unknown, budget bool
}

var errNoPath = errors.New("there is nothing to judge: name a file, tree or image")

// hardenDocument is what harden prints with --json.
type hardenDocument struct {
	Schema   string            `json:"schema"`
	Profile  string            `json:"profile"`
	Summary  finding.Summary   `json:"summary"`
	Files    []prove.File      `json:"files"`
	Findings []finding.Finding `json:"findings"`
}

func (a *app) harden(ctx context.Context, paths []string, opt hardenFlags) error {
	p, err := opt.rulesOf()
	if err != nil {
		return err
	}
	files := []prove.File{}
	for _, path := range paths {
		found, err := a.scan(ctx, path, opt)
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	report, err := finding.New(finding.Content{
		Tool: finding.Tool{Name: "dombuild", Version: version(), Verb: "harden"}, Rules: hardening.FindingRules(),
		Findings: hardening.Judge(files, p, opt.unknown), Properties: map[string]string{"profile": p.Name},
		Sections: []finding.Section{countSection(files)},
	})
	if err != nil {
		return err
	}
	doc := hardenDocument{Schema: "dombuild/harden/v1", Profile: p.Name, Summary: report.Summary, Files: files, Findings: report.Findings}
	err = a.print(doc, func(w io.Writer) { a.printHardening(w, report, files) })
	if err := errors.Join(err, a.save(report)); err != nil {
		return err
	}
	if n := report.Summary.Active(); n > 0 {
		return &hardening.RefutedError{Findings: n, Profile: p.Name}
	}
	return nil
}

// rulesOf returns the profile, cut down to the rules that were asked for.
func (opt hardenFlags) rulesOf() (profile.Profile, error) {
	p, ok := profile.Lookup(opt.profile)
	if !ok {
		return p, &usageError{fmt.Errorf("there is no profile %q", opt.profile), "the profiles are " + strings.Join(profile.Names(), ", ")}
	}
	if len(opt.rules) == 0 {
		// configurations are not of the profile's kind: they are judged always
		p.Rules = append(slices.Clone(p.Rules), profile.KernelConfig, profile.XenConfig)
		return p, nil
	}
	for _, id := range opt.rules {
		if !slices.Contains(profile.RuleIDs(), id) {
			return p, &usageError{fmt.Errorf("there is no rule %q", id), "the rules are " + strings.Join(profile.RuleIDs(), ", ")}
		}
	}
	return profile.Profile{Name: p.Name, Rules: opt.rules}, nil
}

// scan judges one path. Files are named with it, as the reader knows them.
func (a *app) scan(ctx context.Context, path string, opt hardenFlags) ([]prove.File, error) {
	task := a.display.Begin("judge "+path, 0)
	files, err := hardening.Scan(ctx, path, hardening.ScanOptions{Descend: opt.deep})
	task.End(err)
	for i := range files {
		if name := filepath.ToSlash(filepath.Clean(path)); files[i].Path != filepath.Base(name) || len(files) > 1 {
			files[i].Path = name + "/" + files[i].Path
		} else {
			files[i].Path = name
		}
	}
	return files, err
}

func (a *app) printHardening(w io.Writer, report *finding.Report, files []prove.File) {
	_ = report.WriteText(w, finding.TextOptions{Color: colored(a.stdout)})
	section := countSection(files)
	if len(section.Rows) == 0 {
		fmt.Fprintln(w, "nothing to judge: no ELF file, archive or entry that a rule is about")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\n%s\t\n", strings.Join(section.Columns, "\t"))
	for _, row := range section.Rows {
		fmt.Fprintf(t, "%s\t\n", strings.Join(row, "\t"))
	}
	_ = t.Flush()
	fmt.Fprintf(w, "%d files judged\n", len(files))
}

// countSection counts the verdicts of each rule.
func countSection(files []prove.File) finding.Section {
	statuses := []prove.Status{prove.Proved, prove.Refuted, prove.Unknown, prove.NotApplicable}
	s := finding.Section{Title: "Verdicts", Columns: []string{"rule", "proved", "refuted", "unknown", "not applicable"}}
	counts := map[string]map[prove.Status]int{}
	var rules []string
	for _, f := range files {
		for _, c := range f.Checks {
			if counts[c.Rule] == nil {
				counts[c.Rule] = map[prove.Status]int{}
				rules = append(rules, c.Rule)
			}
			counts[c.Rule][c.Status]++
		}
	}
	for _, id := range rules {
		row := []string{id}
		for _, status := range statuses {
			row = append(row, fmt.Sprint(counts[id][status]))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}
