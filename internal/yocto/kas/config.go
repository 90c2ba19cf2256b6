package kas

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Config is what a kas file and its includes say.
type Config struct {
	Root            string // of the repository that the file is in
	Machine, Distro string
	Multiconfig     []string // that targets name ("mc:NAME:…"), sorted
	Repos           []Repo   // in the order of the files
	Environment     []Block  // assignments before everything, in the order of the files
	LayersConf      []Block  // before what kas writes into bblayers.conf, by name
	LocalConf       []Block  // before what kas writes into local.conf, by name
	work            []string
	workDir         string // KAS_WORK_DIR; "" where it is not set
}

// Repo is a repository with layers.
type Repo struct {
	Name, URL, Path              string
	Commit, Tag, Branch, Refspec string
	Layers                       []Layer
	Place                        Place
	Patches                      Place // of what kas changes in it; zero: nothing
}

// Layer is a layer of a repository.
type Layer struct {
	Dir      string // in the repository; "." is its root
	Priority int    // higher ones come first in BBLAYERS
}

// Pinned says whether kas takes the same commit tomorrow: it is one by its
// hash, or nothing is fetched.
func (r Repo) Pinned() bool {
	revision := r.Commit + r.Refspec
	return r.URL == "" || len(revision) == 40 && strings.Trim(revision, "0123456789abcdef") == ""
}

// Revision is what the repository is fetched by: a commit, tag or branch.
func (r Repo) Revision() string {
	for _, s := range []string{r.Commit, r.Refspec, r.Tag, r.Branch} {
		if s != "" {
			return s
		}
	}
	return ""
}

// Block is a piece of a configuration file.
type Block struct {
	Name  string
	Text  string
	Place Place // of the first line of Text
}

// MissingError is a repository that is not there.
type MissingError struct {
	Repo  string
	Place Place
	Dirs  []string // where it was looked for
}

func (e *MissingError) Error() string {
	if len(e.Dirs) == 0 {
		return fmt.Sprintf("%s: no repository %q is described or checked out", e.Place, e.Repo)
	}
	return fmt.Sprintf("%s: repository %q is not checked out in %s", e.Place, e.Repo, strings.Join(e.Dirs, " or "))
}

// Hint says what to do about it.
func (e *MissingError) Hint() string {
	return "kas checkout FILE in the directory that kas works in, then the audit in the same directory (-C DIR)"
}

func configOf(v *value, root string, work []string) (*Config, error) {
	c := &Config{Root: root, work: work, Machine: v.scalar("machine"), Distro: v.scalar("distro")}
	if c.Machine == "" {
		c.Machine = "qemux86-64"
	}
	if c.Distro == "" {
		c.Distro = "nodistro"
	}
	c.LayersConf, c.LocalConf = blocks(v.get("bblayers_conf_header")), blocks(v.get("local_conf_header"))
	c.Multiconfig = multiconfig(v.get("target"))
	var err error
	if c.Environment, err = environment(v.get("env")); err != nil {
		return nil, err
	}
	repos := v.get("repos")
	if repos == nil || repos.null {
		return c, nil
	}
	if repos.kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: repos is not a mapping", repos.place)
	}
	for _, name := range repos.keys {
		r, err := repoOf(name, repos.items[name], v.get("defaults", "repos"))
		if err != nil {
			return nil, err
		}
		r.override(v.get("overrides", "repos", name))
		c.Repos = append(c.Repos, r)
	}
	return c, nil
}

// multiconfig lists the configurations that targets name, as kas does.
func multiconfig(target *value) []string {
	if target == nil {
		return nil
	}
	var list []string
	for _, t := range append(target.list, target) {
		if t.kind == yaml.ScalarNode {
			list = append(list, t.text)
		}
	}
	return named(list)
}

// multiconfigName is what kas can write into local.conf; whether BitBake takes it
// is judged there.
var multiconfigName = regexp.MustCompile(`^[^\s"\\${}]+$`)

