package resolve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dombuild/dombuild/internal/deb822"
)

// readApt reads apt's own list of archives: sources.list, then the files of
// sources.list.d by name. Entries that it does not understand are left out.
func readApt(dir string) ([]archive, error) {
	paths := []string{filepath.Join(dir, "sources.list")}
	entries, err := os.ReadDir(filepath.Join(dir, "sources.list.d"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the host's package configuration: %w", err)
	}
	for _, e := range entries {
		paths = append(paths, filepath.Join(dir, "sources.list.d", e.Name()))
	}
	var out []archive
	for _, p := range paths {
		read := map[string]func(string) []archive{".list": parseList, ".sources": parseSources}[filepath.Ext(p)]
		if read == nil {
			continue
		}
		text, err := os.ReadFile(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading the host's package configuration: %w", err)
		}
		out = append(out, read(string(text))...)
	}
	return out, nil
}

// parseList reads lines such as "deb [signed-by=…] uri suite component…".
func parseList(text string) []archive {
	var out []archive
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		kind, rest, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(line, "\t", " ")), " ")
		rest = strings.TrimSpace(rest)
		if strings.HasPrefix(rest, "[") {
			_, rest, _ = strings.Cut(rest, "]")
		}
		f := strings.Fields(rest)
		if (kind == "deb" || kind == "deb-src") && len(f) >= 2 && usable(f[0]) {
			out = append(out, archive{f[0], []string{f[1]}})
		}
	}
	return out
}

// parseSources reads stanzas with Types, URIs and Suites.
func parseSources(text string) []archive {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "#") {
			kept = append(kept, strings.TrimRight(line, " \t\r\n"))
		}
	}
	var out []archive
	s := deb822.NewScanner(strings.Join(kept, "\n"))
	for s.Next() {
		stanza := s.Stanza()
		disabled := slices.Contains([]string{"no", "false", "off", "0", "disable", "without"}, strings.ToLower(stanza.Get("Enabled")))
		types := strings.Fields(stanza.Get("Types"))
		if disabled || !slices.Contains(types, "deb") && !slices.Contains(types, "deb-src") {
			continue
		}
		for _, uri := range strings.Fields(stanza.Get("URIs")) {
			if usable(uri) {
				out = append(out, archive{uri, strings.Fields(stanza.Get("Suites"))})
			}
		}
	}
	return out
}
