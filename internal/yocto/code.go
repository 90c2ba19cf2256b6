package yocto

import (
	"strings"
	"sync"

	"github.com/dombuild/dombuild/internal/yocto/bitbake"
)

// code keeps what was found in the bodies of functions, by their text: most
// recipes get theirs from the same classes. It may be used from several
// goroutines.
type code struct {
	tasks     sync.Map // sample → *body of *commands
	anonymous sync.Map // … of the variable that it sets, "" for none
	fetching  sync.Map // … of whether it rewrites variables
	handlers  sync.Map // … of whether it rewrites sources
	owned     sync.Map // … of whether it is more than a call of the class's task
	blank     sync.Map // … of whether it does nothing
}

// body is a body, what was found in it, and another of the same sample.
type body[T any] struct {
	text  string
	found T
	next  *body[T]
}

// remembered is what find says of a body; each is looked at once. Most bodies are
// the very text that was seen before, which a comparison sees at once: they are
// kept by a sample of them.
func remembered[T any](known *sync.Map, text string, find func(text string) T) T {
	key := sample(text)
	first, _ := known.Load(key)
	list, _ := first.(*body[T])
	for b := list; b != nil; b = b.next {
		if b.text == text {
			return b.found
		}
	}
	found := find(text)
	known.Store(key, &body[T]{text, found, list}) // who comes second at the same time is forgotten
	return found
}

// sample is a number of the length and of four parts of a text.
func sample(text string) uint64 {
	const part, prime = 8, 1099511628211
	h := uint64(len(text))
	for i := range 4 {
		from := (len(text) - part) * i / 3
		for j := max(from, 0); j < from+part && j < len(text); j++ {
			h = (h ^ uint64(text[j])) * prime
		}
	}
	return h
}

// commands are the lines of a task that rules ask for.
type commands struct {
	downloads []hit
	sumdb     []hit // that switch Go's checksum database off
}

// hit is a line of a body.
type hit struct {
	line  int // from 0
	text  string
	match string // the part that was looked for
}

// commands finds the lines of a task's body.
func (c *code) commands(body string) *commands {
	return remembered(&c.tasks, body, findCommands)
}

func findCommands(body string) *commands {
	found := &commands{}
	for i, line := range lines(body) {
		if switchesSumdbOff(line) {
			found.sumdb = append(found.sumdb, hit{line: i, text: line})
		}
		if !mayDownload(line) {
			continue
		}
		if m := downloads.FindStringSubmatch(line); m != nil && !offline.MatchString(line) {
			found.downloads = append(found.downloads, hit{i, line, m[1]})
		}
	}
	return found
}

// sets says which of the variables that decide what is fetched anonymous
// python sets.
func (c *code) sets(body string) string {
	return remembered(&c.anonymous, body, func(body string) string {
		if !strings.Contains(body, "SRC_URI") && !strings.Contains(body, "SRCREV") {
			return ""
		}
		if m := sets.FindStringSubmatch(body); m != nil {
			return m[1]
		}
		return ""
	})
}

// task is a task with what was found in its body.
type task struct {
	bitbake.Function
	*commands
}

// eachTask calls visit for every task in whose body something was found.
func (r *recipe) eachTask(visit func(bitbake.Function, *commands)) {
	if r.tasks == nil {
		r.tasks = r.findTasks()
	}
	for _, t := range r.tasks {
		visit(t.Function, t.commands)
	}
}

// findTasks looks at every task once. It never gives nil.
func (r *recipe) findTasks() []task {
	out := []task{}
	for _, name := range r.data.Tasks() {
		f, ok := r.data.Function(name)
		if !ok {
			continue
		}
		if c := r.code.commands(f.Body); len(c.downloads)+len(c.sumdb) > 0 {
			out = append(out, task{f, c})
		}
	}
	return out
}

// lines returns the lines of a body, comments emptied.
func lines(body string) []string {
	out := strings.Split(body, "\n")
	for i, line := range out {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			out[i] = ""
		}
	}
	return out
}
