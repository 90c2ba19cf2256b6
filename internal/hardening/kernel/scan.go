package kernel

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
)

const (
	ikconfigStart = "IKCFG_ST"

	// lookahead is how much of a packed configuration is in the window when
	// it is tried; Linux's largest packs to about 80 kB.
	lookahead  = 1 << 20
	windowSize = 4 << 20

	// maxMembers bounds how many gzip members are tried.
	maxMembers = 4096
)

var (
	linuxBanner = regexp.MustCompile(`Linux version (\d{1,4}\.\d{1,4}\.\d{1,6}[0-9A-Za-z.+~_-]{0,64}) \(`)
	xenBanner   = regexp.MustCompile(` Xen (\d{1,4}\.\d{1,4}(?:\.\d{1,6})?[0-9A-Za-z.+~_-]{0,64})\n\x00`)
)

// scanned is what a pass over an unpacked image brought to light.
type scanned struct {
	config  []byte
	header  header
	at      int64  // of the configuration in the image
	linux   string // version in Linux's banner
	xen     string // version in Xen's banner
	problem string // why the image cannot be said to be looked through
}

// scan looks for a configuration and for banners in an unpacked image.
func (f *finder) scan(r io.Reader) *scanned {
	s := &scanner{limits: f.limits, in: io.LimitReader(r, f.limits.Unpacked+1), buf: make([]byte, 0, windowSize)}
	for s.fill() {
		s.look()
	}
	return &s.scanned
}

// scanner moves a window over an image.
type scanner struct {
	scanned
	limits  Limits
	in      io.Reader
	buf     []byte // window
	base    int64  // of the window in the image
	fresh   int    // where in the window the bytes begin that were not looked at
	end     bool
	members int
	gzip    *gzip.Reader
}

// overlap is how much of the last window stays in view, for what begins there.
const overlap = 256

// fill moves the window on and says whether there is anything new in it.
func (s *scanner) fill() bool {
	if s.end {
		return false
	}
	if keep := s.fresh - overlap; keep > 0 {
		s.base += int64(keep)
		s.buf = s.buf[:copy(s.buf, s.buf[keep:])]
		s.fresh -= keep
	}
	for len(s.buf) < cap(s.buf) {
		n, err := s.in.Read(s.buf[len(s.buf):cap(s.buf)])
		s.buf = s.buf[:len(s.buf)+n]
		if err != nil {
			s.end = true
			if err != io.EOF {
				s.problem = fmt.Sprintf("the image is damaged: %v", err)
			}
			break
		}
	}
	if s.base+int64(len(s.buf)) > s.limits.Unpacked {
		s.end = true
		s.problem = fmt.Sprintf("the image has more than %d bytes", s.limits.Unpacked)
	}
	return true
}

// look examines the fresh bytes, except those whose lookahead is still to
// come.
func (s *scanner) look() {
	until := len(s.buf)
	if !s.end {
		until -= lookahead
	}
	for s.fresh < until {
		i := bytes.Index(s.buf[s.fresh:until], []byte(gzipMagic))
		if i < 0 {
			break
		}
		s.member(s.fresh + i)
		s.fresh += i + 1
	}
	s.fresh = until
	if !s.end {
		s.fresh -= len(gzipMagic) - 1
	}
	if s.linux == "" {
		s.linux = banner(linuxBanner, s.buf, "Linux version ")
	}
	if s.xen == "" {
		s.xen = banner(xenBanner, s.buf, " Xen ")
	}
}

// banner finds a version in what stands behind mark.
func banner(re *regexp.Regexp, b []byte, mark string) string {
	for {
		i := bytes.Index(b, []byte(mark))
		if i < 0 {
			return ""
		}
		if m := re.FindSubmatchIndex(b[i:min(len(b), i+overlap)]); m != nil && m[0] == 0 {
			return string(b[i+m[2] : i+m[3]])
		}
		b = b[i+1:]
	}
}

// member tries the gzip member at i of the window. Linux's counts only behind
// its mark, so that a file in a built-in initramfs is not taken for it.
func (s *scanner) member(i int) {
	marked := i >= len(ikconfigStart) && string(s.buf[i-len(ikconfigStart):i]) == ikconfigStart
	if s.members++; s.members > maxMembers {
		s.problem = fmt.Sprintf("the image holds more than %d gzip members", maxMembers)
		return
	}
	text, h, err := s.unpackConfig(s.buf[i:min(len(s.buf), i+lookahead)])
	switch at := s.base + int64(i); {
	case errors.Is(err, errNoConfig):
		return
	case marked != (h.kind == Linux):
		return
	case s.problem != "":
	case err != nil:
		s.problem = fmt.Sprintf("the configuration at %#x is damaged: %v", at, err)
	case s.config != nil && !bytes.Equal(s.config, text):
		s.problem = fmt.Sprintf("there are different configurations, at %#x and %#x", s.at, at)
	case s.config == nil:
		s.config, s.header, s.at = text, h, at
	}
}

var errNoConfig = errors.New("no configuration")

// unpackConfig unpacks a configuration; errNoConfig says that it is none.
func (s *scanner) unpackConfig(packed []byte) ([]byte, header, error) {
	r := bytes.NewReader(packed)
	if s.gzip == nil {
		s.gzip = new(gzip.Reader)
	}
	if err := s.gzip.Reset(r); err != nil {
		return nil, header{}, errNoConfig
	}
	s.gzip.Multistream(false)
	head := make([]byte, 512)
	n, _ := io.ReadFull(s.gzip, head)
	h, ok := parseHeader(head[:n])
	if !ok {
		return nil, header{}, errNoConfig
	}
	rest, err := io.ReadAll(io.LimitReader(s.gzip, s.limits.Config+1))
	if err != nil {
		return nil, h, err
	}
	text := append(head[:n:n], rest...)
	if int64(len(text)) > s.limits.Config {
		return nil, h, fmt.Errorf("it has more than %d bytes", s.limits.Config)
	}
	return text, h, nil
}

// found turns what was scanned into a result; false says that the image is
// no kernel.
func (s *scanned) found(img image, where string) (Found, bool) {
	f := Found{Arch: img.arch, Where: where}
	switch {
	case s.header.kind != "":
		f.Kind, f.Version = s.header.kind, s.header.version
	case s.linux != "" && s.xen == "" && img.certain:
		f.Kind, f.Version = Linux, s.linux
	case s.xen != "":
		f.Kind, f.Version = Xen, s.xen
	case img.module || !img.certain:
		return Found{}, false
	}
	switch {
	case s.problem != "":
		f.Missing = s.problem
	case s.config == nil && f.Kind == Xen:
		f.Missing = NotEmbedded + ": Xen was built without CONFIG_HYPFS_CONFIG"
	case s.config == nil:
		f.Missing = NotEmbedded + ": the kernel was built without CONFIG_IKCONFIG, or with it as a module"
	default:
		f.setText(s.config)
		f.Where = fmt.Sprintf("%s: configuration at %#x", where, s.at)
	}
	return f, true
}
