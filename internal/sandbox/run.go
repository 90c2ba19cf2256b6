package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/moby/buildkit/client"
	gateway "github.com/moby/buildkit/frontend/gateway/client"
	gatewaypb "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"golang.org/x/sync/errgroup"
)

// Sink takes what a Run says while it runs. All fields are optional.
type Sink struct {
	Status  func(*client.SolveStatus) // every status, in order, from one goroutine
	Log     io.Writer                 // a copy of the command's stdout and stderr
	LogPath string                    // where Log can be read later, for StepError
	// Shell is called when the command failed, while its root still exists.
	Shell func(context.Context, *StepError, *Shell) error
}

// Run runs x and gives its output to out as a tar stream. Paths are relative,
// in the order of a walk that sorts each directory by name; owners and times
// are as the command left them. The stream ends with io.EOF only when the whole
// run went well. The first Run of an engine probes it.
//
// Errors: *StepError, *OpenError, ctx.Err(), and whatever the store or out say.
func (e *Engine) Run(ctx context.Context, x Exec, sink Sink, out func(tar io.Reader) error) error {
	if _, err := e.Probe(ctx); err != nil {
		return err
	}
	return e.run(ctx, x, sink, out)
}

func (e *Engine) run(ctx context.Context, x Exec, sink Sink, out func(tar io.Reader) error) error {
	e.runs.Add(1)
	defer e.runs.Done()
	def, err := e.definer.define(ctx, &x)
	if err != nil {
		return err
	}
	def, err = proved(x.Name, def)
	if err != nil {
		return err
	}
	log := newStepLog(x.Name, sink)
	err = e.solve(ctx, &x, def, log, out)
	switch {
	case err == nil:
		return log.err()
	case ctx.Err() != nil:
		return fmt.Errorf("running %s: %w", x.Name, ctx.Err())
	}
	var step *StepError
	if errors.As(err, &step) {
		return step
	}
	if fault := e.contents.takeFault(); fault != nil {
		return fmt.Errorf("running %s: %w", x.Name, fault)
	}
	return fmt.Errorf("running %s: %w", x.Name, err)
}

// solve sends def and pumps logs and output.
func (e *Engine) solve(ctx context.Context, x *Exec, def *pb.Definition, log *stepLog, out func(io.Reader) error) error {
	pr, pw := io.Pipe()
	var outErr error
	var eg errgroup.Group
	eg.Go(func() error {
		outErr = output(x, pr, out)
		pr.CloseWithError(outErr)
		return nil
	})
	statuses := make(chan *client.SolveStatus)
	eg.Go(func() error { log.pump(statuses); return nil })

	exported := false
	opt := client.SolveOpt{
		OCIStores:    map[string]content.Store{storeID: e.contents},
		SourcePolicy: policy(),
		Internal:     true,
		Exports: []client.ExportEntry{{
			Type: client.ExporterTar,
			Output: func(map[string]string) (io.WriteCloser, error) {
				exported = true
				return keepOpen{pw}, nil
			},
		}},
	}
	_, err := e.client.Build(ctx, opt, "dombuild", func(ctx context.Context, g gateway.Client) (*gateway.Result, error) {
		res, err := g.Solve(ctx, gateway.SolveRequest{Definition: def, Evaluate: true})
		if err != nil {
			return nil, e.failed(ctx, g, x, log, err)
		}
		return res, nil
	}, statuses)
	if err == nil && !exported {
		err = errors.New("the builder sent no output")
	}
	pw.CloseWithError(err) // nil is io.EOF
	_ = eg.Wait()
	if step := log.step(); step != nil {
		return step
	}
	if outErr != nil && (err == nil || errors.Is(err, io.ErrClosedPipe) || !errors.Is(outErr, err)) {
		return outErr
	}
	return err
}

// keepOpen does not pass on Close: the builder closes its stream also when it
// breaks off, and only the end of the solve says which it was.
type keepOpen struct{ io.Writer }

func (keepOpen) Close() error { return nil }

// failed tells a command that failed from everything else that can go wrong,
// and lets the caller look at it while its root exists.
func (e *Engine) failed(ctx context.Context, g gateway.Client, x *Exec, log *stepLog, err error) error {
	var exit *gatewaypb.ExitError
	if ctx.Err() != nil || !errors.As(err, &exit) || exit.ExitCode == gatewaypb.UnknownExitStatus {
		return err
	}
	step := log.failed(x, int(exit.ExitCode))
	if log.sink.Shell != nil {
		if shell, ok := newShell(g, x, e.opt.Platform, err); ok {
			return errors.Join(step, log.sink.Shell(ctx, step, shell))
		}
	}
	return err
}
