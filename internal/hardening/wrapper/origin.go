package wrapper

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Origin says where a part of a linked file came from.
type Origin string

const (
	Compiled  Origin = "compiled"  // Unit.Call compiled it, with the flags of Call.Executed
	Assembled Origin = "assembled" // from an assembler source that no compiler wrote
	Toolchain Origin = "toolchain" // start files and libraries of the build root
	Data      Origin = "data"      // objcopy or ld -r -b binary made it of a file that is no program
	LTO       Origin = "lto"       // made at the link of objects that are units of their own, with the flags that these carry
	Script    Origin = "script"    // a linker script: nothing of it is code
	Foreign   Origin = "foreign"   // made by something that the wrapper does not know
	Unknown   Origin = "unknown"   // the log cannot tell; Unit.Reason says why
)

// Unit is a part of a linked file: a compilation unit, as far as the log tells.
type Unit struct {
	Origin Origin
	Path   string        // as the linker read it; ARCHIVE(MEMBER) for a member
	Digest digest.Digest // of the object, "" if it was not hashed
	Source string        // what was compiled or assembled, as the call named it, relative to its Cwd
	Call   *Call         // that made it; nil for Toolchain, Script, Foreign
	Via    []*Call       // strip, objcopy and partial links between Call and the link
	Reason string        // for Foreign and Unknown: why
}

// A log may be forged: these bound the chain of calls behind one object and the
// parts of one file.
const (
	maxDepth = 64
	maxUnits = 1 << 18
)

// walk is one answer of Units.
type walk struct {
	*Index
	left int // parts that may still be looked at
}

// Index answers which calls made a file. Files are known by their content, so
// that copying and renaming (libtool, mv, ar) loses nothing.
type Index struct {
	log     *Log
	outputs map[digest.Digest][]made
	ids     map[string]*Call
}

// made names one output of a call; member is -1 for the output itself.
type made struct {
	call           *Call
	output, member int
}

// Index prepares the lookups.
func (l *Log) Index() *Index {
	x := &Index{log: l, outputs: map[digest.Digest][]made{}, ids: map[string]*Call{}}
	for i := range l.Calls {
		c := &l.Calls[i]
		x.ids[c.ID] = c
		for o, out := range c.Outputs {
			if out.Digest != "" {
				x.outputs[out.Digest] = append(x.outputs[out.Digest], made{c, o, -1})
			}
			for m, member := range out.Members {
				x.outputs[member.Digest] = append(x.outputs[member.Digest], made{c, o, m})
			}
		}
	}
	for _, list := range x.outputs {
		slices.SortStableFunc(list, func(a, b made) int { return rank(a.call) - rank(b.call) })
	}
	return x
}

// rank puts the call that tells most first: as, when a compiler called it,
// leaves a record of its own beside the compiler's.
func rank(c *Call) int {
	order := []Kind{KindCompile, KindLTO, KindAssemble, KindPartialLink, KindLink, KindObjcopy, KindStrip}
	i := slices.Index(order, c.Kind)
	if i < 0 {
		return len(order)
	}
	if c.Kind == KindAssemble && c.Parent != "" {
		return 2*len(order) + i
	}
	return i
}

// ByOutput returns the calls that wrote a file of this content, the one that
// tells most first.
func (x *Index) ByOutput(d digest.Digest) []*Call {
	var calls []*Call
	for _, m := range x.outputs[d] {
		if m.member < 0 {
			calls = append(calls, m.call)
		}
	}
	return calls
}

// Units returns what a linked file, a relocatable or an object is made of, in
// the order in which the linker read it, and the links and rewritings on the
// way, the last first. ok is false if no call of the log wrote this content.
// An archive's members count whether or not the linker took them.
func (x *Index) Units(file digest.Digest) (units []Unit, via []*Call, ok bool) {
	m, ok := x.maker(file)
	if !ok {
		return nil, nil, false
	}
	for depth := 0; m.call.Kind == KindStrip || m.call.Kind == KindObjcopy; depth++ {
		via = append(via, m.call)
		before := x.before(m)
		next, known := x.maker(before.Digest)
		if !known || depth == maxDepth {
			return []Unit{x.unit(before, m.call, via, 0)}, via, true
		}
		m = next
	}
	if m.call.Kind == KindLink || m.call.Kind == KindPartialLink {
		via = append(via, m.call)
		w := walk{x, maxUnits}
		return w.inputs(m.call, nil, 0), via, true
	}
	return []Unit{x.unit(m.call.Outputs[m.output], m.call, nil, 0)}, via, true
}

