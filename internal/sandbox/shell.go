package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"

	gateway "github.com/moby/buildkit/frontend/gateway/client"
	"github.com/moby/buildkit/solver/errdefs"
	"github.com/moby/buildkit/solver/pb"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

// Shell starts processes in the root that a failed command left, with the same
// mounts, and as closed as the command was.
type Shell struct {
	gateway  gateway.Client
	exec     *Exec
	platform ocispecs.Platform
	mounts   []gateway.Mount
}

// Terminal is where an interactive process reads and writes.
type Terminal struct {
	Stdin          io.ReadCloser
	Stdout, Stderr io.WriteCloser
	TTY            bool
	Resize         <-chan Size           // may be nil
	Signals        <-chan syscall.Signal // may be nil
}

// Size is that of a terminal.
type Size struct{ Rows, Columns uint32 }

// newShell finds the mounts of the failed exec in the error of its solve.
func newShell(g gateway.Client, x *Exec, platform ocispecs.Platform, err error) (*Shell, bool) {
	var solve *errdefs.SolveError
	if !errors.As(err, &solve) || solve.Op.GetExec() == nil {
		return nil, false
	}
	mounts := solve.Op.GetExec().GetMounts()
	if len(mounts) != len(solve.MountIDs) {
		return nil, false
	}
	s := &Shell{gateway: g, exec: x, platform: platform}
	for i, m := range mounts {
		s.mounts = append(s.mounts, gateway.Mount{
			Selector: m.Selector, Dest: m.Dest, ResultID: solve.MountIDs[i],
			Readonly: m.Readonly && m.Dest != "/", MountType: m.MountType,
		})
	}
	return s, true
}

// Run runs args with the failed command's environment, user and directory until
// they end. Changes to the root are thrown away.
func (s *Shell) Run(ctx context.Context, args []string, t Terminal) error {
	ctr, err := s.gateway.NewContainer(ctx, gateway.NewContainerRequest{
		Mounts: s.mounts, Hostname: s.exec.Hostname, NetMode: pb.NetMode_NONE,
		Platform: &pb.Platform{OS: s.platform.OS, Architecture: s.platform.Architecture, Variant: s.platform.Variant},
	})
	if err != nil {
		return fmt.Errorf("opening the root of %s: %w", s.exec.Name, err)
	}
	defer ctr.Release(context.WithoutCancel(ctx))
	p, err := ctr.Start(ctx, gateway.StartRequest{
		Args: args, Env: completeEnv(s.exec.Env), Cwd: s.exec.Cwd,
		User: fmt.Sprintf("%d:%d", s.exec.UID, s.exec.GID), SecurityMode: pb.SecurityMode_SANDBOX,
		Tty: t.TTY, Stdin: t.Stdin, Stdout: t.Stdout, Stderr: t.Stderr,
		RemoveMountStubsRecursive: true,
	})
	if err != nil {
		return fmt.Errorf("starting %s in the root of %s: %w", args[0], s.exec.Name, err)
	}
	stop := make(chan struct{})
	defer close(stop)
	go t.forward(ctx, p, stop)
	return p.Wait()
}

// forward passes sizes and signals on until stop is closed.
func (t Terminal) forward(ctx context.Context, p gateway.ContainerProcess, stop <-chan struct{}) {
	for {
		select {
		case s := <-t.Resize:
			_ = p.Resize(ctx, gateway.WinSize{Rows: s.Rows, Cols: s.Columns})
		case sig := <-t.Signals:
			_ = p.Signal(ctx, sig)
		case <-stop:
			return
		}
	}
}
