package prove

import (
	"fmt"
	"path"
	"strings"
)

// rpath judges where the dynamic linker is told to look for libraries first
// (ld.so(8)).
func (o *object) rpath() Check {
	if c, ok := o.outside(); ok {
		return c
	}
	if o.dyn == nil {
		return notApplicable("no dynamic section: no library is loaded")
	}
	var good, bad []string
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