// maker is the call that tells most about a content. A rewriting that changed
// nothing is no maker.
func (x *Index) maker(d digest.Digest) (made, bool) {
	if d == "" {
		return made{}, false
	}
	for _, m := range x.outputs[d] {
		rewriting := m.call.Kind == KindStrip || m.call.Kind == KindObjcopy
		if !rewriting || x.before(m).Digest != d {
			return m, true
		}
	}
	return made{}, false
}

// before is what a rewriting made an output from.
func (x *Index) before(m made) Object {
	if m.output >= len(m.call.Inputs) {
		return Object{}
	}
	in := m.call.Inputs[m.output].Object
	if m.member < 0 {
		return in
	}
	if len(in.Members) != len(m.call.Outputs[m.output].Members) {
		return Object{Path: in.Path}
	}
	return in.Members[m.member]
}

// inputs are the units that one link read.
func (w *walk) inputs(link *Call, via []*Call, depth int) []Unit {
	var units []Unit
	for _, in := range link.Inputs {
		switch in.Role {
		case RoleShared, RoleExecutable:
		case RoleToolchain:
			units = append(units, Unit{Origin: Toolchain, Path: in.Path, Via: via})
		case RoleOther:
			units = append(units, Unit{Origin: Script, Path: in.Path, Digest: in.Digest, Via: via})
		case RoleAbsent:
			units = append(units, w.absent(link, in, via))
		case RoleArchive:
			units = append(units, w.archive(link, in.Object, via, depth)...)
		default:
			units = append(units, w.object(in.Object, link, via, depth)...)
		}
	}
	return units
}

// ltoDebug ends the names of the objects into which the linker's plugin copies
// the debug information of those that were compiled with -flto and -g.
const ltoDebug = ".debug.temp.o"

// absent judges a file that was gone when the link had ended. What the linker's
// plugin had the compiler make has a record of the same parent.
func (x *Index) absent(link *Call, in Input, via []*Call) Unit {
	u := Unit{Origin: Unknown, Path: in.Path, Via: via, Reason: "the file was gone when the link had ended"}
	for i := range x.log.Calls {
		c := &x.log.Calls[i]
		if c.Kind != KindLTO || link.Parent == "" || c.Parent != link.ID && c.Parent != link.Parent {
			continue
		}
		made := func(o Object) bool {
			return strings.HasSuffix(in.Path, ltoDebug) || path.Join(c.Cwd, o.Path) == path.Join(link.Cwd, in.Path) || o.Path == in.Path
		}
		if slices.ContainsFunc(c.Outputs, made) {
			u.Origin, u.Call, u.Reason = LTO, c, ""
		}
	}
	return u
}

func (w *walk) archive(link *Call, a Object, via []*Call, depth int) []Unit {
	var units []Unit
	for _, m := range a.Members {
		m.Path = a.Path + "(" + m.Path + ")"
		units = append(units, w.object(m, link, via, depth)...)
	}
	if a.Damaged {
		units = append(units, Unit{Origin: Unknown, Path: a.Path, Digest: a.Digest, Via: via, Reason: "the archive is damaged"})
	}
	return units
}

// object follows one object to the calls behind it; a partial link has several.
func (w *walk) object(o Object, reader *Call, via []*Call, depth int) []Unit {
	if w.left--; w.left < 0 {
		return []Unit{{Origin: Unknown, Path: o.Path, Digest: o.Digest, Reason: "the log gives the file too many parts"}}
	}
	m, known := w.maker(o.Digest)
	if known && depth < maxDepth && m.call.Kind == KindPartialLink {
		return w.inputs(m.call, append(slices.Clip(via), m.call), depth+1)
	}
	if known && depth < maxDepth && (m.call.Kind == KindStrip || m.call.Kind == KindObjcopy) {
		if in := source(m); in.Role == RoleOther {
			return []Unit{{Origin: Data, Path: o.Path, Digest: o.Digest, Source: in.Path, Call: m.call, Via: via}}
		}
		before := w.before(m)
		before.Path = o.Path
		return w.object(before, m.call, append(slices.Clip(via), m.call), depth+1)
	}
	return []Unit{w.unit(o, reader, via, depth)}
}

