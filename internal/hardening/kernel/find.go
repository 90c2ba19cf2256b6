package kernel

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/dombuild/dombuild/internal/kconfig"
)

// ErrNotKernel says that a file is neither an image of Linux or Xen nor a
// complete configuration of one.
var ErrNotKernel = errors.New("neither an image nor a configuration of Linux or Xen")

// NotEmbedded begins what is Missing of an image that was built without its
// configuration.
const NotEmbedded = "no configuration is embedded"

// Limits bound what Find takes; zero means the default.
type Limits struct {
	Unpacked int64 // bytes an image unpacks to; 1 GiB
	Config   int64 // bytes of a configuration; 8 MiB
	Window   int64 // bytes of memory for a decompressor's window; 128 MiB
}

func (l Limits) orDefault() Limits {
	for _, v := range []struct {
		value *int64
		zero  int64
	}{{&l.Unpacked, 1 << 30}, {&l.Config, 8 << 20}, {&l.Window, 128 << 20}} {
		if *v.value <= 0 {
			*v.value = v.zero
		}
	}
	return l
}

// Found is a kernel or hypervisor in a file. Without a configuration, Text is
// nil and Missing says why; then nothing is known about it.
type Found struct {
	Kind    Kind   // "" when the image does not show it
	Version string // "6.1.170", as the configuration says; without one, the image's own name for it, such as "6.1.0-47-amd64", or ""
	Arch    Arch   // "" when not known
	Text    []byte // the configuration
	Where   string // in the file, such as "bzImage: gzip at 0x42c4: configuration at 0x14e0a40"
	Missing string // why there is no configuration

	CommandLine string // that a unified image starts it with, if HasLine
	HasLine     bool
}

// RuleID is the rule that a kernel without a configuration leaves unknown.
func (f Found) RuleID() string {
	if f.Kind == Xen {
		return "xen-config"
	}
	return "kernel-config"
}

// Checks judges what was found. Without a configuration there is one check,
// which is unknown.
func (f Found) Checks() []Check {
	if f.Text == nil {
		return f.unknown(f.Missing)
	}
	c, err := f.config()
	if err != nil {
		return f.unknown(err.Error())
	}
	return Judge(c, f.Kind, f.Version, f.Arch)
}

func (f Found) config() (*kconfig.Config, error) { return kconfig.ParseConfig(f.Where, f.Text) }

func (f Found) unknown(why string) []Check {
	return []Check{{
		Rule: f.RuleID(), Status: Unknown, Evidence: []string{why}, Severity: High,
		Want:   "the configuration inside the image (CONFIG_IKCONFIG=y, for Xen CONFIG_HYPFS_CONFIG=y) or beside it",
		Reason: "what the image was configured with can be judged",
	}}
}

// Find returns the kernels and hypervisors of a file, in the order in which
// they stand there: one, except that a unified image may hold Xen and Linux.
// An error is ErrNotKernel or comes from r; damaged images and images without
// a configuration are found, with what is Missing.
func Find(r io.ReaderAt, size int64, limits Limits) ([]Found, error) {
	f := &finder{limits: limits.orDefault()}
	watched := &watchedReader{r: r}
	found, err := f.look(io.NewSectionReader(watched, 0, size), "", 0)
	if watched.err != nil {
		return nil, fmt.Errorf("reading a kernel image: %w", watched.err)
	}
	return found, err
}

// watchedReader tells errors of the file from damage inside it.
type watchedReader struct {
	r   io.ReaderAt
	err error
}

func (w *watchedReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.r.ReadAt(p, off)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}

type finder struct{ limits Limits }

// maxDepth bounds images inside images: a unified image holds a kernel.
const maxDepth = 2

// headSize is how much of a file is looked at to recognise it: ELF program
// headers and a multiboot header lie there.
const headSize = 8 << 10

// look recognises the file in s. Where is the place of s, with a colon behind
// it, or empty.
func (f *finder) look(s *io.SectionReader, where string, depth int) ([]Found, error) {
	head := make([]byte, min(headSize, s.Size()))
	if n, err := s.ReadAt(head, 0); n < len(head) {
		return nil, fmt.Errorf("reading the beginning: %w", err)
	}
	switch {
	case depth > maxDepth:
		return nil, ErrNotKernel
	case isBzImage(head):
		return one(f.bzImage(s, head, where))
	case isZboot(head):
		return one(f.zboot(s, head, where))
	case isRawImage(head):
		return f.raw(s, head, where)
	case isZImage(head):
		return one(Found{Kind: Linux, Arch: ARM, Where: where + "zImage", Missing: "a zImage of arm is not unpacked by this program"}, nil)
	case bytes.HasPrefix(head, []byte("MZ")):
		return f.pe(s, head, where, depth)
	case isELF(head):
		return f.raw(s, head, where)
	}
	if c, ok := compressionOf(head); ok {
		return f.compressed(s, c, where)
	}
	return f.text(s, head, where)
}

func one(found Found, err error) ([]Found, error) {
	if err != nil {
		return nil, err
	}
	return []Found{found}, nil
}

// raw looks through an image that is not compressed.
func (f *finder) raw(r io.Reader, head []byte, where string) ([]Found, error) {
	image := imageOf(head)
	if !image.plausible {
		return nil, ErrNotKernel
	}
	result := f.scan(r)
	found, ok := result.found(image, where+image.name)
	if !ok {
		return nil, ErrNotKernel
	}
	return []Found{found}, nil
}

// compressed looks through a compressed image or configuration.
func (f *finder) compressed(s *io.SectionReader, c compression, where string) ([]Found, error) {
	where += c.name + ": "
	r, err := c.open(s, f.limits.Window)
	if err != nil {
		return nil, ErrNotKernel
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	rest := io.MultiReader(bytes.NewReader(head), r)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		rest = bytes.NewReader(head)
	} else if err != nil {
		return nil, ErrNotKernel
	}
	if isELF(head) || isRawImage(head) {
		return f.raw(rest, head, where)
	}
	if bytes.HasPrefix(head, []byte("MZ")) {
		if isBzImage(head) || isZboot(head) {
			return one(Found{Kind: Linux, Where: where, Missing: "an image compressed twice is not unpacked"}, nil)
		}
		return nil, ErrNotKernel
	}
	return f.text(rest, head, where)
}

// text takes a complete configuration, which has Kconfig's header.
func (f *finder) text(r io.Reader, head []byte, where string) ([]Found, error) {
	h, ok := parseHeader(head)
	if !ok {
		return nil, ErrNotKernel
	}
	found := Found{Kind: h.kind, Version: h.version, Where: where + "text"}
	text, err := io.ReadAll(io.LimitReader(r, f.limits.Config+1))
	switch {
	case err != nil:
		found.Missing = fmt.Sprintf("the configuration is damaged: %v", err)
	case int64(len(text)) > f.limits.Config:
		found.Missing = fmt.Sprintf("the configuration has more than %d bytes", f.limits.Config)
	default:
		found.setText(text)
	}
	return []Found{found}, nil
}

// setText takes the configuration and the architecture that it names.
func (f *Found) setText(text []byte) {
	c, err := kconfig.ParseConfig("configuration", text)
	if err != nil {
		f.Missing = fmt.Sprintf("the configuration is damaged: %v", err)
		return
	}
	f.Text = text
	if a := ArchOf(c); a != "" {
		f.Arch = a
	}
}
