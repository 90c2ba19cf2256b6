package sandbox

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"github.com/moby/buildkit/client"
)

const (
	tailLines = 25
	tailBytes = 64 << 10
)

// stepLog passes on what a solve says and remembers the end of the command's
// own output.
type stepLog struct {
	name string
	sink Sink

	mu       sync.Mutex
	tail     []byte
	writeErr error
	stepErr  *StepError
}

func newStepLog(name string, sink Sink) *stepLog {
	return &stepLog{name: name, sink: sink}
}

// pump reads until statuses is closed.
func (l *stepLog) pump(statuses <-chan *client.SolveStatus) {
	for s := range statuses {
		for _, entry := range s.Logs {
			l.write(entry.Data)
		}
		if l.sink.Status != nil {
			l.sink.Status(s)
		}
	}
}

func (l *stepLog) write(data []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tail = append(l.tail, data...)
	if len(l.tail) > 2*tailBytes {
		l.tail = append([]byte(nil), l.tail[len(l.tail)-tailBytes:]...)
	}
	if l.sink.Log == nil || l.writeErr != nil {
		return
	}
	_, l.writeErr = l.sink.Log.Write(data)
}

// err is the first error of writing the log.
func (l *stepLog) err() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writeErr != nil {
		return fmt.Errorf("writing the log of %s: %w", l.name, l.writeErr)
	}
	return nil
}

// failed notes that the command failed. The lines are filled in by step, when
// all have come.
func (l *stepLog) failed(x *Exec, code int) *StepError {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stepErr = &StepError{
		Name: x.Name, Command: x.Args, ExitCode: code, LogPath: l.sink.LogPath, Source: x.Source, Tail: l.lines(),
	}
	return l.stepErr
}

// step returns the failure, or nil.
func (l *stepLog) step() *StepError {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stepErr != nil {
		l.stepErr.Tail = l.lines()
	}
	return l.stepErr
}

func (l *stepLog) lines() []string {
	text := strings.ToValidUTF8(string(bytes.TrimRight(l.tail, "\n")), "�")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-tailLines):]
}
