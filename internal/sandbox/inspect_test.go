package sandbox

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/containerd/platforms"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
)

// exampleDefinition is the definition of an Exec with everything.
func exampleDefinition(t testing.TB) *pb.Definition {
	t.Helper()
	c := newContents(nil)
	layer := c.add("", []byte("root")).Digest
	x := Exec{
		Name: "example", Root: layer, Args: []string{"/bin/sh"}, Env: []string{"A=1"}, Cwd: "/build", Hostname: "h", UID: 1000, GID: 1000,
		Work: "/build", Out: "/out", Files: map[string]File{"/f": {}},
		Mounts: []Mount{{Target: "/sources/x", Blob: layer, Filename: "b"}, {Target: "/inputs/y", Blob: layer, Unpack: true}},
		Source: &Source{Filename: "x.hcl", Text: []byte("x"), StartLine: 1, EndLine: 1},
	}
	def, err := definer{c, platforms.DefaultSpec()}.define(context.Background(), &x)
	if err != nil {
		t.Fatal(err)
	}
	return def
}

// edit changes the operations for which pick says so, and the digests that refer
// to them, as someone would who wants the definition to be whole.
func edit(t testing.TB, def *pb.Definition, change func(*pb.Op) bool) {
	t.Helper()
	renamed := map[string]string{}
	changed := false
	for i, data := range def.Def {
		op := &pb.Op{}
		if err := proto.Unmarshal(data, op); err != nil {
			t.Fatal(err)
		}
		changed = change(op) || changed
		for _, in := range op.Inputs {
			if to, ok := renamed[in.Digest]; ok {
				in.Digest = to
			}
		}
		before := digest.FromBytes(data).String()
		out, err := proto.MarshalOptions{Deterministic: true}.Marshal(op)
		if err != nil {
			t.Fatal(err)
		}
		def.Def[i] = out
		after := digest.FromBytes(out).String()
		renamed[before] = after
		if md, ok := def.Metadata[before]; ok {
			delete(def.Metadata, before)
			def.Metadata[after] = md
		}
	}
	if !changed {
		t.Fatal("nothing was changed")
	}
}

func onExec(f func(*pb.Op, *pb.ExecOp)) func(*pb.Op) bool {
	return func(op *pb.Op) bool {
		if op.GetExec() != nil {
			f(op, op.GetExec())
		}
		return op.GetExec() != nil
	}
}

func onSource(f func(*pb.SourceOp)) func(*pb.Op) bool {
	return func(op *pb.Op) bool {
		if op.GetSource() != nil {
			f(op.GetSource())
		}
		return op.GetSource() != nil
	}
}

func unknown(m proto.Message) {
	m.ProtoReflect().SetUnknown(protowire.AppendVarint(protowire.AppendTag(nil, 9999, protowire.VarintType), 1))
}

func identifier(id string) func(*pb.Op) bool {
	return onSource(func(s *pb.SourceOp) { s.Identifier = id })
}

func attribute(k, v string) func(*pb.Op) bool {
	return onSource(func(s *pb.SourceOp) { s.Attrs[k] = v })
}

