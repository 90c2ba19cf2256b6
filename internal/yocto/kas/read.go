package kas

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Split returns the files of a list such as "a.yml:b.yml", of which the later
// ones win; of a file that is there, that file.
func Split(files string) []string {
	if _, err := os.Lstat(files); err == nil {
		return []string{files}
	}
	return strings.Split(files, ":")
}

// Read reads a kas file, or a list of them as Split takes it, and what they
// include. Repositories are looked for in
// the directories work, see [Config.Resolve]; includes from one need it.
func Read(file string, work ...string) (*Config, error) {
	return ReadWith(nil, file, work...)
}

// ReadWith reads as Read does, and follows what kas takes from an environment:
// see Environment.
func ReadWith(env Environment, file string, work ...string) (*Config, error) {
	dir, err := env.workDir()
	if err != nil {
		return nil, err
	}
	files := Split(file)
	root := repositoryOf(filepath.Dir(filepath.Clean(files[0])))
	for i, f := range files {
		files[i] = filepath.Clean(f)
		if repositoryOf(filepath.Dir(files[i])) != root {
			return nil, fmt.Errorf("%s and %s lie in different repositories, which kas refuses", files[0], f)
		}
	}
	l := &loader{work: work, root: root, known: map[string]string{}}
	// an include may need a repository that another include describes: read
	// again as long as more repositories become known
	for {
		l.files, l.merged, l.missing = 0, nil, nil
		for _, f := range files {
			if err := l.include(f, root, 0); err != nil {
				return nil, err
			}
		}
		c, err := configOf(l.merged, root, work)
		if err == nil {
			c.workDir = dir
			err = env.override(c)
		}
		if err != nil || len(l.missing) == 0 {
			return c, err
		}
		if err := l.learn(c); err != nil {
			return nil, err
		}
	}
}

// loader reads files in the order in which kas merges them.
type loader struct {
	work    []string
	root    string            // of the repository that the first file is in
	known   map[string]string // directories of repositories, by name
	merged  *value
	missing []string // repositories that an include needs
	asked   Place    // where the first of them is asked for
	files   int
}

// learn finds the repositories that are missing. It is an error when none is found.
func (l *loader) learn(c *Config) error {
	var failed error
	found := false
	for _, name := range l.missing {
		for _, r := range c.Repos {
			if r.Name != name {
				continue
			}
			dir, err := c.dir(r)
			if err != nil {
				failed = err
				continue
			}
			l.known[name], found = dir, true
		}
	}
	switch {
	case found:
		return nil
	case failed != nil:
		return failed
	}
	return &MissingError{Repo: l.missing[0], Place: l.asked}
}

// include merges a file's lock file, what it includes, and the file itself.
func (l *loader) include(file, root string, depth int) error {
	if l.files++; l.files > maxFiles || depth > maxDepth {
		return fmt.Errorf("%s: more than %d files, or they include one another", file, maxFiles)
	}
	v, err := readFile(file)
	if err != nil {
		return err
	}
	extension := filepath.Ext(file)
	if lock := strings.TrimSuffix(file, extension) + ".lock" + extension; !strings.HasSuffix(file, ".lock"+extension) {
		if _, err := os.Lstat(lock); err == nil {
			if err := l.include(lock, root, depth+1); err != nil {
				return err
			}
		}
	}
	includes := v.get("header", "includes")
	if includes != nil && includes.kind != yaml.SequenceNode {
		return fmt.Errorf("%s: includes is not a list", includes.place)
	}
	if includes != nil {
		for _, item := range includes.list {
			if err := l.item(item, file, root, depth); err != nil {
				return err
			}
		}
	}
	l.merged = l.merged.merge(v)
	return nil
}

// item reads one entry of includes: a path, or a file of another repository.
func (l *loader) item(item *value, file, root string, depth int) error {
	if item.kind == yaml.ScalarNode {
		name, err := within(root, item.text)
		if errors.Is(err, fs.ErrNotExist) {
			name, err = within(filepath.Dir(file), item.text)
		}
		if err != nil {
			return fmt.Errorf("%s: including %q: %w", item.place, item.text, err)
		}
		return l.include(name, root, depth+1)
	}
	repo, name := item.scalar("repo"), item.scalar("file")
	if repo == "" || name == "" {
		return fmt.Errorf("%s: an include is a path, or has repo and file", item.place)
	}
	dir, ok := l.known[repo]
	if !ok {
		if len(l.missing) == 0 {
			l.asked = item.place
		}
		l.missing = append(l.missing, repo)
		return nil
	}
	path, err := within(dir, name)
	if err != nil {
		return fmt.Errorf("%s: including %q of %s: %w", item.place, name, repo, err)
	}
	return l.include(path, dir, depth+1)
}

// within joins dir and a path that must not lead out of it, by symbolic links
// neither.
func within(dir, path string) (string, error) {
	if !filepath.IsLocal(path) {
		return "", errors.New("the path leads out of the repository")
	}
	real, err := filepath.EvalSymlinks(filepath.Join(dir, path))
	if err != nil {
		return "", err
	}
	base, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return "", err
	}
	if rel, err := filepath.Rel(base, real); err != nil || !filepath.IsLocal(rel) {
		return "", errors.New("a symbolic link leads out of the repository")
	}
	return filepath.Join(dir, path), nil
}

// readFile reads one file as a mapping.
func readFile(name string) (*value, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading kas file: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("reading kas file: %s is not a regular file", name)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("reading kas file %s: %w", name, err)
	}
	if len(text) > maxSize {
		return nil, fmt.Errorf("reading kas file %s: more than %d bytes", name, maxSize)
	}
	return parse(name, text)
}

// parse reads the text of a file, which is YAML or JSON with one document.
func parse(name string, text []byte) (*value, error) {
	var n yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(&n); err != nil {
		return nil, fmt.Errorf("%s: %s", name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if n.Kind != yaml.DocumentNode || len(n.Content) != 1 {
		return nil, fmt.Errorf("%s: not a YAML document", name)
	}
	r := &reader{file: name}
	v, err := r.value(n.Content[0], 0)
	if err != nil {
		return nil, err
	}
	if v.kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: a kas file is a mapping", name)
	}
	if v.get("header") == nil {
		return nil, fmt.Errorf("%s: a kas file has a header with a version", name)
	}
	return v, nil
}

// repositoryOf returns the closest directory above dir that is a git checkout,
// or dir.
func repositoryOf(dir string) string {
	for d := dir; ; {
		if _, err := os.Lstat(filepath.Join(d, ".git")); err == nil {
			return d
		}
		abs, err := filepath.Abs(d)
		if err != nil || filepath.Dir(abs) == abs {
			return dir
		}
		if d = filepath.Dir(d); d == "." || strings.HasSuffix(d, "..") {
			d = filepath.Dir(abs)
		}
	}
}
