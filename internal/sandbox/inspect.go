package sandbox

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/moby/buildkit/solver/pb"
	"github.com/opencontainers/go-digest"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// proved marshals def, inspects the bytes, and returns what the bytes say.
func proved(name string, def *pb.Definition) (*pb.Definition, error) {
	data, err := proto.MarshalOptions{Deterministic: true}.Marshal(def)
	if err != nil {
		return nil, fmt.Errorf("marshalling the definition of %s: %w", name, err)
	}
	return Inspect(name, data)
}

// Inspect parses a marshalled LLB definition and proves it closed. It returns
// what it parsed, or an *OpenError with every way in or out that it found.
//
// Allowed are exactly:
//
//   - sources that are a sha256-addressed blob or image manifest of our own
//     store in our own session;
//   - execs with network none, security sandbox, a numeric user, and mounts
//     that are inputs, scratch or tmpfs;
//   - file, merge and diff operations, which only rearrange their inputs;
//   - inputs that are outputs of earlier operations of the same definition.
//
// Everything else is refused, above all what this code does not know: other
// operations, other attributes, and protobuf fields that it has no name for.
func Inspect(name string, data []byte) (*pb.Definition, error) {
	in := &inspector{ops: map[string]bool{}}
	def := &pb.Definition{}
	if err := proto.Unmarshal(data, def); err != nil {
		in.refuse("the definition does not parse: %v", err)
	} else {
		in.definition(def)
	}
	if len(in.ways) > 0 {
		return nil, &OpenError{Where: "definition of " + name, Ways: in.ways}
	}
	return def, nil
}

// inspector collects what is wrong with a definition.
type inspector struct {
	ops  map[string]bool // digests of the operations seen
	ways []string
}

func (in *inspector) refuse(format string, a ...any) {
	in.ways = append(in.ways, fmt.Sprintf(format, a...))
}

// check refuses with the message unless ok.
func (in *inspector) check(ok bool, format string, a ...any) {
	if !ok {
		in.refuse(format, a...)
	}
}

func (in *inspector) definition(def *pb.Definition) {
	in.known("definition", def.ProtoReflect())
	in.check(len(def.Def) > 1, "the definition has no operations")
	for i, data := range def.Def {
		op := &pb.Op{}
		if err := proto.Unmarshal(data, op); err != nil {
			in.refuse("operation %d does not parse: %v", i, err)
			continue
		}
		in.op(i, op, i == len(def.Def)-1)
		in.ops[digest.FromBytes(data).String()] = true
	}
	for d, md := range def.Metadata {
		in.check(in.ops[d], "metadata for %s, which is no operation", d)
		in.check(md.GetLinuxResources() == nil, "metadata of %s sets resources of the host", d)
	}
	for _, info := range def.GetSource().GetInfos() {
		in.check(info.Definition == nil, "source map %s carries a definition", info.Filename)
	}
}

// known refuses fields that the protobuf schema does not name, at any depth.
func (in *inspector) known(where string, m protoreflect.Message) {
	if n := len(m.GetUnknown()); n > 0 {
		in.refuse("%s has %d bytes of unknown fields in %s", where, n, m.Descriptor().Name())
	}
	m.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.IsMap():
			if fd.MapValue().Message() != nil {
				v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool {
					in.known(where, v.Message())
					return true
				})
			}
		case fd.Message() == nil:
		case fd.IsList():
			for i := range v.List().Len() {
				in.known(where, v.List().Get(i).Message())
			}
		default:
			in.known(where, v.Message())
		}
		return true
	})
}

func (in *inspector) op(i int, op *pb.Op, last bool) {
	where := fmt.Sprintf("operation %d", i)
	in.known(where, op.ProtoReflect())
	for _, input := range op.Inputs {
		in.check(input != nil && in.ops[input.Digest], "%s takes input from %s, which is no earlier operation", where, input.GetDigest())
		in.check(input.GetIndex() >= 0, "%s takes input from output %d", where, input.GetIndex())
	}
	in.check(len(op.GetConstraints().GetFilter()) == 0, "%s asks for a particular worker", where)
	switch o := op.Op.(type) {
	case nil:
		in.check(last && len(op.Inputs) == 1, "%s does nothing", where)
	case *pb.Op_Source:
		in.source(where, op, o.Source)
	case *pb.Op_Exec:
		in.exec(where, op, o.Exec)
	case *pb.Op_File:
		in.file(where, o.File)
	case *pb.Op_Merge, *pb.Op_Diff:
	default:
		in.refuse("%s is a %T", where, op.Op)
	}
	in.check(!last || op.Op == nil, "%s is the last and does not name the result", where)
}

