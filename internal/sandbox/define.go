package sandbox

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
)

const (
	// storeID names our content store in the session; repository stands before
	// the digest in every source. The name can never be resolved (RFC 2606).
	storeID    = "dombuild"
	repository = "dombuild.invalid/store"

	scratchDir = "/scratch"
	blobName   = "blob" // of the file that a blob becomes before it is mounted
)

// definer turns Execs into LLB.
type definer struct {
	contents *contents
	platform ocispecs.Platform
}

// define returns the definition of x. Its sources are images and blobs of our
// own store and it has one exec; there are no file operations.
func (d definer) define(ctx context.Context, x *Exec) (*pb.Definition, error) {
	if err := x.check(); err != nil {
		return nil, err
	}
	root, err := d.root(ctx, x)
	if err != nil {
		return nil, err
	}
	exec := root.Run(d.options(x)...)
	out, err := d.mounts(ctx, x, exec)
	if err != nil {
		return nil, err
	}
	def, err := out.Marshal(ctx, llb.Platform(d.platform))
	if err != nil {
		return nil, fmt.Errorf("defining %s: %w", x.Name, err)
	}
	return def.ToPB(), nil
}

// root is the root file system with the layers over it and the mount points on top.
func (d definer) root(ctx context.Context, x *Exec) (llb.State, error) {
	base, err := d.contents.layer(ctx, x.Root)
	if err != nil {
		return llb.State{}, err
	}
	layers := []ocispecs.Descriptor{base}
	for _, l := range x.Layers {
		over, err := d.contents.layer(ctx, l)
		if err != nil {
			return llb.State{}, err
		}
		layers = append(layers, over)
	}
	if !x.RootOut {
		points, err := d.contents.makeLayer(skeleton(x))
		if err != nil {
			return llb.State{}, err
		}
		layers = append(layers, points)
	}
	return d.image(x.Name+": root", layers...)
}

func (d definer) options(x *Exec) []llb.RunOption {
	opts := []llb.RunOption{
		llb.Args(x.Args),
		llb.With(llb.Dir(x.Cwd), llb.User(fmt.Sprintf("%d:%d", x.UID, x.GID)), llb.Hostname(x.Hostname)),
		llb.Network(pb.NetMode_NONE),
		llb.Security(pb.SecurityMode_SANDBOX),
		llb.WithCustomName(x.Name),
	}
	for _, kv := range completeEnv(x.Env) {
		name, value, _ := strings.Cut(kv, "=")
		opts = append(opts, llb.AddEnv(name, value))
	}
	if !x.RootOut {
		opts = append(opts, llb.ReadonlyRootFS())
	}
	if x.IgnoreCache {
		opts = append(opts, llb.IgnoreCache)
	}
	if s := x.Source; s != nil {
		m := llb.NewSourceMap(nil, s.Filename, "HCL", s.Text)
		opts = append(opts, m.Location([]*pb.Range{{
			Start: &pb.Position{Line: int32(s.StartLine)},
			End:   &pb.Position{Line: int32(s.EndLine)},
		}}))
	}
	return opts
}

// completeEnv adds the two variables that BuildKit and runc would otherwise
// choose themselves.
func completeEnv(env []string) []string {
	for _, kv := range []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/"} {
		name, _, _ := strings.Cut(kv, "=")
		if !slices.ContainsFunc(env, func(have string) bool { return strings.HasPrefix(have, name+"=") }) {
			env = append(slices.Clip(env), kv)
		}
	}
	return env
}

// mounts adds everything that is mounted and returns the output.
func (d definer) mounts(ctx context.Context, x *Exec, exec llb.ExecState) (llb.State, error) {
	readonly := []llb.MountOption{llb.Readonly, llb.ContentCache(llb.MountContentCacheOff)}
	exec.AddMount("/tmp", llb.Scratch(), llb.Tmpfs())
	for _, m := range x.Mounts {
		if !m.Unpack {
			exec.AddMount(m.dest(), d.blob(x, m), append(readonly, llb.SourcePath("/"+blobName))...)
			continue
		}
		l, err := d.contents.layer(ctx, m.Blob)
		if err != nil {
			return llb.State{}, err
		}
		tree, err := d.image(x.Name+": "+m.Target, l)
		if err != nil {
			return llb.State{}, err
		}
		exec.AddMount(m.Target, tree, readonly...)
	}
	if err := d.files(x, exec, readonly); err != nil {
		return llb.State{}, err
	}
	return d.scratch(x, exec)
}

