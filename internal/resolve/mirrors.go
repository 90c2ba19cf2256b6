package resolve

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/gohcl"
	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/dombuild/dombuild/internal/lockfile"
)

// Mirrors knows where the archives of distributions are to be had. That is
// configuration of a machine; what comes from a mirror is verified.
type Mirrors struct {
	config      string
	environment map[string][]string // by the name of the variable
	configured  map[string][]string
	host        []archive
	yum         map[string][]string // base addresses of the host's repositories of RPM packages
}

// archive is an entry of the host's own package configuration.
type archive struct {
	uri    string
	suites []string
}

// ConfigPath returns where a user's configuration file is looked for.
func ConfigPath() string {
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "dombuild", "config.hcl")
}

// mirrorVariable begins the names of environment variables that say where
// mirrors are: addresses with blanks between them.
const mirrorVariable = "DOMBUILD_MIRROR_"

// variable is the one of a mirror: DOMBUILD_MIRROR_FEDORA_UPDATES of
// "fedora/updates".
func variable(name string) string {
	return mirrorVariable + strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(name))
}

// named returns the addresses that the environment or the configuration gives
// to a name.
func (m *Mirrors) named(name string) []string {
	if urls := m.environment[variable(name)]; len(urls) > 0 {
		return urls
	}
	return m.configured[name]
}

func (m *Mirrors) readEnvironment(environment []string) error {
	m.environment = map[string][]string{}
	for _, v := range environment {
		name, value, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, mirrorVariable) {
			continue
		}
		for _, u := range strings.Fields(value) {
			if !usable(u) {
				return fmt.Errorf("reading the environment: %s: %q is not an http, https or file URL", name, u)
			}
			m.environment[name] = append(m.environment[name], u)
		}
	}
	return nil
}

// LoadMirrors reads the environment, the configuration file, which need not be
// there, and apt's configuration below aptRoot ("/" on a host).
func LoadMirrors(configPath, aptRoot string) (*Mirrors, error) {
	m := &Mirrors{config: configPath, configured: map[string][]string{}}
	if err := errors.Join(m.readEnvironment(os.Environ()), m.readConfig()); err != nil {
		return nil, err
	}
	m.addRegistries()
	host, err := readApt(filepath.Join(aptRoot, "etc/apt"))
	if err != nil {
		return nil, err
	}
	m.host = host
	m.yum, err = readYum(filepath.Join(aptRoot, "etc/yum.repos.d"))
	return m, err
}

type configFile struct {
	Mirrors []struct {
		Name string   `hcl:"name,label"`
		URLs []string `hcl:"urls"`
	} `hcl:"mirror,block"`
}

func (m *Mirrors) readConfig() error {
	if m.config == "" {
		return nil
	}
	src, err := os.ReadFile(m.config)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	file, diags := hclparse.NewParser().ParseHCL(src, m.config)
	var c configFile
	if !diags.HasErrors() {
		diags = gohcl.DecodeBody(file.Body, nil, &c)
	}
	if diags.HasErrors() {
		return fmt.Errorf("reading the configuration: %w", diags)
	}
	for _, mirror := range c.Mirrors {
		for _, u := range mirror.URLs {
			if !usable(u) {
				return fmt.Errorf("reading the configuration: %s: mirror %q: %q is not an http, https or file URL",
					m.config, mirror.Name, u)
			}
		}
		m.configured[mirror.Name] = append(m.configured[mirror.Name], mirror.URLs...)
	}
	return nil
}

func usable(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil {
		return false
	}
	return u.Scheme == "file" && u.Path != "" || (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// Bases returns the addresses of archives that may have a suite of a
// distribution: what the environment or the configuration names; otherwise the host's entries
// that have the suite and are called like the distribution; otherwise those
// that have the suite, otherwise those that are called so.
func (m *Mirrors) Bases(distribution, suite string) []string {
	if urls := m.named(distribution); len(urls) > 0 {
		return slices.Clone(urls)
	}
	called := func(a archive) bool { return path.Base(strings.TrimRight(a.uri, "/")) == distribution }
	has := func(a archive) bool { return slices.Contains(a.suites, suite) }
	for _, wanted := range []func(archive) bool{
		func(a archive) bool { return called(a) && has(a) }, has, called,
	} {
		var bases []string
		for _, a := range m.host {
			if wanted(a) && !slices.Contains(bases, a.uri) {
				bases = append(bases, a.uri)
			}
		}
		if len(bases) > 0 {
			return bases
		}
	}
	return nil
}

// URLs returns where the file of a pin may be had, in order of preference.
func (m *Mirrors) URLs(p lockfile.Pin) []string {
	if p.URL != "" {
		return []string{p.URL}
	}
	var urls []string
	for _, base := range m.bases(p) {
		urls = append(urls, join(base, p.Path))
	}
	return urls
}

// Evidence returns where what proves a pin may be had; none for what is a file of the recipe.
func (m *Mirrors) Evidence(e lockfile.Evidence) []string {
	var urls []string
	switch {
	case e.Name == lockfile.EvidenceKeyring || e.Name == lockfile.EvidenceLockFile:
	case e.URL != "":
		urls = []string{e.URL}
	case e.Repository != "":
		for _, base := range m.Repository(e.Distribution, e.Suite, e.Repository, e.Architecture) {
			urls = append(urls, join(base, e.Path))
		}
	default:
		paths := []string{e.Path}
		if e.Name == lockfile.EvidenceIndex {
			paths = indexPaths(lockfile.Index{Path: e.Path, Digest: e.Digest}, strings.Contains(e.Path, "/"))
		}
		for _, base := range m.Bases(e.Distribution, e.Suite) {
			for _, p := range paths {
				urls = append(urls, join(base, "dists/"+e.Suite+"/"+p))
			}
		}
	}
	return urls
}

// Missing returns the error to give when there is no mirror.
func (m *Mirrors) Missing(distribution, suite string) error {
	return &NoMirrorError{Distribution: distribution, Suite: suite, Config: m.config}
}

// join appends a path to an address, escaped as a URL wants it.
func join(base, p string) string {
	segments := strings.Split(p, "/")
	for i, s := range segments {
		segments[i] = url.PathEscape(s)
	}
	return strings.TrimRight(base, "/") + "/" + strings.Join(segments, "/")
}
