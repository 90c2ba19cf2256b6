package yocto

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/opencontainers/go-digest"

	"github.com/dombuild/dombuild/internal/yocto/pins"
	"github.com/dombuild/dombuild/internal/yocto/source"
)

// Lock makes a lock of the verified files and commits. What it cannot hold is in
// it with the reason: what is not verified, what has no digest that identifies a
// file, and what is fetched over other protocols.
func (r *Result) Lock() (*pins.Lock, error) {
	l := pins.Lock{BitBake: r.Release.String()}
	first := map[string]pins.File{}
	for _, s := range r.Sources {
		if !s.Verdict.Remote() {
			continue
		}
		if s.Verdict == source.Pinned {
			list, reason := s.commits(r.Release)
			l.Commits = append(l.Commits, list...)
			if reason != "" {
				l.Unlocked = append(l.Unlocked, pins.Unlocked{URI: s.URI, Recipes: []string{s.PN}, Reason: reason})
			}
			continue
		}
		f, reason := s.pin()
		if before, ok := first[f.Name]; ok && reason == "" && before.Digest != f.Digest {
			reason = fmt.Sprintf("%s expects another file of the name %s", before.Recipes[0], f.Name)
		}
		if reason != "" {
			l.Unlocked = append(l.Unlocked, pins.Unlocked{URI: s.URI, Recipes: []string{s.PN}, Reason: reason})
			continue
		}
		if _, ok := first[f.Name]; !ok {
			first[f.Name] = f
		}
		l.Files = append(l.Files, f)
	}
	return pins.New(l)
}

// unlocked says of a verdict why a lock does not hold the source.
var unlocked = map[source.Verdict]string{
	source.Missing:   "not verified: BitBake compares the file with nothing",
	source.Floating:  "not verified: the server says which commit it is",
	source.NoHash:    "not verified: there is no hash, or BitBake does not check it",
	source.NotProven: "not proven to be verified",
	source.Pinned:    "a commit that another fetcher than git brings; audit yocto --downloads checks a clone of it",
}

// unlocked says why a lock does not hold the source.
func (s *Source) unlocked() string {
	if s.Verdict == source.NotProven && s.judgement.Refused != "" {
		return "BitBake refuses it: " + s.judgement.Refused
	}
	return unlocked[s.Verdict]
}

// pin is the file of a DL_DIR that a source is, or why there is none.
func (s *Source) pin() (f pins.File, reason string) {
	if s.Verdict != source.Checksum {
		return f, s.unlocked()
	}
	f = pins.File{Name: s.fileName(), Recipes: []string{s.PN}}
	if f.Digest, f.Sums, reason = identity(s.judgement.Checksums); reason != "" {
		return f, reason
	}
	if err := pins.CheckName(f.Name); err != nil {
		return f, fmt.Sprintf("the name %q in DL_DIR: %v", f.Name, err)
	}
	if s.Type == "gomod" && s.judgement.Proxy == "" {
		file, err := s.modulePath()
		if err != nil {
			return f, err.Error()
		}
		f.Modules = []string{file}
		return f, ""
	}
	address, reason := s.address()
	if reason != "" {
		return f, reason
	}
	if err := pins.CheckURL(address); err != nil {
		return f, err.Error()
	}
	f.URLs = []string{address}
	return f, ""
}

// modulePath is what a Go module proxy calls the file of a gomod URI.
func (s *Source) modulePath() (string, error) {
	path, version, _ := strings.Cut(s.judgement.Name, "@")
	extension := ".zip"
	if s.uri().Text("mod") == "1" {
		extension = ".mod"
	}
	return pins.ModulePath(path, version, extension)
}

// lengths are those of the checksums in hexadecimal digits.
var lengths = map[string]int{"md5": 32, "sha1": 40, "sha256": 64, "sha384": 96, "sha512": 128}

var lowerHex = regexp.MustCompile(`^[0-9a-f]+$`)

// identity is the digest by which the store knows a file, and the checksums
// that BitBake compares besides. MD5, SHA-1 and goh1 identify no file.
func identity(all []source.Sum) (id digest.Digest, besides []string, reason string) {
	for _, algorithm := range []string{"sha256", "sha512"} {
		for _, s := range all {
			if id == "" && s.Algorithm == algorithm {
				id = digest.Digest(algorithm + ":" + s.Expected)
			}
		}
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Algorithm)
		n, known := lengths[s.Algorithm]
		switch {
		case !known: // goh1: of the contents of an archive
		case len(s.Expected) != n || !lowerHex.MatchString(s.Expected):
			return "", nil, fmt.Sprintf("%s %q is no checksum: BitBake would refuse every file", s.Algorithm, s.Expected)
		case string(id) != s.Algorithm+":"+s.Expected:
			besides = append(besides, s.Algorithm+":"+s.Expected)
		}
	}
	if id == "" {
		return "", nil, strings.Join(names, " and ") + " alone identify no file: sha256 or sha512 is needed"
	}
	return id, besides, ""
}

// address is where BitBake's fetcher asks for a file.
func (s *Source) address() (string, string) {
	switch s.Type {
	case "http", "https":
		address, _, _ := strings.Cut(s.URI, ";")
		if s.uri().User != "" || s.uri().Text("user") != "" {
			return "", "the server asks for a user and password"
		}
		return address, ""
	case "crate":
		return crateAddress(s.URI), ""
	case "gomod":
		file, err := s.modulePath()
		if err != nil {
			return "", err.Error()
		}
		return "https://" + s.judgement.Proxy + "/" + file, ""
	}
	return "", "fetch speaks http and https, not " + s.Type
}

// crateAddress follows the fetcher crate: crate://HOST/NAME/VERSION.
func crateAddress(uri string) string {
	base, _, _ := strings.Cut(uri, ";")
	parts := strings.Split(base, "/")
	n := len(parts)
	host, name, version := strings.Join(parts[2:n-2], "/"), parts[n-2], parts[n-1]
	if host == "crates.io" {
		host = "static.crates.io/crates"
	}
	return fmt.Sprintf("https://%s/%s/%s/download", host, name, version)
}
