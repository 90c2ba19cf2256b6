package resolve

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
)

// hostRegistries returns where the host's own tools get packages from: Go's
// GOPROXY and npm's registry, of the environment or of the files that go and
// npm keep. What is not said there is not guessed.
func hostRegistries() map[string][]string {
	home, _ := os.UserHomeDir()
	config, _ := os.UserConfigDir()
	goproxy := os.Getenv("GOPROXY")
	if goproxy == "" {
		goproxy = setting(filepath.Join(config, "go", "env"), "GOPROXY")
	}
	registry := os.Getenv("NPM_CONFIG_REGISTRY")
	for _, file := range []string{filepath.Join(home, ".npmrc"), "/etc/npmrc"} {
		if registry == "" {
			registry = setting(file, "registry")
		}
	}
	list := map[string][]string{}
	for _, u := range strings.FieldsFunc(goproxy, func(r rune) bool { return r == ',' || r == '|' }) {
		if usable(u) { // "direct" and "off" are not
			list["go"] = append(list["go"], u)
		}
	}
	if usable(registry) {
		list["npm"] = []string{registry}
	}
	return list
}

// setting finds "name=value" in a file of such lines; "" if it is not there.
func setting(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		key, value, ok := strings.Cut(s.Text(), "=")
		if ok && strings.TrimSpace(key) == name {
			return strings.Trim(strings.TrimSpace(value), `"`)
		}
	}
	return ""
}

// addRegistries takes the host's registries for names that the configuration
// does not have.
func (m *Mirrors) addRegistries() {
	for name, urls := range hostRegistries() {
		if len(m.configured[name]) == 0 {
			m.configured[name] = urls
		}
	}
}
