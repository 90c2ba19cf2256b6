package hardening

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/finding"
	"github.com/dombuild/dombuild/internal/hardening/kernel"
	"github.com/dombuild/dombuild/internal/hardening/profile"
	"github.com/dombuild/dombuild/internal/hardening/prove"
	"github.com/dombuild/dombuild/internal/image"
)

// Boot is what an image is started with: the command lines that its recipe
// gives, boot configurations and sysctls among its files, and its kernels, whose
// configurations decide what is not said. The zero value is empty.
type Boot struct {
	files bootFiles
	lines []bootLine
}

// bootLine is a command line that the recipe gives.
type bootLine struct {
	kind  kernel.Kind
	text  string
	place finding.Place
}

// Read takes what the artifact of size bytes at r says.
func (b *Boot) Read(ctx context.Context, name string, r io.ReaderAt, size int64) error {
	img, err := image.Read(name, r, size, image.Options{})
	if err != nil {
		return err
	}
	return img.Walk(ctx, func(e image.Entry, c *image.Content) error {
		if err := b.files.take(e, c); err != nil {
			return err
		}
		if c == nil || !namedLikeKernel(e.Path) || worthProving(c) {
			return nil
		}
		found, err := kernel.Find(c, c.Size(), kernel.Limits{})
		b.files.keep(e.Path, found)
		if errors.Is(err, kernel.ErrNotKernel) {
			return nil
		}
		return err
	})
}

// Options adds the command lines that Xen and Linux are started with. An image
// that has no Xen, and no options for it, has no such line.
func (b *Boot) Options(hypervisor, linux string, place finding.Place) {
	hasXen := slices.ContainsFunc(b.files.kernels, func(k bootKernel) bool { return k.Kind == kernel.Xen })
	if hasXen || hypervisor != "" {
		b.lines = append(b.lines, bootLine{kernel.Xen, hypervisor, place})
	}
	b.lines = append(b.lines, bootLine{kernel.Linux, linux, place})
}

// Findings are the rules of high and medium severity that do not hold, or
// cannot be judged.
func (b *Boot) Findings() []finding.Finding {
	var list []finding.Finding
	for _, l := range b.lines {
		settings := kernel.ParseCommandLine(l.text, l.place.String())
		f := prove.File{Type: typeConfig, Checks: converted(kernel.JudgeCommandLine(l.kind, settings, b.files.started(l.kind)), "", nil)}
		list = append(list, optionsAt(f, l.place)...)
	}
	for _, f := range b.files.judge() {
		list = append(list, optionsAt(f, finding.Place{File: f.Path})...)
	}
	return list
}

// optionsAt are the findings of a gate about single options.
func optionsAt(f prove.File, place finding.Place) []finding.Finding {
	list := slices.Concat(optionFindings(f), undecidedOptions(f))
	list = slices.DeleteFunc(list, func(o finding.Finding) bool { return o.Severity < finding.Medium })
	for i := range list {
		list[i].Place = place
	}
	return list
}

// undecidedOptions are the rules about options that could not be judged.
func undecidedOptions(f prove.File) []finding.Finding {
	var list []finding.Finding
	rules := optionRules()
	for _, c := range f.Checks {
		r, ok := rules[c.Rule]
		if c.Status != prove.Unknown || !ok && configRule(c.Rule) == "" {
			continue
		}
		if !ok { // nothing of it could be read
			list = append(list, unreadOptions(f.Path, c.Rule, c.Evidence))
			continue
		}
		list = append(list, finding.Finding{Rule: c.Rule, Severity: optionSeverity(r), Place: finding.Place{File: f.Path}, Subject: c.Rule,
			Message:  fmt.Sprintf("%s cannot be judged: %s", r.wanted, r.reason),
			Evidence: c.Evidence, Remedy: fmt.Sprintf("set %s (recommended by %s)", r.wanted, r.source)})
	}
	return list
}

// unread describes what leaves all rules of a kind unknown.
var unread = map[string]string{
	profile.KernelConfig: "the configuration of Linux", profile.XenConfig: "the configuration of Xen", kernelRuleUnread: "the command lines",
}

func unreadOptions(file, rule string, evidence []string) finding.Finding {
	return finding.Finding{Rule: rule, Severity: finding.High, Place: finding.Place{File: file}, Subject: rule,
		Message: unread[rule] + " cannot be judged: " + strings.Join(evidence, "; "), Remedy: "leave what was configured among the outputs, such as boot/config-linux"}
}

// unreadRules describe the rules of unread.
func unreadRules() []finding.Rule {
	var list []finding.Rule
	for _, id := range slices.Sorted(maps.Keys(unread)) {
		list = append(list, finding.Rule{ID: id, Name: unread[id] + " can be judged", Severity: finding.High, Tags: []string{"kconfig"},
			Summary: "Of " + unread[id] + " nothing could be judged."})
	}
	return list
}

// options decides the rules of a profile about configurations: what is refuted
// and what cannot be judged, of high and medium severity. An image without a
// configuration inside is judged by the one beside it; where there is none at
// all, nothing is proved.
func (g Gate) options(files []prove.File) []finding.Finding {
	judged, unjudged := map[string]bool{}, []finding.Finding{}
	var list []finding.Finding
	for _, f := range files {
		for _, c := range f.Checks {
			if rule, _, one := strings.Cut(c.Rule, ":"); one {
				judged[rule] = true
			}
		}
		for _, o := range optionsAt(f, finding.Place{File: f.Path}) {
			_, bare := unread[o.Rule]
			switch {
			case !slices.Contains(g.Profile.Rules, configRule(o.Rule)):
			case bare && strings.Contains(o.Message, kernel.NotEmbedded):
				unjudged = append(unjudged, o)
			default:
				list = append(list, o)
			}
		}
	}
	for _, rule := range []string{profile.KernelConfig, profile.XenConfig} {
		if !slices.Contains(g.Profile.Rules, rule) || judged[rule] {
			continue
		}
		of := slices.DeleteFunc(slices.Clone(unjudged), func(o finding.Finding) bool { return o.Rule != rule })
		if len(of) == 0 {
			of = append(of, unreadOptions(".", rule, []string{"it is in no output"}))
		}
		list = append(list, of...)
	}
	return list
}