func named(targets []string) []string {
	var out []string
	for _, t := range targets {
		parts := strings.Split(t, ":")
		if len(parts) > 2 && (parts[0] == "mc" || parts[0] == "multiconfig") && multiconfigName.MatchString(parts[1]) {
			out = append(out, parts[1])
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// override replaces what overrides says of a repository; a legacy refspec only by
// a commit.
func (r *Repo) override(v *value) {
	commit := v.scalar("commit")
	if r.Refspec != "" {
		r.Refspec = cmp.Or(commit, r.Refspec)
		return
	}
	r.Commit, r.Branch, r.URL = cmp.Or(commit, r.Commit), cmp.Or(v.scalar("branch"), r.Branch), cmp.Or(v.scalar("url"), r.URL)
}

// excluded are the values with which a layer is left out.
var excluded = []string{"disabled", "excluded", "n", "no", "0", "false"}

func repoOf(name string, v, defaults *value) (Repo, error) {
	if v.kind != yaml.MappingNode && !v.null {
		return Repo{}, fmt.Errorf("%s: repository %q is not a mapping", v.place, name)
	}
	r := Repo{Name: name, URL: v.scalar("url"), Path: v.scalar("path"), Commit: v.scalar("commit"), Place: v.place,
		Tag: v.scalar("tag"), Branch: v.scalar("branch"), Refspec: v.scalar("refspec")}
	for field, text := range map[*string]string{&r.Tag: "tag", &r.Branch: "branch", &r.Refspec: "refspec"} {
		if v.get(text) == nil {
			*field = defaults.scalar(text)
		}
	}
	if own := v.scalar("name"); own != "" {
		r.Name = own
	}
	if patches := v.get("patches"); patches != nil && len(patches.keys) > 0 {
		r.Patches = patches.place
	}
	return r, r.setLayers(v.get("layers"))
}

func (r *Repo) setLayers(layers *value) error {
	if layers == nil || layers.null {
		r.Layers = []Layer{{Dir: "."}}
		return nil
	}
	for _, dir := range layers.keys {
		if slices.Contains(excluded, strings.ToLower(layers.scalar(dir))) {
			continue
		}
		l := Layer{Dir: cmp.Or(dir, ".")}
		if !filepath.IsLocal(l.Dir) {
			return fmt.Errorf("%s: layer %q lies outside of its repository", layers.place, dir)
		}
		if text := layers.scalar(dir, "prio"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("%s: the priority %q of layer %q is not a number", layers.place, text, dir)
			}
			l.Priority = n
		}
		r.Layers = append(r.Layers, l)
	}
	return nil
}

// blocks returns the texts of a mapping, by name.
func blocks(v *value) []Block {
	if v == nil || v.kind != yaml.MappingNode {
		return nil
	}
	var out []Block
	for _, name := range slices.Sorted(slices.Values(v.keys)) {
		item := v.items[name]
		if item.kind != yaml.ScalarNode || item.null {
			continue
		}
		place := item.place
		if item.block {
			place.Line++
		}
		out = append(out, Block{name, item.text, place})
	}
	return out
}

// dir finds the directory of a repository: the path that the file names, or
// the repository's name in the directory that kas works in. The directories
// that Read was given are tried in order.
func (c *Config) dir(r Repo) (string, error) {
	name := r.Path
	switch {
	case name == "" && r.URL == "":
		return c.Root, nil
	case name == "":
		name = r.Name
	}
	tried := []string{}
	bases := append([]string{""}, c.work...)
	switch {
	case c.workDir != "" && r.URL != "":
		bases = []string{c.workDir} // kas checks out there, and nowhere else
	case c.workDir != "":
		bases = append([]string{c.workDir}, bases...)
	}
	for _, base := range bases {
		dir := filepath.Join(base, name)
		if filepath.IsAbs(name) {
			dir = name
		}
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, nil
		}
		if !slices.Contains(tried, dir) {
			tried = append(tried, dir)
		}
	}
	return "", &MissingError{r.Name, r.Place, tried}
}

// Resolve returns the directories of all layers, in the order in which kas
// writes them: by priority, name of the repository, and directory.
func (c *Config) Resolve() ([]string, error) {
	var found []placed
	for _, r := range c.Repos {
		if len(r.Layers) == 0 {
			continue
		}
		dir, err := c.dir(r)
		if err != nil {
			return nil, err
		}
		for _, layer := range r.Layers {
			path := filepath.Join(dir, layer.Dir)
			if _, err := os.Stat(filepath.Join(path, "conf", "layer.conf")); err != nil {
				return nil, fmt.Errorf("%s: repository %q has no layer %q: %w", r.Place, r.Name, layer.Dir, err)
			}
			found = append(found, placed{layer, r.Name, path})
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: the kas file names no layers", c.Root)
	}
	slices.SortStableFunc(found, func(a, b placed) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(a.repo, b.repo), cmp.Compare(a.Dir, b.Dir))
	})
	out := make([]string, len(found))
	for i, p := range found {
		out[i] = p.path
	}
	return out, nil
}

// placed is a layer that was found.
type placed struct {
	Layer
	repo, path string
}
