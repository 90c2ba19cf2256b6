package upstream

import (
	"archive/tar"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/opencontainers/go-digest"
	"github.com/pelletier/go-toml/v2"

	"github.com/dombuild/dombuild/internal/recipe"
)

// crate is one package of a Cargo.lock that comes from a registry.
type crate struct {
	name, version string
	sum           digest.Digest
}

func (c crate) dir() string  { return c.name + "-" + c.version }
func (c crate) path() string { return c.name + "/" + c.dir() + ".crate" }

var (
	crateName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)
	crateVersion = regexp.MustCompile(`^[0-9]+\.[0-9]+\.[0-9]+[0-9A-Za-z.+-]*$`)
)

// parseCargo reads a Cargo.lock. Packages without a source are the project's
// own and are left out.
func parseCargo(f recipe.File) ([]crate, error) {
	var doc struct {
		Version int `toml:"version"`
		Package []struct {
			Name, Version, Source, Checksum string
		} `toml:"package"`
	}
	bad := func(name, reason, remedy string) error { return &InputError{f.Path, name, reason, remedy} }
	if err := toml.Unmarshal(f.Content, &doc); err != nil {
		return nil, bad("", "it is not a Cargo.lock: "+err.Error(), "cargo generate-lockfile writes one")
	}
	var out []crate
	seen := map[string]bool{}
	for _, p := range doc.Package {
		c := crate{p.Name, p.Version, digest.NewDigestFromEncoded(digest.SHA256, p.Checksum)}
		name := p.Name + " " + p.Version
		switch {
		case p.Source == "":
			continue
		case !crateName.MatchString(p.Name) || !crateVersion.MatchString(p.Version):
			return nil, bad(name, "this is not the name and version of a crate", "")
		case !strings.HasPrefix(p.Source, "registry+") && !strings.HasPrefix(p.Source, "sparse+"):
			return nil, bad(name, fmt.Sprintf("it comes from %s, which has no checksum", p.Source),
				"pin that repository as a git source and name it in [patch] with a path")
		case p.Checksum == "" || c.sum.Validate() != nil:
			return nil, bad(name, "it has no SHA-256", "cargo generate-lockfile writes it again")
		case seen[c.dir()]:
			return nil, bad(name, "it occurs twice", "name one registry for it")
		}
		seen[c.dir()] = true
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, bad("", "it names no crate of a registry", "without crates there is nothing to pin: leave the source out")
	}
	return out, nil
}

// crates are the crates of a Cargo.lock, laid out as a directory source, as
// cargo vendor does.
func crates(s recipe.Source) (set, error) {
	list, err := parseCargo(s.Crates.File)
	if err != nil {
		return set{}, err
	}
	all := set{mirror: "crates"}
	for _, c := range list {
		all.parts = append(all.parts, part{path: c.path(), digest: c.sum})
	}
	all.lay = func(w *tar.Writer, open func(string) ([]byte, error)) error {
		left := int64(maxFiles)
		for _, c := range list {
			data, err := open(c.path())
			if err != nil {
				return err
			}
			files, err := unpack(data, left)
			if err == nil {
				err = layCrate(w, c, files, &left)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", c.path(), err)
			}
		}
		return nil
	}
	return all, nil
}

func layCrate(w *tar.Writer, c crate, files map[string]packed, left *int64) error {
	sums := struct {
		Files   map[string]string `json:"files"`
		Package string            `json:"package"`
	}{map[string]string{}, c.sum.Encoded()}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name == ".cargo-checksum.json" || name == ".cargo-ok" {
			continue // cargo's own
		}
		f := files[name]
		*left -= int64(len(f.content))
		sums.Files[name] = digest.FromBytes(f.content).Encoded()
		mode := int64(0o644)
		if f.exec {
			mode = 0o755
		}
		if err := writeFile(w, c.dir()+"/"+name, mode, f.content); err != nil {
			return err
		}
	}
	if _, ok := sums.Files["Cargo.toml"]; !ok {
		return fmt.Errorf("it has no Cargo.toml")
	}
	text, err := json.Marshal(sums)
	if err != nil {
		return err
	}
	return writeFile(w, c.dir()+"/.cargo-checksum.json", 0o644, text)
}
