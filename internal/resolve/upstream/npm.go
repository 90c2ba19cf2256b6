package upstream

import (
	"archive/tar"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/recipe"
)

// npmPackage is one directory below node_modules.
type npmPackage struct {
	dir    string // "node_modules/a/node_modules/@b/c"
	path   string // below the registry: "@b/c/-/c-1.0.0.tgz"
	sum    digest.Digest
	bin    map[string]string // programs: name → path in the package
	linkTo string            // instead: a directory of the project
}

// npmEntry is what a package-lock.json says of one directory.
type npmEntry struct {
	Name, Version, Resolved, Integrity string
	Link, InBundle, Optional           bool
	OS, CPU, Libc                      []string
	Bin                                map[string]string
}

var npmDir = regexp.MustCompile(`^([A-Za-z0-9@._~/-]+/)?node_modules/(@[A-Za-z0-9._~-]+/)?[A-Za-z0-9._~-]+$`)

// parseNPM reads a package-lock.json of version 2 or 3: the packages that npm
// ci would install on Linux for amd64, by directory.
func parseNPM(f recipe.File) ([]npmPackage, error) {
	var doc struct {
		LockfileVersion int                 `json:"lockfileVersion"`
		Packages        map[string]npmEntry `json:"packages"`
	}
	if err := json.Unmarshal(f.Content, &doc); err != nil {
		return nil, &InputError{f.Path, "", "it is not a package-lock.json: " + err.Error(), "npm install --package-lock-only writes one"}
	}
	if doc.LockfileVersion != 2 && doc.LockfileVersion != 3 {
		return nil, &InputError{f.Path, "", fmt.Sprintf("its lockfileVersion is %d; 2 and 3 are read", doc.LockfileVersion),
			"npm install --package-lock-only --lockfile-version 3 writes it again"}
	}
	var out []npmPackage
	for _, dir := range slices.Sorted(maps.Keys(doc.Packages)) {
		e := doc.Packages[dir]
		if !strings.Contains("/"+dir, "/node_modules/") || e.InBundle || e.Optional && !e.forLinux() {
			continue // the project itself, part of another package, or for other machines
		}
		p, reason, remedy := e.read(dir)
		if reason != "" {
			return nil, &InputError{f.Path, dir, reason, remedy}
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, &InputError{f.Path, "", "it names no package of a registry", "without packages there is nothing to pin: leave the source out"}
	}
	return out, nil
}

// forLinux follows npm's reading of os, cpu and libc.
func (e npmEntry) forLinux() bool {
	return allows(e.OS, "linux") && allows(e.CPU, "x64") && allows(e.Libc, "glibc")
}

func allows(list []string, own string) bool {
	named := false
	for _, s := range list {
		if s == "!"+own {
			return false
		}
		if s == own || s == "any" {
			return true
		}
		named = named || !strings.HasPrefix(s, "!")
	}
	return !named
}

func (e npmEntry) read(dir string) (p npmPackage, reason, remedy string) {
	p = npmPackage{dir: dir, bin: e.Bin}
	if !npmDir.MatchString(dir) || path.Clean(dir) != dir || strings.HasPrefix(dir, "../") {
		return p, "this is not a directory of a package", ""
	}
	if e.Link {
		if p.linkTo = e.Resolved; p.linkTo == "" || path.Clean(p.linkTo) != p.linkTo || path.IsAbs(p.linkTo) || strings.HasPrefix(p.linkTo, "..") {
			return p, fmt.Sprintf("it links to %q, which is not below the project", e.Resolved), ""
		}
		return p, "", ""
	}
	name := e.Name
	if name == "" {
		_, name, _ = cutLast(dir, "node_modules/")
	}
	u, err := url.Parse(e.Resolved)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return p, fmt.Sprintf("it comes from %q, not from a registry", e.Resolved), "pin it as a git or local source"
	}
	if p.path = name + "/-/" + path.Base(u.Path); !strings.HasSuffix(u.Path, "/"+p.path) {
		return p, fmt.Sprintf("%q is not where a registry has %s", e.Resolved, name), "pin it as an http source"
	}
	if p.sum, reason = integrity(e.Integrity); reason != "" {
		return p, reason, "npm install --package-lock-only with a current npm and registry writes sha512"
	}
	return p, "", ""
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// integrity reads the SHA-512 among the sums of a package (Subresource
// Integrity).
func integrity(text string) (sum digest.Digest, reason string) {
	for _, one := range strings.Fields(text) {
		one, _, _ = strings.Cut(one, "?")
		if encoded, ok := strings.CutPrefix(one, "sha512-"); ok {
			raw, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil || len(raw) != 64 {
				return "", "its sha512 cannot be read"
			}
			return digest.NewDigestFromEncoded(digest.SHA512, hex.EncodeToString(raw)), ""
		}
	}
	if strings.Contains(text, "sha1-") {
		return "", "it has a SHA-1 only, which is broken: other bytes with the same sum can be made"
	}
	return "", "it has no sha512"
}

// npm are the packages of a package-lock.json, laid out as node_modules as npm
// ci --ignore-scripts does.
func npm(s recipe.Source) (set, error) {
	list, err := parseNPM(s.NPM.File)
	if err != nil {
		return set{}, err
	}
	all := set{mirror: "npm"}
	sums := map[string]digest.Digest{}
	for _, p := range list {
		if p.linkTo != "" {
			continue
		}
		if before, ok := sums[p.path]; ok && before != p.sum {
			return set{}, &InputError{s.NPM.File.Path, p.dir, "another directory has the same package with another sum", ""}
		} else if !ok {
			all.parts = append(all.parts, part{path: p.path, digest: p.sum})
		}
		sums[p.path] = p.sum
	}
	all.lay = func(w *tar.Writer, open func(string) ([]byte, error)) error { return layNPM(w, list, open) }
	return all, nil
}

func layNPM(w *tar.Writer, list []npmPackage, open func(string) ([]byte, error)) error {
	left := int64(maxFiles)
	programs := map[string]bool{}
	for _, p := range list {
		if p.linkTo != "" {
			up := strings.Repeat("../", strings.Count(p.dir, "/"))
			if err := writeLink(w, p.dir, up+p.linkTo); err != nil {
				return err
			}
			continue
		}
		data, err := open(p.path)
		if err != nil {
			return err
		}
		files, err := unpack(data, left)
		if err == nil {
			err = layPackage(w, p, files, &left)
		}
		if err == nil {
			err = layPrograms(w, p, files, programs)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.path, err)
		}
	}
	return nil
}

func layPackage(w *tar.Writer, p npmPackage, files map[string]packed, left *int64) error {
	programs := map[string]bool{}
	for _, file := range p.bin {
		programs[path.Clean(file)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f := files[name]
		*left -= int64(len(f.content))
		mode := int64(0o644)
		if f.exec || programs[name] {
			mode = 0o755
		}
		if err := writeFile(w, p.dir+"/"+name, mode, f.content); err != nil {
			return err
		}
	}
	return nil
}

// layPrograms links the programs of a package into the .bin beside it. Of two
// programs of one name the first package's is taken.
func layPrograms(w *tar.Writer, p npmPackage, files map[string]packed, done map[string]bool) error {
	root, own, _ := cutLast(p.dir, "node_modules/")
	for _, name := range slices.Sorted(maps.Keys(p.bin)) {
		file := path.Clean(p.bin[name])
		at := root + "node_modules/.bin/" + path.Base(name)
		if _, ok := files[file]; !ok || done[at] {
			continue
		}
		done[at] = true
		if err := writeLink(w, at, "../"+own+"/"+file); err != nil {
			return err
		}
	}
	return nil
}

func writeLink(w *tar.Writer, name, text string) error {
	return w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: text, Mode: 0o777, Format: tar.FormatPAX})
}
