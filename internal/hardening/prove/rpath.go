package prove

import (
	"debug/elf"
	"fmt"
	"path"
	"strings"
)

// rpath judges where the dynamic linker is told to look for libraries first
// (ld.so(8)), which ones it is told by path, and which dynamic linker it is.
func (o *object) rpath() Check {
	if c, ok := o.outside(); ok {
		return c
	}
	if o.dyn == nil {
		return notApplicable("no dynamic section: no library is loaded")
	}
	good, bad, err := o.namedByPath()
	if err != nil {
		return unknown("damaged: " + err.Error())
	}
	for _, kind := range []struct {
		name    string
		offsets []uint64
	}{{"RPATH", o.dyn.rpath}, {"RUNPATH", o.dyn.runpath}} {
		values, err := o.text(kind.offsets)
		if err != nil {
			return unknown(fmt.Sprintf("damaged: %s: %v", kind.name, err))
		}
		for _, value := range values {
			for _, entry := range strings.Split(value, ":") {
				if why := o.outsideEntry(entry); why != "" {
					bad = append(bad, fmt.Sprintf("%s %q: %s", kind.name, entry, why))
				} else {
					good = append(good, kind.name+" "+entry)
				}
			}
		}
	}
	switch {
	case len(bad) > 0:
		return refuted(capped(bad)...)
	case len(good) > 0:
		return proved(capped(good)...)
	}
	return proved("neither DT_RPATH nor DT_RUNPATH")
}

// namedByPath judges what is loaded without a search: a name with a slash is a
// path.
func (o *object) namedByPath() (good, bad []string, err error) {
	judge := func(kind, name string) {
		switch why := o.outsideEntry(directory(name)); {
		case !strings.Contains(name, "/"):
		case why != "":
			bad = append(bad, fmt.Sprintf("%s %q: %s", kind, name, why))
		default:
			good = append(good, kind+" "+name)
		}
	}
	for _, kind := range []struct {
		name    string
		offsets []uint64
	}{{"NEEDED", o.dyn.needed}, {"AUDIT", o.dyn.audit}, {"FILTER", o.dyn.filter}} {
		values, err := o.text(kind.offsets)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", kind.name, err)
		}
		for _, value := range values {
			for _, name := range strings.Split(value, ":") {
				judge(kind.name, name)
			}
		}
	}
	name, err := o.interpreter()
	if why := o.outsideEntry(directory(name)); err == nil && name != "" && why != "" {
		bad = append(bad, fmt.Sprintf("dynamic linker %q: %s", name, why))
	}
	return good, bad, err
}

// directory is a path without its last part; $ORIGIN is not resolved.
func directory(name string) string {
	i := strings.LastIndexByte(name, '/')
	switch i {
	case -1:
		return "."
	case 0:
		return "/"
	}
	return name[:i]
}

// maxInterp bounds PT_INTERP, in bytes; Linux has the same bound (PATH_MAX).
const maxInterp = 4 << 10

// interpreter returns PT_INTERP, empty when there is none.
func (o *object) interpreter() (string, error) {
	s := o.first(elf.PT_INTERP)
	if s == nil {
		return "", nil
	}
	if s.filesz > maxInterp {
		return "", fmt.Errorf("PT_INTERP has %d bytes, more than %d", s.filesz, maxInterp)
	}
	b, err := o.bytes(s.off, s.filesz)
	if err != nil {
		return "", fmt.Errorf("PT_INTERP: %w", err)
	}
	name, _, _ := strings.Cut(string(b), "\x00")
	return name, nil
}

// outsideEntry says what is wrong with an entry; empty when nothing is.
func (o *object) outsideEntry(entry string) string {
	for _, token := range []string{"$ORIGIN", "${ORIGIN}"} {
		if rest, ok := strings.CutPrefix(entry, token); ok && (rest == "" || rest[0] == '/') {
			return ""
		}
	}
	switch {
	case entry == "":
		return "empty: the working directory of whoever runs it"
	case !strings.HasPrefix(entry, "/"):
		return "relative to the working directory of whoever runs it"
	}
	clean := path.Clean(entry)
	for _, dir := range o.opt.LibraryDirs {
		if clean == dir || strings.HasPrefix(clean, strings.TrimSuffix(dir, "/")+"/") {
			return ""
		}
	}
	return "outside the library directories"
}