var ownSource = regexp.MustCompile(`^oci-layout(\+blob)?://` + regexp.QuoteMeta(repository) + `@sha256:[0-9a-f]{64}$`)

func (in *inspector) source(where string, op *pb.Op, s *pb.SourceOp) {
	in.check(ownSource.MatchString(s.GetIdentifier()), "%s reads %q, which is no blob of our store", where, s.GetIdentifier())
	in.check(len(op.Inputs) == 0, "%s is a source with inputs", where)
	in.check(s.GetAttrs()[pb.AttrOCILayoutStoreID] == storeID, "%s reads from store %q", where, s.GetAttrs()[pb.AttrOCILayoutStoreID])
	for k, v := range s.GetAttrs() {
		switch k {
		case pb.AttrOCILayoutStoreID, pb.AttrHTTPFilename, pb.AttrHTTPPerm:
		default:
			in.refuse("%s has attribute %s=%q", where, k, v)
		}
	}
}

var numericUser = regexp.MustCompile(`^[0-9]+:[0-9]+$`)

func (in *inspector) exec(where string, op *pb.Op, e *pb.ExecOp) {
	in.check(e.GetNetwork() == pb.NetMode_NONE, "%s runs with network %s", where, e.GetNetwork())
	in.check(e.GetSecurity() == pb.SecurityMode_SANDBOX, "%s runs with security %s", where, e.GetSecurity())
	in.check(len(e.GetSecretenv()) == 0, "%s has secrets in its environment", where)
	in.check(len(e.GetCdiDevices()) == 0, "%s has devices of the host", where)
	m := e.GetMeta()
	in.check(len(m.GetArgs()) > 0, "%s has no command", where)
	in.check(m.GetProxyEnv() == nil, "%s has a proxy", where)
	in.check(len(m.GetExtraHosts()) == 0, "%s names other hosts", where)
	in.check(m.GetCgroupParent() == "", "%s asks for cgroup %s", where, m.GetCgroupParent())
	in.check(len(m.GetUlimit()) == 0, "%s changes resource limits", where)
	in.check(len(m.GetValidExitCodes()) == 0, "%s may end with other exit codes than 0", where)
	in.check(m.GetHostname() != "", "%s has no hostname of its own", where)
	in.check(numericUser.MatchString(m.GetUser()), "%s runs as user %q, not a number", where, m.GetUser())
	for _, kv := range m.GetEnv() {
		name, _, _ := strings.Cut(kv, "=")
		in.check(!traceVariable(name), "%s has %s in its environment", where, name)
	}
	for _, mnt := range e.GetMounts() {
		in.mount(where, op, mnt)
	}
	in.check(slices.ContainsFunc(e.GetMounts(), func(m *pb.Mount) bool { return m.GetDest() == "/" }), "%s has no root", where)
}

// traceVariable says whether a variable would tie the command to a trace.
func traceVariable(name string) bool {
	return strings.HasPrefix(name, "OTEL_") || strings.HasPrefix(name, "BUILDKIT_") ||
		slices.Contains([]string{"TRACEPARENT", "TRACESTATE", "BAGGAGE"}, name)
}

func (in *inspector) mount(where string, op *pb.Op, m *pb.Mount) {
	at := fmt.Sprintf("%s: mount %s", where, m.GetDest())
	switch m.GetMountType() {
	case pb.MountType_BIND:
		in.check(m.GetTmpfsOpt() == nil, "%s has tmpfs options", at)
		in.check(m.GetInput() >= int64(pb.Empty) && m.GetInput() < int64(len(op.Inputs)), "%s is of no input", at)
	case pb.MountType_TMPFS:
		in.check(m.GetInput() == int64(pb.Empty), "%s is tmpfs and has an input", at)
	default:
		in.refuse("%s is of type %s", at, m.GetMountType())
	}
	in.check(m.GetCacheOpt() == nil, "%s has cache options", at)
	in.check(m.GetSecretOpt() == nil, "%s has secret options", at)
	in.check(m.GetSSHOpt() == nil, "%s has ssh options", at)
	in.check(m.GetResultID() == "", "%s names result %s", at, m.GetResultID())
}

func (in *inspector) file(where string, f *pb.FileOp) {
	for _, a := range f.GetActions() {
		switch a.GetAction().(type) {
		case *pb.FileAction_Copy, *pb.FileAction_Mkfile, *pb.FileAction_Mkdir, *pb.FileAction_Rm, *pb.FileAction_Symlink:
		default:
			in.refuse("%s does %T to files", where, a.GetAction())
		}
	}
}
