// Package progress is how long work outside the sandbox says how far it is.
// Libraries report to it and never print; the command line renders it.
package progress

// Reporter begins tasks. Implementations are safe for concurrent use.
type Reporter interface {
	// Begin starts a task that is shown under name. Total is its size in
	// bytes, or 0 when it is not known.
	Begin(name string, total int64) Task
}

// Task is one piece of work under way.
type Task interface {
	Add(bytes int64) // so many more bytes are done
	Log(line string) // one line of text that belongs to the task
	End(err error)   // the task is over; err is nil when it went well
}

// None discards everything.
type None struct{}

func (None) Begin(string, int64) Task { return noTask{} }

type noTask struct{}

func (noTask) Add(int64)  {}
func (noTask) Log(string) {}
func (noTask) End(error)  {}