func TestInspect(t *testing.T) {
	sum := strings.Repeat("a", 64)
	mount := func(f func(*pb.Mount)) func(*pb.Op) bool {
		return onExec(func(_ *pb.Op, e *pb.ExecOp) { f(e.Mounts[len(e.Mounts)-1]) })
	}
	tests := []struct {
		name   string
		change func(*pb.Op) bool
		want   string // in the error; "" = accepted
	}{
		{"untouched", func(*pb.Op) bool { return true }, ""},
		{"network unset", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Network = pb.NetMode_UNSET }), "network UNSET"},
		{"network host", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Network = pb.NetMode_HOST }), "network HOST"},
		{"network of the future", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Network = 7 }), "network 7"},
		{"privileged", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Security = pb.SecurityMode_INSECURE }), "security INSECURE"},
		{"security of the future", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Security = 2 }), "security 2"},
		{"secret variable", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Secretenv = []*pb.SecretEnv{{ID: "x"}} }), "secrets"},
		{"device", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.CdiDevices = []*pb.CDIDevice{{Name: "x"}} }), "devices"},
		{"proxy", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.ProxyEnv = &pb.ProxyEnv{HttpProxy: "x"} }), "proxy"},
		{"empty proxy", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.ProxyEnv = &pb.ProxyEnv{} }), "proxy"},
		{"extra host", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.ExtraHosts = []*pb.HostIP{{Host: "x", IP: "1.2.3.4"}} }), "other hosts"},
		{"cgroup parent", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.CgroupParent = "/" }), "cgroup"},
		{"limits", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.Ulimit = []*pb.Ulimit{{Name: "nofile"}} }), "resource limits"},
		{"failure allowed", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.ValidExitCodes = []int32{0, 1} }), "exit codes"},
		{"no hostname", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.Hostname = "" }), "hostname"},
		{"named user", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.User = "root" }), "not a number"},
		{"no user", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.User = "" }), "not a number"},
		{"trace variable", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta.Env = append(e.Meta.Env, "TRACEPARENT=1") }), "TRACEPARENT"},
		{"no meta", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Meta = nil }), "no command"},
		{"no mounts", onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Mounts = nil }), "no root"},
		{"tmpfs of an input", mount(func(m *pb.Mount) { m.Input = 0 }), "has an input"},
		{"secret mount", mount(func(m *pb.Mount) { m.MountType = pb.MountType_SECRET }), "type SECRET"},
		{"ssh mount", mount(func(m *pb.Mount) { m.MountType = pb.MountType_SSH }), "type SSH"},
		{"cache mount", mount(func(m *pb.Mount) { m.MountType = pb.MountType_CACHE }), "type CACHE"},
		{"mount of the future", mount(func(m *pb.Mount) { m.MountType = 9 }), "type 9"},
		{"secret options", mount(func(m *pb.Mount) { m.SecretOpt = &pb.SecretOpt{} }), "secret options"},
		{"ssh options", mount(func(m *pb.Mount) { m.SSHOpt = &pb.SSHOpt{} }), "ssh options"},
		{"cache options", mount(func(m *pb.Mount) { m.CacheOpt = &pb.CacheOpt{} }), "cache options"},
		{"result of another build", mount(func(m *pb.Mount) { m.ResultID = "x" }), "names result"},
		{"input that does not exist", mount(func(m *pb.Mount) { m.MountType, m.Input = pb.MountType_BIND, 99 }), "no input"},
		{"unknown field in a mount", mount(func(m *pb.Mount) { unknown(m) }), "unknown fields in Mount"},
		{"unknown field in exec", onExec(func(_ *pb.Op, e *pb.ExecOp) { unknown(e) }), "unknown fields in ExecOp"},
		{"unknown field in meta", onExec(func(_ *pb.Op, e *pb.ExecOp) { unknown(e.Meta) }), "unknown fields in Meta"},
		{"unknown field in an operation", onExec(func(o *pb.Op, _ *pb.ExecOp) { unknown(o) }), "unknown fields in Op"},
		{"unknown field in an input", onExec(func(o *pb.Op, _ *pb.ExecOp) { unknown(o.Inputs[0]) }), "unknown fields in Input"},
		{"another worker", onExec(func(o *pb.Op, _ *pb.ExecOp) {
			o.Constraints = &pb.WorkerConstraints{Filter: []string{"x"}}
		}), "particular worker"},
		{"input from elsewhere", onExec(func(o *pb.Op, _ *pb.ExecOp) { o.Inputs[0].Digest = "sha256:" + sum }), "no earlier operation"},
		{"negative output", onExec(func(o *pb.Op, _ *pb.ExecOp) { o.Inputs[0].Index = -1 }), "output -1"},
		{"image from a registry", identifier("docker-image://docker.io/library/alpine@sha256:" + sum), "no blob of our store"},
		{"blob from a registry", identifier("docker-image+blob://dombuild.invalid/store@sha256:" + sum), "no blob of our store"},
		{"http", identifier("https://example.org/x"), "no blob of our store"},
		{"git", identifier("git://example.org/x"), "no blob of our store"},
		{"local directory", identifier("local://context"), "no blob of our store"},
		{"another repository", identifier("oci-layout://other/store@sha256:" + sum), "no blob of our store"},
		{"a tag", identifier("oci-layout://dombuild.invalid/store:latest"), "no blob of our store"},
		{"a tag and a digest", identifier("oci-layout://dombuild.invalid/store:x@sha256:" + sum), "no blob of our store"},
		{"a short digest", identifier("oci-layout://dombuild.invalid/store@sha256:aa"), "no blob of our store"},
		{"another digest algorithm", identifier("oci-layout://dombuild.invalid/store@md5:" + sum[:32]), "no blob of our store"},
		{"more lines", identifier("https://example.org/\noci-layout://dombuild.invalid/store@sha256:" + sum), "no blob of our store"},
		{"another store", attribute(pb.AttrOCILayoutStoreID, "other"), `store "other"`},
		{"no store", onSource(func(s *pb.SourceOp) { delete(s.Attrs, pb.AttrOCILayoutStoreID) }), `store ""`},
		{"another session", attribute(pb.AttrOCILayoutSessionID, "x"), "oci.session"},
		{"unknown attribute", attribute("future", "x"), "future"},
		{"source with inputs", func(op *pb.Op) bool {
			if op.GetSource() == nil {
				return false
			}
			op.Inputs = []*pb.Input{{Digest: "sha256:" + sum}}
			return true
		}, "source with inputs"},
		{"build operation", func(op *pb.Op) bool {
			if op.GetExec() == nil {
				return false
			}
			op.Op = &pb.Op_Build{Build: &pb.BuildOp{}}
			return true
		}, "Op_Build"},
		{"passthrough operation", func(op *pb.Op) bool {
			if op.GetExec() == nil {
				return false
			}
			op.Op = &pb.Op_Passthrough{Passthrough: &pb.PassthroughOp{Id: "x"}}
			return true
		}, "Op_Passthrough"},
		{"empty operation", func(op *pb.Op) bool {
			found := op.GetExec() != nil
			if found {
				op.Op = nil
			}
			return found
		}, "does nothing"},
		{"file operation of the future", func(op *pb.Op) bool {
			found := op.GetExec() != nil
			if found {
				op.Op = &pb.Op_File{File: &pb.FileOp{Actions: []*pb.FileAction{{}}}}
			}
			return found
		}, "to files"},
		{"merge", func(op *pb.Op) bool {
			found := op.GetExec() != nil
			if found {
				op.Op = &pb.Op_Merge{Merge: &pb.MergeOp{}}
			}
			return found
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			def := exampleDefinition(t)
			edit(t, def, tt.change)
			refused(t, def, tt.want)
		})
	}
}

