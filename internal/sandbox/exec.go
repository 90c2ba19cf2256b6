package sandbox

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
)

// Exec is one command in a closed container.
type Exec struct {
	Name     string            // shown in progress: "package.xen"
	Root     digest.Digest     // blob: uncompressed tar of the root file system
	Layers   []digest.Digest   // blobs: tars that lie over the root, the last one on top
	Links    map[string]string // symbolic links of the root: absolute path → text
	Mounts   []Mount           // read-only inputs
	Files    map[string]File   // small files given inline, by absolute path, mounted read-only
	Args     []string
	Env      []string // "NAME=value"; PATH and HOME get defaults, nothing else is added
	Cwd      string
	Hostname string
	Domain   string // of the hostname in /etc/hosts; "" = none
	UID, GID int    // numeric; 0 exactly if RootOut
	Work     string // writable scratch directory owned by UID, thrown away; "" = none
	Out      string // writable scratch directory owned by UID that is the output
	Memory   *Memory
	RootOut  bool // the output is the whole root after the command, which runs as root
	Source   *Source
	// IgnoreCache runs the command even if the engine has its result.
	IgnoreCache bool
}

// Memory is writable scratch space in memory, owned by UID, thrown away.
type Memory struct {
	Targets []string // absolute directories, each with a file system of its own
	Size    int64    // most bytes that each may hold
}

// Mount is a read-only input.
type Mount struct {
	Target   string // absolute directory
	Blob     digest.Digest
	Filename string // the blob appears as the file Target/Filename
	Mode     uint32 // of that file; 0 = 0644
	Unpack   bool   // instead: the blob is an uncompressed tar, unpacked at Target
}

// File is a small file given inline.
type File struct {
	Content []byte
	Mode    uint32 // 0 = 0644
}

// Source is the place in the recipe that asked for an Exec.
type Source struct {
	Filename           string
	Text               []byte // the whole file
	StartLine, EndLine int    // from 1, inclusive
}

// dest is where the mount appears in the container.
func (m Mount) dest() string {
	if m.Unpack {
		return m.Target
	}
	return path.Join(m.Target, m.Filename)
}

// check reports every way in which x is malformed.
func (x *Exec) check() error {
	var errs []error
	bad := func(format string, a ...any) { errs = append(errs, fmt.Errorf(format, a...)) }
	if err := x.Root.Validate(); err != nil {
		bad("root: %w", err)
	}
	for _, l := range x.Layers {
		if err := l.Validate(); err != nil {
			bad("layer: %w", err)
		}
	}
	if x.RootOut && len(x.Layers)+len(x.Links) > 0 {
		bad("a root that is the output has neither layers nor links")
	}
	if len(x.Args) == 0 {
		bad("no command")
	}
	if x.Hostname == "" {
		bad("no hostname")
	}
	if x.RootOut != (x.UID == 0) || x.RootOut != (x.GID == 0) || x.UID < 0 || x.GID < 0 {
		bad("user %d, group %d: only a command whose output is the root runs as root", x.UID, x.GID)
	}
	if m := x.Memory; m != nil && (m.Size <= 0 || x.RootOut) {
		bad("scratch space in memory needs a size, and an output that is not the root")
	}
	if x.RootOut == (x.Out != "") {
		bad("exactly one of Out and RootOut must be set")
	}
	for _, kv := range x.Env {
		if name, _, ok := strings.Cut(kv, "="); !ok || name == "" {
			bad("environment entry %q is not NAME=value", kv)
		}
	}
	errs = append(errs, x.checkMounts(), x.checkPlaces())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("exec %s: %w", x.Name, err)
	}
	return nil
}

func (x *Exec) checkMounts() error {
	var errs []error
	for _, m := range x.Mounts {
		if err := m.Blob.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("mount %s: %w", m.Target, err))
		}
		plain := m.Filename != "" && m.Filename == path.Base(m.Filename) && m.Filename != ".." && m.Filename != "."
		if m.Unpack == (m.Filename != "") || (!m.Unpack && !plain) {
			errs = append(errs, fmt.Errorf("mount %s: needs a plain file name or Unpack, not both", m.Target))
		}
	}
	return errors.Join(errs...)
}

// checkPlaces refuses paths that are not absolute and clean, used twice, or
// that the container itself needs.
func (x *Exec) checkPlaces() error {
	var errs []error
	if !path.IsAbs(x.Cwd) {
		errs = append(errs, fmt.Errorf("working directory %q is not absolute", x.Cwd))
	}
	seen := map[string]bool{}
	for _, p := range x.places() {
		switch {
		case !path.IsAbs(p) || path.Clean(p) != p || p == "/":
			errs = append(errs, fmt.Errorf("mount point %q is not a clean absolute path", p))
		case seen[p]:
			errs = append(errs, fmt.Errorf("mount point %s is used twice", p))
		case p == CPUInfo:
		case within(p, "/proc") || within(p, "/sys") || within(p, "/dev") || p == "/tmp":
			errs = append(errs, fmt.Errorf("mount point %s belongs to the container", p))
		}
		seen[p] = true
	}
	return errors.Join(errs...)
}

// places returns every path that something of the caller is mounted at, sorted.
func (x *Exec) places() []string {
	var all []string
	for _, m := range x.Mounts {
		all = append(all, m.dest())
	}
	for p := range x.Files {
		all = append(all, p)
	}
	for p := range x.Links {
		all = append(all, p)
	}
	all = append(all, x.scratches()...)
	slices.Sort(all)
	return all
}

// scratches returns the writable directories.
func (x *Exec) scratches() []string {
	var all []string
	for _, p := range []string{x.Work, x.Out} {
		if p != "" {
			all = append(all, p)
		}
	}
	if x.Memory != nil {
		all = append(all, x.Memory.Targets...)
	}
	return all
}

// CPUInfo is the one file of the kernel that Files may replace.
const CPUInfo = "/proc/cpuinfo"

func within(p, dir string) bool {
	return p == dir || strings.HasPrefix(p, dir+"/")
}
