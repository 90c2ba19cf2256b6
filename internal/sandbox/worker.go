package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/containerd/containerd/v2/core/diff/apply"
	"github.com/containerd/containerd/v2/core/metadata"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/containerd/v2/plugins/diff/walking"
	"github.com/containerd/containerd/v2/plugins/snapshots/native"
	"github.com/containerd/containerd/v2/plugins/snapshots/overlay"
	"github.com/containerd/containerd/v2/plugins/snapshots/overlay/overlayutils"
	"github.com/containerd/platforms"
	cachemetadata "github.com/moby/buildkit/cache/metadata"
	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/executor"
	"github.com/moby/buildkit/executor/oci"
	"github.com/moby/buildkit/executor/resources"
	resourcestypes "github.com/moby/buildkit/executor/resources/types"
	"github.com/moby/buildkit/executor/runcexecutor"
	containerdsnapshot "github.com/moby/buildkit/snapshot/containerd"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/source"
	"github.com/moby/buildkit/source/containerblob"
	"github.com/moby/buildkit/util/leaseutil"
	"github.com/moby/buildkit/util/network"
	"github.com/moby/buildkit/worker/base"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	bolt "go.etcd.io/bbolt"
)

const namespace = "buildkit"

// newWorker makes the embedded worker. It differs from buildkitd's: the only
// network it knows is none, the only sources are our own store's, containers
// are guarded, and closing it closes its databases.
func newWorker(ctx context.Context, root, runtime string, beneath *contents, keepBytes int64) (*base.Worker, *guard, closers, error) {
	var done closers
	fail := func(err error) (*base.Worker, *guard, closers, error) {
		return nil, nil, nil, errors.Join(err, done.Close())
	}
	run, err := newGuard(filepath.Join(root, "executor"), runtime)
	if err != nil {
		return fail(err)
	}
	name, snapshotter, err := newSnapshotter(filepath.Join(root, "snapshots"))
	if err != nil {
		return fail(err)
	}
	done = append(done, snapshotter.Close)
	blobs, err := local.NewStore(filepath.Join(root, "content"))
	if err != nil {
		return fail(err)
	}
	db, err := bolt.Open(filepath.Join(root, "containerdmeta.db"), 0o600, &bolt.Options{FreelistType: bolt.FreelistMapType})
	if err != nil {
		return fail(err)
	}
	done = append(done, db.Close)
	mdb := metadata.NewDB(db, shared{blobs, beneath}, map[string]snapshots.Snapshotter{name: snapshotter})
	if err := mdb.Init(ctx); err != nil {
		return fail(err)
	}
	md, err := cachemetadata.NewStore(filepath.Join(root, "metadata_v2.db"))
	if err != nil {
		return fail(err)
	}
	id, err := base.ID(root)
	if err != nil {
		return fail(errors.Join(err, md.Close()))
	}
	content := containerdsnapshot.NewContentStore(mdb.ContentStore(), namespace)
	w, err := base.NewWorker(ctx, base.WorkerOpt{
		ID:               id,
		Root:             root,
		GCPolicy:         []client.PruneInfo{{All: true, MaxUsedSpace: keepBytes}},
		MetadataStore:    md,
		NetworkProviders: noNetwork(),
		Executor:         run,
		Snapshotter:      containerdsnapshot.NewSnapshotter(name, mdb.Snapshotter(name), namespace, nil),
		ContentStore:     content,
		Applier:          apply.NewFileSystemApplier(content),
		Differ:           walking.NewWalkingDiff(content),
		Platforms:        []ocispecs.Platform{platforms.Normalize(platforms.DefaultSpec())},
		LeaseManager:     leaseutil.WithNamespace(metadata.NewLeaseManager(mdb), namespace),
		GarbageCollect:   mdb.GarbageCollect,
		MountPoolRoot:    filepath.Join(root, "mounts"),
	})
	if err != nil {
		return fail(errors.Join(err, md.Close()))
	}
	if err := restrict(w); err != nil {
		return fail(errors.Join(err, w.Close()))
	}
	return w, run, done, nil
}

// restrict leaves the worker no source but the session's content store.
func restrict(w *base.Worker) error {
	m, err := source.NewManager()
	if err != nil {
		return err
	}
	blobs, err := containerblob.NewSource(containerblob.SourceOpt{ContentStore: w.ContentStore(), CacheAccessor: w.CacheMgr})
	if err != nil {
		return err
	}
	m.Register(w.OCILayoutSource)
	m.Register(blobs)
	w.SourceManager, w.ImageSource, w.GitSource, w.HTTPSource = m, nil, nil, nil
	return nil
}

func noNetwork() map[pb.NetMode]network.Provider {
	return map[pb.NetMode]network.Provider{pb.NetMode_NONE: network.NewNoneProvider()}
}

// newSnapshotter prefers overlayfs and falls back to copying.
func newSnapshotter(dir string) (string, snapshots.Snapshotter, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, err
	}
	if overlayutils.Supported(dir) == nil {
		s, err := overlay.NewSnapshotter(dir, overlay.AsynchronousRemove)
		return "overlayfs", s, err
	}
	s, err := native.NewSnapshotter(dir)
	return "native", s, err
}

// guard runs containers with runc and refuses, once more and last of all, any
// that would not be closed. It knows how many are running.
type guard struct {
	inner   executor.Executor
	running sync.WaitGroup
}

func newGuard(root, runtime string) (*guard, error) {
	monitor, err := resources.NewMonitor()
	if err != nil {
		return nil, err
	}
	inner, err := runcexecutor.New(runcexecutor.Opt{
		Root:              root,
		CommandCandidates: []string{runtime},
		ProcessMode:       oci.ProcessSandbox,
		ResourceMonitor:   monitor,
	}, noNetwork())
	if err != nil {
		return nil, fmt.Errorf("starting the container runtime: %w", err)
	}
	return &guard{inner: inner}, nil
}

func (g *guard) Run(ctx context.Context, id string, rootfs executor.Mount, mounts []executor.Mount, process executor.ProcessInfo, started chan<- struct{}) (resourcestypes.Recorder, error) {
	if err := closed(process.Meta); err != nil {
		if started != nil {
			close(started)
		}
		return nil, err
	}
	g.running.Add(1)
	defer g.running.Done()
	return g.inner.Run(ctx, id, rootfs, mounts, process, started)
}

func (g *guard) Exec(ctx context.Context, id string, process executor.ProcessInfo) error {
	g.running.Add(1)
	defer g.running.Done()
	return g.inner.Exec(ctx, id, process)
}

func closed(m executor.Meta) error {
	switch {
	case m.NetMode != pb.NetMode_NONE:
		return fmt.Errorf("container with network %s refused", m.NetMode)
	case m.SecurityMode != pb.SecurityMode_SANDBOX:
		return fmt.Errorf("container with security %s refused", m.SecurityMode)
	case len(m.CDIDevices) > 0, m.Proxy != nil, len(m.ExtraHosts) > 0:
		return errors.New("container with devices, proxies or hosts refused")
	}
	return nil
}

// closers are closed in reverse order.
type closers []func() error

func (c closers) Close() error {
	var errs []error
	for i := len(c) - 1; i >= 0; i-- {
		errs = append(errs, c[i]())
	}
	return errors.Join(errs...)
}
