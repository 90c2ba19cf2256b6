package prove

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// Status is what the bytes say about a rule.
type Status string

const (
	Proved        Status = "proved"
	Refuted       Status = "refuted"
	Unknown       Status = "unknown"
	NotApplicable Status = "not-applicable"
)

// Type is what a file is.
type Type string

const (
	Executable  Type = "executable" // position dependent, with a dynamic linker
	PIE         Type = "pie"
	Static      Type = "static"
	StaticPIE   Type = "static-pie"
	DSO         Type = "dso"
	Relocatable Type = "relocatable" // an object file or a kernel module
	Archive     Type = "archive"
	Core        Type = "core"
	Kernel      Type = "kernel"
	Hypervisor  Type = "hypervisor"
	Script      Type = "script"
	Other       Type = "other"
)

// File is the verdict on one file.
type File struct {
	Path      string     `json:"path"`
	Type      Type       `json:"type"`
	Compilers []Compiler `json:"compilers,omitempty"` // of Go and Rust
	Listens   Status     `json:"listens,omitempty"`   // of an ELF file that runs: it imports listen(2), or it cannot be seen
	Checks    Checks     `json:"checks"`
}

// Checks are verdicts in the order of Rules. As JSON they are one object whose
// members are named after the rules.
type Checks []Check

// Check is the verdict on one rule.
type Check struct {
	Rule     string   `json:"-"`
	Status   Status   `json:"status"`
	Evidence []string `json:"evidence"`
	Units    []Unit   `json:"units,omitempty"` // those that refute
}

// Unit is a compilation unit or, where a rule is about a whole object, the
// object.
type Unit struct {
	Member   string `json:"member,omitempty"` // of an archive
	Name     string `json:"name,omitempty"`   // DW_AT_name
	Producer string `json:"producer,omitempty"`
}

// Options say how to judge. The zero value is fit for use.
type Options struct {
	SkipUnits   bool     // leave the debug information unread
	Forbidden   []string // symbols not to be imported; nil is DefaultForbidden
	LibraryDirs []string // where RPATH and RUNPATH may point; nil is DefaultLibraryDirs
	Fortify     int      // least level of _FORTIFY_SOURCE; 0 is 2
}

// DefaultForbidden are functions that cannot be used safely, or whose result
// another process can make its own before it is used.
func DefaultForbidden() []string {
	return []string{"getpw", "gets", "getwd", "mktemp", "tempnam", "tmpnam", "tmpnam_r"}
}

// DefaultLibraryDirs are the directories of the libraries of a distribution.
func DefaultLibraryDirs() []string {
	return []string{"/lib", "/lib32", "/lib64", "/libx32", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/usr/libx32"}
}

// Prove judges the file whose size bytes r reads. The name goes into the
// result and is not opened.
func Prove(name string, r io.ReaderAt, size int64, opt Options) File {
	if opt.Forbidden == nil {
		opt.Forbidden = DefaultForbidden()
	}
	if opt.LibraryDirs == nil {
		opt.LibraryDirs = DefaultLibraryDirs()
	}
	if opt.Fortify == 0 {
		opt.Fortify = 2
	}
	src := newSource(r, size)
	defer src.close()
	t := &task{Options: opt}
	typ, checks := judge(src, t)
	return File{Path: name, Type: typ, Compilers: t.compilers, Listens: t.listens, Checks: checks}
}

// task is what the objects of one file have in common.
type task struct {
	Options
	libc      library    // of an archive, once one of its members shows it
	compilers []Compiler // of a linked file
	listens   Status
}

func judge(src *source, opt *task) (Type, Checks) {
	magic, err := src.bytes(0, min(src.size, 8))
	switch {
	case err != nil:
		return Other, everywhere(unknown(err.Error()))
	case bytes.HasPrefix(magic, []byte("\x7fELF")):
		return judgeELF(src, opt)
	case string(magic) == arMagic:
		return Archive, judgeArchive(src, opt)
	case string(magic) == thinMagic:
		return Archive, everywhere(unknown("thin archive: its members are other files"))
	case bytes.HasPrefix(magic, []byte("#!")):
		return Script, everywhere(notApplicable("a script"))
	case bytes.HasPrefix(magic, []byte("BC\xc0\xde")):
		return Other, everywhere(unknown("LLVM bitcode: code is generated at link time"))
	}
	return Other, everywhere(notApplicable("neither ELF nor an archive"))
}

func judgeELF(src *source, opt *task) (Type, Checks) {
	f, err := parseELF(src)
	if err != nil {
		return Other, everywhere(unknown("damaged: " + err.Error()))
	}
	o := newObject(f, opt)
	checks := make(Checks, len(rules))
	for i, r := range rules {
		checks[i] = r.judge(o)
		checks[i].Rule = r.ID
	}
	opt.compilers, opt.listens = o.readCompilers(), o.readListens()
	return o.typ, checks
}

// everywhere gives every rule the same verdict.
func everywhere(c Check) Checks {
	checks := make(Checks, len(rules))
	for i, r := range rules {
		checks[i] = c
		checks[i].Rule = r.ID
	}
	return checks
}

// Check returns the verdict on a rule.
func (f File) Check(rule string) (Check, bool) {
	for _, c := range f.Checks {
		if c.Rule == rule {
			return c, true
		}
	}
	return Check{}, false
}

// MarshalJSON writes {"rule": {"status": …, "evidence": […]}, …}.
func (c Checks) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, check := range c {
		if i > 0 {
			out.WriteByte(',')
		}
		if check.Evidence == nil {
			check.Evidence = []string{}
		}
		key, err := json.Marshal(check.Rule)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(check)
		if err != nil {
			return nil, err
		}
		out.Write(key)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

func proved(evidence ...string) Check        { return Check{Status: Proved, Evidence: evidence} }
func refuted(evidence ...string) Check       { return Check{Status: Refuted, Evidence: evidence} }
func unknown(evidence ...string) Check       { return Check{Status: Unknown, Evidence: evidence} }
func notApplicable(evidence ...string) Check { return Check{Status: NotApplicable, Evidence: evidence} }

// UnmarshalJSON reads what MarshalJSON writes, in the same order.
func (c *Checks) UnmarshalJSON(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	open, err := d.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') {
		return errors.New("checks are an object")
	}
	*c = nil
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var check Check
		if err := d.Decode(&check); err != nil {
			return err
		}
		check.Rule, _ = key.(string)
		*c = append(*c, check)
	}
	_, err = d.Token()
	return err
}
