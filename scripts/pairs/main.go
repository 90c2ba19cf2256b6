// Command pairs compares each pair of files of a directory with dombuild diff
// and prints a table: the pair, the verdict, and what is said to differ. The
// directory is that of diffoscope's own test data; scripts/pairs.sh gets it.
//
//	pairs DOMBUILD DIR
//
// Two files are a pair when their names differ by 1 and 2 in one place. Every
// pair has to be found different, within a minute; where expect.go says what
// differs, that has to be named.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// document is what is read of a document dombuild/diff/v1.
type document struct {
	Schema      string       `json:"schema"`
	Equal       bool         `json:"equal"`
	Differences []difference `json:"differences"`
}

type difference struct {
	Path   []string `json:"path"`
	Kind   string   `json:"kind"`
	Cause  string   `json:"cause"`
	Detail string   `json:"detail"`
}

// String names a difference without the name of the file that it is in.
func (d difference) String() string {
	text := strings.Join(d.Path[min(1, len(d.Path)):], "!/") + " " + d.Kind
	if d.Cause != "" {
		text += " (" + d.Cause + ")"
	}
	return strings.TrimSpace(text)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pairs DOMBUILD DIR")
		os.Exit(2)
	}
	wrong, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
	for _, w := range wrong {
		fmt.Println("wrong:", w)
	}
	if len(wrong) > 0 {
		os.Exit(1)
	}
}

// run prints the table and returns what is not as expected.
func run(program, dir string) ([]string, error) {
	names, err := pairs(dir)
	if err != nil {
		return nil, err
	}
	var wrong []string
	named := 0
	for _, p := range names {
		doc, err := compare(program, dir, p)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", p[0], err))
			continue
		}
		fmt.Printf("%-34s %-10s %s\n", p[0], verdict(doc), summary(doc))
		want, ok := expected[p[0]]
		switch {
		case doc.Equal:
			wrong = append(wrong, p[0]+" is said to be equal")
		case ok && !slices.ContainsFunc(doc.Differences, func(d difference) bool { return strings.HasPrefix(d.String(), want) }):
			wrong = append(wrong, fmt.Sprintf("%s: %q is not named", p[0], want))
		case ok:
			named++
		}
	}
	fmt.Printf("%d pairs, %d not as expected; of %d the member that differs is named\n", len(names), len(wrong), named)
	return append(wrong, missing(names)...), nil
}

// missing lists expectations of pairs that are not there.
func missing(names [][2]string) []string {
	var list []string
	for left := range expected {
		if !slices.ContainsFunc(names, func(p [2]string) bool { return p[0] == left }) {
			list = append(list, left+" is not there")
		}
	}
	slices.Sort(list)
	return list
}

// pairs finds the pairs of a directory, in the order of their names.
func pairs(dir string) ([][2]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var list [][2]string
	for _, e := range entries {
		for i, c := range e.Name() {
			other := e.Name()[:i] + "2" + e.Name()[i+1:]
			if _, err := os.Stat(filepath.Join(dir, other)); c == '1' && err == nil {
				list = append(list, [2]string{e.Name(), other})
			}
		}
	}
	return list, nil
}

// compare runs diff on a pair. Exit codes other than 0 and 7 are errors.
func compare(program, dir string, p [2]string) (document, error) {
	var doc document
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "--json", "diff", filepath.Join(dir, p[0]), filepath.Join(dir, p[1]))
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &messages
	err := cmd.Run()
	if err != nil && cmd.ProcessState.ExitCode() != 7 {
		return doc, fmt.Errorf("%w: %s", err, messages.Bytes())
	}
	if bytes.Contains(messages.Bytes(), []byte("goroutine ")) {
		return doc, errors.New("it panicked")
	}
	return doc, json.Unmarshal(out.Bytes(), &doc)
}

func verdict(doc document) string {
	if doc.Equal {
		return "equal"
	}
	return "different"
}

// shown is how many differences a line of the table names.
const shown = 3

func summary(doc document) string {
	var parts []string
	for _, d := range doc.Differences[:min(shown, len(doc.Differences))] {
		parts = append(parts, d.String())
	}
	if n := len(doc.Differences) - shown; n > 0 {
		parts = append(parts, fmt.Sprintf("%d more", n))
	}
	return strings.Join(parts, ", ")
}
