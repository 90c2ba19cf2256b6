package main

import (
	"context"
	"fmt"
	"time"

	"github.com/dombuild/dombuild/internal/progress"
)

// patience is how long an audit works before it says how far it is.
const patience = time.Second

// auditProgress says how far an audit is, about once a second and not before
// it has taken one: what fails at once fails without a word of progress.
type auditProgress struct {
	display progress.Reporter
	name    string
	said    time.Time
	task    progress.Task // nil: nothing was shown
}

func newAuditProgress(display progress.Reporter, name string) *auditProgress {
	return &auditProgress{display: display, name: name, said: time.Now()}
}

// step is called from one goroutine at a time.
func (p *auditProgress) step(done, total int) {
	now := time.Now()
	if now.Sub(p.said) < patience {
		return
	}
	if p.task == nil {
		p.task = p.display.Begin(p.name, 0)
	}
	p.said = now
	p.task.Log(fmt.Sprintf("%d of %d recipes", done, total))
}

// end ends the task. An error is shown as the end of the work only: the
// program itself says which one it is, once.
func (p *auditProgress) end(err error) {
	if p.task == nil {
		return
	}
	if err != nil {
		err = context.Canceled
	}
	p.task.End(err)
}
