package kas

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// variable is the name of a variable of the environment that BitBake takes.
var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environment makes assignments of what kas puts into the environment of
// BitBake (env), which sets its variables before any file is read. A variable
// without a value is that of whoever calls kas, which nobody here knows.
func environment(v *value) ([]Block, error) {
	if v == nil || v.null {
		return nil, nil
	}
	if v.kind != yaml.MappingNode {
		return nil, fmt.Errorf("%s: env is not a mapping", v.place)
	}
	var out []Block
	for _, name := range v.keys {
		item := v.items[name]
		switch {
		case !variable.MatchString(name):
			return nil, fmt.Errorf("%s: env: %q is not the name of a variable", item.place, name)
		case item.kind != yaml.ScalarNode:
			return nil, fmt.Errorf("%s: env: the value of %s is not a text", item.place, name)
		case strings.ContainsAny(item.text, "\n\r") || strings.HasSuffix(item.text, `\`):
			return nil, fmt.Errorf("%s: env: the value of %s has several lines, or ends with a backslash", item.place, name)
		}
		text := fmt.Sprintf("%s = \"%s\"", name, item.text)
		if item.null {
			text = fmt.Sprintf("%s = \"${@os.environ['%s']}\"", name, name)
		}
		out = append(out, Block{"env " + name, text, item.place})
	}
	return out, nil
}

// Unpatched is a repository that kas patches and whose checkout is not on the
// branch on which kas leaves what it has patched.
type Unpatched struct {
	Repo, Branch string
	Place        Place // of the patches
}

// Unpatched lists the repositories whose layers are not known to be what kas
// makes of them. Patches of a repository without a URL are none: kas leaves
// that alone.
func (c *Config) Unpatched() ([]Unpatched, error) {
	var out []Unpatched
	for _, r := range c.Repos {
		if r.Patches.File == "" || r.URL == "" {
			continue
		}
		dir, err := c.dir(r)
		if err != nil {
			return nil, err
		}
		branch := "patched-" + r.Commit
		if r.Commit == "" {
			branch += strings.TrimPrefix(r.Revision(), "refs/")
		}
		if head(dir) != "ref: refs/heads/"+branch {
			out = append(out, Unpatched{r.Name, branch, r.Patches})
		}
	}
	return out, nil
}

// head is the text of HEAD of a checkout; "" where that is not to be had.
func head(dir string) string {
	git := filepath.Join(dir, ".git")
	if text, err := os.ReadFile(git); err == nil { // of a worktree
		link, ok := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
		if !ok {
			return ""
		}
		if git = link; !filepath.IsAbs(link) {
			git = filepath.Join(dir, link)
		}
	}
	info, err := os.Stat(filepath.Join(git, "HEAD"))
	if err != nil || !info.Mode().IsRegular() || info.Size() > 4096 {
		return ""
	}
	text, err := os.ReadFile(filepath.Join(git, "HEAD"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}