func refused(t *testing.T, def *pb.Definition, want string) {
	t.Helper()
	_, err := proved("example", def)
	if want == "" {
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	var open *OpenError
	if !errors.As(err, &open) {
		t.Fatalf("got %v, want an *OpenError", err)
	}
	if !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not say %q", err, want)
	}
}

// TestInspectWhole doctors what surrounds the operations.
func TestInspectWhole(t *testing.T) {
	tests := []struct {
		name   string
		change func(*pb.Definition)
		want   string
	}{
		{"no operations", func(d *pb.Definition) { d.Def = nil }, "no operations"},
		{"no result", func(d *pb.Definition) { d.Def = d.Def[:len(d.Def)-1] }, "does not name the result"},
		{"rubbish", func(d *pb.Definition) { d.Def[0] = []byte{0xff} }, "does not parse"},
		{"unknown field", func(d *pb.Definition) { unknown(d) }, "unknown fields in Definition"},
		{"metadata of nothing", func(d *pb.Definition) { d.Metadata["sha256:x"] = &pb.OpMetadata{} }, "no operation"},
		{"unknown field in metadata", func(d *pb.Definition) {
			for _, md := range d.Metadata {
				unknown(md)
			}
		}, "unknown fields in OpMetadata"},
		{"resources", func(d *pb.Definition) {
			for _, md := range d.Metadata {
				md.LinuxResources = &pb.LinuxResources{CpusetCpus: "0"}
			}
		}, "resources of the host"},
		{"definition in the source map", func(d *pb.Definition) {
			d.Source.Infos[0].Definition = &pb.Definition{}
		}, "carries a definition"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			def := exampleDefinition(t)
			tt.change(def)
			refused(t, def, tt.want)
		})
	}
}

// TestDaemonRefuses sends what the inspection would have stopped: the source
// policy and the embedded worker must stop it too.
func TestDaemonRefuses(t *testing.T) {
	b := openBench(t, Options{})
	good, err := b.definer.define(t.Context(), ptr(b.exec("echo", "x")))
	if err != nil {
		t.Fatal(err)
	}
	sum := strings.Repeat("a", 64)
	for name, change := range map[string]func(*pb.Op) bool{
		"network":    onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Network = pb.NetMode_UNSET }),
		"host":       onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Network = pb.NetMode_HOST }),
		"privileged": onExec(func(_ *pb.Op, e *pb.ExecOp) { e.Security = pb.SecurityMode_INSECURE }),
		"image":      identifier("docker-image://docker.io/library/alpine@sha256:" + sum),
		"http":       identifier("https://192.0.2.1/x"),
	} {
		t.Run(name, func(t *testing.T) {
			def := proto.Clone(good).(*pb.Definition)
			edit(t, def, change)
			x := b.exec("echo", "x")
			err := b.solve(t.Context(), &x, def, newStepLog("x", Sink{}), (&result{}).read)
			if err == nil {
				t.Fatal("it was run")
			}
			t.Log(err)
		})
	}
}

func ptr[T any](v T) *T { return &v }

func FuzzInspect(f *testing.F) {
	data, err := proto.Marshal(exampleDefinition(f))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		def, err := Inspect("fuzz", data)
		if err != nil {
			return
		}
		for _, op := range def.Def {
			o := &pb.Op{}
			if proto.Unmarshal(op, o) != nil || o.GetExec() != nil && o.GetExec().Network != llb.NetModeNone {
				t.Fatal("accepted an open exec")
			}
		}
	})
}
