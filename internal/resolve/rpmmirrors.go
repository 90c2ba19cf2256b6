package resolve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/lockfile"
)

// Repository returns the addresses of a repository of an RPM distribution:
// what the environment or the configuration names for "<distribution>/<repository>"; otherwise
// for the distribution, where $repository, or a further directory of that
// name, tells them apart; otherwise the baseurl of the host's own repository
// of that name. As in a .repo file $releasever stands for the release and
// $basearch for the architecture.
func (m *Mirrors) Repository(distribution, release, repository, arch string) []string {
	urls := m.named(distribution + "/" + repository)
	if len(urls) == 0 {
		for _, u := range m.named(distribution) {
			if !strings.Contains(u, "$repository") {
				u = strings.TrimRight(u, "/") + "/$repository"
			}
			urls = append(urls, u)
		}
	}
	if len(urls) == 0 {
		urls = m.yum[repository]
	}
	expand := strings.NewReplacer("$releasever", release, "$basearch", arch, "$repository", repository)
	var out []string
	for _, u := range urls {
		if u = expand.Replace(u); !slices.Contains(out, u) {
			out = append(out, u)
		}
	}
	return out
}

// bases are the addresses that the path of a pin is relative to.
func (m *Mirrors) bases(p lockfile.Pin) []string {
	if p.Repository != "" {
		return m.Repository(p.Distribution, p.Suite, p.Repository, p.Architecture)
	}
	return m.Bases(p.Distribution, p.Suite)
}

// NoRepositoryError says that nothing tells where a repository is.
type NoRepositoryError struct {
	Distribution, Repository string
	Config                   string // path of the configuration file
}

func (e *NoRepositoryError) Error() string {
	return fmt.Sprintf("no mirror of repository %s of %s is configured", e.Repository, e.Distribution)
}

// Hint shows the configuration that helps.
func (e *NoRepositoryError) Hint() string {
	return fmt.Sprintf("add to %s: mirror \"%s/%s\" { urls = [\"https://…/$releasever/$basearch\"] }", e.Config, e.Distribution, e.Repository)
}

// readYum reads the base addresses of the host's own repositories, by name.
// Repositories that are only to be had through a mirrorlist are left out.
func readYum(dir string) (map[string][]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the host's package configuration: %w", err)
	}
	out := map[string][]string{}
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".repo" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, fmt.Errorf("reading the host's package configuration: %w", err)
		}
		parseRepo(string(text), out)
	}
	return out, nil
}

// parseRepo reads sections such as [updates] with their baseurl.
func parseRepo(text string, out map[string][]string) {
	section, disabled, urls := "", false, []string(nil)
	flush := func() {
		if section != "" && !disabled {
			out[section] = append(out[section], urls...)
		}
		disabled, urls = false, nil
	}
	key := ""
	for line := range strings.Lines(text) {
		plain := strings.TrimSpace(line)
		switch {
		case plain == "" || strings.HasPrefix(plain, "#") || strings.HasPrefix(plain, ";"):
			continue
		case strings.HasPrefix(plain, "[") && strings.HasSuffix(plain, "]"):
			flush()
			section, key = plain[1:len(plain)-1], ""
			continue
		}
		value := plain
		if line[0] != ' ' && line[0] != '\t' { // otherwise the last value goes on
			key, value, _ = strings.Cut(plain, "=")
			key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		}
		switch key {
		case "enabled":
			disabled = slices.Contains([]string{"0", "false", "no"}, strings.ToLower(value))
		case "baseurl":
			for _, u := range strings.Fields(strings.ReplaceAll(value, ",", " ")) {
				if usable(u) {
					urls = append(urls, u)
				}
			}
		}
	}
	flush()
}