// unit judges an object by the call that wrote it.
func (x *Index) unit(o Object, reader *Call, via []*Call, depth int) Unit {
	u := Unit{Path: o.Path, Digest: o.Digest, Via: via, Origin: Foreign}
	m, known := x.maker(o.Digest)
	switch {
	case o.Digest == "":
		u.Origin, u.Reason = Unknown, "its content was not recorded"
	case depth >= maxDepth:
		u.Origin, u.Reason = Unknown, "too many steps led to it"
	case known && isAssembler(source(m).Role):
		return x.assembled(u, m)
	case known && (m.call.Kind == KindCompile || m.call.Kind == KindLTO):
		u.Origin, u.Call, u.Source = Compiled, m.call, source(m).Path
	case known:
		u.Reason = fmt.Sprintf("a call of kind %s wrote it", m.call.Kind)
	default:
		if p := x.temporary(o, reader); p != nil {
			u.Origin, u.Call = Compiled, p
			return u
		}
		u.Reason = "no recorded call wrote an object of this content"
	}
	return u
}

// source is the input that an output was made from: calls with several outputs
// have them in the order of their sources.
func source(m made) Input {
	i := 0
	for _, in := range m.call.Inputs {
		if in.Role == RoleLinked {
			continue
		}
		if i == m.output {
			return in
		}
		i++
	}
	return Input{}
}

func isAssembler(r Role) bool { return r == RoleAssembler || r == RoleGenerated }

// assembled judges an assembler's output: the source may be a compiler's, whose
// call must then be known.
func (x *Index) assembled(u Unit, m made) Unit {
	in := source(m)
	u.Origin, u.Call, u.Source = Assembled, m.call, in.Path
	c, known := x.maker(in.Digest)
	switch {
	case in.Digest == "":
		u.Origin, u.Reason = Unknown, "its assembler source came through a pipe"
	case known && c.call.Kind == KindCompile:
		u.Origin, u.Call, u.Source = Compiled, c.call, source(c).Path
		u.Via = append(slices.Clip(u.Via), m.call)
	case in.Role == RoleGenerated:
		u.Origin, u.Call = Foreign, nil
		u.Reason = "its assembler source was written by a compiler in no recorded call"
	}
	return u
}

// temporary finds the driver that compiled and linked in one call: its objects
// are temporary files that no record of a compile names. It is the parent of the
// link, it has sources, the object is in no argument of it, and there are no
// more objects with names of temporary files, of whatever content, than
// sources.
func (x *Index) temporary(o Object, link *Call) *Call {
	p := x.ids[link.Parent]
	if link.Parent == "" || p == nil || p.Kind != KindLink || strings.HasSuffix(o.Path, ")") {
		return nil
	}
	sources, unnamed := 0, 0
	named := map[string]bool{}
	for _, a := range p.Args {
		for _, part := range strings.Split(a.Text, ",") { // -Wl,--whole-archive,b.o
			named[part] = true
		}
		named[a.Text] = true
	}
	for _, in := range p.Inputs {
		if in.Role != RoleLinked {
			sources++
		}
	}
	for _, in := range link.Inputs {
		if in.Role == RoleObject && !named[in.Path] && isTemporary(in.Path) {
			unnamed++
		}
	}
	if named[o.Path] || unnamed > sources || !isTemporary(o.Path) {
		return nil
	}
	return p
}

// isTemporary says whether a name is one that gcc or clang gives to an object
// between compile and link: ccXXXXXX.o, NAME-XXXXXX.o, or with -save-temps
// OUTPUT-NAME.o.
func isTemporary(p string) bool {
	b := path.Base(p)
	return strings.HasSuffix(b, ".o") && (strings.HasPrefix(b, "cc") || strings.Contains(b, "-"))
}
