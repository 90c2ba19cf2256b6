// Package display is the one progress display of the program. Fetching,
// unpacking and comparing report to it as tasks, the sandbox feeds it the
// status stream of its engine, and both are shown together: as a live screen on
// a terminal, as plain lines elsewhere. Nothing is drawn before there is
// something to show.
package display

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/util/progress/progressui"
	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/progress"
)

// Modes are the values of --progress: auto draws a live screen when the output
// is a terminal and plain lines otherwise.
var Modes = []string{"auto", "tty", "plain", "quiet"}

// Display shows work under way. The zero value is not usable; see New.
type Display struct {
	out   io.Writer
	mode  progressui.DisplayMode
	title string

	mu     sync.Mutex
	events chan *client.SolveStatus
	done   chan struct{}
	tasks  int
	muted  int // callers of Suspend that have not resumed
}

// New returns a display that writes to out. The title stands above a live screen.
func New(out io.Writer, mode, title string) (*Display, error) {
	if _, err := progressui.NewDisplay(out, progressui.DisplayMode(mode)); err != nil {
		return nil, fmt.Errorf("progress mode %q: %w", mode, err)
	}
	return &Display{out: out, mode: progressui.DisplayMode(mode), title: title}, nil
}

// Send shows one event of the engine's status stream.
func (d *Display) Send(s *client.SolveStatus) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.muted > 0 {
		return
	}
	if d.events == nil {
		d.start()
	}
	select {
	case d.events <- s:
	case <-d.done: // the screen is gone; the work goes on
	}
}

func (d *Display) start() {
	events, done := make(chan *client.SolveStatus, 64), make(chan struct{})
	d.events, d.done = events, done
	go func() {
		defer close(done)
		ui, err := progressui.NewDisplay(d.out, d.mode, progressui.WithPhase(d.title))
		if err != nil {
			return
		}
		// the context is never cancelled: the display ends when Close closes
		// the stream, so that what was cancelled is still shown as such
		_, _ = ui.UpdateFrom(context.Background(), events)
	}()
}

// Close ends the display and waits until all of it is written. A later event
// begins a new one.
func (d *Display) Close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end()
}

// Suspend ends the display, and shows nothing until resume is called: somebody
// else has the terminal. What happens meanwhile is not shown later either.
func (d *Display) Suspend() (resume func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.end()
	d.muted++
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.muted--
	}
}

func (d *Display) end() {
	if d.events == nil {
		return
	}
	close(d.events)
	<-d.done
	d.events = nil
}

// Begin implements progress.Reporter.
func (d *Display) Begin(name string, total int64) progress.Task {
	d.mu.Lock()
	d.tasks++
	id := digest.FromString(fmt.Sprintf("task %d %s", d.tasks, name))
	d.mu.Unlock()
	now := time.Now()
	t := &task{d: d, total: total, started: now, vertex: client.Vertex{Digest: id, Name: name, Started: &now}}
	d.Send(&client.SolveStatus{Vertexes: []*client.Vertex{t.snapshot()}})
	return t
}

type task struct {
	d       *Display
	total   int64
	started time.Time

	mu      sync.Mutex
	vertex  client.Vertex
	current int64
	shown   time.Time
}

func (t *task) snapshot() *client.Vertex {
	v := t.vertex
	return &v
}

// interval is how often a task's bytes are shown.
const interval = 100 * time.Millisecond

func (t *task) Add(bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current += bytes
	if now := time.Now(); now.Sub(t.shown) >= interval {
		t.shown = now
		t.d.Send(&client.SolveStatus{Statuses: []*client.VertexStatus{t.status(now, nil)}})
	}
}

func (t *task) status(now time.Time, completed *time.Time) *client.VertexStatus {
	return &client.VertexStatus{
		ID: t.vertex.Name, Vertex: t.vertex.Digest, Current: t.current, Total: t.total,
		Timestamp: now, Started: &t.started, Completed: completed,
	}
}

func (t *task) Log(line string) {
	t.d.Send(&client.SolveStatus{Logs: []*client.VertexLog{{
		Vertex: t.vertex.Digest, Stream: 1, Data: []byte(line + "\n"), Timestamp: time.Now(),
	}}})
}

func (t *task) End(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.vertex.Completed = &now
	if err != nil {
		t.vertex.Error = err.Error()
	}
	s := &client.SolveStatus{Vertexes: []*client.Vertex{t.snapshot()}}
	if t.current > 0 {
		s.Statuses = []*client.VertexStatus{t.status(now, &now)}
	}
	t.d.Send(s)
}
