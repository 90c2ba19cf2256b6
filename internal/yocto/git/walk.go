package git

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	gitobject "github.com/dombuild/dombuild/internal/git"
)

// walk follows a commit to its trees and files.
type walk struct {
	store  *store
	report *Report
	seen   map[id]bool
	todo   []task
}

// task is an object that has to be there.
type task struct {
	id   id
	kind string // "commit", "tree", "blob"
	path string // for messages
}

func (w *walk) run(ctx context.Context, commit id) error {
	w.push(task{commit, "commit", ""})
	for len(w.todo) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		if err := w.visit(t); err != nil {
			return fmt.Errorf("reading object %s: %w", t.id, err)
		}
		if len(w.report.Wrong) >= maxWrong {
			return nil
		}
		if w.report.Objects > maxObjects {
			w.report.Doubts = append(w.report.Doubts, fmt.Sprintf("the commit has more than %d objects", maxObjects))
			return nil
		}
	}
	return nil
}

func (w *walk) push(t task) {
	if !w.seen[t.id] {
		w.seen[t.id] = true
		w.todo = append(w.todo, t)
	}
}

func (w *walk) wrong(t task, format string, args ...any) {
	name := t.kind
	if t.path != "" {
		name += " " + t.path
	}
	w.report.Wrong = append(w.report.Wrong, fmt.Sprintf("%s (%s): ", name, t.id)+fmt.Sprintf(format, args...))
}

// visit checks every copy of an object, and goes on with what it names.
func (w *walk) visit(t task) error {
	copies := w.store.find(t.id)
	if len(copies) == 0 {
		w.wrong(t, "is missing")
		return nil
	}
	w.report.Objects++
	var content []byte
	for _, c := range copies {
		o, err := c.read(t.kind != "blob")
		if err != nil {
			w.wrong(t, "cannot be read in %s: %v", c.where(), err)
			return nil
		}
		switch {
		case o.tooLarge:
			w.report.Doubts = append(w.report.Doubts, fmt.Sprintf("object %s is larger than %d bytes", t.id, maxMemory))
			return nil
		case o.sum != t.id:
			w.wrong(t, "is other content in %s: its hash is %s", c.where(), o.sum)
			return nil
		case o.kind == "tag" && t.kind == "commit" && t.path == "":
		case o.kind != t.kind:
			w.wrong(t, "is a %s", o.kind)
			return nil
		}
		content = o.content
		if t.path == "" {
			t.kind = o.kind
		}
	}
	switch t.kind {
	case "tag":
		return w.tag(t, content)
	case "commit":
		return w.commit(t, content)
	case "tree":
		return w.tree(t, content)
	}
	return nil
}

// tag goes on with the commit, or another tag, that a pinned tag names.
func (w *walk) tag(t task, content []byte) error {
	tag, err := gitobject.ParseTag(gitobject.SHA1, content)
	if err != nil {
		w.wrong(t, "%v", err)
		return nil
	}
	next, err := parseID(string(tag.Object))
	if err == nil {
		w.push(task{next, "commit", ""})
	}
	return err
}

// commit goes on with the tree of a commit, which its first line names.
func (w *walk) commit(t task, content []byte) error {
	line, _, _ := bytes.Cut(content, []byte("\n"))
	name, ok := strings.CutPrefix(string(line), "tree ")
	tree, err := parseID(name)
	if !ok || err != nil {
		w.wrong(t, "names no tree")
		return nil
	}
	w.push(task{tree, "tree", ""})
	return nil
}

// tree goes on with the entries of a tree: mode, space, name, NUL, id.
func (w *walk) tree(t task, content []byte) error {
	for len(content) > 0 {
		head, rest, ok := bytes.Cut(content, []byte{0})
		mode, name, space := strings.Cut(string(head), " ")
		if !ok || !space || len(rest) < len(id{}) {
			w.wrong(t, "is cut off")
			return nil
		}
		entry := task{id: id(rest[:len(id{})]), kind: "blob", path: strings.TrimPrefix(t.path+"/"+name, "/")}
		content = rest[len(id{}):]
		switch mode {
		case "40000":
			entry.kind = "tree"
		case "160000":
			continue // the commit of a submodule
		}
		w.push(entry)
	}
	return nil
}
