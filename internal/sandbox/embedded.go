package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/control"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/solver"
	"github.com/moby/buildkit/solver/bboltcachestorage"
	"github.com/moby/buildkit/util/db/boltutil"
	"github.com/moby/buildkit/util/grpcerrors"
	"github.com/moby/buildkit/worker"
	bolt "go.etcd.io/bbolt"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
)

// startEmbedded starts BuildKit in this process, with its state in dir, and
// connects to it in memory. The returned closers stop it again.
func startEmbedded(ctx context.Context, dir, runtime string, beneath *contents, keepBytes int64) (_ *client.Client, done closers, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, done.Close())
			done = nil
		}
	}()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, err
	}
	w, run, wdone, err := newWorker(ctx, dir, runtime, beneath, keepBytes)
	if err != nil {
		return nil, nil, fmt.Errorf("starting the build engine: %w", err)
	}
	done = append(done, wdone...)
	ctl, err := newController(ctx, dir, w)
	if err != nil {
		return nil, done, fmt.Errorf("starting the build engine: %w", err)
	}
	done = append(done, ctl.Close)

	srv := grpc.NewServer(grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
		grpc.UnaryInterceptor(grpcerrors.UnaryServerInterceptor), grpc.StreamInterceptor(grpcerrors.StreamServerInterceptor))
	ctl.Register(srv)
	l := bufconn.Listen(1 << 20)
	served := make(chan struct{})
	go func() { defer close(served); _ = srv.Serve(l) }()
	done = append(done, func() error {
		srv.Stop()
		<-served
		return settle(run)
	})
	c, err := client.New(ctx, "", client.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return l.DialContext(ctx)
	}))
	if err != nil {
		return nil, done, fmt.Errorf("connecting to the build engine: %w", err)
	}
	return c, append(done, c.Close), nil
}

const maxMessage = 16 << 20

// settle waits until no container runs.
func settle(run *guard) error {
	idle := make(chan struct{})
	go func() { run.running.Wait(); close(idle) }()
	select {
	case <-idle:
		return nil
	case <-time.After(15 * time.Second):
		return errors.New("stopping the build engine: a container is still running")
	}
}

func newController(ctx context.Context, dir string, w worker.Worker) (_ *control.Controller, err error) {
	var done closers
	defer func() {
		if err != nil {
			err = errors.Join(err, done.Close())
		}
	}()
	workers := &worker.Controller{}
	if err := workers.Add(w); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	done = append(done, workers.Close)
	sessions, err := session.NewManager()
	if err != nil {
		return nil, err
	}
	cache, err := bboltcachestorage.NewStore(filepath.Join(dir, "cache.db"))
	if err != nil {
		return nil, err
	}
	done = append(done, cache.Close)
	history, err := boltutil.SafeOpen(filepath.Join(dir, "history.db"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType, NoSync: true})
	if err != nil {
		return nil, err
	}
	done = append(done, history.Close)
	return control.NewController(control.Opt{
		SessionManager:   sessions,
		WorkerController: workers,
		CacheManager:     solver.NewCacheManager(ctx, "local", cache, worker.NewCacheResultStorage(workers)),
		HistoryDB:        history,
		CacheStore:       cache,
		LeaseManager:     w.LeaseManager(),
		ContentStore:     w.ContentStore(),
		GarbageCollect:   w.GarbageCollect,
		GracefulStop:     ctx.Done(),
	})
}