// scratch adds the writable directories and returns the output. The directories
// lie one level down, because an image cannot say who owns its top.
func (d definer) scratch(x *Exec, exec llb.ExecState) (llb.State, error) {
	own, err := d.contents.makeLayer([]entry{{name: scratchDir, uid: x.UID, gid: x.GID}})
	if err != nil {
		return llb.State{}, err
	}
	empty, err := d.image(x.Name+": scratch", own)
	if err != nil {
		return llb.State{}, err
	}
	if x.Work != "" {
		exec.AddMount(x.Work, empty, llb.SourcePath(scratchDir), llb.ForceNoOutput)
	}
	if m := x.Memory; m != nil {
		for _, p := range m.Targets {
			exec.AddMount(p, llb.Scratch(), llb.Tmpfs(llb.TmpfsSize(m.Size)))
		}
	}
	if x.RootOut {
		return exec.Root(), nil
	}
	return exec.AddMount(x.Out, empty, llb.SourcePath(scratchDir)), nil
}

// files mounts the inline files, and hosts and resolv.conf of our own over the
// ones that BuildKit derives from the machine it runs on.
func (d definer) files(x *Exec, exec llb.ExecState, opts []llb.MountOption) error {
	all := map[string]File{
		"/etc/hosts":       {Content: []byte(Hosts(x.Hostname, x.Domain))},
		"/etc/resolv.conf": {Content: []byte(ResolvConf)},
	}
	for p, f := range x.Files {
		all[p] = f
	}
	names := make([]string, 0, len(all))
	for p := range all {
		names = append(names, p)
	}
	slices.Sort(names)
	var entries []entry
	for i, p := range names {
		f := all[p]
		entries = append(entries, entry{name: fmt.Sprintf("/files/%d", i), file: &f})
	}
	l, err := d.contents.makeLayer(entries)
	if err != nil {
		return err
	}
	tree, err := d.image(x.Name+": files", l)
	if err != nil {
		return err
	}
	for i, p := range names {
		exec.AddMount(p, tree, append(slices.Clone(opts), llb.SourcePath(entries[i].name))...)
	}
	return nil
}

func (d definer) image(name string, layers ...ocispecs.Descriptor) (llb.State, error) {
	manifest, err := d.contents.image(d.platform, layers...)
	if err != nil {
		return llb.State{}, err
	}
	return llb.OCILayout(reference(manifest), llb.OCIStore("", storeID), llb.WithCustomName(name)), nil
}

func (d definer) blob(x *Exec, m Mount) llb.State {
	mode := m.Mode
	if mode == 0 {
		mode = 0o644
	}
	return llb.OCILayoutBlob(reference(m.Blob), llb.ImageBlobOCIStore("", storeID),
		llb.Filename(blobName), llb.Chmod(fs.FileMode(mode)), llb.WithCustomName(x.Name+": "+path.Join(m.Target, m.Filename)))
}

func reference(d digest.Digest) string { return repository + "@" + d.String() }

// ResolvConf is the content of /etc/resolv.conf in every container.
const ResolvConf = "# no network\n"

// Hosts is the content of /etc/hosts in a container of the given name and
// domain, if it has one.
func Hosts(hostname, domain string) string {
	if domain != "" {
		return "127.0.0.1\tlocalhost\n127.0.1.1\t" + hostname + "." + domain + " " + hostname + "\n::1\tlocalhost ip6-localhost ip6-loopback\n"
	}
	return "127.0.0.1\tlocalhost " + hostname + "\n::1\tlocalhost ip6-localhost ip6-loopback\n"
}
