package wrapper

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Differences says, a line for each, in which calls two canonical logs differ.
// Calls are paired by what they did and what they wrote; IDs do not count, as
// they only name the rest of the record.
func Differences(first, second *Log) []string {
	left, right := first.unlike(second), second.unlike(first)
	var lines []string
	for _, l := range left {
		i := slices.IndexFunc(right, func(r *Call) bool { return sortKey(l) == sortKey(r) })
		if i < 0 {
			lines = append(lines, subject(l)+": only in the first build: "+command(l))
			continue
		}
		lines = append(lines, subject(l)+": "+changed(l, right[i]))
		right = slices.Delete(right, i, i+1)
	}
	for _, r := range right {
		lines = append(lines, subject(r)+": only in the second build: "+command(r))
	}
	return lines
}

// unlike are the calls that another log does not have.
func (l *Log) unlike(other *Log) []*Call {
	have := map[string]bool{}
	for i := range other.Calls {
		have[contentID(&other.Calls[i])] = true
	}
	var list []*Call
	for i := range l.Calls {
		if !have[contentID(&l.Calls[i])] {
			list = append(list, &l.Calls[i])
		}
	}
	return list
}

// subject names what a call made.
func subject(c *Call) string {
	if len(c.Outputs) > 0 {
		return fmt.Sprintf("%s of %s", c.Kind, path.Join(c.Cwd, c.Outputs[0].Path))
	}
	return fmt.Sprintf("%s in %s", c.Kind, c.Cwd)
}

func command(c *Call) string { return c.Name + " " + strings.Join(c.Expanded(), " ") }

// changed says in what two calls differ.
func changed(a, b *Call) string {
	var parts []string
	add := func(what string, left, right []string) {
		if !slices.Equal(left, right) {
			gone, come := without(left, right), without(right, left)
			if len(gone)+len(come) == 0 {
				gone, come = left, right // their order
			}
			parts = append(parts, fmt.Sprintf("%s: %s → %s", what, strings.Join(gone, " "), strings.Join(come, " ")))
		}
	}
	add("called as", []string{a.Name, a.Program}, []string{b.Name, b.Program})
	add("arguments", a.Expanded(), b.Expanded())
	add("arguments after the rules", a.Executed(), b.Executed())
	add("inputs", inputNames(a), inputNames(b))
	add("outputs", outputNames(a), outputNames(b))
	add("status", []string{fmt.Sprint(a.Exit, a.Signal)}, []string{fmt.Sprint(b.Exit, b.Signal)})
	if len(parts) == 0 {
		parts = []string{"rules left out: the conditions of the call differ"}
	}
	return strings.Join(parts, "; ")
}

// without are the words of one list that the other lacks.
func without(list, other []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(w string) bool { return slices.Contains(other, w) })
}

func inputNames(c *Call) []string {
	var list []string
	for _, in := range c.Inputs {
		list = append(list, objectNames(string(in.Role)+" ", in.Object)...)
	}
	return list
}

func outputNames(c *Call) []string {
	var list []string
	for _, o := range c.Outputs {
		list = append(list, objectNames("", o)...)
	}
	return list
}

// objectNames names an object and its members with the beginning of each hash.
func objectNames(before string, o Object) []string {
	list := []string{before + o.Path + short(o.Digest)}
	for _, m := range o.Members {
		list = append(list, before+o.Path+"("+m.Path+")"+short(m.Digest))
	}
	return list
}

func short(d digest.Digest) string {
	if d == "" {
		return ""
	}
	return "=" + d.Encoded()[:12]
}
