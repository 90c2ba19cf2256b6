package resolve

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/deb822"
	"github.com/dombuild/dombuild/internal/debversion"
	"github.com/dombuild/dombuild/internal/lockfile"
	"github.com/dombuild/dombuild/internal/recipe"
)

// sourceStanza is one stanza of a Sources index.
type sourceStanza struct {
	version, directory, checksums string
}

// readSources finds the stanzas of the named source packages, and the names
// of all others.
func readSources(texts []string, names map[string]bool) (found map[string][]sourceStanza, all map[string]bool, err error) {
	found, all = map[string][]sourceStanza{}, map[string]bool{}
	for _, text := range texts {
		s := deb822.NewScanner(text)
		for s.Next() {
			stanza := s.Stanza()
			name := stanza.Get("Package")
			all[name] = true
			if names[name] && stanza.Get("Extra-Source-Only") != "yes" {
				found[name] = append(found[name], sourceStanza{version: stanza.Get("Version"),
					directory: stanza.Get("Directory"), checksums: stanza.Get("Checksums-Sha256")})
			}
		}
		if err := s.Err(); err != nil {
			return nil, nil, fmt.Errorf("reading a Sources index: %w", err)
		}
	}
	return found, all, nil
}

func (j *job) resolveDscs(c *chain, n need) error {
	if len(n.dscs) == 0 {
		return nil
	}
	names := map[string]bool{}
	for _, s := range n.dscs {
		names[s.Dsc.Name] = true
	}
	found, all, err := readSources(c.sources, names)
	if err != nil {
		return err
	}
	var errs []error
	done := map[string]bool{}
	for _, s := range n.dscs {
		name := s.Dsc.Name
		if len(found[name]) == 0 {
			errs = append(errs, &UnknownError{What: "source package", Name: name, In: n.want.Address, Of: s.Address,
				Suggestion: nearest(name, all), Range: s.Range})
		}
		if done[name] || len(found[name]) == 0 {
			continue
		}
		done[name] = true
		dsc, err := j.dsc(s, found[name], n.names[name])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		c.vouched.Dscs = append(c.vouched.Dscs, dsc)
	}
	return joined(errs)
}

// dsc pins the version that the lock holds when it is still there and not
// freed, otherwise the highest.
func (j *job) dsc(s recipe.Source, list []sourceStanza, patches bool) (lockfile.Dsc, error) {
	best := list[0]
	for _, candidate := range list[1:] {
		if debversion.Compare(candidate.version, best.version) > 0 {
			best = candidate
		}
	}
	if before, ok := j.dscBefore(s); ok && !j.freed.dsc(s) {
		for _, candidate := range list {
			if candidate.version == before {
				best = candidate
			}
		}
	}
	files, err := best.files()
	if err != nil {
		return lockfile.Dsc{}, fmt.Errorf("source package %s %s: %w", s.Dsc.Name, best.version, err)
	}
	if i := slices.IndexFunc(files, func(f lockfile.File) bool { return strings.Contains(f.Name, ".diff.") }); patches && i >= 0 {
		return lockfile.Dsc{}, &FormatError{Name: s.Dsc.Name, Version: best.version, File: files[i].Name, Range: s.Range}
	}
	return trimmed(lockfile.Dsc{Name: s.Dsc.Name, Version: best.version, Files: files}, patches), nil
}

// dscBefore returns the version that the old lock has of a source package of
// the same suite.
func (j *job) dscBefore(s recipe.Source) (string, bool) {
	for _, d := range j.old.Distributions {
		if d.Address != s.Dsc.From {
			continue
		}
		for _, v := range d.Vouched {
			for _, dsc := range v.Dscs {
				if dsc.Name == s.Dsc.Name {
					return dsc.Version, true
				}
			}
		}
	}
	return "", false
}

// files returns the archives of a source package: everything but the .dsc
// itself and upstream's signatures.
func (s sourceStanza) files() ([]lockfile.File, error) {
	sums, err := parseFiles(s.checksums)
	if err != nil {
		return nil, fmt.Errorf("reading Checksums-Sha256: %w", err)
	}
	var files []lockfile.File
	for name, sum := range sums {
		if ext := path.Ext(name); ext == ".dsc" || ext == ".asc" || ext == ".sig" {
			continue
		}
		if strings.ContainsAny(name, "/\\") {
			return nil, fmt.Errorf("%q is not the name of a file", name)
		}
		files = append(files, lockfile.File{Name: name, Path: path.Join(s.directory, name), Digest: sum.Digest, Size: sum.Size})
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("its index has no SHA-256 of any archive")
	}
	return files, nil
}
