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
	tasks     sync.Map // body → *commands
	anonymous sync.Map // body → the variable that it sets, "" for none
	fetching  sync.Map // body → whether it rewrites variables
	handlers  sync.Map // body → whether it rewrites sources
	owned     sync.Map // body → whether it is more than a call of the class's task
}

// remembered is what find says of a body; each is looked at once.
func remembered[T any](known *sync.Map, body string, find func(body string) T) T {
	if found, ok := known.Load(body); ok {
		return found.(T)
	}
	found := find(body)
	known.Store(body, found)
	return found
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
